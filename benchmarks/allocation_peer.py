"""The draw beside the `matching` library, on the markets that both can solve.

    pip install matching==1.4.3
    python benchmarks/allocation_peer.py [--sizes 1k 2k 4k] [--repeat 3]

The library knows one seat a person, no reserves, no pairs and no clashes: the market here has
none of them, and the order of every class is that of the numbers. Both must give the same seats.
CPU seconds are the median of the repetitions, reading the market included.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from enrolment.domain.allocation import (  # noqa: E402 - the checkout has to be found first
    Applicant,
    Choice,
    ClassSpec,
    Market,
    allocate,
)

SIZES = {"1k": (1_000, 30), "2k": (2_000, 60), "4k": (4_000, 120)}
POPULARITY, LONGEST, SEATS_A_PERSON = 0.8, 5, 0.9
Seats = dict[str, str]


def main(arguments: list[str]) -> int:
    """Run what was asked for and print the table; 1 when the seats are not the same."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.alone:
        print(json.dumps(measure(*options.alone, repeat=options.repeat)))
        return 0
    print(f"{'':6}{'matching':>12}{'plain Python':>14}{'numpy':>10}{'times faster':>14}")
    for size in options.sizes:
        found = {name: run_alone(name, size, options.repeat) for name in CONTESTANTS}
        peer, python, numpy = found.values()
        if not python["seats"] == numpy["seats"] == peer.get("seats", python["seats"]):
            print(f"{size}: the contestants do not agree on the seats.")
            return 1
        said = peer.get("failed") or f"{peer['seconds']:.3f}"
        faster = "" if "failed" in peer else f"{peer['seconds'] / python['seconds']:.0f}"
        print(
            f"{size:6}{said:>12}{python['seconds']:14.3f}{numpy['seconds']:10.3f}{faster:>14}",
            flush=True,
        )
    return 0


def run_alone(name: str, size: str, repeat: int) -> dict:
    """Measure a contestant in a process of its own: one of them may end in its depths."""
    command = [sys.executable, __file__, "--alone", name, size, "--repeat", str(repeat)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout)


def measure(name: str, size: str, *, repeat: int) -> dict:
    """CPU seconds and the seats; or what the contestant failed with."""
    wishes, capacities = make(*SIZES[size])
    seconds = []
    seats: Seats = {}
    try:
        for _ in range(repeat):
            began = time.process_time()
            seats = CONTESTANTS[name](wishes, capacities)
            seconds.append(time.process_time() - began)
    except RecursionError:
        return {"failed": "RecursionError"}
    return {"seconds": median(seconds), "seats": seats}


def make(people: int, classes: int) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Return wishes in the order of the numbers, and the seats of each class."""
    chance = random.Random(1)
    names = [f"c{number:05}" for number in range(classes)]
    weights = [(place + 1) ** -POPULARITY for place in range(classes)]
    wishes = {
        f"{number:07}": list(dict.fromkeys(chance.choices(names, weights, k=LONGEST)))
        for number in range(people)
    }
    seats = int(people * SEATS_A_PERSON / classes)
    return wishes, dict.fromkeys(names, seats)


def by_library(wishes: dict[str, list[str]], capacities: dict[str, int]) -> Seats:
    """The hospital-resident game of `matching`."""
    from matching.games import HospitalResident  # only this contestant needs it

    asked: dict[str, list[str]] = {name: [] for name in capacities}
    for person, names in wishes.items():
        for name in names:
            asked[name].append(person)
    wanted = {name: people for name, people in asked.items() if people}
    game = HospitalResident.create_from_dictionaries(
        wishes, wanted, {name: capacities[name] for name in wanted}
    )
    found = game.solve(optimal="resident")
    return {str(person): str(name) for name, people in found.items() for person in people}


def by_engine(engine: str) -> Callable[[dict[str, list[str]], dict[str, int]], Seats]:
    """RDA/1 with one seat a person."""

    def solve(wishes: dict[str, list[str]], capacities: dict[str, int]) -> Seats:
        market = Market(
            classes=tuple(ClassSpec(name, seats) for name, seats in capacities.items()),
            applicants=tuple(
                Applicant(person, number, tuple(map(Choice, names)), 1)
                for number, (person, names) in enumerate(wishes.items(), 1)
            ),
            clashes=(),
        )
        found = allocate(market, engine=engine)
        seats = {person: found.seats(person) for person in wishes}
        return {person: next(iter(given)) for person, given in seats.items() if given}

    return solve


CONTESTANTS = {
    "matching": by_library,
    "python": by_engine("python"),
    "numpy": by_engine("numpy"),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
