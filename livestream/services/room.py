"""Whether there is room for a film: on the disk, in a teacher's share, in an office's.

Asked before the first byte. What others have announced and not sent yet counts as if it were
here already, and so do the replays of films that are here, so that films begun together do not
fill the disk together.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from accounts.models import Unit, User
from livestream.domain import inspection
from livestream.domain.inspection import Lack
from livestream.models import Upload
from livestream.models.uploads import UploadQuerySet

FREE_SHARE = 0.05
"""This much of the disk stays free whatever is sent: a full one would stop everything else."""


class UploadRefused(Exception):
    """There is no room for a film of this size at the moment. ``lack`` says where."""

    def __init__(self, lack: Lack) -> None:
        super().__init__(lack.value)
        self.lack = lack


def ensure_room_for(size: int, *, by: User, unit: Unit | None = None) -> None:
    """Refuse a film before its first byte is read. Raises ``FilmRefused`` or ``UploadRefused``.

    ``unit`` is the office whose film it will be, as soon as that is known.
    """
    inspection.ensure_size(size)
    uploads = Upload.objects.taking_room()
    if _taken(uploads.sent_in().sent_by(by)) + size > settings.FILMS_OF_A_TEACHER:
        raise UploadRefused(Lack.OWN_SHARE)
    if unit is not None and _taken(uploads.for_unit(unit)) + size > settings.FILMS_OF_A_UNIT:
        raise UploadRefused(Lack.UNIT_SHARE)
    scratch = Path(settings.SCRATCH_ROOT)
    scratch.mkdir(parents=True, exist_ok=True)
    disk = shutil.disk_usage(scratch)
    on_their_way = Upload.objects.not_made_yet().values_list("size", "offset")
    wanted = inspection.space_needed(size) + _promised(on_their_way)
    if disk.free - wanted < disk.total * FREE_SHARE:
        raise UploadRefused(Lack.DISK)


def _taken(uploads: UploadQuerySet) -> int:
    return uploads.aggregate(bytes=Sum("size"))["bytes"] or 0


def _promised(on_their_way: Iterable[tuple[int, int]]) -> int:
    """What films will still take: their missing bytes, and their replays."""
    return sum(inspection.space_needed(size) - offset for size, offset in on_their_way)
