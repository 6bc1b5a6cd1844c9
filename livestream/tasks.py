"""Errands of the cloud classroom."""

from datetime import timedelta

from accounts import clock
from accounts.errands import TryAgainLater, errand
from accounts.models import InboundMessage
from livestream import processing, services
from livestream.models import Recording
from livestream.services import replays


@errand("process_recording", patience=replays.LEASE + timedelta(seconds=10))
def process_recording(recording_id: str) -> None:
    """Turn a film into a replay.

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
        processing.make_replay(recording, clock.now)
    except processing.TryLater as later:
        raise TryAgainLater(str(later)) from later


@errand("unsubscribe_by_sms")
def unsubscribe_by_sms(message_id: str) -> None:
    """End the letters about lectures that go to the phone of a message."""
    services.end_by_reply(message=InboundMessage.objects.get(pk=message_id), at=clock.now())
