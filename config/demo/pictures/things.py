"""Motifs of things: instruments, brushes and paper, screens and books."""

# ruff: noqa: E501, PLR0917  # drawings: place, size and colour, as one says them

import math

from config.demo.pictures.figures import blossom
from config.demo.pictures.sheet import SKIN, Sheet


def _keys(s: Sheet, x: float, y: float, count: int, width: float, height: float) -> None:
    for n in range(count):
        s.box(x + n * width, y, width - 4, height, "#fffdf7", 8)
    for n in range(count - 1):
        if n % 7 not in {2, 6}:
            s.box(x + (n + 0.68) * width, y, width * 0.6, height * 0.6, s.dark, 6)


def piano(s: Sheet) -> None:
    """The keys of a piano and its open lid."""
    s.soft_shape([(250, 420), (300, 190), (560, 130), (840, 220), (950, 420)], s.main)
    s.soft_shape([(300, 410), (350, 230), (560, 180), (800, 260), (890, 410)], s.second)
    for n in range(9):
        s.line([(400 + n * 50, 400), (440 + n * 34, 240 + abs(n - 3) * 6)], 3, s.dark)
    s.box(200, 410, 800, 230, s.dark, 18)
    _keys(s, 228, 450, 14, 53, 170)


def keyboard(s: Sheet) -> None:
    """An electronic keyboard on its stand."""
    s.line([(360, 560), (820, 740)], 18, s.dark)
    s.line([(840, 560), (380, 740)], 18, s.dark)
    s.box(170, 300, 860, 270, s.main, 22)
    s.box(470, 325, 260, 62, "#dff0e4", 8)
    for n in range(5):
        s.disc(230 + n * 44, 356, 14, s.second)
        s.disc(790 + n * 44, 356, 14, s.soft)
    _keys(s, 200, 410, 16, 50, 140)


def guzheng(s: Sheet) -> None:
    """A guzheng seen from above, its bridges in a slanting row."""
    s.soft_shape([(120, 300), (1060, 250), (1110, 420), (1060, 560), (120, 500)], s.main)
    s.soft_shape([(160, 325), (1030, 282), (1030, 528), (160, 476)], s.second)
    for n in range(13):
        y = 335 + n * 11
        s.line([(170, y), (1030, 292 + n * 18)], 2.5, s.dark)
        x = 330 + n * 42
        s.shape([(x - 10, y + 6), (x + 10, y + 6), (x, y - 14)], "#f8efe0")
    for x in (260, 940):
        s.box(x - 14, 530, 28, 130, s.dark, 8)


def erhu(s: Sheet) -> None:
    """An erhu and its bow."""
    s.line([(560, 90), (560, 640)], 20, s.dark)
    s.sweep([(560, 90), (545, 60), (510, 60)], (22, 14), s.dark)
    for y in (150, 210):
        s.line([(500, y), (600, y)], 18, s.main)
    s.line([(548, 160), (548, 610)], 3, s.second)
    s.line([(572, 160), (572, 610)], 3, s.second)
    s.shape([(480, 590), (640, 590), (680, 640), (680, 700), (640, 745), (480, 745), (440, 700),
             (440, 640)], s.main)  # fmt: skip
    s.shape([(500, 610), (620, 610), (650, 650), (650, 690), (620, 725), (500, 725), (470, 690),
             (470, 650)], "#c9b58a")  # fmt: skip
    s.sweep([(350, 480), (600, 560), (880, 500)], (10, 10), s.second)
    s.sweep([(350, 470), (600, 520), (880, 490)], (8, 8), s.dark)


def hulusi(s: Sheet) -> None:
    """A hulusi: gourd above, pipes below."""
    for x, low in ((530, 640), (600, 730), (670, 620)):
        s.line([(x, 330), (x, low)], 40, s.second)
        s.line([(x - 20, 470), (x + 20, 470)], 8, s.dark)
    for n in range(6):
        s.disc(600, 500 + n * 36, 9, s.dark)
    s.disc(600, 300, 126, s.main)
    s.disc(600, 160, 74, s.main)
    s.line([(600, 100), (600, 40)], 26, s.dark)
    s.sweep([(700, 330), (800, 420), (780, 560)], (6, 12), "#b5473c")
    for dx in (-18, 0, 18):
        s.line([(780 + dx, 560), (780 + dx * 1.6, 650)], 8, "#b5473c")


def djembe(s: Sheet) -> None:
    """Three goblet drums."""
    for x, y, k in ((360, 300, 0.8), (840, 300, 0.8), (600, 270, 1.1)):
        s.shape([(x - 150 * k, y), (x + 150 * k, y), (x + 60 * k, y + 210 * k),
                 (x - 60 * k, y + 210 * k)], s.main)  # fmt: skip
        s.shape([(x - 60 * k, y + 205 * k), (x + 60 * k, y + 205 * k), (x + 110 * k, y + 400 * k),
                 (x - 110 * k, y + 400 * k)], s.dark)  # fmt: skip
        zigzag = [(x + (n - 5) * 27 * k, y + (70 if n % 2 else 120) * k) for n in range(11)]
        s.line(zigzag, 12 * k, s.second)
        s.oval(x, y, 152 * k, 44 * k, "#f3e6cf")
        s.oval(x, y, 120 * k, 30 * k, "#fbf4e6")


def calligraphy(s: Sheet) -> None:
    """Three brush strokes, a brush and an ink stone."""
    s.box(330, 130, 420, 540, "#fffdf6")
    s.sweep([(390, 250), (470, 205), (560, 250), (690, 220)], (16, 54), s.main)
    s.sweep([(400, 400), (520, 350), (610, 410), (700, 370)], (50, 12), s.main)
    s.sweep([(420, 530), (500, 500), (580, 545)], (14, 46), s.main)
    s.box(660, 600, 56, 56, s.second, 6)
    s.sweep([(770, 620), (880, 400), (960, 190)], (26, 22), "#9a6a3f")
    s.sweep([(742, 690), (756, 655), (772, 615)], (6, 40), s.dark)
    s.oval(250, 620, 120, 60, s.dark)
    s.oval(250, 606, 92, 40, "#46525a")


def flowers(s: Sheet) -> None:
    """A branch of plum blossom with a bird."""
    s.sweep([(150, 700), (380, 560), (560, 470), (820, 300), (1010, 180)], (46, 10), s.main)
    s.sweep([(480, 510), (520, 360), (640, 240)], (22, 6), s.main)
    s.sweep([(720, 370), (860, 420), (980, 400)], (18, 5), s.main)
    for x, y, r in ((520, 360, 46), (640, 235, 56), (700, 350, 40), (820, 290, 52), (960, 205, 44),
                    (900, 415, 46), (980, 395, 34), (420, 530, 40)):  # fmt: skip
        blossom(s, x, y, r, s.second)
    s.soft_shape(
        [(330, 400), (430, 380), (470, 450), (400, 510), (300, 480), (220, 530)], "#5d7480"
    )
    s.disc(440, 400, 40, "#5d7480")
    s.shape([(474, 396), (512, 408), (474, 418)], "#d9a441")
    s.disc(450, 392, 6, "#fffdf6")


def landscape(s: Sheet) -> None:
    """Mountains one behind the other, a sun, a boat."""
    s.disc(860, 230, 84, s.second)
    for base, tone, peaks in (
        (430, "#b9c4c2", (250, 360, 280, 390)),
        (540, "#8b9a9b", (390, 300, 420, 350)),
        (650, "#5b6a6e", (450, 520, 400, 500)),
    ):
        points = [(0.0, 800.0), (0.0, float(base))]
        for n, peak in enumerate(peaks):
            points += [(150.0 + n * 300, float(peak)), (300.0 + n * 300, base - 20.0)]
        s.shape([*points, (1200.0, 800.0)], tone)
    s.box(0, 670, 1200, 130, "#e5e0d0")
    s.sweep([(470, 715), (560, 740), (660, 712)], (16, 16), s.dark)
    s.line([(560, 730), (560, 640)], 6, s.dark)
    s.line([(560, 690), (590, 720)], 8, s.dark)


def watercolour(s: Sheet) -> None:
    """A palette with colours and a brush."""
    s.soft_shape([(260, 430), (380, 220), (680, 190), (930, 320), (900, 560), (700, 540),
                  (640, 640), (400, 640)], "#e8d3ae")  # fmt: skip
    s.oval(520, 560, 56, 40, s.ground)
    for x, y, tone in ((400, 380, "#b3402f"), (510, 290, "#e2a33d"), (640, 270, "#4f8a5b"),
                       (760, 320, "#3f77a8"), (820, 430, "#7a5aa0")):  # fmt: skip
        s.soft_shape([(x - 46, y), (x, y - 42), (x + 50, y - 8), (x + 14, y + 44)], tone)
    s.sweep([(640, 480), (820, 300), (1010, 130)], (20, 16), s.dark)
    s.sweep([(590, 530), (615, 505), (645, 475)], (4, 34), "#3f77a8")


def seal(s: Sheet) -> None:
    """A carved stone above its red print of plain lines."""
    s.box(640, 420, 300, 300, s.second, 14)
    for n in range(4):
        s.box(672 + n * 66, 456, 22, 228, "#f8f4ea", 4)
    for y in (500, 590, 660):
        s.box(672, y, 236, 16, "#f8f4ea", 4)
    s.shape([(270, 200), (470, 160), (560, 420), (360, 470)], "#a9b48a")
    s.shape([(470, 160), (540, 200), (628, 440), (560, 420)], "#8a9670")
    s.shape([(360, 470), (560, 420), (628, 440), (430, 492)], s.second)
    s.sweep([(760, 330), (880, 230), (980, 150)], (30, 30), s.dark)
    s.shape([(700, 400), (745, 318), (775, 345)], "#c8ccd0")


def _phone(s: Sheet, x: float, y: float, w: float, h: float) -> None:
    s.box(x, y, w, h, s.dark, 36)
    s.box(x + 16, y + 30, w - 32, h - 60, "#fbfdff", 14)


def smartphone(s: Sheet) -> None:
    """A phone with large buttons, and the hand that holds it."""
    s.sweep([(420, 760), (450, 640), (520, 560)], (150, 90), SKIN)
    _phone(s, 450, 120, 300, 560)
    for n, tone in enumerate((s.main, s.second, "#4f8a5b", "#b3402f", "#5b4a86", "#3c8d93")):
        s.box(484 + (n % 2) * 122, 180 + (n // 2) * 140, 108, 108, tone, 24)
    s.sweep([(440, 560), (470, 470), (492, 420)], (70, 48), SKIN)


def short_film(s: Sheet) -> None:
    """A phone on a tripod shows a film."""
    for x in (420, 600, 780):
        s.line([(600, 520), (x, 760)], 18, s.dark)
    s.box(240, 170, 720, 360, s.dark, 36)
    s.box(270, 196, 660, 308, "#fbfdff", 14)
    s.shape([(270, 504), (470, 330), (600, 430), (720, 300), (930, 504)], "#8fb8a0")
    s.disc(800, 270, 44, s.second)
    s.disc(600, 350, 84, s.main)
    s.shape([(572, 300), (572, 400), (652, 350)], "#fbfdff")


def camera(s: Sheet) -> None:
    """A camera."""
    s.box(430, 190, 230, 90, s.dark, 20)
    s.box(230, 250, 740, 400, s.dark, 40)
    s.box(230, 360, 740, 180, s.main)
    s.disc(600, 450, 180, "#e9edf0")
    s.disc(600, 450, 146, s.dark)
    s.disc(600, 450, 100, s.main)
    s.disc(570, 420, 34, "#cfe1f0")
    s.box(810, 285, 110, 50, s.second, 10)


def assistant(s: Sheet) -> None:
    """A question and an answer in two balloons, with sparks."""
    s.box(180, 190, 470, 230, s.main, 60)
    s.shape([(270, 400), (260, 500), (380, 410)], s.main)
    for n in range(3):
        s.disc(315 + n * 100, 305, 28, "#fbfdff")
    s.box(540, 420, 470, 220, s.second, 60)
    s.shape([(900, 620), (930, 720), (800, 630)], s.second)
    for n in range(3):
        s.box(600, 470 + n * 50, (350, 290, 200)[n], 22, "#fff7ea", 11)
    for x, y, r in ((860, 230, 70), (960, 330, 36), (330, 590, 48)):
        s.shape([(x, y - r), (x + r * 0.24, y - r * 0.24), (x + r, y), (x + r * 0.24, y + r * 0.24),
                 (x, y + r), (x - r * 0.24, y + r * 0.24), (x - r, y), (x - r * 0.24, y - r * 0.24)],
                s.dark)  # fmt: skip


def globe(s: Sheet) -> None:
    """A globe and a suitcase."""
    s.disc(500, 360, 240, "#a9c8dd")
    for squeeze in (0.35, 0.75):
        ring = [(500 + 240 * squeeze * math.cos(a / 20 * math.pi),
                 360 + 240 * math.sin(a / 20 * math.pi)) for a in range(41)]  # fmt: skip
        s.line(ring, 5, s.main)
    for dy in (-120, 0, 120):
        half = math.sqrt(240**2 - dy**2)
        s.line([(500 - half, 360 + dy), (500 + half, 360 + dy)], 5, s.main)
    s.arc(500, 360, 280, (-60, 100), 16, s.dark)
    s.box(410, 690, 200, 24, s.dark, 10)
    s.box(720, 450, 300, 240, s.second, 24)
    s.line([(800, 450), (800, 400), (940, 400), (940, 450)], 18, s.dark)
    for x in (780, 940):
        s.box(x, 450, 24, 240, s.dark)


def poetry(s: Sheet) -> None:
    """An open book, the moon, bamboo."""
    s.disc(820, 230, 110, "#f5e3b0")
    for x in (210, 290):
        for n in range(5):
            s.box(x, 90 + n * 130, 24, 122, "#6d8f63", 8)
    for x, y, side in (
        (230, 200, 1),
        (300, 320, 1),
        (300, 180, -1),
        (220, 440, -1),
        (310, 470, 1),
    ):
        s.sweep([(x, y), (x + side * 60, y + 10), (x + side * 130, y + 60)], (26, 4), "#4f7a52")
    s.soft_shape(
        [(330, 620), (450, 540), (600, 590), (600, 720), (450, 680), (330, 740)], "#fffdf6"
    )
    s.soft_shape(
        [(870, 620), (750, 540), (600, 590), (600, 720), (750, 680), (870, 740)], "#f3ecdb"
    )
    for n in range(5):
        s.line([(390 + n * 38, 588 + (n % 2) * 4), (390 + n * 38, 668)], 5, s.main)
        s.line([(650 + n * 38, 592 - (n % 2) * 4), (650 + n * 38, 668)], 5, s.main)
