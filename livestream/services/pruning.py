"""Films on their way that nobody sees to any more.

Each is seen to under its lock: one that is being sent just now is left alone.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from livestream.models import Upload
from livestream.services import incoming, uploads

log = logging.getLogger(__name__)

LEFT_SECONDS = 3600
"""Files without a row that are older were left by a process that died."""


def take_up_finished(*, at: datetime) -> int:
    """Look into films whose last byte came while the web was being stopped. Return how many."""
    done = 0
    for upload in Upload.objects.all_here().with_what_it_shows():
        with suppress(incoming.Busy, uploads.UploadGone):
            done += _taken_up(upload, at=at)
    return done


def _taken_up(upload: Upload, *, at: datetime) -> bool:
    with incoming.alone(upload.press):
        still = Upload.objects.all_here().with_what_it_shows().filter(pk=upload.pk).first()
        if still is None:
            return False
        try:
            uploads.finish_upload(still, at=at)
        except OSError:  # one film on a broken disk must not keep the others waiting
            log.exception("upload %s", still.pk)
            return False
    return True


def drop_expired(*, at: datetime) -> int:
    """Delete films that nobody went on with in time, with their bytes. Return how many."""
    gone = 0
    for upload in Upload.objects.unfinished().expired(at):
        with suppress(incoming.Busy, uploads.UploadGone):
            uploads.give_up(upload, actor=None, at=at)
            gone += 1
    return gone


def sweep_uploads() -> int:
    """Delete what a process that died left of films that are finished or gone."""
    swept = 0
    known = {press.hex for press in Upload.objects.unfinished().values_list("press", flat=True)}
    for path in incoming.folder().iterdir():
        if path.stem in known or time.time() - path.stat().st_mtime < LEFT_SECONDS:
            continue
        with suppress(incoming.Busy, ValueError), incoming.alone(UUID(path.stem)):
            incoming.forget(UUID(path.stem))
            swept += 1
    return swept
