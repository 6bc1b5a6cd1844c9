"""The generation a broadcast grows into: finished pieces are moved in and listed.

The pieces and the lists on the disk are the truth. A packager that takes over reads the lists
again, lists whole pieces that lie there unlisted, and goes on behind a break.
"""

from __future__ import annotations

import io
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av

from livestream.domain import boxes, playlists
from livestream.domain import packing as rules
from livestream.domain.command import LIST_NAME
from livestream.domain.packing import PICTURE_FOLDER, Run
from livestream.domain.playlists import PlaylistFailed, Rendition, Segment
from livestream.models import Broadcast, Generation
from livestream.services import filing, generations, packing

log = logging.getLogger(__name__)

Found = dict[Run, dict[str, list[Segment]]]


class Unplayable(Exception):
    """What comes in is coded in a way that browsers do not play: neither H.264 nor AAC."""


@dataclass(frozen=True)
class _Place:
    """Where pieces lie before they are listed: a folder of a run, or where people find them."""

    scratch: Path | None
    folders: Sequence[str]


class Store:
    """Everything that is listed of one broadcast, and what is added."""

    def __init__(self, broadcast: Broadcast, now: Callable[[], datetime]) -> None:
        self.broadcast = broadcast
        self.now = now
        self.wanted = packing.segment_seconds(broadcast)
        self.generation: Generation = packing.open_recording(broadcast, at=now())
        self.listed = {folder: self._read(folder) for folder in rules.BOTH}
        self.looks: dict[tuple[Run, str], Rendition] = {}
        lying = tuple(folder for folder in rules.BOTH if filing.names_in(self._path(folder)))
        try:
            self._add(_Place(None, lying), is_over=True)
        except Unplayable as why:  # it stays unlisted
            log.warning("broadcast %s: %s", broadcast.pk, why)

    def packed_of(self, take: int) -> float:
        """How many seconds of a take are listed: of the picture, or else of the sound."""
        pieces = self.listed[PICTURE_FOLDER] or next(
            (those for those in self.listed.values() if those), []
        )
        return rules.packed_of(take, pieces)

    def take_in(self, scratch: Path, *, is_over: bool = False) -> None:
        """List what is whole in the folder of a run. ``is_over``: nothing more comes there.

        Raises ``Unplayable`` before anybody is given what no browser plays.
        """
        folders = tuple(folder for folder in rules.BOTH if (scratch / folder).is_dir())
        self._add(_Place(scratch, folders), is_over=is_over)

    def _add(self, place: _Place, *, is_over: bool) -> None:
        """Picture and sound of a run begin together, so that their breaks stay the same."""
        found: Found = defaultdict(dict)
        for folder in place.folders:
            for run, pieces in self._new(place, folder).items():
                found[run][folder] = pieces
        for run in sorted(found, key=lambda one: one.number):
            begun = found[run]
            missing = [
                folder
                for folder in place.folders
                if folder not in begun and not self._has(run, folder)
            ]
            if missing and (not is_over or self._has_listed(missing)):
                continue
            self._list(run, begun, place)

    def _list(self, run: Run, pieces: dict[str, list[Segment]], place: _Place) -> None:
        looks = {
            folder: self._look(place, folder, run, those[0]) for folder, those in pieces.items()
        }
        if place.scratch is not None:
            for folder, those in pieces.items():
                self._move(place.scratch, folder, run, those)
        marked = self._marked(run, pieces)
        renditions = [
            replace(looks[folder], segments=tuple(those)) for folder, those in marked.items()
        ]
        lengths = [
            sum(piece.seconds for piece in [*self.listed[folder], *marked.get(folder, [])])
            for folder in rules.BOTH
        ]
        packing.grow(
            self.broadcast,
            self.generation,
            renditions,
            seconds=max(lengths),
            target=rules.target_of(marked, self.wanted),
            at=self.now(),
        )
        for folder, those in marked.items():
            self.listed[folder].extend(those)

    def _marked(self, run: Run, pieces: dict[str, list[Segment]]) -> dict[str, list[Segment]]:
        """The first piece of a run stands behind a break and says when it was filmed."""
        filmed_at = self._filmed_at(run, pieces)
        marked = {}
        for folder, (first, *others) in pieces.items():
            begin = replace(first, init=run.init)
            if not self._has(run, folder):
                is_later = bool(self.listed[folder])
                begin = replace(begin, is_after_break=is_later, begins_at=filmed_at)
            marked[folder] = [begin, *(replace(piece, init=run.init) for piece in others)]
        return marked

    def _filmed_at(self, run: Run, pieces: dict[str, list[Segment]]) -> datetime | None:
        """When a run began: by the runs of its take before it, or by when a piece was whole."""
        folder = next(iter(pieces))
        earlier = [one for one in self.listed[folder] if rules.is_of_take(one.name, run.take)]
        if earlier and earlier[0].begins_at is not None:
            return earlier[0].begins_at + timedelta(seconds=sum(one.seconds for one in earlier))
        name = f"{self._path(folder)}/{pieces[folder][0].name}"
        whole_at = filing.storage().get_modified_time(name).astimezone(UTC)
        return whole_at - timedelta(seconds=pieces[folder][0].seconds)

    def _new(self, place: _Place, folder: str) -> dict[Run, list[Segment]]:
        """Whole pieces of a folder that no list has; one that breaks off ends its run."""
        last = self.listed[folder][-1].name if self.listed[folder] else ""
        found: dict[Run, list[Segment]] = defaultdict(list)
        broken: set[Run] = set()
        for name in self._names(place, folder):
            run = rules.run_of(name)
            if run is None or name <= last or run in broken:
                continue
            try:
                found[run].append(self._measured(place, folder, name, run))
            except (boxes.PieceFailed, FileNotFoundError):
                broken.add(run)
        return {run: pieces for run, pieces in found.items() if pieces}

    def _names(self, place: _Place, folder: str) -> Iterable[str]:
        if place.scratch is None:
            return filing.names_in(self._path(folder))
        return sorted(path.name for path in (place.scratch / folder).iterdir())

    def _measured(self, place: _Place, folder: str, name: str, run: Run) -> Segment:
        scale = boxes.timescale_of(self._init(place, folder, run))
        with self._open(place, folder, name) as file:
            return generations.measured(file, name, scale)

    def _init(self, place: _Place, folder: str, run: Run) -> bytes:
        path = place.scratch / folder / run.init if place.scratch is not None else None
        if path is not None and path.exists():
            return path.read_bytes()
        return filing.read(f"{self._path(folder)}/{run.init}") or b""

    def _open(self, place: _Place, folder: str, name: str) -> Any:
        if place.scratch is None:
            return filing.storage().open(f"{self._path(folder)}/{name}", "rb")
        return (place.scratch / folder / name).open("rb")

    def _move(self, scratch: Path, folder: str, run: Run, pieces: list[Segment]) -> None:
        for name in (run.init, *(piece.name for piece in pieces)):
            path = scratch / folder / name
            if path.exists():
                filing.take_in(path, f"{self._path(folder)}/{name}")
        filing.settle(self._path(folder))

    def _look(self, place: _Place, folder: str, run: Run, piece: Segment) -> Rendition:
        """What a variant is, as a decoder reads it from a run's first piece."""
        if (run, folder) not in self.looks:
            with self._open(place, folder, piece.name) as file:
                film = file.read()
            try:
                look = _looked_at(folder, self._init(place, folder, run), film)
            except (PlaylistFailed, av.FFmpegError) as failed:
                raise Unplayable(f"{folder}: {failed}") from failed
            self.looks[run, folder] = look
        return self.looks[run, folder]

    def _has(self, run: Run, folder: str) -> bool:
        listed = self.listed[folder]
        return bool(listed) and rules.run_of(listed[-1].name) == run

    def _has_listed(self, folders: Iterable[str]) -> bool:
        return any(self.listed[folder] for folder in folders)

    def _read(self, folder: str) -> list[Segment]:
        text = (filing.read(f"{self._path(folder)}/{LIST_NAME}") or b"").decode(errors="replace")
        try:
            return playlists.read_segments(text) if text else []
        except PlaylistFailed:  # written anew from the pieces that lie there
            filing.storage().delete(f"{self._path(folder)}/{LIST_NAME}")
            return []

    def _path(self, folder: str) -> str:
        return f"{self.generation.folder()}/{folder}"


def _looked_at(folder: str, init: bytes, film: bytes) -> Rendition:
    codec = playlists.codec_of(init)
    options = {"protocol_whitelist": "file"}
    with av.open(io.BytesIO(init + film), format="mp4", container_options=options) as container:
        if not container.streams.video:
            return Rendition(folder=folder, codec=codec, segments=())
        picture = container.streams.video[0]
        rate = picture.average_rate or picture.guessed_rate or 0
        return Rendition(
            folder=folder,
            codec=codec,
            segments=(),
            width=picture.width,
            height=picture.height,
            fps=round(float(rate), 3),
        )
