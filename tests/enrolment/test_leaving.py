"""Withdraw, undo within ten minutes, give up at once; what the clock frees."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from psycopg.types.multirange import Multirange

from accounts.models import OutboxMessage
from courses.models import ClassSection, Lesson, Term
from enrolment import services
from enrolment.domain.refusals import Refusal
from enrolment.models import Claim, Enrolment, EnrolmentEvent, LearnerTerm, Outcome, Seat, ledger
from enrolment.services import ClassCalledOff, SeatRefused, SeatsInUse
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from tests.enrolment.acts import claim, enrolment_of, give_up, seats_of, undo, withdraw
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, StaffFactory
from tests.factories.enrolment import CHINA, SectionFactory, TermFactory
from tests.factories.fees import pay_in_cash
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def section():
    return SectionFactory()


@pytest.fixture
def anna(section):
    learner = LearnerFactory()
    claim(section, learner)
    return learner


@pytest.fixture
def enrolment(anna, section):
    return enrolment_of(anna, section)


def test_a_seat_given_up_is_kept_ten_minutes(enrolment, section, anna, nothing_is_broken):
    answer = withdraw(enrolment)

    enrolment.refresh_from_db()
    kept_until = TODAY + 10 * MINUTE
    assert (answer.outcome, answer.due_at) == (Outcome.WITHDRAWN, kept_until)
    assert (enrolment.status, enrolment.undo_until, enrolment.ended_at) == (
        "withdrawn",
        kept_until,
        TODAY,
    )
    assert seats_of(section) == ["leaving", "free"]
    assert LearnerTerm.objects.get(learner=anna).room_classes == 0
    nothing_is_broken()


@pytest.mark.parametrize("fee_fen", [0, 18000])
def test_undo_gives_the_seat_back_exactly_as_it_was(fee_fen, nothing_is_broken):
    section, learner = SectionFactory(fee_fen=fee_fen), LearnerFactory()
    claim(section, learner)
    before = Enrolment.objects.values().get()
    seat_before = Seat.objects.values().order_by("no").first()
    withdraw(enrolment_of(learner, section))

    answer = undo(enrolment_of(learner, section), at=TODAY + 9 * MINUTE)

    assert answer.outcome == Outcome.RESTORED
    assert Enrolment.objects.values().get() == before
    assert Seat.objects.values().order_by("no").first() == seat_before
    nothing_is_broken()


def test_undo_ends_to_the_second_even_if_nobody_swept(enrolment):
    withdraw(enrolment)

    with pytest.raises(SeatRefused) as caught:
        undo(enrolment, at=TODAY + 10 * MINUTE)
    assert caught.value.reason is Refusal.TOO_LATE


def test_undo_finds_the_hour_taken_by_another_class(enrolment, section, anna):
    withdraw(enrolment)
    claim(SectionFactory(term=section.term), anna)

    with pytest.raises(SeatRefused) as caught:
        undo(enrolment)
    assert caught.value.reason is Refusal.CLASH


def test_giving_up_frees_the_seat_at_once_and_calls_the_next(
    enrolment, section, nothing_is_broken
):
    withdraw(enrolment)
    before = list(OutboxMessage.objects.values_list("pk", flat=True))

    assert give_up(enrolment).outcome == Outcome.YIELDED

    assert seats_of(section) == ["free", "free"]
    new = OutboxMessage.objects.exclude(pk__in=before)
    assert set(new.values_list("kind", flat=True)) == {
        "promote_section",
        "tell_claim",
    }
    with pytest.raises(SeatRefused):
        undo(enrolment)
    nothing_is_broken()


def test_the_sweep_frees_what_was_given_up(enrolment, section, nothing_is_broken):
    withdraw(enrolment)

    assert services.lapse_and_promote(at=TODAY + 9 * MINUTE).freed == 0
    assert services.lapse_and_promote(at=TODAY + 10 * MINUTE).freed == 1
    assert services.lapse_and_promote(at=TODAY + 10 * MINUTE).freed == 0

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.undo_until) == ("withdrawn", None)
    assert seats_of(section) == ["free", "free"]
    nothing_is_broken()


def test_a_hold_nobody_confirmed_lapses_and_the_learner_is_told(nothing_is_broken):
    section, learner = SectionFactory(with_fee=True), LearnerFactory()
    due_at = claim(section, learner).due_at

    assert services.lapse_and_promote(at=due_at - MINUTE).freed == 0
    assert services.lapse_and_promote(at=due_at).freed == 1

    enrolment = enrolment_of(learner, section)
    assert (enrolment.status, enrolment.due_at, enrolment.ended_at) == ("lapsed", None, due_at)
    assert seats_of(section) == ["free", "free"]
    assert OutboxMessage.objects.filter(kind="tell_lapsed", object_id=enrolment.pk).count() == 1
    nothing_is_broken(due_at)


def test_two_presses_of_one_key_withdraw_once(enrolment):
    key = uuid4()
    assert withdraw(enrolment, key=key).outcome == withdraw(enrolment, key=key).outcome
    assert Claim.objects.filter(act="withdraw").count() == 1


def test_who_is_not_in_the_class_cannot_leave_it(enrolment):
    withdraw(enrolment)
    with pytest.raises(SeatRefused) as caught:
        withdraw(enrolment)
    assert caught.value.reason is Refusal.NOT_IN


def test_a_helper_needs_the_right_to_withdraw(enrolment, anna):
    may_apply = HelperGrantFactory(learner=anna)
    with pytest.raises(PermissionDenied):
        withdraw(enrolment, actor=may_apply.helper)
    may_withdraw = HelperGrantFactory(learner=anna, may_withdraw=True)
    assert withdraw(enrolment, actor=may_withdraw.helper).actor == may_withdraw.helper


# Staff


def test_who_pays_at_the_counter_has_the_place(nothing_is_broken):
    section, learner, staff = SectionFactory(with_fee=True), LearnerFactory(), StaffFactory()
    claim(section, learner)

    pay_in_cash(enrolment_of(learner, section), by=staff)

    enrolment = enrolment_of(learner, section)
    assert (enrolment.status, enrolment.due_at, enrolment.answered_at) == (
        "confirmed",
        None,
        TODAY,
    )
    last = EnrolmentEvent.objects.in_order().last()
    assert (last.actor, last.channel, last.reason) == (staff, "counter", "paid")
    nothing_is_broken()


def test_a_place_is_paid_once_and_never_after_its_time():
    section, learner = SectionFactory(with_fee=True), LearnerFactory()
    due_at = claim(section, learner).due_at
    enrolment = enrolment_of(learner, section)

    with pytest.raises(PaymentRefused) as caught:
        pay_in_cash(enrolment, at=due_at)
    assert caught.value.problem is PaymentProblem.TOO_LATE
    pay_in_cash(enrolment)
    with pytest.raises(PaymentRefused):
        pay_in_cash(enrolment)


def test_who_was_dismissed_from_the_office_calls_no_class_off():
    section, learner, staff = SectionFactory(with_fee=True), LearnerFactory(), StaffFactory()
    claim(section, learner)
    staff.posts.update(ended_on=TODAY.date())

    with pytest.raises(PermissionDenied):
        services.cancel_section(section=section, actor=staff, at=TODAY, reason="x")
    assert seats_of(section) == ["held", "free"]


def test_a_class_grows_and_shrinks_but_takes_no_seat_from_anybody(
    section, anna, nothing_is_broken
):
    staff = StaffFactory()

    def resize(capacity):
        return services.resize_section(
            section=section, capacity=capacity, actor=staff, at=TODAY, reason="换教室"
        )

    assert resize(5) == 5
    assert seats_of(section) == ["taken", "free", "free", "free", "free"]
    with pytest.raises(SeatsInUse) as caught:
        resize(0)
    assert caught.value.seats == 1
    section.refresh_from_db()
    assert section.capacity == 1
    with pytest.raises(PermissionDenied):
        services.resize_section(section=section, capacity=9, actor=anna.user, at=TODAY, reason="")
    nothing_is_broken()


def test_a_class_called_off_lets_everybody_go_and_tells_them(section, anna, nothing_is_broken):
    ben, cai = LearnerFactory.create_batch(2)
    claim(section, ben)
    claim(section, cai)
    withdraw(enrolment_of(ben, section))
    staff = StaffFactory()

    services.cancel_section(section=section, actor=staff, at=TODAY, reason="教师生病")
    with pytest.raises(SeatRefused):
        claim(ClassSection.objects.select_related("course", "term").get(), LearnerFactory())
    services.empty_section(section_id=section.pk, at=TODAY)

    assert sorted(section.enrolments.values_list("status", flat=True)) == [
        "cancelled_by_school",
        "withdrawn",
    ]
    assert list(section.waitlist.values_list("state", flat=True)) == ["closed"]
    assert seats_of(section) == ["free", "free"]
    kinds = list(OutboxMessage.objects.values_list("kind", flat=True))
    assert (kinds.count("tell_cancelled"), kinds.count("tell_line_closed")) == (1, 1)
    nothing_is_broken()


def test_a_class_called_off_frees_its_room_for_the_lessons_to_come(nothing_is_broken):
    section = SectionFactory(lessons=True)
    first, second = section.lessons.in_order()[:2]
    at = first.during.upper

    services.cancel_section(section=section, actor=StaffFactory(), at=at, reason="教师生病")

    section.refresh_from_db()
    assert (list(section.meets), list(section.lessons.taking_place())) == ([first.during], [first])
    other = SectionFactory(meets=Multirange([second.during]))
    Lesson.objects.create(section=other, number=1, during=second.during, room=second.room)
    nothing_is_broken(at)


def test_the_night_watch_finds_a_class_whose_hours_are_not_those_of_its_lessons():
    section = SectionFactory(lessons=True)
    section.lessons.filter(number=3).update(status="lost")

    assert ledger.broken_rules(at=TODAY, offer_hours=False) == [
        ("the hours of a class are those of its lessons", f"class {section.pk}")
    ]


def test_a_class_called_off_takes_no_more_of_anything(nothing_is_broken):
    section, learner, staff = SectionFactory(with_fee=True), LearnerFactory(), StaffFactory()
    claim(section, learner)
    services.cancel_section(section=section, actor=staff, at=TODAY, reason="教师生病")

    with pytest.raises(ClassCalledOff):
        services.resize_section(section=section, capacity=9, actor=staff, at=TODAY, reason="x")
    with pytest.raises(PaymentRefused) as refused:
        pay_in_cash(enrolment_of(learner, section), by=staff)

    assert refused.value.problem is PaymentProblem.TOO_LATE
    assert seats_of(section) == ["held", "free"]
    assert not OutboxMessage.objects.filter(kind="promote_section").exists()
    nothing_is_broken()


def test_nobody_takes_a_seat_back_in_a_class_that_was_called_off(enrolment, section):
    withdraw(enrolment)
    services.cancel_section(section=section, actor=StaffFactory(), at=TODAY, reason="教师生病")

    with pytest.raises(SeatRefused) as refused:
        undo(enrolment, at=TODAY + MINUTE)

    enrolment.refresh_from_db()
    assert (refused.value.reason, enrolment.status) == (Refusal.TOO_LATE, "withdrawn")


def test_only_staff_call_a_class_off(section, anna):
    with pytest.raises(PermissionDenied):
        services.cancel_section(section=section, actor=anna.user, at=TODAY, reason="")


# Clock work


def test_new_classes_get_their_seats_once():
    section = SectionFactory(seats=False, capacity=3)
    draft = SectionFactory(seats=False, term__phase=Term.Phase.DRAFT)

    assert services.lapse_and_promote(at=TODAY).laid_out == 1
    assert services.lapse_and_promote(at=TODAY).laid_out == 0
    assert seats_of(section) == ["free"] * 3
    assert seats_of(draft) == []


def test_on_the_first_day_of_term_confirmed_learners_are_its_learners(nothing_is_broken):
    term = TermFactory()
    section, learner = SectionFactory(term=term), LearnerFactory()
    claim(section, learner)
    the_day = datetime(2027, 3, 1, 0, 1, tzinfo=CHINA)

    assert services.lapse_and_promote(at=the_day - 2 * MINUTE).begun == 0
    assert services.lapse_and_promote(at=the_day).begun == 1
    assert enrolment_of(learner, section).status == "active"
    nothing_is_broken(the_day)


def test_the_catalogues_row_says_how_many_are_left_and_wait(section, anna):
    ben, cai = LearnerFactory.create_batch(2)

    assert services.refresh_availability(at=TODAY) == 1
    section.availability.refresh_from_db()
    assert (section.availability.seats_left, section.availability.waiting) == (1, 0)
    claim(section, ben)
    claim(section, cai)
    assert services.refresh_availability(at=TODAY + MINUTE) == 1
    section.availability.refresh_from_db()
    assert (section.availability.seats_left, section.availability.waiting) == (0, 1)
    assert services.refresh_availability(at=TODAY + 2 * MINUTE) == 0
