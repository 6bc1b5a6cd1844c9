"""How fast a draw is worked out, and in how much memory: both engines beside a textbook.

    python benchmarks/allocation.py [--sizes 20k 100k 1M] [--repeat 3]

Up to three seats a person, lists of two to five, three overlapping reserves, three tiers,
classes that clash by half-days. Every contestant runs in a process of its own. CPU seconds are
the median of the repetitions (the textbook goes once), memory is the peak above what the market
itself takes. All must give the same seats, and the cut-offs must prove them: otherwise nothing
is printed but that.
"""

import argparse
import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import allocation_market  # noqa: E402 - the checkout has to be found first
from benchmarks.allocation_textbook import textbook  # noqa: E402 - as above
from enrolment.domain.allocation import Packed, Result, allocate, checking  # noqa: E402 - as above

SIZES = {"20k": (20_000, 600), "100k": (100_000, 3_000), "1M": (1_000_000, 10_000)}
CONTESTANTS = ("textbook", "python", "numpy", "proof", "file")
SAYS = {
    "textbook": "textbook rounds, dict and sorted",
    "python": "engine in plain Python",
    "numpy": "engine with numpy",
    "proof": "proof by cut-offs and all codes",
    "file": "columns to result file",
}
MUST = {  # CPU seconds; None: nothing is promised
    "20k": {"python": 0.25, "numpy": 0.04, "file": 2},
    "100k": {"python": 1.5, "numpy": 0.15},
    "1M": {"numpy": 3, "proof": 3, "file": 40},
}
MUST_MIB = {("1M", "numpy"): 250}
MIB = 1 << 20


def main(arguments: list[str]) -> int:
    """Run what was asked for and print the table; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--alone", nargs=2, metavar=("CONTESTANT", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.alone:
        print(json.dumps(measure(*options.alone, repeat=options.repeat)))
        return 0
    broken = 0
    print(f"{'':6}{'':34}{'CPU s':>9}{'must':>8}{'MiB':>7}{'must':>6}")
    for size in options.sizes:
        found = {name: run_alone(name, size, options.repeat) for name in CONTESTANTS}
        if len({measured["seats"] for measured in found.values()}) > 1:
            print(f"{size}: the contestants do not agree on the seats.")
            return 1
        for name, measured in found.items():
            broken += report(size, name, measured)
        print(f"{'':6}tables from columns: {found['numpy']['pack']:.3f} s, kept")
    return 1 if broken else 0


def report(size: str, name: str, measured: dict) -> bool:
    """Print one line; whether it breaks a promise."""
    must, must_mib = MUST[size].get(name), MUST_MIB.get((size, name))
    print(
        f"{size:6}{SAYS[name]:34}{measured['seconds']:9.3f}{must or '':>8}"
        f"{measured['mib']:7.0f}{must_mib or '':>6}",
        flush=True,
    )
    late = must is not None and measured["seconds"] > must
    return late or (must_mib is not None and measured["mib"] > must_mib)


def run_alone(name: str, size: str, repeat: int) -> dict:
    """Measure a contestant in a process of its own."""
    command = [sys.executable, __file__, "--alone", name, size, "--repeat", str(repeat)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout)


def measure(name: str, size: str, *, repeat: int) -> dict:
    """CPU seconds, peak memory above the market, and a digest of the seats."""
    columns = allocation_market.make(*SIZES[size])
    began = time.process_time()
    packed = columns.pack()
    packing = time.process_time() - began
    act, result = contestant(name, columns, packed)
    if result is None:
        allocate(allocation_market.make(1_100, 30).pack(), engine="numpy")  # load the libraries
    ctypes.CDLL(None).malloc_trim(0)  # what making the market has left is not the market
    begin_peak()
    base = resident("VmRSS")
    seconds = []
    seats = b""
    for _ in range(1 if name == "textbook" else repeat):
        began = time.process_time()
        seats = act()
        seconds.append(time.process_time() - began)
    return {
        "seconds": median(seconds),
        "mib": (resident("VmHWM") - base) / MIB,
        "pack": packing,
        "seats": sha256(seats).hexdigest(),
    }


def contestant(
    name: str, columns: allocation_market.Arrays, packed: Packed
) -> tuple[Callable[[], bytes], Result | None]:
    """What to measure: a call that answers with the round of every slot."""
    if name in ("python", "numpy"):
        return lambda: bytes(allocate(packed, engine=name).outcome.round_of), None
    if name == "textbook":
        return lambda: textbook(packed), None
    result = allocate(packed, engine="numpy")
    if name == "proof":

        def prove() -> bytes:
            outcome = result.outcome
            table, over = checking.recount(packed, outcome)
            if over or table != outcome.cutoffs or any(checking.envied(packed, outcome)):
                raise SystemExit("The cut-offs do not prove the seats.")
            result.codes()
            return bytes(result.outcome.round_of)

        return prove, result

    def write() -> bytes:
        written = allocate(columns.pack())
        written.to_json()
        return bytes(written.outcome.round_of)

    return write, result


def begin_peak() -> None:
    """Forget the peak that making the market has left."""
    Path("/proc/self/clear_refs").write_text("5")


def resident(field: str) -> int:
    """Bytes of memory in use, now (VmRSS) or at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
