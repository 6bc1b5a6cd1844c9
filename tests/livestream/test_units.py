"""Work units: whose turn it is, who holds one, and what becomes of what was forgotten."""

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import outbox
from accounts.models import OutboxMessage
from livestream import ffmpeg, processing, tasks
from livestream.models import Generation, Recording, WorkUnit
from livestream.services import generations, replays, units
from tests.factories.livestream import BroadcastFactory, RecordingFactory
from tests.factories.times import TODAY
from tests.livestream.test_processing import (
    listed,
    look_into,
    replay_files,
    sent,
    state,
    work_off,
    work_on,
)

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)
PLAN = {"rungs": [], "has_sound": False, "lead": 0, "preset": "veryfast"}


def planned(seconds=1800.0, parts=3, **more):
    """The units of a film that waits."""
    recording = RecordingFactory(status="processing", attempt=1, **more)
    generation = generations.open_generation(
        recording, kind=Generation.Kind.LADDER, at=TODAY, plan={**PLAN, "seconds": seconds}
    )
    return WorkUnit.objects.bulk_create(
        WorkUnit(
            recording=recording,
            generation=generation.number,
            number=number,
            is_short=seconds < 900,
            starts_at_seconds=number * 60,
            seconds=60,
        )
        for number in range(parts)
    )


def take(at=TODAY):
    return units.claim(owner="test", at=at)


def test_a_unit_is_given_to_one_worker_and_again_when_its_lease_is_over():
    (unit,) = planned(parts=1)
    first = take()
    assert (first.pk, first.fence, take()) == (unit.pk, 1, None)

    again = take(TODAY + units.LEASE)
    assert (again.pk, again.fence) == (unit.pk, 2)
    for late in (lambda: units.keep(first, at=TODAY), lambda: units.finish(first)):
        with pytest.raises(units.UnitLost):
            late()
    units.give_back(first, at=TODAY)
    units.finish(again)
    with pytest.raises(units.UnitLost):
        units.finish(again)
    assert WorkUnit.objects.get().state == "done"


def test_offices_take_turns_and_short_films_go_first():
    long = [unit.recording.unit_id for unit in planned(parts=3)]
    other = [unit.recording.unit_id for unit in planned(parts=2)]
    short = [unit.recording.unit_id for unit in planned(parts=1, seconds=300.0)]

    turns = [take(TODAY + n * timedelta(seconds=1)).recording.unit_id for n in range(6)]

    assert turns[0] == short[0]
    assert turns[1:5] in (
        [long[0], other[0], long[0], other[0]],
        [other[0], long[0], other[0], long[0]],
    )
    assert turns[5] == long[0]


def test_the_units_of_a_film_are_taken_in_its_order():
    planned(parts=3)
    assert [take().number for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize(("is_live", "taken"), [(True, 1), (False, 3)])
def test_while_a_lesson_is_live_one_unit_is_worked_on_at_a_time(is_live, taken):
    planned(parts=3)
    BroadcastFactory(live=is_live)
    assert sum(take() is not None for _ in range(3)) == taken


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("is_live", "taken"), [(True, [0]), (False, [0, 1])])
def test_two_workers_who_ask_at_once_get_no_unit_twice_and_one_while_a_lesson_is_live(
    is_live, taken, monkeypatch
):
    planned(parts=3)
    BroadcastFactory(live=is_live)
    got, choose, met = [], units._next, Barrier(2)

    def chosen(at):
        unit = choose(at)
        with suppress(BrokenBarrierError):
            met.wait(timeout=1)  # for the other one, who must not come so far
        return unit

    def worker():
        try:
            got.append(take())
        finally:
            connection.close()

    monkeypatch.setattr(units, "_next", chosen)
    workers = [Thread(target=worker) for _worker in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(unit.number for unit in got if unit) == taken
    assert met.broken


def test_a_unit_that_went_wrong_waits_longer_each_time():
    planned(parts=1)
    at, pauses = TODAY, []
    for _ in range(3):
        units.give_back(take(at), at=at)
        assert take(at) is None
        (due,) = WorkUnit.objects.values_list("not_before", flat=True)
        pauses.append((due - at).total_seconds())
        at = due
    assert pauses == [15, 30, 60]


def test_a_broker_that_lost_everything_costs_nothing(mpeg_film, disk, today):
    recording = look_into(sent(mpeg_film, disk))
    OutboxMessage.objects.all().delete()

    call_command("reconcile_films")
    woken = OutboxMessage.objects.filter(kind="make_short_unit", done_at=None)
    assert woken.count() == WorkUnit.objects.count() == 4
    call_command("reconcile_films")
    assert woken.count() == 4
    for row in woken:
        tasks.make_short_unit.run(row.object_id, outbox_id=row.pk)

    recording.refresh_from_db()
    assert (recording.status, recording.progress) == ("ready", 100)
    assert recording.generations.get().state == "whole"
    assert not woken.all().exists()


def test_a_film_nobody_was_woken_for_is_found(today):
    RecordingFactory()
    RecordingFactory(processing=True, lease_ends_at=TODAY - A_MINUTE)
    RecordingFactory(processing=True)
    RecordingFactory(published=True)
    outbox.put("process_recording", RecordingFactory().pk)
    assert processing.reconcile(at=TODAY) == (2, 0)


def test_a_worker_that_died_before_the_lists_is_made_good(mpeg_film, disk, monkeypatch):
    recording = look_into(sent(mpeg_film, disk))
    with monkeypatch.context() as dead:
        dead.setattr(processing.making.packing, "advance", lambda *_: None)
        work_off()
    recording.refresh_from_db()
    assert recording.status == "processing"

    processing.reconcile(at=TODAY)

    recording.refresh_from_db()
    assert recording.status == "ready"
    assert listed(disk, recording) == (3, 3, True)


def test_a_unit_that_kills_its_workers_is_handed_out_eight_times_and_given_up(disk, today):
    (unit,) = planned(parts=1)
    at = TODAY
    for _worker in range(WorkUnit.MOST_TRIES):
        assert take(at).pk == unit.pk
        processing.reconcile(at=at)
        at += units.LEASE
    assert take(at) is None

    processing.reconcile(at=at)

    assert state(unit.recording) == ("failed", "our_fault", None)
    assert not WorkUnit.objects.exists()
    tasks.make_unit.run.__wrapped__(str(unit.pk))  # its errand ends


def test_a_film_that_kills_whoever_looks_into_it_is_given_up(today):
    new, made = RecordingFactory(), RecordingFactory(ready=True, attempt=0, lease_ends_at=TODAY)
    at = TODAY
    for _worker in range(Recording.MOST_ATTEMPTS):
        assert replays.claim(new.pk, at=at)
        assert replays.claim(made.pk, at=at)
        processing.reconcile(at=at)
        at += units.LEASE
    assert replays.claim(new.pk, at=at) is replays.claim(made.pk, at=at) is None

    processing.reconcile(at=at)

    assert state(new) == ("failed", "our_fault", None)
    assert state(made) == ("ready", "", None)
    tasks.process_recording.run.__wrapped__(str(new.pk))


def test_a_film_with_broken_files_keeps_no_other_waiting(mpeg_film, disk, monkeypatch):
    broken, whole = (look_into(sent(mpeg_film, disk)) for _film in range(2))
    with monkeypatch.context() as dead:
        dead.setattr(processing.making.packing, "advance", lambda *_: None)
        work_off()
    folder = disk.root / "recordings" / broken.folder(1)
    (folder / "v108" / "init.mp4").unlink()

    processing.reconcile(at=TODAY)

    assert [state(film)[0] for film in (broken, whole)] == ["processing", "ready"]


def test_a_late_delivery_finds_its_unit_done_and_changes_nothing(mpeg_film, disk, today):
    recording = work_on(sent(mpeg_film, disk))
    before = (disk(), list(WorkUnit.objects.values()), Recording.objects.values().get())
    unit = WorkUnit.objects.first()
    tasks.make_unit.run.__wrapped__(str(unit.pk))
    assert (disk(), list(WorkUnit.objects.values()), Recording.objects.values().get()) == before
    assert recording.status == "ready"


def test_an_ffmpeg_that_stands_still_costs_the_lease_and_is_tried_again(
    mpeg_film, disk, monkeypatch
):
    recording = look_into(sent(mpeg_film, disk))
    with monkeypatch.context() as blocked:
        blocked.setattr(ffmpeg, "LAUNCHER", "import time; time.sleep(60)")
        blocked.setattr(ffmpeg, "GRACE_SECONDS", 1.0)
        blocked.setattr(
            ffmpeg.Limits, "for_film", lambda seconds: ffmpeg.Limits(60, 60, stall_seconds=0.5)
        )
        with pytest.raises(processing.TryLater):
            work_off()
    assert WorkUnit.objects.filter(state="planned", fence=1).count() == 1

    work_off(TODAY + A_MINUTE)
    recording.refresh_from_db()
    assert (recording.status, recording.progress) == ("ready", 100)


def test_a_film_that_takes_every_worker_down_is_given_up_in_words(mpeg_film, disk, monkeypatch):
    recording = look_into(sent(mpeg_film, disk))
    WorkUnit.objects.update(fence=WorkUnit.MOST_TRIES - 1)
    monkeypatch.setattr(ffmpeg, "LAUNCHER", "import os; os.kill(os.getpid(), 9)")
    work_off()
    recording.refresh_from_db()
    assert (recording.status, recording.problem) == ("failed", "our_fault")
    assert replay_files(disk, recording) == []
    assert WorkUnit.objects.count() == 0
