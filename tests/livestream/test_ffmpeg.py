import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livestream import ffmpeg
from tests.livestream import films

LONG = [
    *("-re", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=5:d=600"),
    *("-f", "null", "-"),
]


def running(marker):
    """Processes whose command line holds a marker."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if marker.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (OSError, ValueError):
            continue
    return found


def limits(**more):
    return ffmpeg.Limits(**{"wall_seconds": 60, "cpu_seconds": 60, **more})


def test_progress_is_heard_and_only_moves_forward(tmp_path):
    heard = []
    ffmpeg.run(
        [*films.picture(8), "-f", "null", "-"],
        limits=limits(),
        folder=tmp_path,
        on_progress=heard.append,
    )
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(8.0, abs=0.1)


def test_a_failure_carries_what_ffmpeg_said(tmp_path):
    with pytest.raises(ffmpeg.FfmpegFailed, match="No such file"):
        ffmpeg.run(["-i", "file:missing.mp4", "-f", "null", "-"], limits=limits(), folder=tmp_path)


def test_a_run_without_progress_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(ffmpeg, "GRACE_SECONDS", 1.0)
    os.mkfifo(tmp_path / "never.mp4")  # opening it blocks for ever: nobody writes
    began = time.monotonic()
    with pytest.raises(ffmpeg.FfmpegStalled):
        ffmpeg.run(
            ["-i", "file:never.mp4", "-f", "null", "-"],
            limits=limits(stall_seconds=1.0),
            folder=tmp_path,
        )
    assert time.monotonic() - began < 15
    assert running("file:never.mp4") == []


def test_a_run_that_takes_too_long_is_ended_although_it_moves(tmp_path):
    with pytest.raises(ffmpeg.FfmpegStalled):
        ffmpeg.run([*LONG, "slow-marker"][:-1], limits=limits(wall_seconds=1), folder=tmp_path)


def test_losing_the_lease_ends_ffmpeg_and_goes_on_upwards(tmp_path):
    class LeaseLost(Exception):
        pass

    def lose(_seconds):
        raise LeaseLost

    with pytest.raises(LeaseLost):
        ffmpeg.run(
            [*LONG[:-1], "-metadata", "title=lease-marker", "-"],
            limits=limits(),
            folder=tmp_path,
            on_progress=lose,
        )
    assert running("lease-marker") == []


def test_ffmpeg_dies_with_the_worker_that_started_it(tmp_path):
    words = [*LONG[:-1], "-metadata", "title=orphan-marker", "-"]
    code = (
        "import sys; from pathlib import Path; import django; django.setup();"
        "from livestream import ffmpeg;"
        f"ffmpeg.run({words!r}, limits=ffmpeg.Limits(60, 60), folder=Path({str(tmp_path)!r}),"
        "on_progress=lambda s: print('up', flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline().strip() == b"up"
        ends = [os.pidfd_open(pid) for pid in running("title=orphan-marker") if pid != worker.pid]
        worker.kill()
    assert ends
    for end in ends:
        assert select.select([end], [], [], 5)[0], "ffmpeg outlived its worker"
        os.close(end)


def test_a_file_may_not_grow_without_end(tmp_path):
    with pytest.raises(ffmpeg.FfmpegFailed):
        ffmpeg.run(
            [*films.picture(4, "640x360"), "-c:v", "rawvideo", "big.avi"],
            limits=limits(file_bytes=1_000_000),
            folder=tmp_path,
        )
    assert (tmp_path / "big.avi").stat().st_size <= 1_000_000


def test_a_run_may_not_take_memory_without_end(tmp_path):
    room = limits(memory_bytes=ffmpeg.GIB // 2)
    plain = [*films.picture(1), "-f", "null", "-"]
    ffmpeg.run(plain, limits=room, folder=tmp_path)
    huge = ["-f", "lavfi", "-i", "color=s=16000x16000:r=2:d=5", "-f", "null", "-"]
    with pytest.raises(ffmpeg.FfmpegFailed):
        ffmpeg.run(huge, limits=room, folder=tmp_path)


def test_a_disk_that_cannot_be_read_is_no_film_that_ended(tmp_path):
    """ffmpeg itself says so, and ends as if there were no more pictures."""
    unreadable = ["-f", "s16le", "-i", "file:/proc/self/mem", "-f", "null", "-"]
    with pytest.raises(ffmpeg.FfmpegKilled, match="Input/output error"):
        ffmpeg.run(unreadable, limits=limits(), folder=tmp_path)


def test_a_run_that_takes_all_the_processor_is_ended(tmp_path):
    with pytest.raises(ffmpeg.FfmpegKilled, match="signal"):
        ffmpeg.run(
            [*films.picture(600, "1280x720"), "-c:v", "libx264", "-f", "null", "-"],
            limits=limits(cpu_seconds=1),
            folder=tmp_path,
        )


def test_a_run_makes_way_for_everything_else(tmp_path):
    class Seen(Exception):
        pass

    def look(_seconds):
        raise Seen(*{os.getpriority(os.PRIO_PROCESS, pid) for pid in running("nice-marker")})

    with pytest.raises(Seen) as seen:
        ffmpeg.run(
            [*LONG[:-1], "-metadata", "title=nice-marker", "-"],
            limits=limits(),
            folder=tmp_path,
            on_progress=look,
        )
    assert seen.value.args == (min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10),)
