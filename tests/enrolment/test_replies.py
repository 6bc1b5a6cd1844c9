"""Answers by SMS: what they do, what is written back, and for whom."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied

from accounts import clock, limits, messaging, scope
from accounts.gateways import Received
from accounts.models import AuditEvent, InboundMessage, Message, OutboxMessage
from enrolment import services, tasks
from enrolment.models import Claim, EnrolmentEvent, PhoneQuestion
from tests.enrolment.acts import accept, claim, enrolment_of, entry_of
from tests.enrolment.test_letters import LONGEST_COURSE, LONGEST_NAME
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory, TermFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
PHONE = "+8613800000299"
ERRANDS = {
    kind: getattr(tasks, kind)
    for kind in ("read_sms", "tell_claim", "tell_offer", "tell_expired", "promote_section")
}


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


def offer(learner, term, *, weekday=2, **kwargs):
    """A seat offered to somebody who waits; its letter is written."""
    more = {"course__name": "太极拳剑", "number": 1} | kwargs
    section = SectionFactory(capacity=1, term=term, weekday=weekday, **more)
    WaitlistEntryFactory(section=section, learner=learner)
    services.promote(section=section, at=TODAY)
    return section


def run_errands():
    for _round in range(9):
        due = list(OutboxMessage.objects.filter(done_at=None, kind__in=ERRANDS).order_by("pk"))
        if not due:
            return
        for row in due:
            ERRANDS[row.kind](row.object_id, row.pk)


def sms(text, *, sender=PHONE, key=None, at=None):
    """An SMS comes in and is read; returns the letters written because of it."""
    run_errands()
    at = at or clock.now()  # after the questions: the clock of a test goes on
    before = set(Message.objects.values_list("pk", flat=True))
    key = key or f"m{InboundMessage.objects.count()}"
    assert messaging.take_in(Received(sender, text, key), gateway="test", at=at)
    run_errands()
    new = Message.objects.exclude(pk__in=before).filter(to=sender)
    letters = list(new.order_by("created_at", "dedupe_key").values_list("text", flat=True))
    assert all(len(letter) <= 70 for letter in letters), letters
    return letters


def outcome():
    return InboundMessage.objects.order_by("received_at", "provider_id").last().outcome


def test_one_takes_the_place_for_somebody_without_an_account(anna, term, nothing_is_broken):
    section = offer(anna, term)

    (letter,) = sms("回１。")

    assert enrolment_of(anna, section).status == "confirmed"
    assert "报上了" in letter
    press = Claim.objects.get(learner=anna)
    assert (press.channel, press.actor, press.outcome) == ("sms", None, "confirmed")
    assert set(
        EnrolmentEvent.objects.filter(status_to="confirmed").values_list("channel", "actor")
    ) == {("sms", None)}
    note = AuditEvent.objects.get(action="offer answered by SMS")
    assert (note.learner, note.actor, note.unit_id) == (anna, None, section.unit_id)
    assert note.details == {
        "entry": entry_of(anna, section).pk,
        "said": "yes",
        "outcome": "confirmed",
        "phone": "+86*******0299",
        "by": "phone the offer went to",
    }
    nothing_is_broken()


def test_the_letter_is_the_same_as_after_an_answer_on_the_web(anna, term):
    section = SectionFactory(capacity=2, term=term)
    ben = LearnerFactory(name=anna.name)
    for learner in (anna, ben):
        WaitlistEntryFactory(section=section, learner=learner)
    services.promote(section=section, at=TODAY)
    (letter,) = sms("1")
    accept(entry_of(ben, section))
    run_errands()
    assert Message.objects.get(template="enrolment/confirmed", to=ben.phone).text == letter


def test_two_declines_and_the_next_person_is_asked(anna, term, nothing_is_broken):
    section = offer(anna, term)
    cai = WaitlistEntryFactory(section=section).learner

    (letter,) = sms("不上")

    assert "已记下您不上" in letter
    assert entry_of(anna, section).state == "declined"
    assert entry_of(cai, section).state == "offered"
    nothing_is_broken(offer_hours=True)


def test_a_class_with_a_fee_is_held_until_it_is_paid(anna, term):
    section = offer(anna, term, fee_fen=18000)
    (letter,) = sms("1")
    assert "180元" in letter
    assert enrolment_of(anna, section).status == "offered"


def test_who_has_an_account_with_this_phone_acts_by_it(term):
    ben = LearnerFactory()
    offer(ben, term)
    sms("1", sender=ben.phone)
    assert Claim.objects.get(learner=ben).actor == ben.user


def test_an_account_with_another_phone_did_not_answer(term):
    ben = LearnerFactory(phone=PHONE)
    offer(ben, term)
    sms("1")
    assert Claim.objects.get(learner=ben).actor is None


def test_the_same_message_counts_once_whatever_came_between(anna, term):
    section = offer(anna, term)
    assert len(sms("1", key="m")) == 1
    assert sms("1", key="m") == []
    assert sms("2", key="m") == []
    assert enrolment_of(anna, section).status == "confirmed"
    assert Claim.objects.count() == 1


def test_an_answer_counts_from_when_it_came_not_from_when_it_was_read(anna, term):
    section = offer(anna, term)
    run_errands()
    due = entry_of(anna, section).due_at
    clock.set_to(due + timedelta(hours=1))
    sms("1", at=due - timedelta(seconds=1))
    assert enrolment_of(anna, section).status == "confirmed"


def test_under_the_webs_role_the_errand_may_and_a_request_may_not(anna, term, as_app):
    section = offer(anna, term)
    run_errands()
    entry = entry_of(anna, section)
    messaging.take_in(Received(PHONE, "1", "x"), gateway="test", at=clock.now())
    row = OutboxMessage.objects.get(kind="read_sms")
    with as_app():
        with scope.learners([anna.pk]), pytest.raises(PermissionDenied):
            services.accept_offer(
                entry=entry, actor=None, key=UUID(int=1), at=TODAY, channel="sms"
            )
        with scope.system("test"), pytest.raises(PermissionDenied):
            services.accept_offer(
                entry=entry, actor=None, key=UUID(int=1), at=TODAY, channel="web"
            )
        tasks.read_sms(row.object_id, row.pk)
    assert enrolment_of(anna, section).status == "confirmed"


# Several questions


def test_two_offers_have_numbers_from_the_first_letter_on(anna, term):
    offer(anna, term)
    offer(anna, term, weekday=4)
    run_errands()
    first, second = PhoneQuestion.objects.order_by("number")
    letters = Message.objects.filter(template="enrolment/offer").values_list("text", flat=True)
    assert (first.number, second.number) == (1, 2)
    assert {"要上请回11，不上请回12" in one for one in letters} == {True, False}
    assert {"要上请回21，不上请回22" in one for one in letters} == {True, False}


def test_a_bare_one_is_answered_by_the_list_and_the_phone(anna, term):
    tuesday, thursday = offer(anna, term), offer(anna, term, weekday=4, number=2)
    letters = "".join(sms("1"))
    assert not Claim.objects.exists()
    assert "88880001" in letters
    assert "林秀英太极拳剑1班，上回11，不上回12" in letters
    assert "林秀英太极拳剑2班，上回21，不上回22" in letters

    sms("12")
    sms("21")
    assert entry_of(anna, tuesday).state == "declined"
    assert enrolment_of(anna, thursday).status == "confirmed"


def test_numbers_last_when_others_are_answered_and_new_ones_come(anna, term):
    offer(anna, term)
    second = offer(anna, term, weekday=4)
    sms("11")
    third = offer(anna, term, weekday=5)
    sms("21")
    assert enrolment_of(anna, second).status == "confirmed"
    assert PhoneQuestion.objects.get(entry=entry_of(anna, third)).number == 3
    sms("12")  # late or twice: question 1 is answered, nothing else is meant
    assert entry_of(anna, third).state == "offered"
    sms("2")  # one question is left: no number is needed
    assert entry_of(anna, third).state == "declined"


def test_people_who_share_a_phone_are_told_apart(anna, term):
    ben = LearnerFactory(user=None, phone=PHONE, name="周建国")
    of_anna, of_ben = offer(anna, term), offer(ben, term)
    assert "周建国" in "".join(sms("好"))
    sms("21")
    assert entry_of(anna, of_anna).state == "offered"
    assert enrolment_of(ben, of_ben).status == "confirmed"


def test_long_names_take_several_letters_each_of_one_sms(term):
    learners = [LearnerFactory(user=None, phone=PHONE, name=LONGEST_NAME) for _ in range(3)]
    for learner in learners:
        offer(learner, term, course__name=LONGEST_COURSE, number=120)
    letters = sms("1")
    assert len(letters) == 3
    assert all("88880001" in letter for letter in letters)


def test_both_answers_typed_as_one_number_decline_nothing(anna, term):
    section = offer(anna, term)
    (letter,) = sms("12")
    assert entry_of(anna, section).state == "offered"
    assert "林秀英" in letter
    sms("11")
    assert enrolment_of(anna, section).status == "confirmed"


# What cannot be done


@pytest.mark.parametrize("text", ["你好", "", "4", "1不上"])
def test_unknown_words_get_one_polite_letter(anna, term, text):
    section = offer(anna, term)
    (letter,) = sms(text)
    assert "没看懂" in letter
    assert "88880001" in letter
    assert entry_of(anna, section).state == "offered"


def test_a_phone_gets_so_many_answers_a_day_and_new_ones_tomorrow():
    letters = [sms("你好") for _ in range(limits.REPLIES_PER_DAY + 2)]
    assert [len(one) for one in letters] == [1] * limits.REPLIES_PER_DAY + [0, 0]
    assert len(sms("你好", at=TODAY + timedelta(days=1))) == 1
    assert len(sms("你好", sender="+8613800000298")) == 1


def test_a_true_answer_is_never_lost_to_that_limit(anna, term):
    section = offer(anna, term)
    for _ in range(limits.REPLIES_PER_DAY + 1):
        sms("你好")
    sms("1")
    assert enrolment_of(anna, section).status == "confirmed"


def test_with_nothing_open_it_says_so():
    (letter,) = sms("1", sender="+8613800000297")
    assert "没有等您回复的空位" in letter
    assert outcome() == "reply_nothing_open"


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize("text", ["1", "11", "2"])
def test_too_late_says_so_and_which_place_it_is_now(anna, term, swept, text):
    section = offer(anna, term)
    WaitlistEntryFactory(section=section)
    run_errands()
    due = entry_of(anna, section).due_at
    clock.set_to(due)
    if swept:
        services.lapse_and_promote(at=due)
    (letter,) = sms(text, at=due)
    assert "已过回复时间" in letter
    assert ("候补第2位" in letter) is swept  # before the sweep it has no place yet
    assert outcome() == "too_late"


def test_a_yes_that_the_rules_forbid_now_says_why_and_keeps_the_offer(term):
    ben = LearnerFactory(phone=PHONE)
    section = offer(ben, term)
    claim(SectionFactory(term=term, weekday=2), ben)
    (letter,) = sms("1")
    assert "时间冲突" in letter
    assert entry_of(ben, section).state == "offered"
    assert outcome() == "refused"


def test_the_dead_and_other_numbers_answer_for_nobody(anna, term):
    section = offer(anna, term)
    assert "没有等您回复" in sms("1", sender="+8613800000298")[0]
    anna.deceased_on = TODAY.date()
    anna.save()
    sms("1")
    assert entry_of(anna, section).state == "offered"
