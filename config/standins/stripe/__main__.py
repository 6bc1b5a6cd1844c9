"""``python -m config.standins.stripe --port 20400``: play Stripe for the demo and the tests."""

import argparse
import logging
import sys
from pathlib import Path

from config import env
from config.standins.stripe.account import Account
from config.standins.stripe.clock import Clock, ProductClock
from config.standins.stripe.courier import Courier
from config.standins.stripe.server import Server
from config.standins.stripe.state import State
from config.standins.stripe.switches import Switches


def main(arguments: list[str]) -> int:
    """Serve until somebody ends us."""
    options = _options(arguments)
    if "production" in env.text("DJANGO_SETTINGS_MODULE", ""):
        sys.stderr.write("The stand-in takes no money; a city in service does without it.\n")
        return 1
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    state = State(options.state)
    switches = Switches()
    secrets = env.names("STRIPE_WEBHOOK_SECRETS")
    account = Account(
        state=state,
        clock=Clock(ProductClock(env.text("DATABASE_URL")) if options.follow_clock else None),
        switches=switches,
        courier=Courier(
            state, switches, url=options.webhook, secret=secrets[0] if secrets else "whsec_none"
        ),
        key=env.text("STRIPE_SECRET_KEY"),
        pages=options.pages or f"http://127.0.0.1:{options.port}",
        arrives_after=options.arrives_after,
    )
    Server(options.port, account).start()
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.standins.stripe", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pages", default="", help="address under which browsers find us")
    parser.add_argument("--webhook", default="", help="where notifications are brought")
    parser.add_argument("--state", type=Path, help="file that keeps what we know")
    parser.add_argument(
        "--follow-clock", action="store_true", help="move with the product's clock (database)"
    )
    parser.add_argument(
        "--arrives-after", type=int, help="seconds until slow money arrives by itself"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
