"""More time for a place while somebody else acts on it: a second desk, the sweep, two sweeps."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import Learner
from enrolment import services
from enrolment.models import EnrolmentEvent, WaitlistEntry
from enrolment.services import SeatRefused
from tests.enrolment.rush import in_step
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import (
    CampusFactory,
    CourseFactory,
    SectionFactory,
    TermFactory,
    WaitlistEntryFactory,
)
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
SOME = 20


def offers(device=Learner.Device.ALONE):
    """Offers in as many classes, and the moment at which they all fall due."""
    shared = {"term": TermFactory(), "campus": CampusFactory(), "course": CourseFactory()}
    for _one in range(SOME):
        section = SectionFactory(capacity=1, **shared)
        WaitlistEntryFactory(section=section, learner=LearnerFactory(device=device))
        services.promote(section=section, at=TODAY)
    entries = list(WaitlistEntry.objects.select_related("section__term", "learner").order_by("pk"))
    return entries, entries[0].due_at


def extend(entry, staff, at):
    try:
        return services.extend_place(
            about=entry, actor=staff, key=uuid4(), at=at, reason="住院"
        ).outcome
    except SeatRefused as refused:
        return str(refused.reason)


def test_of_two_desks_one_keeps_the_place_longer_and_one_is_told(nothing_is_broken):
    entries, _due = offers()
    desks = StaffFactory(unit=entries[0].section.unit), StaffFactory(unit=entries[0].section.unit)

    answers = in_step(
        *(
            [lambda entry=entry, staff=staff: extend(entry, staff, TODAY) for entry in entries]
            for staff in desks
        )
    )

    assert {tuple(sorted(pair)) for pair in answers} == {("already_extended", "extended")}
    assert EnrolmentEvent.objects.filter(seat_from="offered", seat_to="offered").count() == SOME
    nothing_is_broken()


def test_a_place_is_kept_longer_or_runs_out_and_never_both(nothing_is_broken):
    entries, due = offers()
    staff, before = StaffFactory(unit=entries[0].section.unit), due - timedelta(minutes=1)

    answers = in_step(
        [lambda entry=entry: extend(entry, staff, before) for entry in entries],
        [lambda: services.lapse_and_promote(at=due).freed for _entry in entries],
    )

    kept = sum(answer == "extended" for answer, _freed in answers)
    assert kept + sum(freed for _answer, freed in answers) >= SOME
    assert {answer for answer, _freed in answers} <= {"extended", "too_late", "already_extended"}
    assert WaitlistEntry.objects.exclude(extended_at=None).count() == kept
    nothing_is_broken(due)


def test_two_sweeps_keep_each_uncalled_offer_once(nothing_is_broken):
    _entries, due = offers(Learner.Device.FEATURE)
    sweeps = [lambda: services.lapse_and_promote(at=due)] * 3

    swept = in_step(sweeps, sweeps)

    assert sum(one.kept for pair in swept for one in pair) == SOME
    assert sum(one.freed for pair in swept for one in pair) == 0
    assert set(WaitlistEntry.objects.values_list("state", "extended_at")) == {("offered", due)}
    nothing_is_broken(due)
