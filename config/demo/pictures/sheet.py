"""A sheet of paper to draw on: flat shapes on a warm ground, twice the size and then reduced."""

# ruff: noqa: PLR0917  # place, size and colour, as one says them when drawing

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

WIDTH, HEIGHT, FINE = 1200, 800, 2
Point = tuple[float, float]

# Ground, soft shape behind, main colour, second colour, dark colour; by department.
PALETTES = {
    "声乐": ("#fbf1e6", "#f3d9c0", "#b5473c", "#e2a45c", "#4a2c2a"),
    "器乐": ("#f4f0e4", "#e3d6b4", "#8a4b2d", "#d19a4a", "#33261d"),
    "舞蹈": ("#fdf0ef", "#f5d0cf", "#b23a5b", "#e58f7b", "#4b1f33"),
    "体育保健": ("#eef5ec", "#cfe3cb", "#3f7d56", "#c9a94f", "#21402f"),
    "书画": ("#f8f4ea", "#e9dfc8", "#2f3a3f", "#b3402f", "#191f22"),
    "信息技术": ("#ecf2f8", "#c9dcec", "#2e6593", "#e39a3b", "#1b3145"),
    "文史语言": ("#f3f0f6", "#d9d1e6", "#5b4a86", "#c98f43", "#2c2444"),
}
SKIN = "#e9bf9d"


class Sheet:
    """Draws in units of the finished picture: 1200 wide, 800 high."""

    def __init__(self, ground: str, palette: tuple[str, str, str, str, str]) -> None:
        self.ground, self.soft, self.main, self.second, self.dark = palette
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), ground)
        self.draw = ImageDraw.Draw(self.image)

    @classmethod
    def of(cls, department: str) -> "Sheet":
        """A sheet in a department's colours, with a large soft disc behind the motif."""
        palette = PALETTES[department]
        sheet = cls(palette[0], palette)
        sheet.disc(600, 400, 330, palette[1])
        return sheet

    def disc(self, x: float, y: float, r: float, fill: str) -> None:
        """A full circle."""
        self.oval(x, y, r, r, fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        """A full ellipse around a point."""
        box = [(x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE]
        self.draw.ellipse(box, fill=fill)

    def ring(self, x: float, y: float, r: float, width: float, fill: str) -> None:
        """A circle's outline."""
        box = [(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE]
        self.draw.ellipse(box, outline=fill, width=int(width * FINE))

    def arc(
        self, x: float, y: float, r: float, turn: tuple[float, float], width: float, fill: str
    ) -> None:
        """Part of a circle's outline, from one angle to another in degrees."""
        steps = [turn[0] + (turn[1] - turn[0]) * n / 40 for n in range(41)]
        self.line(
            [
                (x + r * math.cos(math.radians(a)), y + r * math.sin(math.radians(a)))
                for a in steps
            ],
            width,
            fill,
        )

    def wedge(self, x: float, y: float, r: float, turn: tuple[float, float], fill: str) -> None:
        """A slice of a disc."""
        box = [(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE]
        self.draw.pieslice(box, turn[0], turn[1], fill=fill)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """A polygon."""
        self.draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=fill)

    def soft_shape(self, points: Sequence[Point], fill: str) -> None:
        """A closed shape with rounded corners through the given points."""
        self.shape(curve([*points, points[0]], closed=True), fill)

    def box(self, x: float, y: float, w: float, h: float, fill: str, r: float = 0) -> None:
        """A rectangle, its corners rounded by ``r``."""
        area = [x * FINE, y * FINE, (x + w) * FINE, (y + h) * FINE]
        self.draw.rounded_rectangle(area, radius=r * FINE, fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: str) -> None:
        """A line through points, with round ends and joints."""
        scaled = [(x * FINE, y * FINE) for x, y in points]
        self.draw.line(scaled, fill=fill, width=int(width * FINE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, fill)

    def sweep(self, points: Sequence[Point], widths: tuple[float, float], fill: str) -> None:
        """A brush stroke along a curve, growing or thinning from one width to the other."""
        path = curve(points)
        for n, (x, y) in enumerate(path):
            part = n / max(len(path) - 1, 1)
            self.disc(x, y, (widths[0] + (widths[1] - widths[0]) * part) / 2, fill)

    def jpeg(self) -> bytes:
        """The finished picture: reduced, and small enough for a slow line."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=82, optimize=True)
        return out.getvalue()


def curve(points: Sequence[Point], *, closed: bool = False, steps: int = 24) -> list[Point]:
    """A smooth path through points (Catmull-Rom)."""
    before, after = (points[-2], points[1]) if closed else (points[0], points[-1])
    known = [before, *points, after]
    path: list[Point] = []
    for a, b, c, d in zip(known, known[1:], known[2:], known[3:], strict=False):
        for n in range(steps):
            path.append((_spline(a[0], b[0], c[0], d[0], n / steps),
                         _spline(a[1], b[1], c[1], d[1], n / steps)))  # fmt: skip
    path.append(points[-1])
    return path


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
