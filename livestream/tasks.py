"""Errands of the cloud classroom."""

from datetime import timedelta
from os import getpid
from socket import gethostname

from accounts import clock
from accounts.errands import TryAgainLater, errand
from accounts.models import InboundMessage
from livestream import hearing, processing, services
from livestream.models import Captions, Recording, WorkUnit
from livestream.services import generations, replays, units


@errand("process_recording", patience=replays.LEASE + timedelta(seconds=10))
def process_recording(recording_id: str) -> None:
    """Look into a film and plan the work that it takes.

    Safe to deliver twice: one worker at a time claims the recording, and a claim
    whose worker died lapses with its lease. Until then the errand stays due, so
    that the film is not forgotten with the worker.
    """
    recording = replays.claim(int(recording_id), at=clock.now())
    if recording is None:
        if Recording.objects.to_be_looked_into().filter(pk=recording_id).exists():
            raise TryAgainLater("another worker has it")
        return
    try:
        processing.take_up(recording, clock.now)
    except processing.TryLater as later:
        raise TryAgainLater(str(later)) from later


@errand("make_unit", patience=units.LEASE + timedelta(seconds=10))
def make_unit(unit_id: str) -> None:
    """Do the unit of work whose turn it is; the id only says that there is some."""
    _work(int(unit_id))


@errand("make_short_unit", patience=units.LEASE + timedelta(seconds=10))
def make_short_unit(unit_id: str) -> None:
    """The same, woken for a short film: its queue goes before the others."""
    _work(int(unit_id))


def _work(unit_id: int) -> None:
    unit = units.claim(owner=f"{gethostname()} {getpid()}", at=clock.now())
    if unit is None:
        if WorkUnit.objects.unfinished().filter(pk=unit_id).exists():
            raise TryAgainLater("another worker has it, or something goes before it")
        return
    try:
        processing.make_unit(unit, clock.now)
    except processing.TryLater as later:
        raise TryAgainLater(str(later)) from later


@errand("put_captions_in")
def put_captions_in(recording_id: str) -> None:
    """Let the lists of a film name the captions that are shown, for players without our page."""
    recording = Recording.objects.filter(pk=recording_id).first()
    if recording is not None:
        generations.put_captions_in(recording)


@errand("write_captions", patience=timedelta(hours=6))
def write_captions(captions_id: str) -> None:
    """Let a machine write captions that a teacher asked for.

    Safe to deliver twice: what a person has brought in the meantime stays.
    """
    captions = Captions.objects.being_written().filter(pk=captions_id).first()
    if captions is not None:
        hearing.write_captions(captions, clock.now)


@errand("unsubscribe_by_sms")
def unsubscribe_by_sms(message_id: str) -> None:
    """End the letters about lectures that go to the phone of a message."""
    services.end_by_reply(message=InboundMessage.objects.get(pk=message_id), at=clock.now())
