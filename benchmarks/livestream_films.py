"""T1 to T6, T9, T10: what it costs to make replays, and whether they are good."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.livestream_ground import Figure, Ground, cpu_spent, ratio

ROOT = Path(__file__).resolve().parent.parent


def t1(ground: Ground) -> list[Figure]:
    """One command that decodes once beside one command for each size, same settings."""
    plan = _plan(ground.camera)

    def one() -> float:
        return cpu_spent(lambda: _make(ground, plan, ground.camera))

    def each() -> float:
        alone = [dataclasses.replace(plan, rungs=(rung,)) for rung in plan.rungs]
        return cpu_spent(lambda: [_make(ground, part, ground.camera) for part in alone])

    turns = ground.turns({"one command": one, "one for each size": each})
    sizes = ", ".join(rung.name for rung in plan.rungs)
    remark = f"12 s of 1080p30, {sizes}"
    found = ratio(turns, "one command", "one for each size")
    return [Figure("T1", "CPU of our ladder / one process per size", found, 0.85, remark=remark)]


def t5(ground: Ground) -> list[Figure]:
    """Slides with the frame rate that is chosen for them beside that of a camera."""
    slides = _plan(ground.slides)
    camera = _plan(ground.slides, is_still=False)
    turns = ground.turns(
        {
            "slides": lambda: cpu_spent(lambda: _make(ground, slides, ground.slides)),
            "as a camera": lambda: cpu_spent(lambda: _make(ground, camera, ground.slides)),
        }
    )
    remark = f"64 s of 720p30; {slides.fps:g} pictures a second beside {camera.fps:g}"
    found = ratio(turns, "slides", "as a camera")
    return [Figure("T5", "slides: CPU / settings of a camera", found, 0.5, remark=remark)]


def t9(ground: Ground) -> list[Figure]:
    """The small pictures for looking through a film, from its key frames or from all."""
    from livestream.domain import command, storyboard

    film = ground.by_phone
    sheet = storyboard.sheet_for(600.0, 1280, 720)

    def run(words: list[str]) -> float:
        return cpu_spent(lambda: _ffmpeg(ground, words))

    ours = command.sheet(sheet, str(film))
    at = ours.index("-skip_frame")
    turns = ground.turns(
        {
            "key frames": lambda: run(ours),
            "all frames": lambda: run(ours[:at] + ours[at + 2 :]),
        }
    )
    remark = "10 min of 720p30, a key frame a second"
    found = ratio(turns, "key frames", "all frames")
    return [Figure("T9", "storyboard: CPU / decoding everything", found, 0.1, remark=remark)]


def t10(ground: Ground) -> list[Figure]:
    """The checker over every fixture, and every spoiled copy caught."""
    files = ["tests/livestream/test_conformance.py", "tests/livestream/test_fixtures.py"]
    ground.say("  every fixture through the pipeline and the checker")
    passed = failed = 0
    for more in ([], ["--deep=media"]):
        said = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *more, *files],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        counted = dict(re.findall(r"(\d+) (passed|failed|error)", said.splitlines()[-1]))
        ways = {word: int(number) for number, word in counted.items()}
        passed += ways.get("passed", 0)
        failed += ways.get("failed", 0) + ways.get("error", 0)
    remark = f"{passed} streams and spoiled copies judged rightly"
    return [Figure("T10", "fixtures and spoiled copies judged wrongly", failed, 0, remark=remark)]


def _plan(film: Path, *, is_still: bool | None = None):
    from livestream import probing
    from livestream.domain import command, ladder

    looked = probing.look(film, thoroughly=True)
    if looked.picture is None:
        raise SystemExit(f"{film.name} shows nothing")
    still = probing.is_still(film, looked.reaches) if is_still is None else is_still
    picture = dataclasses.replace(looked.picture, is_still=still)
    rungs = ladder.choose_variants(picture)
    return command.Plan(rungs=rungs, has_sound=looked.has_sound, seconds=looked.reaches)


def _make(ground: Ground, plan, film: Path) -> None:
    """The whole picture in one stretch."""
    from livestream.domain import command
    from livestream.domain.units import Stretch

    words = command.stretch(plan, str(film), Stretch(0.0, plan.length, 0))
    _ffmpeg(ground, words, folders=plan.folders)


def _ffmpeg(ground: Ground, words: list[str], folders: tuple[str, ...] = ()) -> Path:
    from livestream import ffmpeg

    place = ground.place("made")
    for name in folders:
        (place / name).mkdir()
    ffmpeg.run(words, limits=ffmpeg.Limits(wall_seconds=900, cpu_seconds=1800), folder=place)
    return place
