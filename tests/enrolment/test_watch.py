"""The watch over the seats: what it looks at by day and by night, and who hears of a finding."""

import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from accounts import clock, health
from enrolment import services
from enrolment.management.commands import check_seats
from enrolment.models import Seat
from tests.factories.enrolment import SectionFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LATE = timedelta(hours=12)  # ten in the evening: nobody is asked any more


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


def watch(*options):
    out = StringIO()
    call_command("check_seats", *options, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def waits():
    """A class with a free seat that nobody offers to the person who waits."""
    return WaitlistEntryFactory().section


def test_a_free_seat_while_somebody_waits_is_a_finding_inside_offer_hours_only(waits):
    with pytest.raises(CommandError, match="1 rules are broken"):
        watch()
    clock.set_to(TODAY + LATE)
    assert watch() == "all rules hold"


def test_what_the_next_round_of_the_clockwork_mends_is_no_finding(waits, monkeypatch):
    def round_of_the_clockwork(seconds):
        assert seconds == 20
        services.promote(section=waits, at=clock.now())

    monkeypatch.setattr(check_seats.time, "sleep", round_of_the_clockwork)
    assert watch("--again-after", "20") == "all rules hold"
    assert health.last_seat_watch()[0] == 0


def test_a_finding_is_an_error_in_the_log_and_seen_by_the_site(caplog, monkeypatch):
    section = SectionFactory()
    Seat.objects.filter(section=section, no=2).delete()
    monkeypatch.setattr(check_seats.time, "sleep", lambda seconds: None)
    with pytest.raises(CommandError):
        watch("--again-after", "20")
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [f"class {section.pk}" in record.getMessage() for record in told] == [True]
    assert health.last_seat_watch()[0] == 1
    cache.delete(health.SEAT_WATCH)
