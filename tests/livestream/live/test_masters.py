"""The master copy of a live lesson: handed over whole, or the replay stays as it went out."""

import getpass
import os
import subprocess
import threading
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from config.embedded import programs
from config.embedded.ports import free_port
from livestream import ingest, packaging, probing
from livestream.domain.inspection import GIB, OF_A_FILM, OF_A_LIVE_LESSON
from livestream.ingest import receiver
from livestream.management.commands.livepackager import Command
from livestream.management.commands.livereceiver import OurDoor
from livestream.models import Broadcast, Generation, Recording, Take, Upload
from livestream.packaging import masters
from livestream.services import filing, live, packing, room
from livestream.services import films as films_of
from tests.factories.livestream import BroadcastFactory, RecordingFactory, UploadFactory
from tests.factories.times import TODAY
from tests.livestream import films
from tests.livestream.live.stage import Camera, a_broadcast, wait_until
from tests.livestream.live.test_doors import MODULE

A_SECOND = timedelta(seconds=1)


@pytest.fixture
def live_root(settings, disk):
    settings.LIVE_ROOT = disk.root / "live"
    settings.LIVE_ROOT.mkdir()
    return settings.LIVE_ROOT


@pytest.fixture
def packager(transactional_db, live_root):
    """A packager in a thread of this process."""
    command = Command()

    def pack():
        command.handle()
        connection.close()

    thread = threading.Thread(target=pack)
    thread.start()
    yield command
    command.leaving.set()
    thread.join()


@pytest.fixture
def cameras(live_root):
    """``cameras(port, key)``: a camera that sends for a minute, unless it is sent away."""
    made = []

    def camera(port, key, sound="aac"):
        address = f"rtmp://127.0.0.1:{port}/live/{key}"
        made.append(Camera(address, 60, live_root, size="160x90", sound=sound))
        return made[-1]

    yield camera
    for one in made:
        one.close()


class LateDoor(OurDoor):
    """Sends cameras away only when the packager is long done, as it may be in five seconds."""

    def is_wanted(self, name):
        wanted = super().is_wanted(name)
        closed = Broadcast.objects.filter(closed_at__lte=timezone.now() - 2 * A_SECOND)
        is_late = closed.exists()
        connection.close()
        return wanted or not is_late


@pytest.fixture
def on_air(settings, live_root, packager, cameras, monkeypatch):
    """Our own server in threads of this process; gives what makes cameras."""
    monkeypatch.setattr(receiver, "ASK_EVERY_SECONDS", 1.0)
    settings.LIVE_READ_PORT, port = free_port(), free_port()
    server = receiver.Receiver(
        LateDoor(), live_root, listen=("127.0.0.1", port), read_port=settings.LIVE_READ_PORT
    )
    server.start()
    yield lambda key, **more: cameras(port, key, **more)
    server.stop()


@pytest.fixture
def on_nginx(settings, live_root, address, packager, cameras):
    """nginx, as it is configured for a city, in the place of our own server."""
    settings.LIVE_INGEST, settings.LIVE_HOOK_SECRET = "nginx-rtmp", "known-to-both"
    settings.LIVE_PORT = free_port()
    words = ingest.chosen().configuration(hooks=f"{address}/hooks/live/")
    conf = live_root / "nginx.conf"
    conf.write_text(words.replace("modules/ngx_rtmp", f"{MODULE.parent}/ngx_rtmp"))
    mine = f"daemon off; user {getpass.getuser()};"
    command = [programs.nginx(), "-e", live_root / "log", "-c", conf, "-g", mine]
    process = subprocess.Popen(command)
    wait_until((live_root / "nginx.pid").exists, "nginx")
    yield lambda key: cameras(settings.LIVE_PORT, key)
    process.terminate()
    process.wait(10)


def seconds_of(broadcast):
    broadcast.refresh_from_db()
    return (broadcast.recording.seconds or 0.0) if broadcast.recording else 0.0


@pytest.mark.threads
@pytest.mark.parametrize("takes", [pytest.param(1, marks=pytest.mark.deep("media")), 2])
def test_lesson_that_is_ended_while_the_camera_sends_is_handed_over_whole(
    on_air, live_root, takes
):
    broadcast, key = a_broadcast()
    sends = on_air(key)
    wait_until(lambda: seconds_of(broadcast) > 3, "the picture")
    if takes == 2:
        sends.drop()
        before = seconds_of(broadcast)
        sends = on_air(key)
        wait_until(lambda: seconds_of(broadcast) > before + 1, "the picture again")
    live.end(broadcast=broadcast, actor=None, at=timezone.now())
    upload = wait_until(Upload.objects.first, "the master copy")
    sends.wait()
    assert broadcast.takes.count() == takes
    shown = seconds_of(broadcast)
    assert probing.look(filing.local_path(upload.stored_as)).duration > shown - 0.5
    wait_until(lambda: not list(live_root.glob("*.flv")), "nothing is left")


@pytest.mark.threads
@pytest.mark.deep("media")
@pytest.mark.skipif(not MODULE.exists(), reason="libnginx-mod-rtmp is not installed")
def test_lesson_comes_in_by_nginx_and_is_handed_over_whole(on_nginx, live_root):
    broadcast, key = a_broadcast()
    sends = on_nginx(key)
    wait_until(lambda: seconds_of(broadcast) > 3, "the picture")
    live.end(broadcast=broadcast, actor=None, at=timezone.now())
    upload = wait_until(Upload.objects.first, "the master copy")
    sends.wait()
    shown = seconds_of(broadcast)
    assert probing.look(filing.local_path(upload.stored_as)).duration > shown - 0.5


@pytest.mark.threads
def test_picture_that_no_browser_plays_is_told_and_becomes_a_film_in_the_end(
    on_air, live_root, app_client, sign_in
):
    broadcast, key = a_broadcast()
    on_air(key, sound="libmp3lame")
    wait_until(lambda: Take.objects.unplayable().exists(), "it is heard of")
    teacher = sign_in(app_client, broadcast.opened_by)
    state = reverse("livestream:live-state", args=[broadcast.pk])
    assert "H.264" in teacher.get(state).json()["words"]
    assert seconds_of(broadcast) == 0
    live.end(broadcast=broadcast, actor=None, at=timezone.now())
    upload = wait_until(Upload.objects.first, "the master copy")
    assert probing.look(filing.local_path(upload.stored_as)).audio_codec.startswith("mp3")
    assert Recording.objects.get().status == Recording.Status.UPLOADED
    assert not Generation.objects.unfinished().exists()
    assert "我的录像" in teacher.get(state).json()["words"]


def test_trial_stands_in_no_list_of_films_and_is_never_published(today, app_client, sign_in):
    broadcast = BroadcastFactory()
    film = RecordingFactory(ready=True, lesson=broadcast.lesson)
    BroadcastFactory(
        lesson=broadcast.lesson, trial_of=broadcast, key_hash=None, live=True, recording=film
    )
    teacher = sign_in(app_client, film.uploaded_by)
    page = teacher.get(reverse("livestream:list-films")).content.decode()
    assert reverse("livestream:publish-film", args=[film.pk]) not in page
    assert teacher.post(reverse("livestream:publish-film", args=[film.pk])).status_code == 404
    with pytest.raises(films_of.NothingToPublish):
        films_of.publish(recording=film, actor=film.uploaded_by, at=TODAY)


@pytest.fixture
def over(today, live_root):
    """A lesson that is over and closed, ten seconds of which people saw live."""
    broadcast = BroadcastFactory(live=True)
    film = RecordingFactory(published=True, lesson=broadcast.lesson, seconds=10.0)
    Broadcast.objects.filter(pk=broadcast.pk).update(
        status="ended", ended_at=TODAY, closed_at=TODAY, recording=film
    )
    return Broadcast.objects.with_all_to_show().get(pk=broadcast.pk)


def took(broadcast, number, root=None, film=None, **more):
    """A take; with a film it is over and recorded."""
    more = {"ended_at": TODAY, "recorded_as": f"{broadcast.pk}-{number}.flv"} | more
    if film is not None:
        (root / more["recorded_as"]).write_bytes(film.read_bytes())
    return Take.objects.create(
        broadcast=broadcast, number=number, began_at=TODAY, heard_at=TODAY, **more
    )


def waiting(at=TODAY):
    return Broadcast.objects.with_master_to_hand_over(at).exists()


@pytest.mark.parametrize("lacks", [{"ended_at": None, "recorded_as": ""}, {"recorded_as": ""}])
def test_master_copy_is_waited_for_a_minute(over, lacks):
    took(over, 1)
    assert waiting()
    took(over, 2, **lacks)
    assert not waiting(TODAY + 59 * A_SECOND)
    assert waiting(TODAY + 60 * A_SECOND)


@pytest.fixture(scope="session")
def flv(film_folder):
    """So many seconds as a camera sends them."""

    def made(seconds):
        words = (*films.picture(seconds), *films.tone(seconds), "-c:v", "libx264")
        return films.make(film_folder / f"{seconds}.flv", *words, "-g", "20", "-c:a", "aac")

    return made


def test_fragment_replaces_nothing_that_people_saw(over, live_root, flv):
    took(over, 1, recorded_as="")
    took(over, 2, live_root, flv(3))
    packaging.hand_over(over, lambda: TODAY + 60 * A_SECOND)
    over.refresh_from_db()
    assert over.handed_over_at is not None
    assert not Upload.objects.exists()
    assert Recording.objects.get().seconds == 10.0


def test_whole_film_is_handed_over_and_its_copies_go(over, live_root, flv):
    for number in (1, 2):
        took(over, number, live_root, flv(5))
    packaging.hand_over(over, lambda: TODAY)
    assert probing.look(filing.local_path(Upload.objects.get().stored_as)).duration > 9.5
    assert not list(live_root.iterdir())


def test_without_room_nothing_is_given_up(over, live_root, flv, monkeypatch):
    took(over, 1, live_root, flv(10))
    monkeypatch.setattr("livestream.domain.inspection.space_needed", lambda size: 2**62)
    with pytest.raises(packaging.NoRoom):
        packaging.hand_over(over, lambda: TODAY)
    assert waiting()
    assert len(list(live_root.iterdir())) == 1


def test_copies_that_nobody_waits_for_are_swept(over, live_root, flv):
    took(over, 1, live_root, flv(3))
    orphan, fresh = live_root / "77-1.flv", live_root / "78-1.flv"
    for path in (orphan, fresh):
        path.write_bytes(b"x")
    old = time.time() - masters.LEFT_SECONDS - 1
    for path in (orphan, live_root / f"{over.pk}-1.flv"):
        os.utime(path, (old, old))
    call_command("prune_uploads")
    assert {path.name for path in live_root.iterdir()} == {fresh.name, f"{over.pk}-1.flv"}
    packing.hand_over(over, stored_as="", size=0, at=TODAY)
    call_command("prune_uploads")
    assert [path.name for path in live_root.iterdir()] == [fresh.name]


def test_server_that_begins_anew_knows_what_it_wrote_before(over):
    take = took(over, 1, ended_at=None, recorded_as="")
    live.forget_cameras(at=TODAY, master_of=receiver.file_of)
    take.refresh_from_db()
    assert (take.recorded_as, take.ended_at) == (f"{over.pk}-1.flv", TODAY)


def test_lesson_that_nobody_came_back_to_ends_without_a_packager(today, disk):
    lost = BroadcastFactory(live=True, lost_at=TODAY - timedelta(seconds=121))
    call_command("reconcile_films")
    lost.refresh_from_db()
    assert lost.status == Broadcast.Status.ENDED


def test_master_copy_is_judged_by_its_own_measure_and_is_nobodys_share(over, settings):
    film = over.recording
    UploadFactory(recording=film, size=9 * GIB)
    assert (film.most(), RecordingFactory(ready=True).most()) == (OF_A_LIVE_LESSON, OF_A_FILM)
    settings.FILMS_OF_A_TEACHER = GIB
    room.ensure_room_for(100, by=film.uploaded_by)
    UploadFactory(recording=RecordingFactory(ready=True, uploaded_by=film.uploaded_by), size=GIB)
    with pytest.raises(room.UploadRefused):
        room.ensure_room_for(100, by=film.uploaded_by)


def test_mediamtx_reports_of_a_take_after_its_camera_came_back(
    app_client, over, live_root, settings
):
    settings.LIVE_INGEST, settings.LIVE_HOOK_SECRET = "mediamtx", "known to both"
    url = f"{reverse('livestream:hook-record')}?secret=known+to+both"
    folder = live_root / "live" / str(over.pk)
    folder.mkdir(parents=True)
    for number in (1, 2):
        took(over, number, recorded_as="")
    for name in ("first.mp4", "second.mp4"):
        (folder / name).write_bytes(b"x")
        said = {"path": f"live/{over.pk}", "file": str(folder / name)}
        assert app_client.post(url, said).status_code == 204
    names = over.takes.in_order().values_list("recorded_as", flat=True)
    assert list(names) == [f"live/{over.pk}/{name}" for name in ("first.mp4", "second.mp4")]


@pytest.fixture
def another_disk():
    """A folder on another disk than the films: memory, which every Linux has."""
    with TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def test_film_from_another_disk_is_never_in_memory_as_a_whole(disk, another_disk):
    film = another_disk / "film.mkv"
    with film.open("wb") as file:
        file.truncate(64 * 1024**2)
    tracemalloc.start()
    filing.take_in(film, "source/aa/film")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert filing.storage().size("source/aa/film") == 64 * 1024**2
    assert not film.exists()
    assert most < 8 * 1024**2
    assert disk() == ["recordings/source/aa/film"]
