"""``python -m config.embedded run|test``: where the scripts ./run and ./test hand over."""

import sys

from config.embedded import run, suite

DOORS = {"run": run.main, "test": suite.main}


def main() -> int:
    """Open the door that was named."""
    match sys.argv[1:]:
        case [door, *arguments] if door in DOORS:
            return DOORS[door](arguments)
    print("Type ./run to start the product, ./test to test it.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
