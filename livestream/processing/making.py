"""One unit of work: a stretch of the picture, the sound of the whole film, the small pictures."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livestream import ffmpeg
from livestream.domain import boxes, command, loudness, playlists, storyboard
from livestream.domain.inspection import FilmRefused, Problem
from livestream.domain.units import SEGMENT_SECONDS, Stretch
from livestream.models import Generation, Recording, Storyboard, WorkUnit
from livestream.processing import files, packing, places
from livestream.processing.looking import LOOKED
from livestream.processing.places import Clock, TryLater
from livestream.services import filing, replays, units

log = logging.getLogger(__name__)

MADE = 97
"""Percent done once the last unit is."""

MOST_STALLS = 3
"""A film at which ffmpeg stands still again and again is given up."""

Kind = WorkUnit.Kind
Failure = (ffmpeg.FfmpegFailed, boxes.PieceFailed, playlists.PlaylistFailed, OSError)


def make_unit(unit: WorkUnit, now: Clock) -> None:
    """Do a unit that is claimed, and show what can be shown with it.

    Raises ``TryLater`` when it went wrong and was put back for another try.
    """
    generation = Generation.objects.unfinished().filter(
        recording=unit.recording_id, number=unit.generation
    )
    wanted = generation.select_related("recording").first()
    if wanted is None:
        units.strike_out(unit)
        return
    alive = places.now_and_then(lambda: units.keep(unit, at=now()))
    try:
        with places.of_unit(unit) as place, places.source(unit.recording, alive) as source:
            job = Job(unit, wanted, source, place, now)
            done = _MAKERS[unit.kind](job)
            units.finish(unit, frames=done.frames, broken_frames=done.broken)
    except units.UnitLost:
        log.warning("unit %s: another worker has it", unit.pk)
    except Failure as failure:
        _see_to(unit, failure, now)
    packing.advance(wanted, now)


@dataclass(frozen=True)
class _Done:
    frames: int = 0
    broken: int = 0


class Job:
    """One try at one unit."""

    def __init__(
        self, unit: WorkUnit, generation: Generation, source: Path, place: Path, now: Clock
    ) -> None:
        self.unit = unit
        self.generation = generation
        self.plan = command.Plan.from_stored(generation.plan)
        self.source = str(source)
        self.place = place
        self.now = now
        self.done_before = units.seconds_done(generation)

    def run(
        self, words: list[str], seconds: float, *, meanwhile: Callable[[], None] | None = None
    ) -> ffmpeg.Report:
        """Run ffmpeg for so much of the film. Raises ``UnitLost``.

        ``meanwhile`` is called now and then while the unit is ours.
        """

        def heard(done: float) -> None:
            self._heard(min(done, seconds))
            if meanwhile is not None:
                meanwhile()

        return ffmpeg.run(
            words,
            limits=ffmpeg.Limits.for_film(seconds),
            folder=self.place,
            on_progress=heard,
        )

    def _heard(self, seconds: float) -> None:
        units.keep(self.unit, at=self.now())
        counts = self.unit.kind == Kind.PICTURE or not self.plan.rungs
        done = self.done_before + (seconds if counts else 0.0)
        share = min(1.0, done / max(self.plan.ends, 0.1))
        units.tell(self.unit, LOOKED + int((MADE - LOOKED) * share))


def _make_picture(job: Job) -> _Done:
    part = Stretch(
        job.unit.starts_at_seconds,
        job.unit.seconds,
        round(job.unit.starts_at_seconds / SEGMENT_SECONDS),
    )
    try:
        report = _encode(job, part, job.plan.lead)
    except (boxes.PieceFailed, ffmpeg.FfmpegFailed) as failed:
        if isinstance(failed, ffmpeg.FfmpegKilled | ffmpeg.FfmpegStalled) or not part.starts_at:
            raise
        # No picture from here on, or none that can be read: the last one before stands.
        report = _encode(job, part, int(part.starts_at))
    _keep_then_take_in(job, [rung.name for rung in job.plan.rungs])
    return _Done(command.frames_in(job.plan, part), report.broken_frames)


def _encode(job: Job, part: Stretch, lead: int) -> ffmpeg.Report:
    for rung in job.plan.rungs:
        folder = job.place / rung.name
        folder.mkdir(exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
    words = command.stretch(job.plan, job.source, part, lead=lead)
    report = job.run(words, part.seconds + lead)
    for rung in job.plan.rungs:
        made = sum(segment.seconds for segment in files.measure(job.place / rung.name))
        if abs(made - part.seconds) > 1 / job.plan.fps:
            raise boxes.PieceFailed(f"{made:.3f} of {part.seconds:.3f} seconds were made")
    return report


def _make_sound(job: Job) -> _Done:
    """Made in one go, or it would click where two stretches meet; watched as it comes."""
    (job.place / command.AUDIO_FOLDER).mkdir()
    said = job.run(command.loudness_of(job.source), job.plan.seconds).said
    measured = loudness.read_report(said)
    words = command.sound(job.plan, job.source, measured)
    job.run(words, job.plan.length, meanwhile=lambda: _hand_over_sound(job))
    files.measure(job.place / command.AUDIO_FOLDER)
    _keep_then_take_in(job, [command.AUDIO_FOLDER])
    return _Done()


def _hand_over_sound(job: Job) -> None:
    """Let people hear what is finished; ffmpeg still writes at the last piece, which stays.

    Whoever makes this unit once more puts the same bytes over these.
    """
    made = job.place / command.AUDIO_FOLDER
    finished = sorted(made.glob("*.m4s"))[:-1]
    if not finished:
        return
    folder = f"{job.generation.folder()}/{command.AUDIO_FOLDER}"
    filing.put(f"{folder}/{command.INIT_NAME}", (made / command.INIT_NAME).read_bytes())
    for path in finished:
        filing.take_in(path, f"{folder}/{path.name}")
    filing.settle(folder)
    packing.advance(job.generation, job.now)


def _make_sheet(job: Job) -> _Done:
    """Small pictures are a comfort: a film that gives none becomes a replay without them."""
    rung = job.plan.rungs[0]
    sheet = storyboard.sheet_for(job.plan.ends, rung.width, rung.height)
    try:
        job.run(command.sheet(sheet, job.source), job.plan.seconds)
        picture = (job.place / storyboard.SHEET_NAME).read_bytes()
    except ffmpeg.FfmpegKilled:
        raise
    except (ffmpeg.FfmpegFailed, FileNotFoundError) as failed:
        if places.is_full(failed):
            raise
        log.warning("unit %s: no small pictures: %s", job.unit.pk, failed)
        return _Done()
    units.keep(job.unit, at=job.now())
    folder = f"{job.generation.folder()}/{storyboard.FOLDER}"
    filing.put(f"{folder}/{storyboard.SHEET_NAME}", picture)
    listed = storyboard.thumbnail_list(sheet, job.plan.ends)
    filing.put(f"{folder}/{storyboard.LIST_NAME}", listed)
    Storyboard.objects.update_or_create(
        recording=job.unit.recording,
        generation=job.generation.number,
        defaults={
            "every_seconds": sheet.every,
            "columns": sheet.columns,
            "rows": sheet.rows,
            "tile_width": sheet.width,
            "tile_height": sheet.height,
        },
    )
    return _Done()


_MAKERS: dict[str, Callable[[Job], _Done]] = {
    Kind.PICTURE: _make_picture,
    Kind.SOUND: _make_sound,
    Kind.SHEET: _make_sheet,
}


def _keep_then_take_in(job: Job, names: list[str]) -> None:
    """Move what was made into the generation, unless another worker has the unit by now."""
    units.keep(job.unit, at=job.now())
    for name in names:
        folder = f"{job.generation.folder()}/{name}"
        for path in sorted((job.place / name).iterdir(), key=lambda path: path.suffix == ".mp4"):
            if path.name != command.LIST_NAME:
                filing.take_in(path, f"{folder}/{path.name}")
        filing.settle(folder)


def _see_to(unit: WorkUnit, failure: Exception, now: Clock) -> None:
    """Put a unit back for another try, or do without it.

    A film that can be watched waits for a full disk as long as it takes: room comes again.
    """
    log.error("unit %s, try %s: %s", unit.pk, unit.fence, failure)
    problem, tries = _judged(failure)
    films = Recording.objects.filter(pk=unit.recording_id)
    waits = problem is Problem.NO_ROOM and films.made().exists()
    if unit.fence < tries or waits:
        units.give_back(unit, at=now())
        raise TryLater(problem.value) from failure
    replays.do_without(unit, FilmRefused(problem), at=now())


def _judged(failure: Exception) -> tuple[Problem, int]:
    """What is wrong, and after how many tries it will not come right by itself."""
    if places.is_full(failure):
        return Problem.NO_ROOM, WorkUnit.MOST_TRIES
    if isinstance(failure, ffmpeg.FfmpegStalled):
        return Problem.TOOK_TOO_LONG, MOST_STALLS
    if isinstance(failure, ffmpeg.FfmpegKilled | OSError):
        return Problem.OUR_FAULT, WorkUnit.MOST_TRIES
    return Problem.DAMAGED, 1
