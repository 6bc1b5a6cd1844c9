"""Small pictures for looking ahead: how many, how large, and the list that names each."""

from __future__ import annotations

import math
from dataclasses import dataclass

FOLDER = "sb"
SHEET_NAME = "sheet.jpg"
LIST_NAME = "thumbs.vtt"

MOST_TILES = 400
EVERY_SECONDS = 5
COLUMNS = 10
TILE_LONG_SIDE = 192


@dataclass(frozen=True)
class Sheet:
    """One sheet of small pictures, each standing for the same stretch of the film."""

    every: int
    tiles: int
    columns: int
    rows: int
    width: int
    height: int


def sheet_for(seconds: float, width: int, height: int) -> Sheet:
    """Choose a sheet: a picture every few seconds, rarer in long films.

    >>> sheet_for(60.0, 1280, 720)
    Sheet(every=5, tiles=12, columns=10, rows=2, width=192, height=108)
    >>> sheet_for(3 * 3600.0, 1280, 720).every
    30
    """
    every = EVERY_SECONDS * max(1, math.ceil(seconds / EVERY_SECONDS / MOST_TILES))
    tiles = max(1, math.ceil(seconds / every))
    share = TILE_LONG_SIDE / max(width, height)
    size = (max(2, int(side * share) // 2 * 2) for side in (width, height))
    columns = min(COLUMNS, tiles)
    return Sheet(every, tiles, columns, math.ceil(tiles / columns), *size)


def thumbnail_list(sheet: Sheet, seconds: float) -> str:
    """WebVTT whose cues name a part of the sheet, as players know it."""
    lines = ["WEBVTT"]
    for number in range(sheet.tiles):
        begins, ends = number * sheet.every, min((number + 1) * sheet.every, seconds)
        x = number % sheet.columns * sheet.width
        y = number // sheet.columns * sheet.height
        lines += [
            "",
            f"{_time(begins)} --> {_time(ends)}",
            f"{SHEET_NAME}#xywh={x},{y},{sheet.width},{sheet.height}",
        ]
    return "\n".join([*lines, ""])


def _time(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{thousandths:03}"
