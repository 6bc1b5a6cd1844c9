"""The sound of the demo films, worked out sample by sample: a voice, or a plucked melody.

No recording of anybody: the voice is two moving formants in syllables, enough
to hear that somebody speaks, to see the level move and to test loudness.
"""

from __future__ import annotations

import math
import random
import wave
from array import array
from pathlib import Path

RATE = 16_000
LOUD = 0.55

PENTATONIC = (0, 2, 4, 7, 9)
A_BELOW = 220.0

# A tune of our own on the five notes, as steps of the scale; None is a rest.
TUNE = (0, 2, 4, 5, 4, 2, 0, None, 1, 2, 4, 2, 1, 0, None, None, 4, 5, 7, 5, 4, 2, 1, 2, 0)


def melody(path: Path, seconds: float, *, beat: float = 0.5) -> None:
    """Write a plucked tune, over and over until the time is up."""
    samples = _silence(seconds)
    at, number = 1.0, 0
    while at < seconds - 2:
        step = TUNE[number % len(TUNE)]
        if step is not None:
            _pluck(samples, at, _pitch(step), beat * 2.4)
            if number % 4 == 0:
                _pluck(samples, at, _pitch(step - 5), beat * 3)
        at += beat
        number += 1
    _write(path, samples)


def voice(path: Path, seconds: float, *, seed: str, pitch: float = 165.0) -> None:
    """Write something like a teacher talking: syllables, sentences, and pauses between."""
    chance = random.Random(seed)
    samples = _silence(seconds)
    at = 1.0
    while at < seconds - 3:
        for _syllable in range(chance.randint(6, 14)):
            length = chance.uniform(0.13, 0.24)
            if at + length > seconds - 1:
                break
            _syllable_at(samples, at, length, pitch * chance.uniform(0.85, 1.25), chance)
            at += length + chance.uniform(0.02, 0.06)
        at += chance.uniform(0.5, 1.1)
    _write(path, samples)


def _silence(seconds: float) -> array[float]:
    return array("f", bytes(4 * int(seconds * RATE)))


def _pitch(step: int) -> float:
    octave, place = divmod(step, len(PENTATONIC))
    return float(A_BELOW * 2 ** (octave + PENTATONIC[place] / 12))


def _pluck(samples: array[float], at: float, pitch: float, length: float) -> None:
    start, count = int(at * RATE), int(length * RATE)
    turn = 2 * math.pi * pitch / RATE
    fade = math.exp(-4.0 / count)
    strength = 0.4
    for place in range(min(count, len(samples) - start)):
        tone = math.sin(turn * place) + 0.35 * math.sin(2 * turn * place)
        samples[start + place] += strength * tone * min(1.0, place / 60)
        strength *= fade


def _syllable_at(
    samples: array[float], at: float, length: float, pitch: float, chance: random.Random
) -> None:
    start, count = int(at * RATE), int(length * RATE)
    first, second = chance.choice(((700, 1200), (300, 2200), (450, 900), (350, 700), (550, 1800)))
    glide = chance.choice((1.0, 1.25, 0.8, 0.65))  # four tones, as in the language
    harmonics = []
    for number in range(1, 13):
        away = min(abs(number * pitch - first) / 250, abs(number * pitch - second) / 350)
        weight = math.exp(-away * away) / math.sqrt(number)
        if weight > 0.03:
            harmonics.append((number, weight))
    phase = 0.0
    for place in range(min(count, len(samples) - start)):
        share = place / count
        phase += 2 * math.pi * pitch * (1 + (glide - 1) * share) / RATE
        tone = sum(weight * math.sin(number * phase) for number, weight in harmonics)
        samples[start + place] += 0.3 * tone * math.sin(math.pi * share)


def _write(path: Path, samples: array[float]) -> None:
    highest = max(1e-6, *(abs(sample) for sample in samples[::7]))
    scale = 32_767 * LOUD / highest
    whole = (max(-32_768, min(32_767, int(sample * scale))) for sample in samples)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array("h", whole).tobytes())
