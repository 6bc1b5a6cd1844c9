"""Generations: what people watch while it grows, is replaced, or is written again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from livestream import checking, processing, queries, services
from livestream.domain.command import LIST_NAME
from livestream.domain.playlists import Rendition, Segment
from livestream.models import Captions, Generation, WorkUnit
from livestream.services import generations, replays, units
from tests.factories.livestream import RecordingFactory
from tests.factories.times import TODAY
from tests.livestream import films
from tests.livestream.test_processing import (
    listed,
    look_into,
    replay_files,
    sent,
    work_off,
    work_on,
)

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(hours=1)


def folder_of(disk, recording):
    recording.refresh_from_db()
    return disk.root / "recordings" / recording.folder()


def check(disk, recording):
    folder = folder_of(disk, recording)
    return checking.check(lambda name: (folder / name).read_bytes())


def test_people_go_on_watching_while_a_film_is_made_anew(mpeg_film, disk):
    recording = work_on(sent(mpeg_film, disk))
    before = replay_files(disk, recording)
    services.publish(recording=recording, actor=recording.uploaded_by, at=TODAY)

    replays.make_anew(recording, at=LATER)
    look_into(recording, LATER)
    units.claim(owner="test", at=LATER)
    recording.refresh_from_db()
    assert (recording.status, recording.generation) == ("published", 1)
    work_off(LATER + units.LEASE)

    recording.refresh_from_db()
    assert (recording.status, recording.generation) == ("published", 2)
    old = recording.generations.get(number=1)
    assert old.retired_at == LATER + units.LEASE
    assert replay_files(disk, recording, generation=1) == before
    assert replay_files(disk, recording, generation=2) == before


def test_replaced_files_go_after_a_day_and_those_watched_never(short_film, disk):
    recording = work_on(sent(short_film, disk))
    old, now = recording.generations.order_by("number")
    day = timedelta(hours=24)
    assert not services.drop_generation(old, before=TODAY)
    assert not services.drop_generation(now, before=TODAY + day)
    assert services.drop_generation(old, before=TODAY + timedelta(seconds=1))
    old.refresh_from_db()
    assert (old.state, replay_files(disk, recording, generation=1)) == ("dropped", [])
    assert len(replay_files(disk, recording, generation=2)) > 10


def test_a_film_that_cannot_be_made_anew_stays_as_it_is(mpeg_film, disk):
    recording = work_on(sent(mpeg_film, disk))
    (disk.root / "recordings" / recording.upload.stored_as).write_bytes(b"not a film")
    replays.make_anew(recording, at=LATER)
    look_into(recording, LATER)
    assert (recording.status, recording.generation, recording.lease_ends_at) == ("ready", 1, None)
    assert work_off(LATER) == 0


def test_two_finishes_at_once_end_with_the_newer_one():
    recording = RecordingFactory(status="processing", attempt=1)
    kind = Generation.Kind.LADDER
    first, second = (generations.open_generation(recording, kind=kind, at=TODAY) for _ in "12")
    what = {"seconds": 8.0, "has_picture": True, "has_sound": True, "at": TODAY}
    assert generations.show(second, **what)
    assert not generations.show(first, **what)
    recording.refresh_from_db()
    assert (recording.status, recording.generation) == ("ready", 2)


def test_a_list_that_was_lost_is_written_again_from_the_pieces(mpeg_film, disk, monkeypatch):
    recording = look_into(sent(mpeg_film, disk))
    for _ in range(3):
        processing.make_unit(units.claim(owner="test", at=TODAY), lambda: TODAY)
    folder = folder_of(disk, recording)
    whole = (folder / "v108" / LIST_NAME).read_text()
    (folder / "v108" / LIST_NAME).unlink()
    (folder / "v108" / "00003.m4s").write_bytes(b"\0\0\1\0moof, broken off")
    (folder / "v72" / LIST_NAME).write_bytes(b"")

    work_off()

    closed = whole.replace("EVENT", "VOD") + "#EXT-X-ENDLIST\n"
    assert (folder / "v108" / LIST_NAME).read_text() == closed
    assert (folder / "v72" / LIST_NAME).read_text() == closed
    assert listed(disk, recording) == (3, 3, True)
    assert check(disk, recording) == []


PIECE = Segment("00000.m4s", 6.0, 600_000)
LINE = Rendition("v720", "avc1.64001f", (PIECE,), 1280, 720, 25.0)


def test_pieces_said_twice_are_listed_once_and_nothing_grows_after_its_end(disk):
    recording = RecordingFactory(status="processing", attempt=1)
    live = generations.open_generation(recording, kind=Generation.Kind.LIVE, at=TODAY)
    second = replace(PIECE, name="00001.m4s", is_after_break=True, begins_at=TODAY)
    for name in ("init.mp4", "00000.m4s", "00001.m4s"):
        disk.storage.save(f"{live.folder()}/v720/{name}", ContentFile(b"x" * 100))

    assert generations.grow(live, [LINE], target=6)
    assert not generations.grow(live, [replace(LINE, segments=(PIECE, second))])
    text = (disk.root / "recordings" / live.folder() / "v720" / LIST_NAME).read_text()
    assert text.splitlines()[6:] == [
        '#EXT-X-MAP:URI="init.mp4"',
        *("#EXTINF:6.000000,", "00000.m4s"),
        "#EXT-X-DISCONTINUITY",
        f"#EXT-X-PROGRAM-DATE-TIME:{TODAY.isoformat(timespec='milliseconds')}",
        *("#EXTINF:6.000000,", "00001.m4s"),
    ]
    generations.make_whole(live, at=LATER)
    variant = recording.variants.get()
    assert (variant.segments, variant.size) == (2, 200)
    for late in (
        lambda: generations.grow(live, [LINE]),
        lambda: generations.make_whole(live, at=LATER),
    ):
        with pytest.raises(generations.GenerationGone):
            late()


def test_captions_that_were_read_through_stand_in_the_lists(mpeg_film, disk):
    recording = work_on(sent(mpeg_film, disk))
    disk.storage.save("captions/1.vtt", ContentFile("WEBVTT\n\n00:01.000 --> 00:02.000\n大家好\n"))
    captions = Captions.objects.create(
        recording=recording,
        language="zh-Hans",
        edited_at=TODAY,
        stored_as="captions/1.vtt",
        shown_version=3,
        checked_by=recording.uploaded_by,
        checked_at=TODAY,
    )
    generations.put_captions_in(recording)
    folder = folder_of(disk, recording)
    assert 'NAME="简体中文",LANGUAGE="zh-Hans"' in (folder / "master.m3u8").read_text()
    words = (folder / "sub" / "zh-Hans-3.vtt").read_text()
    assert words.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n")
    assert check(disk, recording) == []

    captions.delete()
    generations.put_captions_in(recording)
    assert "SUBTITLES" not in (folder / "master.m3u8").read_text()


def test_a_film_that_is_broken_in_the_middle_says_where(tmp_path, disk):
    film = films.make(
        tmp_path / "middle.mkv",
        *(*films.picture(30, "192x108"), "-c:v", "libx264", "-preset", "ultrafast", "-g", "250"),
    )
    data = bytearray(film.read_bytes())
    for place in range(len(data) // 2, len(data) * 9 // 10, 997):
        data[place : place + 4] = b"\xff\x00\xff\x00"
    film.write_bytes(data)

    recording = work_on(sent(film, disk))

    assert recording.status == "ready"
    assert list(WorkUnit.objects.damaged().values_list("starts_at_seconds", flat=True)) == [12.0]
    assert queries.damaged_places([recording]) == {recording.pk: [12.0]}
    assert check(disk, recording) == []
