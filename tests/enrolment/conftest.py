"""What tests of enrolment share."""

from datetime import timedelta

import pytest

from enrolment.models import ledger
from tests.factories.times import TODAY


@pytest.fixture
def nothing_is_broken():
    """Ask the database for broken rules; the moment may be given."""

    def check(at=TODAY, *, offer_hours=False):
        assert ledger.broken_rules(at=at + timedelta(0), offer_hours=offer_hours) == []

    return check
