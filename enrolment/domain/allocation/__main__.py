"""The draw as a command: a market on standard input, the result on standard output.

python -m enrolment.domain.allocation < market.json > result.json
python -m enrolment.domain.allocation --check result.json < market.json
python -m enrolment.domain.allocation --explain APPLICANT < market.json
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from enrolment.domain.allocation import (
    EngineRefused,
    MarketRefused,
    Packed,
    allocate,
    checking,
    pack,
)
from enrolment.domain.allocation.reading import read_market

WRONG, REFUSED = 1, 2


def main(arguments: list[str]) -> int:
    """Work out, check or explain; 2 and a sentence on bad input, 1 when a check finds fault."""
    options = parse(arguments)
    try:
        market = read_market(sys.stdin.buffer.read())
        if options.check:
            return check(options.check, pack(market))
        result = allocate(market, engine=options.engine)
        if options.explain is None:
            sys.stdout.buffer.write(result.to_json())
            return 0
        if options.explain not in result.packed.positions:
            raise MarketRefused(f'There is no applicant "{options.explain}" in the market.')
    except (MarketRefused, EngineRefused) as refused:
        sentence = " ".join(str(refused).splitlines())  # a name in it may have any sign
        sys.stderr.write(f"{sentence}\n")
        return REFUSED
    for reason in result.explain(options.explain):
        line = json.dumps(asdict(reason), ensure_ascii=False, sort_keys=True)
        sys.stdout.buffer.write(f"{line}\n".encode())
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m enrolment.domain.allocation",
        description="Reads a market as JSON, writes who gets which seat, the waitlists and the "
        "cut-offs. Exit status 2 and a sentence if the market contradicts itself.",
    )
    parser.add_argument(
        "--engine",
        choices=["auto", "python", "numpy"],
        default="auto",
        help="auto takes numpy where it is installed and fits; the result is the same",
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--check",
        type=Path,
        metavar="RESULT",
        help="judge a result by its own cut-offs; exit status 1 and the places if it is wrong",
    )
    instead.add_argument(
        "--explain",
        metavar="APPLICANT",
        help="say of each wish of an applicant what became of it, an object a line",
    )
    return parser.parse_args(arguments)


def check(path: Path, packed: Packed) -> int:
    """Name what is wrong with a result, the first place first."""
    try:
        published = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise MarketRefused(f"The result {path} cannot be read as JSON.") from None
    if not isinstance(published, dict):
        raise MarketRefused(f"The result {path} is not a JSON object.")
    found = checking.verify(packed, published)
    for violation in found:
        sys.stdout.buffer.write(f"{violation}\n".encode())
    return WRONG if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
