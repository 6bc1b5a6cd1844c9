"""Print the market of a package as JSON; 2 and one sentence when the package is not sound."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from enrolment.domain.package import PackageRefused, read


def main(arguments: Sequence[str]) -> int:
    """Answer the command line."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m enrolment.domain.package FOLDER > market.json\n")
        return 2
    try:
        market = read(Path(arguments[0])).market
    except (PackageRefused, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    sys.stdout.write(json.dumps(market, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
