"""Several classes with one press, and two people who come together or not at all."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import OutboxMessage
from courses.models import ClassSection
from enrolment import services
from enrolment.domain.refusals import Refusal
from enrolment.models import Claim, Enrolment, Outcome, WaitlistEntry
from enrolment.services import PressReused, SeveralRefused
from tests.enrolment.acts import (
    accept,
    claim,
    claim_several,
    decline,
    enrolment_of,
    entry_of,
    give_up,
    seats_of,
    withdraw,
)
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.enrolment import CampusFactory, CourseFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def term():
    return TermFactory()


def classes(term, number=3, **kwargs):
    """Classes on different weekdays."""
    return [SectionFactory(term=term, weekday=day + 1, **kwargs) for day in range(number)]


def came_to(parts):
    return [part.claim.outcome if part.reason is None else str(part.reason) for part in parts]


# Several classes


def test_each_class_of_a_basket_is_answered_by_itself(term, nothing_is_broken):
    """Full here, free there, too many in the end: nothing depends on the rest."""
    first, second, third = classes(term)
    claim(first, LearnerFactory())
    claim(first, LearnerFactory())
    learner = LearnerFactory()

    parts = claim_several([first, second, third], [learner])

    assert came_to(parts) == [Outcome.WAITLISTED, Outcome.CONFIRMED, Outcome.CONFIRMED]
    assert Enrolment.objects.of(learner).holding_a_seat().count() == 2
    assert OutboxMessage.objects.filter(kind="tell_claim").count() == 2 + 3
    nothing_is_broken()


def test_a_basket_holds_no_more_than_the_term_allows(term, nothing_is_broken):
    learner = LearnerFactory()

    parts = claim_several(classes(term), [learner])

    assert came_to(parts) == [Outcome.CONFIRMED, Outcome.CONFIRMED, "limit"]
    nothing_is_broken()


def test_what_the_rule_book_refuses_does_not_keep_the_rest_away(term):
    steep = SectionFactory(term=term, weekday=4, course=CourseFactory(min_age_f=99, min_age_m=99))
    learner = LearnerFactory()

    parts = claim_several([steep, *classes(term, 1)], [learner])

    assert came_to(parts) == ["too_young", Outcome.CONFIRMED]


def test_all_or_nothing_gives_all(term, nothing_is_broken):
    learner = LearnerFactory()

    parts = claim_several(classes(term, 2), [learner], mode="all")

    assert came_to(parts) == [Outcome.CONFIRMED, Outcome.CONFIRMED]
    nothing_is_broken()


def test_all_or_nothing_gives_nothing_where_one_is_full(term, nothing_is_broken):
    first, second = classes(term, 2, capacity=1)
    claim(second, LearnerFactory())
    learner = LearnerFactory()

    with pytest.raises(SeveralRefused) as caught:
        claim_several([first, second], [learner], mode="all")

    assert (caught.value.reason, caught.value.section) == (Refusal.FULL, second.pk)
    assert not Enrolment.objects.of(learner).exists()
    assert not WaitlistEntry.objects.of(learner).exists()
    assert seats_of(first) == ["free"]
    nothing_is_broken()


def test_two_classes_of_a_basket_at_one_hour_do_not_go_together(term, nothing_is_broken):
    tai_chi, choir = SectionFactory(term=term), SectionFactory(term=term)

    with pytest.raises(SeveralRefused) as caught:
        claim_several([tai_chi, choir], [LearnerFactory()], mode="all")

    assert (caught.value.reason, caught.value.section) == (Refusal.CLASH, choir.pk)
    assert came_to(claim_several([tai_chi, choir], [LearnerFactory()])) == ["confirmed", "clash"]
    nothing_is_broken()


@pytest.mark.parametrize("mode", ["each", "all"])
def test_the_same_press_has_the_same_answer(term, mode, nothing_is_broken):
    sections, learner, key = classes(term, 2), LearnerFactory(), uuid4()

    first = claim_several(sections, [learner], mode=mode, key=key)
    again = claim_several(sections[::-1], [learner], mode=mode, key=key)

    assert sorted(p.claim.enrolment_id for p in again) == sorted(
        p.claim.enrolment_id for p in first
    )
    assert Enrolment.objects.of(learner).count() == 2
    assert OutboxMessage.objects.filter(kind="tell_claim").count() == 2
    nothing_is_broken()


def test_a_refused_press_stays_refused_when_a_seat_comes_free_meanwhile(term):
    first, second = classes(term, 2, capacity=1)
    other, learner, key = LearnerFactory(), LearnerFactory(), uuid4()
    claim(second, other)
    with pytest.raises(SeveralRefused):
        claim_several([first, second], [learner], mode="all", key=key)
    withdraw(enrolment_of(other, second))
    give_up(enrolment_of(other, second))

    with pytest.raises(SeveralRefused) as caught:
        claim_several([first, second], [learner], mode="all", key=key)

    assert caught.value.reason is Refusal.FULL


def test_one_key_is_one_basket(term):
    sections, learner, key = classes(term), LearnerFactory(), uuid4()
    claim_several(sections[:1], [learner], key=key)

    with pytest.raises(PressReused):
        claim_several(sections[1:], [learner], key=key)
    with pytest.raises(PressReused):
        claim_several(sections[:1], [learner], mode="all", key=key)


def test_part_of_a_basket_refused_is_part_of_the_answer_the_second_time(term):
    steep = SectionFactory(term=term, weekday=4, course=CourseFactory(min_age_f=99, min_age_m=99))
    sections, learner, key = [steep, *classes(term, 1)], LearnerFactory(), uuid4()
    claim_several(sections, [learner], key=key)

    again = claim_several(sections, [learner], key=key)

    assert came_to(again) == ["too_young", Outcome.CONFIRMED]


def test_places_with_a_fee_are_held_until_each_classs_own_time(term, nothing_is_broken):
    parts = claim_several(classes(term, 2, with_fee=True), [LearnerFactory()], mode="all")

    assert came_to(parts) == [Outcome.HELD, Outcome.HELD]
    assert all(part.claim.due_at > TODAY + timedelta(hours=20) for part in parts)
    nothing_is_broken()


def test_nobody_fills_a_basket_for_a_stranger(term):
    learner, stranger = LearnerFactory(), LearnerFactory()

    with pytest.raises(PermissionDenied):
        claim_several(classes(term, 2), [learner], actor=stranger.user)


def test_a_class_the_public_does_not_see_is_no_class(term):
    hidden = SectionFactory(term=term, is_listed=False)
    with pytest.raises(ClassSection.DoesNotExist):
        claim_several([hidden], [LearnerFactory()])


# Two people


@pytest.fixture
def couple():
    """A couple; each may act for the other."""
    anna, ben = LearnerFactory(), LearnerFactory()
    HelperGrantFactory(learner=ben, helper=anna.user)
    return anna, ben


def test_a_couple_gets_two_seats(couple, nothing_is_broken):
    section = SectionFactory(capacity=2)

    parts = claim_several([section], couple, mode="together")

    assert came_to(parts) == [Outcome.CONFIRMED, Outcome.CONFIRMED]
    assert {one.learner for one in Enrolment.objects.all()} == set(couple)
    nothing_is_broken()


def test_a_couple_waits_together_where_one_seat_is_left(couple, nothing_is_broken):
    section = SectionFactory(capacity=1)

    parts = claim_several([section], couple, mode="together")

    assert came_to(parts) == [Outcome.WAITLISTED, Outcome.WAITLISTED]
    assert seats_of(section) == ["free"]
    assert services.promote(section=section, at=TODAY) == 0
    nothing_is_broken(offer_hours=True)  # the free seat is no offence: it is one, they are two


def test_a_couple_comes_in_together_or_not_at_all(couple, nothing_is_broken):
    section = SectionFactory(capacity=2)
    claim(section, LearnerFactory())

    with pytest.raises(SeveralRefused) as caught:
        claim_several([section], couple, mode="all")

    assert caught.value.reason is Refusal.FULL
    assert not Enrolment.objects.filter(learner__in=couple).exists()
    nothing_is_broken()


def full_with_a_couple_waiting(couple, *, behind=0):
    """A full class of two, a couple in the line, and people behind them."""
    section = SectionFactory(capacity=2)
    seated = LearnerFactory.create_batch(2)
    for learner in seated:
        claim(section, learner)
    claim_several([section], couple, mode="together")
    others = LearnerFactory.create_batch(behind)
    for learner in others:
        claim(section, learner)
    return section, seated, others


def leave(section, learner):
    withdraw(enrolment_of(learner, section))
    give_up(enrolment_of(learner, section))


def test_two_seats_are_offered_to_a_couple_at_once(couple, nothing_is_broken):
    section, seated, _nobody = full_with_a_couple_waiting(couple)
    for learner in seated:
        leave(section, learner)

    assert services.promote(section=section, at=TODAY) == 2
    for learner in couple:
        accept(entry_of(learner, section))

    assert Enrolment.objects.filter(learner__in=couple).holding_a_seat().count() == 2
    nothing_is_broken(offer_hours=True)


def test_one_seat_goes_to_the_next_single_person_and_the_couple_keeps_its_place(
    couple, nothing_is_broken
):
    section, (first, second), (single,) = full_with_a_couple_waiting(couple, behind=1)
    leave(section, first)

    assert services.promote(section=section, at=TODAY) == 1

    assert entry_of(single, section).state == "offered"
    decline(entry_of(single, section))
    leave(section, second)
    assert services.promote(section=section, at=TODAY) == 2
    assert {entry_of(learner, section).state for learner in couple} == {"offered"}
    nothing_is_broken(offer_hours=True)


def test_when_one_of_a_couple_leaves_the_line_the_other_waits_alone(couple, nothing_is_broken):
    section, (first, _second), _nobody = full_with_a_couple_waiting(couple)
    anna, ben = couple
    services.leave_waitlist(entry=entry_of(ben, section), actor=ben.user, key=uuid4(), at=TODAY)
    leave(section, first)

    assert services.promote(section=section, at=TODAY) == 1
    assert entry_of(anna, section).state == "offered"
    nothing_is_broken(offer_hours=True)


def test_a_couple_is_asked_again_together_after_an_offer_ran_out(couple, nothing_is_broken):
    section, seated, _nobody = full_with_a_couple_waiting(couple)
    for learner in seated:
        leave(section, learner)
    services.promote(section=section, at=TODAY)
    due = entry_of(couple[0], section).due_at

    swept = services.lapse_and_promote(at=due)

    assert (swept.freed, swept.offered) == (2, 2)
    nothing_is_broken(due, offer_hours=True)


def test_what_one_of_a_couple_may_not_neither_does(couple, nothing_is_broken):
    anna, ben = couple
    term = TermFactory()
    claim(SectionFactory(term=term), ben)
    section = SectionFactory(term=term)

    with pytest.raises(SeveralRefused) as caught:
        claim_several([section], couple, mode="together")

    assert (caught.value.reason, caught.value.learner) == (Refusal.CLASH, ben.pk)
    assert not Claim.objects.filter(learner=anna).exists()
    nothing_is_broken()


def test_a_couple_needs_the_right_to_act_for_both():
    anna, ben = LearnerFactory(), LearnerFactory()
    with pytest.raises(PermissionDenied):
        claim_several([SectionFactory()], [anna, ben], mode="together", actor=anna.user)


def test_the_way_between_two_campuses_counts_inside_a_basket_too(term, nothing_is_broken):
    here = SectionFactory(term=term, starts=time(8, 30))
    there = SectionFactory(term=term, starts=time(10, 30), campus=CampusFactory())

    assert came_to(claim_several([here, there], [LearnerFactory()])) == ["confirmed", "travel_gap"]
    nothing_is_broken()
