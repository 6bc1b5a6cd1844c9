"""A classroom that goes out live for real: camera, the server that takes it in, packagers."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import imageio_ffmpeg
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg.types.range import Range

from config.embedded.places import ROOT
from config.embedded.ports import free_port
from livestream.models import Broadcast
from livestream.services import live
from tests.factories.livestream import LessonFactory

PATIENCE = 60.0


class Camera:
    """ffmpeg as a teacher's program: moving picture, tone, key frames every two seconds."""

    def __init__(
        self,
        address: str,
        seconds: float,
        folder: Path,
        size: str = "320x180",
        sound: str = "aac",
    ) -> None:
        self.sent = 0.0
        self.began = time.time()
        self.log = (folder / f"camera-{uuid4().hex[:6]}.log").open("w+b")
        self.process = subprocess.Popen(
            [
                *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error"),
                *("-progress", "pipe:1", "-stats_period", "0.1", "-re", "-f", "lavfi"),
                *("-i", f"testsrc2=s={size}:r=25:d={seconds}"),
                *("-re", "-f", "lavfi", "-i", f"sine=f=330:r=44100:d={seconds}"),
                *("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-keyint_min", "50"),
                *("-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", sound, "-b:a", "64k"),
                *("-f", "flv", address),
            ],
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, _, value = line.decode().strip().partition("=")
            if name == "out_time_us" and value.isdigit():
                self.sent = int(value) / 1e6

    def wait(self, patience: float = 60.0) -> int:
        """Wait until it has sent everything, or was sent away."""
        code = self.process.wait(patience)
        self.reader.join(2)
        return code

    def drop(self) -> float:
        """The line breaks: no goodbye. How many seconds had been sent."""
        self.process.kill()
        self.wait()
        return self.sent

    def said(self) -> str:
        """What its program showed."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def close(self) -> None:
        """Leave nothing of it."""
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()


class Stage:
    """Processes of the product on the database of the test."""

    def __init__(self, folder: Path, **settings_of_live: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.cameras: list[Camera] = []
        name = connection.settings_dict["NAME"]
        parts = urlsplit(os.environ["DATABASE_URL"])
        url = urlunsplit(parts._replace(path=f"/{name}"))
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": url,
            "DATABASE_OWNER_URL": url,
            "LIVE_PORT": str(self.port),
            "LIVE_READ_PORT": str(free_port()),
            "DATABASE_ROLE": "app",
            "PYTHONUNBUFFERED": "1",
            **settings_of_live,
        }

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command of ``manage.py`` that stays."""
        with (self.folder / f"{command[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", *command],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def wait_for_the_port(self, port: int | None = None) -> None:
        """Wait until cameras are taken in."""
        import socket

        def answers() -> bool:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port or self.port), 1):
                return True
            return False

        wait_until(answers, "the port answers", patience=120)

    def camera(self, key: str, seconds: float, **more: str) -> Camera:
        """A camera that sends with this key."""
        address = f"rtmp://127.0.0.1:{self.port}/live/{key}"
        self.cameras.append(Camera(address, seconds, self.folder, **more))
        return self.cameras[-1]

    def close(self) -> None:
        """End everything that still runs."""
        for camera in self.cameras:
            camera.close()
        for process in self.processes:
            kill(process, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                kill(process, signal.SIGKILL)
                process.wait(5)

    def said(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


def kill(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    """End a process and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def wait_until(is_so, what: str, patience: float = PATIENCE, every: float = 0.1):
    """Wait for something of another process; give what it is."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if found := is_so():
            return found
        time.sleep(every)
    raise AssertionError(f"{what}: not within {patience:.0f} s")


def a_broadcast(begins_in: timedelta = timedelta(minutes=-5)) -> tuple[Broadcast, str]:
    """A lesson of this very hour that is to go out live, and the key its teacher was shown."""
    now = timezone.now()
    begins = now + begins_in
    lesson = LessonFactory(during=Range(begins, begins + timedelta(minutes=90)))
    teacher = lesson.section.teacher.user
    broadcast = live.open_broadcast(meeting=lesson, actor=teacher, at=now)
    key = live.make_key(broadcast=broadcast, press=uuid4(), actor=teacher, at=now)
    return broadcast, key


def films_root() -> Path:
    return Path(settings.RECORDINGS_ROOT)
