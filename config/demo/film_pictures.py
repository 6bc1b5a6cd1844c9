"""The pictures of the demo films, drawn by us: title card, slides, and what moves on them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PAPER = "#fbf7ec"
INK = "#1d2433"
SPRITE = 220


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    spec = find_spec("pylopdf_fonts_zh_cn")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("pylopdf-fonts-zh-cn is not installed (requirements.txt)")
    return ImageFont.truetype(str(Path(spec.origin).parent / "NotoSansSC-Regular.otf"), size)


def title_card(path: Path, size: tuple[int, int], *, title: str, by: str, colour: str) -> None:
    """Draw the first picture of a film: what, and by whom."""
    width, height = size
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    unit = min(size) // 12
    draw.rectangle((unit, unit, width - unit, height - unit), outline=PAPER, width=unit // 8)
    draw.text(
        (width / 2, height * 0.4), title, PAPER, _fitting(title, width * 0.8, unit * 2), "mm"
    )
    draw.text((width / 2, height * 0.62), by, PAPER, _fitting(by, width * 0.8, unit), "mm")
    image.save(path)


def slide(
    path: Path, size: tuple[int, int], *, head: str, lines: tuple[str, ...], colour: str
) -> None:
    """Draw one slide: a heading and a few short lines, in letters for the last row."""
    width, height = size
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    unit = min(size) // 12
    draw.rectangle((0, 0, width, unit * 2), fill=colour)
    draw.text((unit, unit), head, PAPER, _fitting(head, width - unit * 2, unit * 1.1), "lm")
    # What moves has the lower part (upright) or the right third (lying) to itself.
    room = width - unit * 2 if height > width else width * 0.64
    for number, line in enumerate(lines):
        font = _fitting(f"{number + 1}. {line}", room, unit * 0.85)
        draw.text((unit, unit * (3.2 + 1.7 * number)), f"{number + 1}. {line}", INK, font, "lm")
    image.save(path)


def sprite(path: Path, kind: str, colour: str) -> None:
    """Draw the thing that moves over the slides, on nothing."""
    image = Image.new("RGBA", (SPRITE, SPRITE), (0, 0, 0, 0))
    SPRITES[kind](ImageDraw.Draw(image), colour)
    image.save(path)


def _fitting(text: str, room: float, size: float) -> ImageFont.FreeTypeFont:
    while size > 12 and _font(int(size)).getlength(text) > room:
        size *= 0.94
    return _font(int(size))


def _taiji(draw: ImageDraw.ImageDraw, _colour: str) -> None:
    middle, far = SPRITE / 2, SPRITE / 2 - 8
    box = (middle - far, middle - far, middle + far, middle + far)
    draw.ellipse(box, fill="white")
    draw.pieslice(box, 90, 270, fill=INK)
    for side, fill, eye in ((-1, INK, "white"), (1, "white", INK)):
        at = middle + side * far / 2
        draw.ellipse((middle - far / 2, at - far / 2, middle + far / 2, at + far / 2), fill=fill)
        draw.ellipse((middle - 12, at - 12, middle + 12, at + 12), fill=eye)
    draw.ellipse(box, outline=INK, width=6)


def _flower(draw: ImageDraw.ImageDraw, colour: str) -> None:
    middle = SPRITE / 2
    for petal in range(5):
        turn = 2 * math.pi * petal / 5
        x, y = middle + 58 * math.cos(turn), middle + 58 * math.sin(turn)
        draw.ellipse((x - 44, y - 44, x + 44, y + 44), fill=colour, outline=PAPER, width=4)
    draw.ellipse((middle - 24, middle - 24, middle + 24, middle + 24), fill="#e0a400")


def _note(draw: ImageDraw.ImageDraw, colour: str) -> None:
    draw.ellipse((50, 140, 120, 195), fill=colour)
    draw.rectangle((108, 30, 120, 170), fill=colour)
    draw.polygon(((120, 30), (175, 70), (165, 105), (120, 70)), fill=colour)


def _phone(draw: ImageDraw.ImageDraw, colour: str) -> None:
    draw.rounded_rectangle((55, 10, 165, 210), radius=18, fill=INK)
    draw.rectangle((64, 34, 156, 180), fill=PAPER)
    for row in range(3):
        for column in range(2):
            x, y = 76 + column * 38, 48 + row * 42
            draw.rounded_rectangle((x, y, x + 28, y + 28), radius=6, fill=colour)


def _leaf(draw: ImageDraw.ImageDraw, colour: str) -> None:
    edge = [(20 + 180 * step / 20, 62 * math.sin(math.pi * step / 20)) for step in range(21)]
    middle = SPRITE / 2
    upper = [(x, middle - high) for x, high in edge]
    lower = [(x, middle + high) for x, high in reversed(edge)]
    draw.polygon(upper + lower, fill=colour)
    draw.line((30, middle, 190, middle), fill=PAPER, width=6)


def _moon(draw: ImageDraw.ImageDraw, colour: str) -> None:
    draw.ellipse((20, 20, 200, 200), fill="#f2d675", outline=colour, width=5)


SPRITES: dict[str, Callable[[ImageDraw.ImageDraw, str], None]] = {
    "taiji": _taiji,
    "flower": _flower,
    "note": _note,
    "phone": _phone,
    "leaf": _leaf,
    "moon": _moon,
}
