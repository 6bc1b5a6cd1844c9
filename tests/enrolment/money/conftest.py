"""What tests of fees share: a stand-in for Stripe, spoken to over real HTTP; a room for papers."""

from collections.abc import Iterator

import pytest

from config.embedded.standin import ThrowawayStripe, throwaway_stripe
from tests.factories.times import TODAY


@pytest.fixture(scope="session")
def stripe_process() -> Iterator[ThrowawayStripe]:
    """The process, one for all tests of a worker; it takes a second to start."""
    with throwaway_stripe() as standin:
        yield standin


@pytest.fixture
def standin(stripe_process: ThrowawayStripe, settings) -> ThrowawayStripe:
    """Stripe as it knows nothing yet, on the day of the tests; the settings point there.

    ``payments.provider()`` is then the real client. ``pay``, ``switch``, ``events``, ``signed``
    and the rest stand in ``config/embedded/standin.py``.
    """
    stripe_process.reset()
    stripe_process.clock(TODAY)
    settings.STRIPE_SECRET_KEY = stripe_process.key
    settings.STRIPE_WEBHOOK_SECRETS = [stripe_process.secret]
    settings.STRIPE_API_BASE = stripe_process.url
    settings.STRIPE_LIVEMODE = False
    return stripe_process


@pytest.fixture(autouse=True)
def _papers(settings, tmp_path) -> None:
    """Papers of special causes go where the test ends with them."""
    settings.PAPERS_ROOT = tmp_path / "papers"
