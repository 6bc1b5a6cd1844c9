"""T1 to T6, T9, T10: what it costs to make replays, how soon they are there, are they good?"""

import dataclasses
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

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


def t2_and_t4(ground: Ground) -> list[Figure]:
    """Our whole way, looks, units, sound, small pictures, lists, beside one bare command."""
    film, plan = ground.lesson, _plan(ground.lesson)
    parts: list[dict[str, float]] = []

    def ours() -> float:
        recording = _arrived(film)
        return cpu_spent(lambda: parts.append(_made(recording)))

    def bare() -> float:
        return cpu_spent(lambda: _make(ground, plan, film, with_sound=True))

    turns = ground.turns({"our pipeline": ours, "one bare command": bare}, min(ground.rounds, 2))
    meter = _meter(ground, film)
    long = [_half_an_hour(part, plan.length, meter) for part in parts]
    share = statistics.median(first / whole for first, whole in long)
    first, whole = long[-1]
    return [
        Figure("T2", "CPU of our pipeline / one bare command", ratio(turns, "our pipeline",
               "one bare command"), 1.15, remark="60 s of 720p30, two units; storyboard included"),
        Figure("T4", "first piece to watch / all is made, for 30 min", share, 0.03,
               remark=f"from 60 s, each part scaled: {first:.0f} s of {whole:.0f} s"),
    ]  # fmt: skip


def t3(ground: Ground) -> list[Figure]:
    """A film that is taken as it comes: how long until it can be watched."""
    from livestream import processing
    from livestream.services import replays

    def once() -> float:
        recording = replays.claim(_arrived(ground.by_phone).pk, at=_now())
        began = time.monotonic()
        processing.take_up(recording, _now)
        took = time.monotonic() - began
        recording.refresh_from_db()
        if not recording.is_made():
            raise SystemExit("the film by phone was not taken as it comes")
        recording.work_units.all().delete()
        return took

    took = statistics.median(ground.turns({"as it comes": once})["as it comes"])
    remark = f"10 min of 720p30, {ground.by_phone.stat().st_size / 1e6:.0f} MB, {took:.1f} s"
    return [
        Figure("T3", "time to watch / length, H.264 by phone", took / 600, 0.02, remark=remark)
    ]


def t6(ground: Ground) -> list[Figure]:
    """Fifty workers killed at random: what is made again, and are the bytes the same?"""
    ground.say("  fifty workers killed")
    said = _pytest("-s", "--deep=media", "tests/livestream/test_crashes.py", "-k", "fifty")
    told = re.search(r"(\d+) workers killed, (\d+) had ended before; (\d+) units made", said)
    if told is None:
        return [Figure("T6", "killed workers whose film came out otherwise", 1, 0)]
    killed, ended, again = (int(number) for number in told.groups())
    most = killed - ended
    wrong = 0 if "1 passed" in said else 1
    return [
        Figure("T6", "units made again for each killed worker", again / max(1, most), 1,
               remark=f"{again} for {most}"),
        Figure("T6", "films whose bytes differ or that break a rule", wrong, 0,
               remark="the digest of every file, and the checker"),
    ]  # fmt: skip


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
    """The small pictures for looking through a film, beside decoding all of it."""
    from livestream.domain import command, storyboard

    film = ground.by_phone
    sheet = storyboard.sheet_for(600.0, 1280, 720)

    def run(words: list[str]) -> float:
        return cpu_spent(lambda: _ffmpeg(ground, words))

    everything = [*command.opening(str(film)), "-map", "0:v:0", "-f", "null", "-"]
    turns = ground.turns(
        {
            "small pictures": lambda: run(command.sheet(sheet, str(film))),
            "everything": lambda: run(everything),
        }
    )
    remark = "10 min of 720p30, a key frame a second"
    found = ratio(turns, "small pictures", "everything")
    return [Figure("T9", "storyboard: CPU / decoding everything", found, 0.1, remark=remark)]


def t10(ground: Ground) -> list[Figure]:
    """The checker over every fixture, and every spoiled copy caught."""
    files = ["tests/livestream/test_conformance.py", "tests/livestream/test_fixtures.py"]
    ground.say("  every fixture through the pipeline and the checker")
    ways = {"passed": 0, "failed": 0, "error": 0, "errors": 0}
    for more in ([], ["--deep=media"]):
        for number, word in re.findall(r"(\d+) (passed|failed|errors?)", _pytest(*more, *files)):
            ways[word] += int(number)
    wrong = ways["failed"] + ways["error"] + ways["errors"]
    remark = f"{ways['passed']} streams and spoiled copies judged rightly"
    if not ways["passed"]:
        raise SystemExit("T10: the tests did not run")
    return [Figure("T10", "fixtures and spoiled copies judged wrongly", wrong, 0, remark=remark)]


def t11(ground: Ground) -> list[Figure]:
    """A lesson that goes out live, to a learner's browser; its line is lost once."""
    ground.say("  a lesson goes out live")
    said = _pytest("-s", "tests/livestream/live/test_going_out.py", "-k", "lost_line")
    told = re.search(
        r"([\d.]+) segments behind, a replay after ([\d.]+) s, ([\d.]+) of ([\d.]+) s", said
    )
    if told is None:
        raise SystemExit(f"T11: the lesson did not go out: {said[-300:]}")
    behind, waited, recorded, pushed = (float(number) for number in told.groups())
    share = recorded / pushed
    return [
        Figure("T11", "live: seconds behind / length of a segment", behind, 4),
        Figure("T11", "live: seconds until the replay can be played", waited, 5),
        Figure("T11", "live: share that is not recorded", max(0.0, 1 - share), 0.005,
               remark=f"{recorded:.2f} of {pushed:.2f} s, one line lost without a goodbye"),
    ]  # fmt: skip


def _pytest(*words: str) -> str:
    """What the tests say, on services of their own."""
    ours = {"DJANGO_SETTINGS_MODULE", "VAR_DIR", "PYTHONPATH", "DATABASE_ROLE"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *words],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in ours},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def _now() -> Any:
    from accounts import clock

    return clock.now()


def _arrived(film: Path) -> Any:
    """A recording whose film lies in the storage, waiting for its worker."""
    from django.conf import settings

    from tests.factories.livestream import RecordingFactory, UploadFactory

    upload = UploadFactory(recording=RecordingFactory(), size=film.stat().st_size)
    place = settings.RECORDINGS_ROOT / upload.stored_as
    place.parent.mkdir(parents=True, exist_ok=True)
    os.link(film, place)
    return upload.recording


def _made(recording: Any) -> dict[str, float]:
    """Make a replay, as one worker does; seconds of each part."""
    from livestream import processing
    from livestream.services import replays, units

    began = time.monotonic()
    processing.take_up(replays.claim(recording.pk, at=_now()), _now)
    took = {"look": time.monotonic() - began, "first": 0.0}
    while unit := units.claim(owner="benchmark", at=_now()):
        began = time.monotonic()
        processing.make_unit(unit, _now)
        is_first = unit.kind == "picture" and not unit.starts_at_seconds
        name = "first" if is_first else str(unit.kind)
        took[name] = took.get(name, 0.0) + time.monotonic() - began
    recording.refresh_from_db()
    if recording.progress != 100:
        raise SystemExit("the lesson did not become a replay")
    return took


def _meter(ground: Ground, film: Path) -> float:
    """Seconds until the loudness of a film is known."""
    from livestream.domain import command

    began = time.monotonic()
    _ffmpeg(ground, command.loudness_of(str(film)))
    return time.monotonic() - began


def _half_an_hour(took: dict[str, float], seconds: float, meter: float) -> tuple[float, float]:
    """When the first piece of 30 min can be watched, and when all is made: parts by length.

    The first piece waits for the look, for the first stretch, for the loudness of the whole
    and for as much of the sound as that stretch has.
    """
    from livestream.domain import units

    of_first = units.SEGMENT_SECONDS * units.SEGMENTS_OF_THE_FIRST
    longer, rest = 1800 / seconds, (1800 - of_first) / (seconds - of_first)
    heard = (took["sound"] - meter) * of_first / seconds
    first = (took["look"] + meter) * longer + took["first"] + heard
    sound = took["sound"] * longer - meter * longer - heard
    return first, first + sound + took["picture"] * rest + took["sheet"] * longer


def _plan(film: Path, *, is_still: bool | None = None) -> Any:
    from livestream import probing
    from livestream.domain import command, ladder

    looked = probing.look(film, thoroughly=True)
    if looked.picture is None:
        raise SystemExit(f"{film.name} shows nothing")
    still = probing.is_still(film, looked.reaches) if is_still is None else is_still
    picture = dataclasses.replace(looked.picture, is_still=still)
    rungs = ladder.choose_variants(picture)
    return command.Plan(rungs=rungs, has_sound=looked.has_sound, seconds=looked.reaches)


def _make(ground: Ground, plan: Any, film: Path, *, with_sound: bool = False) -> None:
    """The whole picture in one stretch, with the sound from the same opening if wanted."""
    from livestream.domain import command
    from livestream.domain.units import Stretch

    words = command.stretch(plan, str(film), Stretch(0.0, plan.length, 0))
    if with_sound:
        words += ["-map", "0:a:0", "-c:a", "aac", "-b:a", "96k", "-ac", "2", "sound.m4a"]
    _ffmpeg(ground, words, folders=plan.folders)


def _ffmpeg(ground: Ground, words: list[str], folders: tuple[str, ...] = ()) -> Path:
    from livestream import ffmpeg

    place = ground.place("made")
    for name in folders:
        (place / name).mkdir()
    ffmpeg.run(words, limits=ffmpeg.Limits(wall_seconds=900, cpu_seconds=1800), folder=place)
    return place
