"""Motifs with people and movement: dance, sport and health, singing."""

# ruff: noqa: E501  # drawings: points in a row

import math

from config.demo.pictures.sheet import SKIN, Point, Sheet


def _person(
    s: Sheet, x: float, y: float, size: float, *, arms: tuple[list[Point], list[Point]], robe: str
) -> None:
    """A standing figure; arms are given as points from the shoulder, in parts of ``size``."""
    s.soft_shape(
        [(x - size * 0.13, y), (x + size * 0.13, y), (x + size * 0.1, y + size * 0.3),
         (x + size * 0.3, y + size), (x - size * 0.3, y + size), (x - size * 0.1, y + size * 0.3)],
        robe,
    )  # fmt: skip
    for side, arm in zip((-1, 1), arms, strict=True):
        shoulder = (x + side * size * 0.11, y + size * 0.05)
        path = [shoulder, *((x + dx * size, y + dy * size) for dx, dy in arm)]
        s.sweep(path, (size * 0.1, size * 0.05), robe)
        s.disc(path[-1][0], path[-1][1], size * 0.035, SKIN)
    s.box(x - size * 0.035, y - size * 0.1, size * 0.07, size * 0.12, SKIN)
    s.disc(x, y - size * 0.15, size * 0.1, SKIN)
    s.wedge(x, y - size * 0.165, size * 0.112, (180, 360), "#e6e3df")
    s.disc(x, y - size * 0.28, size * 0.035, "#e6e3df")


def folk_dance(s: Sheet) -> None:
    """Two dancers throw long sleeves."""
    for x, robe, sleeve in ((430, s.main, s.second), (770, s.second, s.main)):
        s.sweep([(x - 30, 300), (x - 130, 200), (x - 230, 300), (x - 190, 420)], (22, 44), sleeve)
        s.sweep([(x + 30, 300), (x + 120, 180), (x + 230, 190), (x + 250, 320)], (22, 44), sleeve)
        _person(s, x, 290, 380, arms=([(-0.2, -0.1)], [(0.2, -0.14)]), robe=robe)
        s.box(x - 78, 470, 156, 22, sleeve, 8)


def qipao(s: Sheet) -> None:
    """A paper umbrella above a figure in a qipao."""
    for n in range(12):
        s.wedge(600, 330, 300, (180 + n * 15, 195 + n * 15), s.second if n % 2 else s.main)
    s.oval(600, 330, 300, 26, s.dark)
    s.line([(600, 320), (700, 640)], 10, s.dark)
    _person(s, 560, 380, 340, arms=([(-0.24, 0.28), (-0.16, 0.44)], [(0.24, 0.2), (0.33, 0.3)]),
            robe=s.main)  # fmt: skip
    for n in range(3):
        s.disc(548 + n * 14, 500 + n * 62, 13, s.second)


def classical_dance(s: Sheet) -> None:
    """A dancer inside the spiral of a long ribbon."""
    ribbon = [(600 + (90 + n * 9) * math.cos(n * 0.42), 400 + (60 + n * 7) * math.sin(n * 0.42))
              for n in range(6, 30)]  # fmt: skip
    s.sweep(ribbon, (12, 34), s.second)
    _person(s, 600, 270, 400, arms=([(-0.25, -0.2), (-0.1, -0.42)], [(0.3, 0.0), (0.5, 0.1)]),
            robe=s.main)  # fmt: skip


def ballroom(s: Sheet) -> None:
    """A couple dances under lanterns."""
    for x in (260, 420, 780, 940):
        s.line([(x, 0), (x, 120)], 4, s.dark)
        s.oval(x, 160, 46, 40, s.second)
    _person(s, 500, 300, 400, arms=([(-0.2, 0.1), (-0.3, -0.06)], [(0.2, 0.2), (0.34, 0.22)]),
            robe=s.dark)  # fmt: skip
    _person(s, 690, 320, 380, arms=([(-0.2, 0.1), (-0.36, 0.04)], [(0.3, 0.06), (0.42, -0.08)]),
            robe=s.main)  # fmt: skip


def yoga(s: Sheet) -> None:
    """A figure sits with crossed legs on a mat."""
    s.oval(600, 655, 330, 34, s.second)
    s.sweep([(600, 620), (440, 590), (370, 630), (520, 650), (640, 640)], (88, 60), s.main)
    s.sweep([(600, 620), (760, 590), (830, 630), (680, 650), (560, 640)], (88, 60), s.main)
    s.soft_shape([(530, 350), (670, 350), (660, 480), (690, 620), (510, 620), (540, 480)], s.main)
    for side in (-1, 1):
        arm = [(600 + side * 60, 375), (600 + side * 150, 480), (600 + side * 190, 580)]
        s.sweep(arm, (48, 26), s.main)
        s.disc(600 + side * 192, 588, 18, SKIN)
    s.box(580, 295, 40, 60, SKIN)
    s.disc(600, 265, 56, SKIN)
    s.wedge(600, 256, 63, (180, 360), "#e6e3df")


def taiji(s: Sheet) -> None:
    """The sign of yin and yang, a figure in white before it."""
    s.disc(600, 400, 300, s.main)
    s.wedge(600, 400, 300, (90, 270), "#fbfaf5")
    s.disc(600, 250, 150, "#fbfaf5")
    s.disc(600, 550, 150, s.main)
    s.disc(600, 250, 42, s.main)
    s.disc(600, 550, 42, "#fbfaf5")
    _person(s, 930, 330, 360, arms=([(-0.25, 0.1), (-0.5, -0.02)], [(0.2, 0.22), (0.1, 0.42)]),
            robe=s.second)  # fmt: skip


def qigong(s: Sheet) -> None:
    """A figure holds up the sky with both hands; cranes fly by."""
    _person(s, 600, 300, 420, arms=([(-0.24, -0.16), (-0.08, -0.5)], [(0.24, -0.16), (0.08, -0.5)]),
            robe=s.main)  # fmt: skip
    for x, y, k in ((300, 230, 1.0), (930, 300, 0.8), (860, 160, 0.6)):
        s.sweep([(x - 80 * k, y - 40 * k), (x, y), (x + 80 * k, y - 46 * k)], (6, 14), s.dark)
        s.sweep([(x, y), (x + 10 * k, y + 30 * k)], (16, 4), "#fbfaf5")


def herbs(s: Sheet) -> None:
    """A mortar with herbs, and a gourd."""
    for n, (x, y) in enumerate(((470, 250), (560, 190), (660, 210), (740, 280))):
        s.sweep([(600, 470), ((x + 600) / 2, 380), (x, y)], (14, 6), s.main)
        for k in range(4):
            px, py = 600 + (x - 600) * (0.45 + k * 0.16), 470 + (y - 470) * (0.45 + k * 0.16)
            s.oval(px - 26, py, 30, 13, s.main if n % 2 else "#6d9a6b")
            s.oval(px + 26, py - 10, 30, 13, s.main if n % 2 else "#6d9a6b")
    s.soft_shape([(400, 440), (800, 440), (760, 590), (690, 660), (510, 660), (440, 590)], s.dark)
    s.oval(600, 445, 205, 38, s.second)
    s.sweep([(700, 440), (800, 320), (860, 240)], (52, 30), "#e9e2d0")
    s.disc(960, 610, 72, s.second)
    s.disc(960, 510, 46, s.second)
    s.box(948, 440, 24, 34, s.dark, 8)


def microphone(s: Sheet) -> None:
    """A microphone with waves of sound."""
    for n in range(4):
        s.arc(560, 330, 190 + n * 62, (-38, 38), 12, s.second)
        s.arc(560, 330, 190 + n * 62, (142, 218), 12, s.second)
    s.sweep([(560, 420), (600, 560), (590, 720)], (70, 44), s.dark)
    s.disc(555, 310, 122, s.main)
    for n in range(-3, 4):
        s.line([(555 - math.sqrt(max(122**2 - (n * 34) ** 2, 0)), 310 + n * 34),
                (555 + math.sqrt(max(122**2 - (n * 34) ** 2, 0)), 310 + n * 34)], 4, s.soft)  # fmt: skip
    s.box(450, 400, 210, 34, s.second, 14)


def choir(s: Sheet) -> None:
    """Three rows of singers under two notes."""
    for row, (count, y) in enumerate(((6, 420), (7, 530), (8, 640))):
        for n in range(count):
            x = 600 + (n - (count - 1) / 2) * 124
            s.oval(x, y + 130, 60, 100, (s.main, s.second, s.dark)[(row + n) % 3])
            s.disc(x, y, 42, SKIN)
            s.wedge(x, y - 6, 47, (180, 360), ("#e6e3df", "#b9b3ac", "#8f8781")[(n + row) % 3])
            s.oval(x, y + 18, 9, 11, "#8c3b34")
    for x in (480, 690):
        s.oval(x, 250, 34, 26, s.main)
        s.line([(x + 30, 245), (x + 30, 110)], 10, s.main)
    s.line([(510, 112), (720, 112)], 26, s.main)


def opera(s: Sheet) -> None:
    """A round fan before flowing white sleeves."""
    s.sweep([(180, 250), (380, 180), (470, 420), (300, 600), (470, 720)], (40, 110), "#fbfaf5")
    s.sweep([(1020, 230), (840, 160), (720, 400), (900, 590), (760, 730)], (40, 110), "#f1e6da")
    s.disc(600, 350, 210, s.main)
    s.disc(600, 350, 186, "#fdf7ec")
    s.line([(600, 560), (600, 740)], 18, s.dark)
    s.sweep([(500, 440), (590, 350), (700, 270)], (10, 5), s.dark)
    for x, y in ((560, 372), (640, 320), (690, 268), (610, 292)):
        blossom(s, x, y, 30, s.second)


def blossom(s: Sheet, x: float, y: float, r: float, fill: str) -> None:
    """A plum blossom with five petals."""
    for n in range(5):
        a = math.radians(n * 72 - 90)
        s.disc(x + math.cos(a) * r * 0.55, y + math.sin(a) * r * 0.55, r * 0.48, fill)
    s.disc(x, y, r * 0.22, "#f5d67a")
