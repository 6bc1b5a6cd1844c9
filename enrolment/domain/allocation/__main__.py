"""``python -m enrolment.domain.allocation < market.json > result.json``."""

import argparse
import sys

from enrolment.domain.allocation import EngineRefused, MarketRefused, allocate
from enrolment.domain.allocation.reading import read_market

REFUSED = 2


def main(arguments: list[str]) -> int:
    """Work out the market on standard input; 0, or 2 when it contradicts itself."""
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
    options = parser.parse_args(arguments)
    try:
        result = allocate(read_market(sys.stdin.buffer.read()), engine=options.engine)
    except (MarketRefused, EngineRefused) as refused:
        sentence = " ".join(str(refused).splitlines())  # a name in it may have any sign
        sys.stderr.write(f"{sentence}\n")
        return REFUSED
    sys.stdout.buffer.write(result.to_json())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
