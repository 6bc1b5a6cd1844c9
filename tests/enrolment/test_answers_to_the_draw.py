"""Yes and no to a place of the draw: on the web, by SMS, by telephone, at the counter."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts import clock, messaging
from accounts.gateways import Received
from accounts.models import AuditEvent, Learner, Message, OutboxMessage, StaffPost
from courses.models import Term
from enrolment import queries, services, tasks
from enrolment.domain.refusals import Refusal
from enrolment.models import CallAttempt, Claim, Enrolment, EnrolmentEvent, LearnerTerm
from enrolment.services import SeatRefused
from tests.enrolment.acts import enrolment_of, seats_of, withdraw
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import CHINA, SectionFactory, TermFactory
from tests.factories.results import Drawn, Fate, confirming_until, draw_of, held_back
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
PHONE = "+8613800000399"
ANSWER_BY = datetime(2026, 12, 8, 17, 0, tzinfo=CHINA)
A_SECOND = timedelta(seconds=1)
KINDS = (
    *("read_sms", "tell_claim", "tell_lapsed", "tell_results", "remind_of_results"),
    *("promote_section",),
)
ERRANDS = {kind: getattr(tasks, kind) for kind in KINDS}
Call = CallAttempt.Outcome


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def term():
    term = TermFactory(phase=Term.Phase.CONFIRMING)
    confirming_until(term, ANSWER_BY)
    return term


@pytest.fixture
def anna():
    """Somebody with a feature phone, and no account."""
    return LearnerFactory(user=None, phone=PHONE, name="林秀英", device=Learner.Device.FEATURE)


def a_class(term, **kwargs):
    return SectionFactory(term=term, **{"course__name": "太极拳剑", "number": 1} | kwargs)


def drawn(*learners, sections):
    """Everybody gets all of these classes; their letters are written."""
    lines = [
        Drawn(one, [Fate(section) for section in sections], max_seats=len(sections))
        for one in learners
    ]
    draw = draw_of(sections[0].term, lines)
    services.place_the_drawn(draw=draw, at=TODAY)
    run_errands()
    return draw


def run_errands():
    for _round in range(9):
        due = OutboxMessage.objects.due(clock.now()).filter(kind__in=ERRANDS)
        if not due:
            return
        for row in due:
            ERRANDS[row.kind](row.object_id, row.pk)


def letters_to(phone=PHONE):
    found = list(
        Message.objects.filter(to=phone)
        .order_by("created_at", "dedupe_key")
        .values_list("text", flat=True)
    )
    assert all(len(letter) <= 70 for letter in found), found
    return found


def sms(text, *, sender=PHONE, at=None):
    """An SMS comes in and is read; returns the letters written because of it."""
    before = set(letters_to(sender))
    at = at or clock.now()
    messaging.take_in(Received(sender, text, f"m{uuid4()}"), gateway="test", at=at)
    run_errands()
    return [letter for letter in letters_to(sender) if letter not in before]


def come(enrolment, **more):
    return services.say_one_comes(
        **{"enrolment": enrolment, "actor": enrolment.learner.user, "key": uuid4(), "at": TODAY}
        | more
    )


def stay_away(enrolment, **more):
    return services.say_one_stays_away(
        **{"enrolment": enrolment, "actor": enrolment.learner.user, "key": uuid4(), "at": TODAY}
        | more
    )


# The service


def test_a_yes_without_a_fee_is_the_place_itself(term, nothing_is_broken):
    ben, section = LearnerFactory(), a_class(term)
    drawn(ben, sections=[section])
    claim = come(enrolment_of(ben, section))
    mine = enrolment_of(ben, section)
    assert (claim.act, claim.outcome, claim.enrolment_id) == ("come", "confirmed", mine.pk)
    assert (mine.status, mine.due_at, mine.answered_at) == ("confirmed", None, TODAY)
    assert seats_of(section) == ["taken", "free"]
    event = EnrolmentEvent.objects.latest("pk")
    assert (event.seat_from, event.seat_to, event.actor) == ("held", "taken", ben.user)
    nothing_is_broken()


def test_a_yes_with_a_fee_is_a_word_until_it_is_paid(term, nothing_is_broken):
    ben, section = LearnerFactory(), a_class(term, with_fee=True)
    drawn(ben, sections=[section])
    claim = come(enrolment_of(ben, section))
    mine = enrolment_of(ben, section)
    assert (claim.outcome, claim.due_at) == ("held", ANSWER_BY)
    assert (mine.status, mine.due_at, mine.answered_at) == ("offered", ANSWER_BY, TODAY)
    assert AuditEvent.objects.filter(action="said that they come", learner=ben).exists()
    nothing_is_broken()
    services.lapse_and_promote(at=ANSWER_BY)
    assert enrolment_of(ben, section).status == "lapsed"


def test_a_no_frees_the_seat_for_whoever_waits(term, nothing_is_broken):
    section = a_class(term, capacity=1)
    ben, cai = LearnerFactory.create_batch(2)
    draw = draw_of(term, [Drawn(ben, [Fate(section)]), Drawn(cai, [held_back(section, 1)])])
    services.place_the_drawn(draw=draw, at=TODAY)
    claim = stay_away(enrolment_of(ben, section))
    assert (claim.act, claim.outcome) == ("stay_away", "declined")
    mine = enrolment_of(ben, section)
    assert (mine.status, mine.ended_at, mine.due_at) == ("declined", TODAY, None)
    assert seats_of(section) == ["free"]
    assert LearnerTerm.objects.get(learner=ben).room_classes == 0
    nothing_is_broken()


def test_a_no_after_a_yes_that_is_not_paid_is_taken(term):
    ben, section = LearnerFactory(), a_class(term, with_fee=True)
    drawn(ben, sections=[section])
    come(enrolment_of(ben, section))
    stay_away(enrolment_of(ben, section))
    assert enrolment_of(ben, section).status == "declined"


def test_the_same_press_is_the_same_answer(term):
    ben, section = LearnerFactory(), a_class(term)
    drawn(ben, sections=[section])
    key = uuid4()
    first = come(enrolment_of(ben, section), key=key)
    assert come(enrolment_of(ben, section), key=key, at=TODAY + A_SECOND).at == first.at
    assert Claim.objects.count() == 1


@pytest.mark.parametrize("answer", [come, stay_away])
def test_the_deadline_counts_to_the_second_swept_or_not(term, answer):
    ben, section = LearnerFactory(), a_class(term)
    drawn(ben, sections=[section])
    with pytest.raises(SeatRefused) as refused:
        answer(enrolment_of(ben, section), at=ANSWER_BY)
    assert refused.value.reason is Refusal.TOO_LATE
    assert answer(enrolment_of(ben, section), at=ANSWER_BY - A_SECOND).outcome


def test_a_confirmed_place_is_left_by_withdrawing(term):
    ben, section = LearnerFactory(), a_class(term)
    drawn(ben, sections=[section])
    come(enrolment_of(ben, section))
    with pytest.raises(SeatRefused) as refused:
        stay_away(enrolment_of(ben, section))
    assert refused.value.reason is Refusal.ALREADY_IN
    assert withdraw(enrolment_of(ben, section)).outcome == "withdrawn"


def test_a_hold_of_open_enrolment_is_no_such_question(term):
    section = a_class(term, with_fee=True)
    ben = LearnerFactory()
    drawn(ben, sections=[section])
    Enrolment.objects.update(source="open")
    with pytest.raises(SeatRefused):
        come(enrolment_of(ben, section))


def test_who_renewed_answers_in_the_same_way(term):
    section = a_class(term)
    ben = LearnerFactory()
    drawn(ben, sections=[section])
    Enrolment.objects.update(source="renewal")
    assert come(enrolment_of(ben, section)).outcome == "confirmed"


def test_nobody_answers_for_somebody_else(term):
    ben, cai, section = LearnerFactory(), LearnerFactory(), a_class(term)
    drawn(ben, sections=[section])
    with pytest.raises(PermissionDenied):
        come(enrolment_of(ben, section), actor=cai.user)
    with pytest.raises(PermissionDenied):
        come(enrolment_of(ben, section), actor=None, channel="web")


def test_a_helper_who_may_apply_answers_and_the_learner_is_told(term):
    grant = HelperGrantFactory(helper__first_name="王慧")
    section = a_class(term)
    drawn(grant.learner, sections=[section])
    come(enrolment_of(grant.learner, section), actor=grant.helper)
    run_errands()
    assert any("王慧" in one and "要来上" in one for one in letters_to(grant.learner.phone))


# By SMS


def test_one_takes_a_drawn_place_for_somebody_without_an_account(anna, term, nothing_is_broken):
    section = a_class(term)
    drawn(anna, sections=[section])
    (letter,) = letters_to()
    assert "要上回1，不上回2，12月8日17点前答复" in letter
    (answer,) = sms("1")
    assert "报上了" in answer
    assert enrolment_of(anna, section).status == "confirmed"
    press = Claim.objects.get(learner=anna)
    assert (press.channel, press.actor) == ("sms", None)
    nothing_is_broken()


def test_two_declines_a_drawn_place(anna, term):
    section = a_class(term)
    drawn(anna, sections=[section])
    (answer,) = sms("2")
    assert "已记下您不上" in answer
    assert enrolment_of(anna, section).status == "declined"


def test_with_a_fee_the_answer_says_until_when_to_pay(anna, term):
    section = a_class(term, with_fee=True)
    drawn(anna, sections=[section])
    assert "12月8日17点前缴费180元" in letters_to()[0]
    (answer,) = sms("1")
    assert "12月8日17点" in answer
    assert "180元" in answer
    assert enrolment_of(anna, section).answered_at is not None


def test_two_results_on_one_phone_have_their_numbers_from_the_first_letter_on(anna, term):
    first, second = a_class(term), a_class(term, weekday=4, number=2)
    drawn(anna, sections=[first, second])
    one, two = sorted(letters_to(), key=lambda letter: "2班" in letter)
    assert "要上回11，不上回12" in one
    assert "要上回21，不上回22" in two
    assert "林秀英太极拳剑1班，上回11，不上回12" in "".join(sms("1"))
    sms("22")
    sms("11")
    assert enrolment_of(anna, first).status == "confirmed"
    assert enrolment_of(anna, second).status == "declined"


def test_two_people_on_one_phone_are_told_apart(anna, term):
    ben = LearnerFactory(user=None, phone=PHONE, name="周建国")
    section = a_class(term)
    drawn(anna, ben, sections=[section])
    sms("21")
    assert enrolment_of(anna, section).status == "offered"
    assert enrolment_of(ben, section).status == "confirmed"


def test_an_answer_that_came_in_time_is_not_swept_away(anna, term, nothing_is_broken):
    section = a_class(term)
    drawn(anna, sections=[section])
    messaging.take_in(Received(PHONE, "1", "late"), gateway="test", at=ANSWER_BY - A_SECOND)
    services.lapse_and_promote(at=ANSWER_BY)
    assert enrolment_of(anna, section).status == "offered"
    nothing_is_broken(ANSWER_BY + timedelta(minutes=6))
    clock.set_to(ANSWER_BY + timedelta(minutes=1))
    run_errands()
    assert enrolment_of(anna, section).status == "confirmed"


def test_a_reader_that_never_comes_keeps_no_seat_for_ever(anna, term):
    section = a_class(term)
    drawn(anna, sections=[section])
    messaging.take_in(Received(PHONE, "1", "late"), gateway="test", at=ANSWER_BY - A_SECOND)
    services.lapse_and_promote(at=ANSWER_BY + timedelta(minutes=10))
    assert enrolment_of(anna, section).status == "lapsed"


@pytest.mark.parametrize("swept", [True, False])
def test_too_late_by_sms_says_so(anna, term, swept):
    section = a_class(term)
    drawn(anna, sections=[section])
    clock.set_to(ANSWER_BY)
    if swept:
        services.lapse_and_promote(at=ANSWER_BY)
        run_errands()
    (answer,) = sms("1", at=ANSWER_BY)
    assert "已过回复时间" in answer
    assert enrolment_of(anna, section).status == ("lapsed" if swept else "offered")


def test_more_time_keeps_the_number(anna, term):
    section = a_class(term)
    drawn(anna, sections=[section])
    services.extend_place(
        about=enrolment_of(anna, section),
        actor=StaffFactory(unit=section.unit),
        key=uuid4(),
        at=TODAY,
        reason="住院",
    )
    clock.set_to(ANSWER_BY)
    sms("1", at=ANSWER_BY)
    assert enrolment_of(anna, section).status == "confirmed"


# Reminders and calls


def reminded(day):
    clock.set_to(datetime(2026, 12, 1 + day, 9, 0, tzinfo=CHINA))
    before = Message.objects.count()
    run_errands()
    new = Message.objects.order_by("created_at")[before:]
    return [letter.text for letter in new]


def test_who_has_not_answered_is_reminded_on_days_one_three_and_five(anna, term):
    section = a_class(term)
    drawn(anna, sections=[section])
    counts = [len(reminded(day)) for day in range(1, 7)]
    assert counts == [1, 0, 1, 0, 1, 0]


def test_who_answered_is_left_alone_and_who_has_to_pay_is_told_the_sum(anna, term):
    free, paid = a_class(term), a_class(term, weekday=4, number=2, with_fee=True)
    drawn(anna, sections=[free, paid])
    staff = StaffFactory(unit=free.unit)
    for section in (free, paid):
        come(enrolment_of(anna, section), actor=staff, channel="phone", reason="来电")
    run_errands()
    (letter,) = reminded(1)
    assert "请缴费180元（网上“我的缴费”或窗口）" in letter
    assert len(letter) <= 70


def test_a_reminder_asks_under_the_same_number(anna, term):
    drawn(anna, sections=[a_class(term), a_class(term, weekday=4, number=2)])
    letters = reminded(1)
    assert "要上回11，不上回12" in letters[0]
    assert "要上回21，不上回22" in letters[1]


def test_before_the_end_everybody_from_seventy_on_is_called(term):
    city = UnitFactory()
    old = LearnerFactory(born_on=date(1950, 1, 1))
    young = LearnerFactory(born_on=date(1962, 1, 1))
    without = LearnerFactory(born_on=date(1962, 1, 1), device=Learner.Device.FEATURE)
    section = a_class(term, capacity=3)
    drawn(old, young, without, sections=[section])

    def called(at):
        return {
            row.about.learner for row in queries.calls_about(queries.to_call([city.pk], at=at))
        }

    assert called(TODAY + timedelta(days=5)) == set()
    assert called(TODAY + timedelta(days=6)) == {old, without}
    come(enrolment_of(old, section))
    assert called(TODAY + timedelta(days=6)) == {without}


def test_who_was_drawn_and_has_no_phone_is_called_from_the_first_day(term):
    section = a_class(term)
    old = LearnerFactory(user=None, phone="", contact_name="儿子", contact_phone="88880009")
    drawn(old, sections=[section])
    rows = queries.to_call([section.unit_id], at=TODAY)
    assert [row.about.learner for row in queries.calls_about(rows)] == [old]
    assert not Message.objects.filter(learner=old).exists()


@pytest.mark.parametrize(
    ("said", "status"), [(Call.REACHED_YES, "confirmed"), (Call.REACHED_NO, "declined")]
)
def test_what_is_said_on_the_telephone_is_done(anna, term, said, status):
    section = a_class(term)
    drawn(anna, sections=[section])
    services.record_call(
        about=enrolment_of(anna, section), outcome=said, note="本人接的",
        actor=StaffFactory(unit=section.unit), key=uuid4(), at=TODAY,
    )  # fmt: skip
    assert enrolment_of(anna, section).status == status


# Pages


def test_my_classes_asks_and_the_page_takes_a_yes(term, app_client):
    ben, section = LearnerFactory(), a_class(term)
    drawn(ben, sections=[section])
    mine = enrolment_of(ben, section)
    app_client.force_login(ben.user)
    page = app_client.get(reverse("enrolment:my-classes")).content.decode()
    address = reverse("enrolment:show-enrolment", args=[mine.pk])
    assert address in page
    asked = app_client.get(address).content.decode()
    assert reverse("enrolment:say-one-comes", args=[mine.pk]) in asked
    assert reverse("enrolment:withdraw", args=[mine.pk]) not in asked
    app_client.post(reverse("enrolment:say-one-comes", args=[mine.pk]), {"press": uuid4()})
    assert enrolment_of(ben, section).status == "confirmed"


def test_a_no_is_asked_once_more_and_then_done(term, app_client):
    ben, section = LearnerFactory(), a_class(term)
    drawn(ben, sections=[section])
    mine = enrolment_of(ben, section)
    app_client.force_login(ben.user)
    address = reverse("enrolment:say-one-stays-away", args=[mine.pk])
    assert app_client.get(address).status_code == 200
    assert enrolment_of(ben, section).status == "offered"
    app_client.post(address, {"press": uuid4()})
    assert enrolment_of(ben, section).status == "declined"
    assert app_client.get(address).status_code == 302


@pytest.mark.parametrize(("answer", "status"), [("yes", "confirmed"), ("no", "declined")])
def test_staff_answer_for_somebody(term, app_client, answer, status, anna):
    section = a_class(term)
    drawn(anna, sections=[section])
    mine = enrolment_of(anna, section)
    staff = sign_in(app_client, section.unit, StaffPost.Role.HOTLINE)
    card = app_client.get(reverse("enrolment:show-learner", args=[anna.pk])).content.decode()
    address = reverse("enrolment:answer-place-for", args=[mine.pk])
    assert address in card
    assert app_client.get(address).status_code == 200
    said = {
        "answer": answer,
        "channel": "phone",
        "how": "voice",
        "reason": "来电",
        "press": uuid4(),
    }
    assert app_client.post(address, said).status_code == 302
    assert enrolment_of(anna, section).status == status
    event = EnrolmentEvent.objects.latest("pk")
    assert (event.channel, event.reason, event.actor) == ("phone", "来电", staff)
