"""The small server that takes live lessons in, for as long as the process lives."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from accounts import clock
from livestream.domain.live import PublishRefused
from livestream.ingest.embedded import sign
from livestream.ingest.receiver import Receiver, file_of
from livestream.services import live
from livestream.wording import live as wording

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class OurDoor:
    """Asks our services; the thread of a camera holds no connection to the database meanwhile."""

    def admit(self, key: str, publisher: str) -> str:
        return _ask(lambda: live.admit(key=key, publisher=publisher, at=clock.now()).name)

    def is_wanted(self, name: str) -> bool:
        try:
            return _ask(lambda: live.hear(name=name, at=clock.now()))
        except Exception:
            log.exception("take %s goes on while the database is away", name)
            return True

    def left(self, name: str, recorded_as: str) -> None:
        def note() -> None:
            live.keep_master(name=name, recorded_as=recorded_as)
            live.leave(name=name, at=clock.now())

        _ask(note)

    def in_words(self, refused: PublishRefused) -> str:
        return wording.camera_refused(refused.reason)

    def sign(self, name: str) -> str:
        return sign(name)


class Command(BaseCommand):
    help = "Take live lessons in by RTMP, where neither nginx nor MediaMTX does (LIVE_INGEST)."

    def handle(self, **options: Any) -> None:
        leaving = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: leaving.set())
        live.forget_cameras(at=clock.now(), master_of=file_of)
        connection.close()
        receiver = Receiver(
            OurDoor(),
            settings.LIVE_ROOT,
            listen=(settings.LIVE_LISTEN, settings.LIVE_PORT),
            read_port=settings.LIVE_READ_PORT,
        )
        receiver.start()
        leaving.wait()
        receiver.stop()


def _ask(question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    finally:
        connection.close()
