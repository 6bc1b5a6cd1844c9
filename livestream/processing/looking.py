"""The first look: is it a film, what is to be made of it, and can it be shown as it is?"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path

from livestream import ffmpeg, probing
from livestream.domain import boxes, command, fastpath, inspection, ladder, playlists, units
from livestream.domain.fastpath import Streams
from livestream.domain.inspection import Film, FilmRefused, Problem
from livestream.models import Generation, Recording
from livestream.processing import files, places
from livestream.processing.places import Clock, TryLater
from livestream.services import filing, generations, replays

log = logging.getLogger(__name__)

LOOKED = 2
"""Percent done once the film has been looked into."""

POSTER_AT = (0.1, 0.5, 0.0)
"""Where in a film a picture for its poster is looked for: not in the dark of its beginning."""

POSTER_WITHIN = 30.0
LONGEST_LEAD = 30


def take_up(recording: Recording, now: Clock) -> None:
    """Look into the film of a recording that is claimed, and leave the work that it takes.

    Ends with the work planned and perhaps something to watch already, or with the recording
    failed and a reason for the teacher. Raises ``TryLater`` when a machine failed and another
    attempt may do better.
    """
    try:
        look = _Look(recording, now)
        with (
            places.of_attempt(recording) as look.place,
            places.source(recording, look.alive) as look.source,
        ):
            look.do()
    except replays.LeaseLost:
        log.warning("recording %s: another worker has it", recording.pk)
    except FilmRefused as refused:
        log.info("recording %s: %s", recording.pk, refused.problem)
        replays.give_up(recording, refused, at=now())
    except (ffmpeg.FfmpegKilled, OSError) as error:
        _again(
            recording, Problem.NO_ROOM if places.is_full(error) else Problem.OUR_FAULT, error, now
        )
    except ffmpeg.FfmpegStalled as stalled:
        log.warning("recording %s stalled: %s", recording.pk, stalled)
        replays.give_up(recording, FilmRefused(Problem.TOOK_TOO_LONG), at=now())
    except (ffmpeg.FfmpegFailed, boxes.PieceFailed, playlists.PlaylistFailed) as failed:
        if places.is_full(failed):
            _again(recording, Problem.NO_ROOM, failed, now)
            return
        log.warning("recording %s: %s", recording.pk, failed)
        replays.give_up(recording, FilmRefused(Problem.DAMAGED), at=now())


def plan_for(
    film: Film, streams: Streams, source: Path, alive: Callable[[], None]
) -> command.Plan:
    """Decide what is to be made of a film."""
    if film.picture is None:
        return command.Plan(rungs=(), has_sound=film.has_sound, seconds=film.reaches)
    picture = ladder.Picture(
        film.picture.width,
        film.picture.height,
        film.picture.fps,
        is_still=probing.is_still(source, film.reaches, alive),
    )
    rungs = ladder.choose_variants(picture)
    stands = streams.frame_gap * rungs[0].fps > 2  # longer than two frames of ours
    lead = min(LONGEST_LEAD, math.ceil(streams.frame_gap)) if stands else 0
    return command.Plan(rungs=rungs, has_sound=film.has_sound, seconds=film.reaches, lead=lead)


class _Look:
    """One attempt at one film. ``alive`` is called again and again while the film is read."""

    source: Path
    place: Path

    def __init__(self, recording: Recording, now: Clock) -> None:
        self.recording = recording
        self.now = now
        self.alive = places.now_and_then(self._keep)

    def do(self) -> None:
        film = probing.look(self.source, thoroughly=True, meanwhile=self.alive)
        inspection.ensure_usable(
            film,
            take_what_is_there=self.recording.takes_what_is_there,
            most=self.recording.most(),
        )
        self._keep()
        replays.forget_unfinished(self.recording)
        streams = probing.streams(self.source, film, self.alive)
        plan = plan_for(film, streams, self.source, self.alive)
        self._keep()
        if film.picture is not None or film.has_cover:
            self._take_poster(film)
        if not film.is_cut and fastpath.may_be_copied(streams):
            self._show_as_it_is(film, plan)
        self._plan(plan)

    def _keep(self) -> None:
        replays.keep_lease(self.recording, percent=LOOKED, at=self.now())

    def _run(self, words: list[str], seconds: float) -> None:
        ffmpeg.run(
            words,
            limits=ffmpeg.Limits.for_film(seconds),
            folder=self.place,
            on_progress=lambda _done: self._keep(),
        )

    def _take_poster(self, film: Film) -> None:
        """Take a picture; a film that shows none anywhere is damaged. Raises ``FilmRefused``."""
        if film.picture is None:
            self._take_cover()
            return
        size = film.picture.width, film.picture.height
        for share in POSTER_AT:
            after = min(film.reaches * share, POSTER_WITHIN if share < POSTER_AT[1] else math.inf)
            try:
                self._run(command.poster(str(self.source), after, *size), POSTER_WITHIN)
            except ffmpeg.FfmpegKilled:
                raise
            except ffmpeg.FfmpegFailed as failed:
                if places.is_full(failed):
                    raise
            if (self.place / command.POSTER_NAME).exists():
                return
        raise FilmRefused(Problem.DAMAGED)

    def _take_cover(self) -> None:
        """Take the picture that is stuck on a sound file; it is no harm when that fails."""
        try:
            self._run(command.cover(str(self.source)), POSTER_WITHIN)
        except ffmpeg.FfmpegFailed as failed:
            log.info("recording %s has a cover that cannot be read: %s", self.recording.pk, failed)

    def _show_as_it_is(self, film: Film, plan: command.Plan) -> None:
        """Cut the film into pieces and let people watch them."""
        picture = film.picture
        assert picture is not None  # noqa: S101 - nothing else is copied
        folder = f"v{picture.short_side}"
        folders = [folder, *((command.AUDIO_FOLDER,) if film.has_sound else ())]
        for name in folders:
            (self.place / name).mkdir()
        self._run(command.copy(folder, str(self.source), has_sound=film.has_sound), film.reaches)
        generation = generations.open_generation(
            self.recording, kind=Generation.Kind.COPY, at=self.now()
        )
        shown = ladder.Rung(folder, picture.width, picture.height, picture.fps, 0)
        renditions = [
            files.take_in(self.place, generation, name, shown if name == folder else None)
            for name in folders
        ]
        self._put_poster(generation)
        generations.grow(generation, renditions)
        generations.make_whole(generation, at=self.now())
        self._keep()
        generations.show(
            generation,
            seconds=max(rendition.seconds for rendition in renditions),
            has_picture=True,
            has_sound=film.has_sound,
            at=self.now(),
        )

    def _plan(self, plan: command.Plan) -> None:
        generation = generations.open_generation(
            self.recording, kind=Generation.Kind.LADDER, at=self.now(), plan=plan.stored()
        )
        self._put_poster(generation)
        parts = units.stretches(plan.length) if plan.rungs else ()
        replays.plan_work(self.recording, generation, parts, has_sound=plan.has_sound)

    def _put_poster(self, generation: Generation) -> None:
        poster = self.place / command.POSTER_NAME
        if poster.exists():
            filing.put(f"{generation.folder()}/{command.POSTER_NAME}", poster.read_bytes())


def _again(recording: Recording, problem: Problem, error: Exception, now: Clock) -> None:
    log.error("recording %s, attempt %s: %s", recording.pk, recording.attempt, error)
    if replays.give_back(recording, problem, at=now()):
        raise TryLater(problem.value) from error
