"""Papers that prove a special cause: kept apart and by chance names, read by few, then deleted.

Nothing here is reached by an address of the web server: a view hands a paper to whoever decides,
one at a time, and each reading is written down. Once it is decided the file is gone; its digest
and its kind stay, so that it can be said what was looked at.
"""

import hashlib
import os
import time
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, UnidentifiedImageError

from accounts import scope
from accounts.models import AuditEvent, User
from enrolment.models import Refund, RefundPaper

LARGEST = 10 * 1024 * 1024
LEFT_BEHIND = timedelta(hours=1)  # older than any request that may still write its row
PDF = b"%PDF-"
NO_PICTURE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError,
)  # fmt: skip
PICTURES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
SENT_AS = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}


class PaperRefused(ValueError):
    """It is too large, or no picture and no PDF: shown to whoever sent it."""


def kind_of(content: bytes) -> str:
    """Return what a file is by what is in it, whatever it is called. Raises ``PaperRefused``."""
    if len(content) > LARGEST:
        raise PaperRefused("too large")
    if content.startswith(PDF):
        return "pdf"
    try:
        with Image.open(BytesIO(content), formats=list(PICTURES)) as picture:
            picture.verify()
            return PICTURES[str(picture.format)]
    except NO_PICTURE:
        raise PaperRefused("neither a picture nor a PDF") from None


def keep_paper(
    *,
    refund: Refund,
    kind: str,
    upload: "UploadedFile[bytes] | None",
    seen_by: User | None,
    at: datetime,
) -> RefundPaper:
    """Keep a paper, or note that somebody at the counter has seen it. Raises ``PaperRefused``.

    The file is complete before its row names it; one whose row never came is swept away.
    """
    name, digest = "", ""
    if upload is not None:
        content = upload.read(LARGEST + 1)
        name = f"{uuid4().hex}.{kind_of(content)}"
        digest = hashlib.sha256(content).hexdigest()
        _write(name, content)
    return RefundPaper.objects.create(
        refund=refund, kind=kind, name=name, sha256=digest, seen_by=seen_by, received_at=at
    )


def read_paper(*, paper: RefundPaper, by: User, at: datetime) -> tuple[bytes, str]:
    """Return what is in a paper's file and what it is sent as, and write down who read it.

    Raises ``FileNotFoundError`` for one that was deleted.
    """
    if not paper.name:
        raise FileNotFoundError(paper.pk)
    content = (_root() / paper.name).read_bytes()
    AuditEvent.objects.record(
        by, "paper read", paper, at=at, unit=paper.refund.unit, kind=paper.kind
    )
    return content, SENT_AS[paper.name.rpartition(".")[2]]


def delete_papers(*, refund_id: UUID, at: datetime) -> int:
    """Delete the papers of a refund that was decided: the files, then their names. Repeatable."""
    with scope.system("delete papers"):
        decided = RefundPaper.objects.filter(refund=refund_id).exclude(name="")
        papers = list(decided.exclude(refund__state=Refund.State.REQUESTED))
    for paper in papers:
        (_root() / paper.name).unlink(missing_ok=True)
        with scope.system("delete papers"):
            RefundPaper.objects.filter(pk=paper.pk).update(name="", deleted_at=at)
    return len(papers)


def delete_what_was_decided(*, at: datetime) -> int:
    """Delete papers whose errand was lost, and files that no row names; return how many."""
    with scope.system("papers left behind"):
        late = RefundPaper.objects.exclude(name="").exclude(refund__state=Refund.State.REQUESTED)
        refunds = set(late.values_list("refund", flat=True))
        named = set(RefundPaper.objects.exclude(name="").values_list("name", flat=True))
    deleted = sum(delete_papers(refund_id=one, at=at) for one in refunds)
    if not _root().is_dir():
        return deleted
    oldest = time.time() - LEFT_BEHIND.total_seconds()  # the clock of the disk
    for left in _root().iterdir():
        if left.name not in named and left.stat().st_mtime < oldest:
            left.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _root() -> Path:
    return Path(settings.PAPERS_ROOT)


def _write(name: str, content: bytes) -> None:
    """Write under another name and rename: nobody ever reads half a paper."""
    _root().mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _root() / f".{name}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(_root() / name)
