"""The main campuses, each with its own house, hill, sea or street."""

import random

from config.demo.pictures.sheet import Sheet

_SKY = {
    "city": ("#e8f1f6", "#c7d8e2"), "district": ("#eef3ee", "#cfdccb"),
    "island": ("#e6f3f5", "#b9dbe2"), "coast": ("#eaf3f6", "#c0dbe4"),
    "inland": ("#f5f1e6", "#dfd5b8"), "mountain": ("#edf1ee", "#c4d2c6"),
}  # fmt: skip
_WALLS = ("#d8c3a5", "#e3d4bd", "#cfd6d2", "#e6c9b8", "#d9d2c4", "#c9d3da")
_ROOFS = ("#7a3b33", "#56616a", "#8a5a36", "#4d5b50")


def building(terrain: str, rng: random.Random, *, modern: bool) -> Sheet:
    """A campus of so many floors before its landscape."""
    sky, far = _SKY[terrain]
    wall, roof = rng.choice(_WALLS), rng.choice(_ROOFS)
    sheet = Sheet(sky, (sky, far, wall, roof, "#2f3a3f"))
    _landscape(sheet, terrain, rng)
    if modern:
        _glass_house(sheet)
    else:
        _school(sheet, floors=rng.choice((2, 3, 3, 4)), bays=rng.choice((5, 6, 7)))
    _forecourt(sheet, rng)
    return sheet


def _landscape(s: Sheet, terrain: str, rng: random.Random) -> None:
    s.disc(rng.randrange(880, 1060), 150, 62, "#f6dfa0")
    if terrain in {"mountain", "inland"}:
        for shade in ("#c4d2c6", "#9fb5a4"):
            peaks = [(n * 240.0, rng.uniform(160, 400)) for n in range(6)]
            s.shape([(0.0, 800.0), *peaks, (1200.0, 800.0)], shade)
    elif terrain in {"island", "coast"}:
        s.box(0, 470, 1200, 160, "#8fbccb")
        for n in range(3):
            x = 140 + n * 400 + rng.randrange(80)
            s.shape([(x, 500), (x + 110, 500), (x + 90, 524), (x + 20, 524)], "#5a4a42")
            s.shape([(x + 54, 490), (x + 54, 410), (x + 104, 490)], "#fbfaf5")
    else:
        for n in range(14):
            height = rng.randrange(120, 300)
            s.box(n * 90 - 20, 620 - height, 78, height, s.soft)


def _glass_house(s: Sheet) -> None:
    s.box(230, 170, 740, 450, "#dfe8ec", 6)
    for floor in range(5):
        for bay in range(11):
            tone = "#8fb1c4" if (floor + bay) % 4 else "#b7cfdb"
            s.box(252 + bay * 64, 196 + floor * 82, 54, 62, tone, 4)
    s.box(200, 152, 800, 24, "#8b98a0", 6)
    s.shape([(430, 520), (770, 520), (820, 556), (380, 556)], "#b5473c")
    s.box(470, 556, 260, 64, "#5f7f92")
    s.line([(600, 556), (600, 620)], 6, "#dfe8ec")


def _school(s: Sheet, *, floors: int, bays: int) -> None:
    width, height = bays * 112 + 40, floors * 112
    left, top = 600 - width / 2, 620 - height
    s.box(left, top, width, height, s.main)
    s.shape([(left - 40, top), (left + 40, top - 70), (left + width - 40, top - 70),
             (left + width + 40, top)], s.second)  # fmt: skip
    for floor in range(floors):
        for bay in range(bays):
            x, y = left + 40 + bay * 112, top + 24 + floor * 112
            if floor == floors - 1 and bay == bays // 2:
                s.box(x - 14, y, 100, 88, "#6b4632", 6)
                s.line([(x + 36, y), (x + 36, y + 88)], 4, s.main)
            else:
                s.box(x, y, 72, 64, "#f4efe2", 4)
                s.box(x + 6, y + 6, 28, 52, "#93aebb")
                s.box(x + 38, y + 6, 28, 52, "#a9c0cb")


def _forecourt(s: Sheet, rng: random.Random) -> None:
    s.box(0, 620, 1200, 180, "#d9d5c6")
    s.shape([(540, 620), (660, 620), (800, 800), (400, 800)], "#ece8db")
    for x in (110, 1080, rng.choice((230, 960))):
        s.box(x - 12, 540, 24, 110, "#6b4f3a", 6)
        for dx, dy, r in ((0, -60, 74), (-50, -10, 56), (50, -14, 58)):
            s.disc(x + dx, 540 + dy, r, "#5f8a5c" if dx else "#6f9a68")
    for x in (330, 850):
        s.box(x, 700, 150, 14, "#8a6a4a", 4)
        s.box(x + 14, 714, 12, 36, "#6b4f3a")
        s.box(x + 124, 714, 12, 36, "#6b4f3a")
