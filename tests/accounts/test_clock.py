"""One clock, moved by demo and tests, kept still in service."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import clock, outbox
from accounts.domain import moments
from accounts.models import ClockOffset, OutboxMessage
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


def tell(*words):
    out = StringIO()
    call_command("clock", *words, stdout=out)
    return out.getvalue().strip()


def test_the_clock_is_moved_and_put_back():
    clock.set_to(TODAY)
    assert abs(clock.now() - TODAY) < timedelta(seconds=2)
    clock.set_to(None)
    assert abs(clock.now() - timezone.now()) < timedelta(seconds=2)


def test_reading_the_clock_asks_the_database_once_a_second(django_assert_num_queries):
    clock.set_to(TODAY)
    clock.forget()
    with django_assert_num_queries(1):
        for _ in range(50):
            clock.now()


def test_in_service_nothing_moves_and_nothing_is_asked(settings, django_assert_num_queries):
    settings.CLOCK_MAY_BE_MOVED = False
    ClockOffset.objects.create(seconds=999_999)
    with django_assert_num_queries(0):
        assert abs(clock.now() - timezone.now()) < timedelta(seconds=2)
    with pytest.raises(clock.ClockRefused):
        clock.set_to(TODAY)
    with pytest.raises(CommandError, match="cannot be moved"):
        tell("+3d")


def test_the_command_shows_moves_and_resets():
    clock.set_to(TODAY)
    assert tell().startswith("Tuesday 2026-12-01 10:00:0")
    assert tell("+3d", "09:00").startswith("Friday 2026-12-04 09:00:0")
    assert tell("+3d 09:00").startswith("Monday 2026-12-07 09:00:0")
    assert tell("reset") == f"{timezone.localtime(timezone.now()):%A %Y-%m-%d %H:%M:%S %Z}"


@pytest.mark.parametrize("words", ["soon", "25:00", "+3x", "2026-02-31", "+9999999d"])
def test_what_is_no_moment_is_refused_with_an_example(words):
    with pytest.raises(CommandError, match="Write for example"):
        tell(words)


def test_errands_that_were_handed_over_do_not_wait_for_a_time_that_went_away():
    clock.set_to(TODAY + timedelta(days=30))
    outbox.put("call", 1)
    outbox.hand_over(publish=lambda row: None, at=clock.now())
    clock.set_to(TODAY)
    assert OutboxMessage.objects.due(clock.now()).count() == 1


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("+1w", (2026, 12, 8, 10, 30)),
        ("-2h", (2026, 12, 1, 8, 30)),
        ("wed 08:15", (2026, 12, 2, 8, 15)),
        ("2027-01-05 10:00", (2027, 1, 5, 10, 0)),
    ],
)
def test_moments(words, moment):
    assert moments.moved(datetime(2026, 12, 1, 10, 30), words) == datetime(*moment)  # noqa: DTZ001
