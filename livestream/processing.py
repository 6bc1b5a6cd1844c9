"""From the film a teacher sent to the replay a learner watches.

Everything is made in a scratch folder that belongs to one attempt, then moved
into the storage under the attempt's own number, and shown by one change of one
row. A worker that dies anywhere on the way leaves nothing that anybody sees.
"""

from __future__ import annotations

import errno
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from livestream import ffmpeg, probing
from livestream.domain import command, inspection, ladder, playlists
from livestream.domain.inspection import FilmRefused, Problem
from livestream.domain.playlists import Rendition, Segment
from livestream.models import Recording
from livestream.services import keeping, replays

log = logging.getLogger(__name__)

SOUND_LANGUAGE = "zh"
BROKEN_UPLOAD_SECONDS = 24 * 3600
LOOKED, MADE = 2, 97
"""Percent done once the film has been looked into, and once ffmpeg has ended."""

Clock = Callable[[], datetime]


class TryLater(Exception):
    """The machine failed, not the film: full disk, killed process. The errand comes again."""


class _Moved(File):  # type: ignore[type-arg]  # File is generic only to the stubs
    """A file the storage may take as it lies: a local storage renames it, a bucket reads it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def make_replay(recording: Recording, now: Clock) -> None:
    """Make the replay of a recording that is claimed.

    Ends with the recording ready, or failed with a reason for the teacher.
    Raises ``TryLater`` when a machine failed and another attempt may do better.
    """
    try:
        with _scratch(recording) as scratch:
            _make(recording, scratch, now)
    except replays.LeaseLost:
        log.warning("recording %s: another worker has it", recording.pk)
    except FilmRefused as refused:
        log.info("recording %s: %s", recording.pk, refused.problem)
        replays.give_up(recording, refused, at=now())
    except ffmpeg.FfmpegKilled as killed:
        _again(recording, Problem.OUR_FAULT, killed, now)
    except ffmpeg.FfmpegStalled as stalled:
        log.warning("recording %s stalled: %s", recording.pk, stalled)
        replays.give_up(recording, FilmRefused(Problem.TOOK_TOO_LONG), at=now())
    except (ffmpeg.FfmpegFailed, playlists.PlaylistFailed) as failed:
        if "No space left" in str(failed):
            _again(recording, Problem.NO_ROOM, failed, now)
            return
        log.warning("recording %s: %s", recording.pk, failed)
        replays.give_up(recording, FilmRefused(Problem.DAMAGED), at=now())
    except OSError as error:
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        _again(recording, Problem.NO_ROOM if is_full else Problem.OUR_FAULT, error, now)


def _make(recording: Recording, scratch: Path, now: Clock) -> None:
    storage = storages["recordings"]
    _forget_older_attempts(storage, recording)
    with _source(storage, recording.upload.stored_as, scratch) as source:
        film = probing.look(source, thoroughly=True)
        inspection.ensure_usable(film, take_what_is_there=recording.takes_what_is_there)
        plan = _plan(film, source)
        progress = _Progress(recording, plan.seconds, now)
        progress.looked()
        for folder in plan.folders:
            (scratch / folder).mkdir()
        ffmpeg.run(
            command.replay(plan, str(source)),
            limits=ffmpeg.Limits.for_film(plan.seconds),
            folder=scratch,
            on_progress=progress.heard,
        )
    renditions = [_measured(scratch, folder, plan) for folder in plan.folders]
    _write_lists(scratch, renditions)
    seconds = max(rendition.seconds for rendition in renditions)
    for _stored in _store(storage, scratch, recording, renditions):
        progress.storing()
    replays.finish(recording, renditions=renditions, seconds=seconds, at=now())


def _plan(film: inspection.Film, source: Path) -> command.Plan:
    rungs: tuple[ladder.Rung, ...] = ()
    if film.picture is not None:
        picture = ladder.Picture(
            film.picture.width,
            film.picture.height,
            film.picture.fps,
            is_still=probing.is_still(source, film.reaches),
        )
        rungs = ladder.choose_variants(picture)
    return command.Plan(rungs=rungs, has_sound=film.has_sound, seconds=film.reaches)


class _Progress:
    """Tells the teacher how far we are, and the other workers that we are alive."""

    def __init__(self, recording: Recording, seconds: float, now: Clock) -> None:
        self.recording = recording
        self.seconds = seconds
        self.now = now
        self.percent = 0
        self.told_at: datetime | None = None

    def looked(self) -> None:
        self._tell(LOOKED)

    def heard(self, done: float) -> None:
        share = min(1.0, done / self.seconds)
        self._tell(LOOKED + int((MADE - LOOKED) * share))

    def storing(self) -> None:
        self._tell(MADE)

    def _tell(self, percent: int) -> None:
        """Write when there is something new, and at least before the lease grows old."""
        at = self.now()
        is_stale = self.told_at is None or at - self.told_at > replays.LEASE / 4
        if percent > self.percent or is_stale:
            replays.keep_lease(self.recording, percent=percent, at=at)
            self.percent, self.told_at = percent, at


def _measured(scratch: Path, folder: str, plan: command.Plan) -> Rendition:
    """What a variant really is: its pieces as they lie on disk, its codec as its init says."""
    pieces = playlists.read_list((scratch / folder / command.LIST_NAME).read_text())
    rung = next((rung for rung in plan.rungs if rung.name == folder), None)
    return Rendition(
        folder=folder,
        codec=playlists.codec_of((scratch / folder / command.INIT_NAME).read_bytes()),
        segments=tuple(
            Segment(name, seconds, (scratch / folder / name).stat().st_size)
            for name, seconds in pieces
        ),
        width=rung.width if rung else 0,
        height=rung.height if rung else 0,
        fps=rung.fps if rung else 0.0,
    )


def _write_lists(scratch: Path, renditions: list[Rendition]) -> None:
    for rendition in renditions:
        listed = playlists.media_list(rendition.segments)
        (scratch / rendition.folder / command.LIST_NAME).write_text(listed)
    videos = [rendition for rendition in renditions if rendition.width]
    sound = next((rendition for rendition in renditions if not rendition.width), None)
    master = playlists.master_list(videos, sound, language=SOUND_LANGUAGE)
    (scratch / playlists.MASTER_NAME).write_text(master)


def _store(
    storage: Storage, scratch: Path, recording: Recording, renditions: list[Rendition]
) -> Iterator[str]:
    """Move the files into the storage: pieces first, the list a player starts from last."""
    names = [
        f"{rendition.folder}/{name}"
        for rendition in renditions
        for name in (
            command.INIT_NAME,
            *(segment.name for segment in rendition.segments),
            command.LIST_NAME,
        )
    ]
    if (scratch / command.POSTER_NAME).exists():
        names.append(command.POSTER_NAME)
    for name in (*names, playlists.MASTER_NAME):
        wanted = f"{recording.folder(recording.attempt)}/{name}"
        with _Moved(scratch / name) as file:
            if storage.save(wanted, file) != wanted:
                raise replays.LeaseLost
        yield name


@contextmanager
def _source(storage: Storage, name: str, scratch: Path) -> Iterator[Path]:
    """The film on a local disk: where it lies, or a copy when it lies in a bucket."""
    lies_at = _local_path(storage, name)
    if lies_at is not None:
        yield lies_at
        return
    copy = scratch / "source"
    with storage.open(name, "rb") as there, copy.open("wb") as here:
        shutil.copyfileobj(there, here, 1024 * 1024)
    yield copy


def _local_path(storage: Storage, name: str) -> Path | None:
    try:
        return Path(storage.path(name))
    except NotImplementedError:
        return None


@contextmanager
def _scratch(recording: Recording) -> Iterator[Path]:
    """A folder for this attempt; what earlier ones of this recording left is swept away."""
    root = Path(settings.SCRATCH_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"replay-{recording.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)
    _sweep_broken_uploads(root)
    prefix = f"replay-{recording.pk}-{recording.attempt}-"
    with TemporaryDirectory(dir=root, prefix=prefix, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _sweep_broken_uploads(root: Path) -> None:
    """Delete what uploads left that broke off with their server; Django clears the others."""
    for left in root.glob("tmp*.upload*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > BROKEN_UPLOAD_SECONDS:
                left.unlink()


def _forget_older_attempts(storage: Storage, recording: Recording) -> None:
    for attempt in range(1, recording.attempt):
        if attempt != recording.generation:
            keeping.delete_folder(storage, recording.folder(attempt))


def _again(recording: Recording, problem: Problem, error: Exception, now: Clock) -> None:
    log.error("recording %s, attempt %s: %s", recording.pk, recording.attempt, error)
    if replays.give_back(recording, problem, at=now()):
        raise TryLater(problem.value) from error
