"""An SMS counts from when it came: it is not lost when read late, and means nothing newer."""

from datetime import timedelta

import pytest

from accounts import clock, messaging, scope
from accounts.gateways import Received
from accounts.models import InboundMessage, Message
from enrolment import services
from enrolment.models import WaitlistEntry
from tests.enrolment.acts import enrolment_of, entry_of
from tests.enrolment.test_replies import PHONE, offer, outcome, run_errands
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import TermFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def term():
    return TermFactory()


@pytest.fixture
def anna():
    """Somebody with a feature phone, and no account."""
    return LearnerFactory(user=None, phone=PHONE, name="林秀英")


@pytest.fixture
def section(anna, term):
    """A class whose one seat was offered to her, and asked by letter; somebody else waits too."""
    section = offer(anna, term)
    WaitlistEntryFactory(section=section)
    run_errands()
    return section


@pytest.fixture
def due(anna, section):
    return entry_of(anna, section).due_at


def comes_in(text, *, at, sender=PHONE):
    """An SMS is kept; the errand to read it waits."""
    key = f"m{InboundMessage.objects.count()}"
    messaging.take_in(Received(sender, text, key), gateway="test", at=at)


def letters(template):
    return Message.objects.filter(template=f"enrolment/{template}", to=PHONE)


# What is read late


def test_an_answer_in_time_outlasts_the_sweep_that_comes_before_its_reader(
    anna, section, due, nothing_is_broken
):
    comes_in("1", at=due - 30 * SECOND)

    clock.set_to(due + 5 * SECOND)
    assert services.lapse_and_promote(at=clock.now()).freed == 0
    nothing_is_broken(due + 6 * MINUTE)
    run_errands()

    assert outcome() == "confirmed"
    assert enrolment_of(anna, section).status == "confirmed"
    nothing_is_broken(due + 6 * MINUTE)


def test_everybody_who_shares_the_phone_keeps_the_place_meanwhile(anna, section, due, term):
    ben = LearnerFactory(user=None, phone=PHONE, name="周建国")
    of_ben = offer(ben, term, weekday=4)
    run_errands()
    comes_in("21", at=due - SECOND)

    clock.set_to(due)
    assert services.lapse_and_promote(at=due).freed == 0
    run_errands()
    assert enrolment_of(ben, of_ben).status == "confirmed"

    assert services.lapse_and_promote(at=due + 15 * SECOND).freed == 1
    assert entry_of(anna, section).state == "waiting"


def test_the_sweep_may_look_for_them_under_the_webs_role(section, due, as_app):
    comes_in("1", at=due - SECOND)
    with as_app(), scope.system("test"):
        assert services.lapse_and_promote(at=due).freed == 0


@pytest.mark.parametrize("number", ["", "1"])
def test_a_reader_that_is_stuck_holds_a_seat_for_ten_minutes_and_says_too_late_then(
    anna, section, due, number, nothing_is_broken
):
    comes_in(f"{number}1", at=due - 30 * SECOND)

    assert services.lapse_and_promote(at=due + 10 * MINUTE - SECOND).freed == 0
    clock.set_to(due + 10 * MINUTE)
    assert services.lapse_and_promote(at=clock.now()).freed == 1
    run_errands()

    assert outcome() == "too_late"
    assert "已过回复时间" in letters("reply_too_late").get().text
    assert entry_of(anna, section).state == "waiting"
    nothing_is_broken(clock.now())


def test_a_seat_left_so_long_is_told_to_the_nightly_check(section, due, nothing_is_broken):
    comes_in("1", at=due - SECOND)
    nothing_is_broken(due + 10 * MINUTE - SECOND)
    with pytest.raises(AssertionError, match="what has fallen due is swept"):
        nothing_is_broken(due + 10 * MINUTE)


@pytest.mark.parametrize(
    ("after_due", "sender"), [(0 * SECOND, PHONE), (-SECOND, "+8613800000298")]
)
def test_what_came_too_late_or_from_another_phone_keeps_no_seat(section, due, after_due, sender):
    comes_in("1", at=due + after_due, sender=sender)
    assert services.lapse_and_promote(at=due + SECOND).freed == 1


def test_what_was_read_and_was_no_answer_keeps_no_seat(section, due):
    comes_in("你好", at=due - MINUTE)
    run_errands()
    assert services.lapse_and_promote(at=due).freed == 1


def test_what_came_before_the_question_keeps_no_seat(anna, term):
    comes_in("1", at=TODAY - MINUTE)
    section = offer(anna, term)
    services.ask_about_offer(entry=entry_of(anna, section), at=TODAY)
    due = entry_of(anna, section).due_at
    assert services.lapse_and_promote(at=due).freed == 1


# What came before


@pytest.mark.parametrize("text", ["1", "2", "11"])
def test_an_answer_means_no_offer_that_came_after_it(anna, term, text):
    comes_in(text, at=TODAY - 5 * MINUTE)
    section = offer(anna, term)
    run_errands()

    assert outcome() == "reply_too_early"
    assert entry_of(anna, section).state == "offered"
    assert letters("offer").count() == 1  # it says how to answer, so nothing else need be said
    assert not letters("reply_nothing_open").exists()


def test_nor_one_that_no_letter_has_told_of_yet(anna, term):
    """The offer is made and the letter still to be written: the answer is to something else."""
    section = offer(anna, term)
    comes_in("2", at=TODAY + SECOND)
    message = InboundMessage.objects.get()

    services.read_sms(message_id=message.pk, at=TODAY + 2 * SECOND)
    assert entry_of(anna, section).state == "offered"
    run_errands()
    assert letters("offer").count() == 1

    clock.set_to(TODAY + MINUTE)
    comes_in("2", at=TODAY + MINUTE)
    run_errands()
    assert entry_of(anna, section).state == "declined"


def test_it_answers_the_question_that_was_open_when_it_came(anna, section, term):
    clock.set_to(TODAY + 10 * MINUTE)
    comes_in("2", at=TODAY + 5 * MINUTE)
    newer = offer(anna, term, weekday=4)
    services.ask_about_offer(entry=entry_of(anna, newer), at=clock.now())
    run_errands()
    assert entry_of(anna, section).state == "declined"
    assert entry_of(anna, newer).state == "offered"


def test_both_answers_typed_as_one_number_stay_unclear_when_more_is_asked_meanwhile(
    anna, section, term
):
    clock.set_to(TODAY + 10 * MINUTE)
    comes_in("12", at=TODAY + 5 * MINUTE)
    newer = offer(anna, term, weekday=4)
    services.ask_about_offer(entry=entry_of(anna, newer), at=clock.now())
    run_errands()
    assert outcome() == "reply_which"
    assert entry_of(anna, section).state == "offered"


def test_who_has_a_new_phone_answers_from_it_what_was_asked_of_the_old_one(anna, section):
    anna.phone = "+8613800000298"
    anna.save()
    comes_in("1", at=TODAY + MINUTE, sender=anna.phone)
    run_errands()
    assert enrolment_of(anna, section).status == "confirmed"


def test_who_gets_a_phone_later_is_asked_when_they_write(term):
    """Nothing was asked of a person without a number; the first SMS brings the question."""
    cai = LearnerFactory(user=None, phone="")
    section = offer(cai, term)
    run_errands()
    cai.phone = PHONE
    cai.save()

    for minutes in (1, 2):
        clock.set_to(TODAY + minutes * MINUTE)
        comes_in("1", at=clock.now())
        run_errands()

    assert letters("offer").count() == 1
    assert enrolment_of(cai, section).status == "confirmed"


def test_an_answer_to_the_first_offer_is_not_too_late_for_the_second(anna, section, due):
    """What ran out and was offered again is open: the new letter is not contradicted."""
    late = due + MINUTE
    clock.set_to(late)
    WaitlistEntry.objects.filter(section=section).exclude(learner=anna).update(
        state="left", closed_at=due
    )
    comes_in("1", at=late)
    services.lapse_and_promote(at=late)
    services.promote(section=section, at=(due + timedelta(days=1)).replace(hour=9))
    assert entry_of(anna, section).state == "offered"
    run_errands()
    assert outcome() == "reply_too_early"
    assert not letters("reply_too_late").exists()
