from datetime import timedelta

import av
import pytest
from django.core.files.base import ContentFile, File
from PIL import Image

from accounts.errands import TryAgainLater
from accounts.models import AuditEvent
from livestream import ffmpeg, processing, tasks
from livestream.domain import command, inspection, storyboard
from livestream.domain.inspection import Problem
from livestream.models import Generation, Recording
from livestream.services import generations, replays, units
from tests.factories.livestream import RecordingFactory, UploadFactory
from tests.factories.times import TODAY
from tests.livestream import films

pytestmark = pytest.mark.django_db


def sent(path, disk, **more):
    """A recording whose film lies in the storage."""
    upload = UploadFactory(recording=RecordingFactory(**more), size=path.stat().st_size)
    with path.open("rb") as film:
        disk.storage.save(upload.stored_as, File(film))
    return upload.recording


def look_into(recording, at=TODAY):
    processing.take_up(replays.claim(recording.pk, at=at), lambda: at)
    recording.refresh_from_db()
    return recording


def work_off(at=TODAY):
    """Do all the work that there is; return how many units it took."""
    done = 0
    while (unit := units.claim(owner="test", at=at)) is not None:
        processing.make_unit(unit, lambda: at)
        done += 1
    return done


def work_on(recording, at=TODAY):
    look_into(recording, at)
    work_off(at)
    recording.refresh_from_db()
    return recording


def state(recording):
    recording.refresh_from_db()
    return recording.status, recording.problem, recording.lease_ends_at


def replay_files(disk, recording, generation=1):
    folder = f"recordings/{recording.folder(generation)}/"
    return [name.removeprefix(folder) for name in disk() if name.startswith(folder)]


KEYS = "keyframes.m3u8"


def listed(disk, recording, variant="v108"):
    """How many pieces picture and sound have in their lists, and whether these are closed."""
    folder = disk.root / "recordings" / recording.folder()
    if not (folder / "master.m3u8").exists():
        return None
    picture, sound = ((folder / name / "index.m3u8").read_text() for name in (variant, "audio"))
    ends = "#EXT-X-ENDLIST" in picture
    assert ends == ("#EXT-X-ENDLIST" in sound)
    return picture.count("#EXTINF"), sound.count("#EXTINF"), ends


def decoded(disk, recording, variant):
    """Frames and seconds a decoder finds in a list of the replay."""
    path = disk.root / "recordings" / recording.folder() / variant / "index.m3u8"
    with av.open(str(path)) as container:
        stream = container.streams[0]
        times = [frame.time for frame in container.decode(stream)]
    return len(times), times[-1] - times[0]


PIECES = ["00000.m4s", "00001.m4s", "index.m3u8", "init.mp4"]


def test_a_film_becomes_a_replay_with_two_sizes_and_the_sound(short_film, disk):
    recording = work_on(sent(short_film, disk))

    assert state(recording) == ("ready", "", None)
    assert (recording.generation, recording.progress) == (2, 100)
    assert recording.seconds == pytest.approx(8.0, abs=0.05)
    assert replay_files(disk, recording, generation=2) == sorted(
        [
            *(f"audio/{name}" for name in PIECES),
            "film.mp4",
            "master.m3u8",
            "poster.jpg",
            *(f"{size}/{name}" for size in ("v120", "v180") for name in (*PIECES, KEYS)),
            "sb/sheet.jpg",
            "sb/thumbs.vtt",
        ]
    )
    assert [name for name in disk() if name.startswith("scratch/")] == []
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"replay made"}


def test_a_film_that_every_player_plays_is_shown_as_it_is_until_all_sizes_are_made(
    short_film, disk
):
    recording = look_into(sent(short_film, disk))

    assert (*state(recording), recording.generation) == ("ready", "", None, 1)
    assert replay_files(disk, recording) == sorted(
        [
            *(f"audio/{name}" for name in PIECES),
            "master.m3u8",
            "poster.jpg",
            *(f"v180/{name}" for name in (*PIECES, KEYS)),
        ]
    )
    assert decoded(disk, recording, "v180")[0] == 200
    later = TODAY + timedelta(minutes=1)
    work_off(later)
    kept = [
        (g.number, g.kind, g.state, g.retired_at) for g in recording.generations.order_by("pk")
    ]
    assert kept == [(1, "copy", "whole", later), (2, "ladder", "whole", None)]


def test_another_film_can_be_watched_while_it_is_being_made(mpeg_film, disk):
    recording = look_into(sent(mpeg_film, disk))
    assert (*state(recording), recording.generation) == ("processing", "", None, 0)
    seen = []
    while (unit := units.claim(owner="test", at=TODAY)) is not None:
        processing.make_unit(unit, lambda: TODAY)
        recording.refresh_from_db()
        seen.append((unit.kind, recording.status, listed(disk, recording)))
    assert seen == [
        ("picture", "processing", None),
        ("sound", "ready", (2, 2, False)),
        ("picture", "ready", (3, 3, False)),
        ("sheet", "ready", (3, 3, True)),
    ]
    assert recording.generations.get().state == "whole"


def test_a_long_film_is_watched_before_its_sound_is_made_to_the_end(tmp_path, disk, monkeypatch):
    long_talk = films.make(
        tmp_path / "long.mpg",
        *(*films.picture(240, "192x108", 10), *films.tone(240)),
        *("-c:v", "mpeg2video", "-q:v", "20", "-c:a", "mp2"),
    )
    recording = look_into(sent(long_talk, disk))
    seen = []
    advance = processing.packing.advance

    def watched(generation, now):
        advance(generation, now)
        sound = recording.work_units.get(kind="sound")
        recording.refresh_from_db()
        seen.append((sound.state, recording.status, listed(disk, recording)))

    monkeypatch.setattr(processing.packing, "advance", watched)
    for kind in ("picture", "sound"):
        unit = units.claim(owner="test", at=TODAY)
        assert unit.kind == kind
        processing.make_unit(unit, lambda: TODAY)
    assert seen[0] == ("planned", "processing", None)
    assert seen[1] in [("leased", "ready", (pieces, pieces, False)) for pieces in (1, 2)]
    assert seen[-1][0] == "done"


def test_one_size_is_kept_as_a_plain_file_with_its_sound(mpeg_film, disk):
    recording = work_on(sent(mpeg_film, disk))
    file = disk.root / "recordings" / recording.folder() / "film.mp4"
    data = file.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # it begins before all of it has come
    with av.open(str(file)) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        assert float(film.duration / av.time_base) == pytest.approx(14, abs=0.1)
        starts = [float(one.start_time * one.time_base) for one in (video, audio)]
        assert starts == [pytest.approx(0, abs=0.1), pytest.approx(starts[0], abs=0.03)]
        assert sum(1 for _frame in film.decode(video)) == 14 * 25


@pytest.mark.parametrize("name", ["light.mp4", "light.ts", "light.mkv", "light.avi", "light.mpg"])
def test_small_pictures_show_their_own_stretch_of_the_film(tmp_path, name):
    """Light and dark by turns of five seconds, with a key frame every second."""
    light = "drawbox=c=white:t=fill:enable='gte(mod(t,10),5)'"
    film = films.make(
        tmp_path / name,
        *("-f", "lavfi", "-i", f"color=black:s=320x180:r=25:d=20,{light}"),
        *("-g", "25", "-bf", "2" if name != "light.avi" else "0"),
    )

    words = command.sheet(storyboard.sheet_for(20.0, 320, 180), str(film))
    ffmpeg.run(words, limits=films.LIMITS, folder=tmp_path)

    sheet = Image.open(tmp_path / "sheet.jpg").convert("L")
    middles = [sheet.getpixel((192 * number + 96, 54)) for number in range(4)]
    assert [middle > 128 for middle in middles] == [False, True, False, True]


def test_every_list_decodes_whole(short_film, disk):
    recording = work_on(sent(short_film, disk))

    assert decoded(disk, recording, "v180") == (200, pytest.approx(7.96))
    assert decoded(disk, recording, "v120") == (200, pytest.approx(7.96))
    assert decoded(disk, recording, "audio")[1] == pytest.approx(8.0, abs=0.15)


def test_the_master_states_what_was_measured(short_film, disk):
    recording = work_on(sent(short_film, disk))
    variants = {
        variant.name: variant
        for variant in recording.variants.filter(generation=recording.generation)
    }

    master = (disk.root / "recordings" / recording.folder() / "master.m3u8").read_text()
    assert set(variants) == {"v180", "v120", "audio"}
    assert (variants["v180"].width, variants["v180"].height) == (320, 180)
    assert variants["audio"].codec == "mp4a.40.2"
    together = variants["v180"].average_bandwidth + variants["audio"].average_bandwidth
    stated = [int(line.split("AVERAGE-BANDWIDTH=")[1].split(",")[0])
              for line in master.splitlines() if "320x180,FRAME-RATE" in line]  # fmt: skip
    assert stated == [pytest.approx(together, abs=1)]


def test_sound_and_picture_stay_together(tmp_path, disk):
    """A flash and a beep at the same moment come out at the same moment."""
    beep = "aevalsrc='if(between(t,3,3.5),0.5*sin(2*PI*880*t),0)':d=6:s=48000"
    film = films.make(
        tmp_path / "clap.mp4",
        *("-f", "lavfi", "-i", "color=black:s=320x180:r=25:d=6", "-f", "lavfi", "-i", beep),
        *("-vf", "drawbox=c=white:t=fill:enable='between(t,3,3.5)'"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
    )
    recording = work_on(sent(film, disk))

    def first(variant, is_it):
        """When the first picture or sound is shown, and when the first of these."""
        folder = disk.root / "recordings" / recording.folder() / variant
        whole = tmp_path / f"{variant}.mp4"
        pieces = [folder / "init.mp4", *sorted(folder.glob("*.m4s"))]
        whole.write_bytes(b"".join(piece.read_bytes() for piece in pieces))
        with av.open(str(whole)) as container:
            times = [(frame.time, is_it(frame.planes[0])) for frame in container.decode()]
        return times[0][0], next(time for time, it in times if it)

    # This reader shows reordered pictures late; players go by the boxes, where all begins at 10 s.
    begins, late = first("v180", lambda plane: max(bytes(plane)) > 128)
    flash = late - begins + command.BASE_SECONDS
    _begins, heard = first("audio", lambda plane: max(memoryview(bytes(plane)).cast("f")) > 0.05)
    assert heard == pytest.approx(flash, abs=0.04)


@pytest.mark.parametrize(
    ("film", "folders"),
    [("sound_only", {"audio"}), ("silent_film", {"v180", "v120"})],
)
def test_sound_alone_and_picture_alone_become_replays(film, folders, disk, request):
    recording = work_on(sent(request.getfixturevalue(film), disk))
    assert recording.status == "ready"
    assert {v.name for v in recording.variants.all()} == folders
    assert (recording.has_picture, recording.has_sound) == (
        folders != {"audio"},
        "audio" in folders,
    )


def test_an_upright_film_of_a_phone_comes_out_upright(tmp_path, short_film, disk):
    turned = films.make(
        tmp_path / "turned.mp4", "-display_rotation", "90", "-i", str(short_film), "-c", "copy"
    )
    recording = work_on(sent(turned, disk))
    largest = recording.variants.order_by("-average_bandwidth").first()
    assert (largest.width, largest.height) == (180, 320)


def test_a_cut_film_fails_with_the_place_of_the_cut(cut_film, disk):
    recording = work_on(sent(cut_film, disk))
    assert state(recording) == ("failed", "cut_off", None)
    assert 2.0 < recording.cut_at_seconds < 6.0
    assert replay_files(disk, recording) == []


def test_what_is_there_of_a_cut_film_becomes_a_replay_when_that_is_wanted(cut_film, disk):
    recording = work_on(sent(cut_film, disk, takes_what_is_there=True))
    assert recording.status == "ready"
    assert 2.0 < recording.seconds < 6.0


def test_a_film_with_a_broken_middle_leaves_nothing_half_done(tmp_path, short_film, disk):
    data = bytearray(short_film.read_bytes())
    start = data.index(b"mdat") + 8
    data[start:] = bytes(len(data) - start)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)

    recording = work_on(sent(broken, disk))

    assert state(recording) == ("failed", "damaged", None)
    assert replay_files(disk, recording) == []
    assert [name for name in disk() if name.startswith("scratch/")] == []


def test_progress_is_real_and_only_moves_forward(mpeg_film, disk, monkeypatch):
    recording = look_into(sent(mpeg_film, disk))
    told = []
    keep = units.keep

    def listen(unit, *, at):
        keep(unit, at=at)
        told.append(Recording.objects.get().progress)

    monkeypatch.setattr(units, "keep", listen)
    monkeypatch.setattr(ffmpeg, "PROGRESS", ("-progress", "pipe:1", "-stats_period", "0.02"))
    work_off()
    recording.refresh_from_db()

    assert told == sorted(told)
    assert len({figure for figure in told if 10 < figure < 90}) > 2
    assert recording.progress == 100


def test_a_second_delivery_finds_the_recording_in_hand_and_comes_again(short_film, disk, today):
    recording = sent(short_film, disk)
    replays.claim(recording.pk, at=TODAY)

    with pytest.raises(TryAgainLater):
        tasks.process_recording.run.__wrapped__(str(recording.pk))

    assert Recording.objects.get().attempt == 1


def test_a_delivery_of_a_finished_recording_changes_nothing(today):
    recording = RecordingFactory(published=True)
    before = Recording.objects.values().get()
    tasks.process_recording.run.__wrapped__(str(recording.pk))
    assert Recording.objects.values().get() == before


def test_a_dead_worker_is_followed_by_another_and_can_change_nothing_any_more(short_film, disk):
    recording = sent(short_film, disk)
    dead = replays.claim(recording.pk, at=TODAY)
    begun = generations.open_generation(recording, kind=Generation.Kind.COPY, at=TODAY)
    disk.storage.save(f"{recording.folder(1)}/v180/00000.m4s", ContentFile(b"half"))
    (disk.root / "scratch" / f"film-{recording.pk}" / "1").mkdir(parents=True)
    assert replays.claim(recording.pk, at=TODAY + timedelta(minutes=1)) is None

    later = TODAY + timedelta(minutes=4)
    work_on(recording, at=later)

    begun.refresh_from_db()
    assert (recording.status, recording.generation, begun.state) == ("ready", 3, "dropped")
    assert replay_files(disk, recording, generation=1) == []
    assert list((disk.root / "scratch").iterdir()) == []
    with pytest.raises(replays.LeaseLost):
        replays.keep_lease(dead, percent=50, at=later)
    with pytest.raises(replays.LeaseLost):
        replays.plan_work(dead, begun, (), has_sound=True)
    replays.give_up(dead, inspection.FilmRefused(Problem.DAMAGED), at=later)
    assert state(recording)[0] == "ready"


def test_the_lease_is_kept_while_a_film_is_read_to_its_end(
    tmp_path, short_film, disk, monkeypatch
):
    monkeypatch.setattr(processing.places, "KEPT_EVERY_SECONDS", 0.0)
    film = films.make(tmp_path / "whole.mkv", "-i", str(short_film), "-c", "copy")
    recording = replays.claim(sent(film, disk).pk, at=TODAY)
    kept = []

    def now():
        kept.append(Recording.objects.get(pk=recording.pk).lease_ends_at)
        if len(kept) == 500:  # of its 545 packets; another worker has it from here on
            Recording.objects.update(attempt=2)
        return TODAY + timedelta(seconds=len(kept))

    processing.take_up(recording, now)

    assert len(kept) == 500
    assert kept[-1] == TODAY + timedelta(seconds=499) + replays.LEASE
    assert state(recording)[0] == "processing"
    assert not Generation.objects.exists()


def test_losing_the_lease_on_the_way_stops_ffmpeg_and_shows_nothing(short_film, disk, monkeypatch):
    recording = sent(short_film, disk)
    run = ffmpeg.run

    def overtaken(*arguments, **more):
        Recording.objects.filter(pk=recording.pk).update(attempt=2)
        return run(*arguments, **more)

    monkeypatch.setattr(ffmpeg, "run", overtaken)
    look_into(recording)
    assert (recording.status, recording.attempt, recording.generation) == ("processing", 2, 0)
    assert replay_files(disk, recording) == []


@pytest.mark.parametrize("signal", ["KILL", "TERM"])
def test_a_killed_ffmpeg_is_the_machines_fault_and_comes_again(
    short_film, disk, monkeypatch, signal
):
    recording = sent(short_film, disk)
    monkeypatch.setattr(
        ffmpeg, "LAUNCHER", f"import os, signal; os.kill(0 or os.getpid(), signal.SIG{signal})"
    )

    with pytest.raises(processing.TryLater):
        look_into(recording)

    assert state(recording) == ("uploaded", "", None)


def test_after_four_attempts_the_film_fails_in_words(short_film, disk, monkeypatch):
    recording = sent(short_film, disk, attempt=3)
    monkeypatch.setattr(ffmpeg, "LAUNCHER", "import os; os.kill(os.getpid(), 9)")
    look_into(recording)
    assert state(recording) == ("failed", "our_fault", None)
