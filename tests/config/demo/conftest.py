"""One city for all tests of planning; nobody changes it."""

from datetime import date

import pytest

from config.demo.plan import plan_city

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def city():
    return plan_city(today=TODAY)


@pytest.fixture(scope="session")
def small_city():
    return plan_city(today=TODAY, size="small")
