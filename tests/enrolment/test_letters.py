"""Every letter fits one SMS, whoever it is for, and says who, what, until when and the phone."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts import clock
from accounts.models import Message, OutboxMessage
from courses.services import cancel_lesson, move_lesson
from enrolment import notifications, services, tasks
from enrolment.models import Outcome
from tests.enrolment.acts import (
    accept,
    claim,
    claim_several,
    decline,
    enrolment_of,
    entry_of,
    give_up,
    leave,
    swap,
    undo,
    withdraw,
)
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, StaffFactory
from tests.factories.campus import RoomFactory
from tests.factories.enrolment import SectionFactory, TermFactory, WaitlistEntryFactory
from tests.factories.openings import OpeningFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LONGEST_NAME = "阿依古丽·买买提"
LONGEST_COURSE = "八段锦与健身气功提高"
TASK = {
    kind: getattr(tasks, kind)
    for kind in (
        "tell_claim", "tell_offer", "tell_expired", "tell_passed_over", "tell_line_closed",
        "tell_line_ended",
        "tell_lapsed", "tell_cancelled", "tell_opening", "tell_class",
        "promote_section", "empty_section",
    )
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def anna():
    return LearnerFactory(name=LONGEST_NAME)


def a_class(**kwargs):
    return SectionFactory(
        number=120,
        course__name=LONGEST_COURSE,
        campus__name="市老年大学新校区教师进修学校分校",
        **kwargs,
    )


def run_errands():
    """Do what the postman would have done, until nothing is left; return the letters, in order."""
    for _round in range(9):
        due = list(OutboxMessage.objects.filter(done_at=None, kind__in=TASK).order_by("pk"))
        if not due:
            break
        for row in due:
            TASK[row.kind](row.object_id, row.pk)
    return list(
        Message.objects.order_by("created_at", "dedupe_key").values_list("text", flat=True)
    )


def said(*words):
    letters = run_errands()
    assert letters
    for letter in letters:
        assert len(letter) <= 70, letter
        assert letter.startswith("【青澜老年大学】")
        assert "88880001" in letter
        assert "{{" not in letter
    for word in (LONGEST_NAME[:5], *words):
        assert any(word in letter for letter in letters), (word, letters)
    return letters


def test_enrolled_in_a_free_class(anna):
    claim(a_class(), anna)
    said("报上了", "周二8:30", "3月2日起")


def test_a_held_place_names_day_hour_and_sum(anna):
    claim(a_class(with_fee=True), anna)
    said("12月2日17点", "180元")


def test_waiting_says_the_place(anna):
    section = a_class(capacity=1)
    claim(section, LearnerFactory(phone=""))
    claim(section, anna)
    said("候补第1位")


def test_leaving_and_what_follows(anna):
    section = a_class()
    claim(section, anna)
    withdraw(enrolment_of(anna, section))
    said("10点10分前")
    undo(enrolment_of(anna, section))
    withdraw(enrolment_of(anna, section))
    give_up(enrolment_of(anna, section))
    said("还给您", "让给下一位")


def test_who_gave_the_place_up_at_once_is_not_told_that_it_can_be_taken_back(anna):
    section = a_class()
    claim(section, anna)
    withdraw(enrolment_of(anna, section))
    give_up(enrolment_of(anna, section))
    assert not [letter for letter in said("让给下一位") if "撤回" in letter]


def offered(anna, **kwargs):
    section = a_class(capacity=1, **kwargs)
    entry = WaitlistEntryFactory(section=section, learner=anna)
    services.promote(section=section, at=TODAY)
    return entry_of(anna, section), entry


def test_an_offer_asks_for_one_or_two(anna):
    offered(anna)
    said("回1", "回2", "12月3日17点")
    letter = Message.objects.get()
    assert (letter.channel, letter.valid_until) == ("sms", entry_of(anna, letter_section()).due_at)


def letter_section():
    from courses.models import ClassSection

    return ClassSection.objects.get()


def test_close_to_the_first_day_the_offer_is_a_call(anna):
    clock.set_to(TODAY.replace(year=2027, month=2, day=26))
    section = a_class(capacity=1)
    WaitlistEntryFactory(section=section, learner=anna)
    services.promote(section=section, at=clock.now())
    run_errands()
    letter = Message.objects.get()
    assert letter.channel == "voice"
    assert "按1" in letter.text


def test_answers_are_confirmed(anna):
    entry, _ = offered(anna)
    accept(entry)
    said("报上了")


def test_no_is_confirmed_too(anna):
    entry, _ = offered(anna)
    decline(entry)
    said("不上")


def test_leaving_the_line(anna):
    section = a_class(capacity=1)
    claim(section, LearnerFactory(phone=""))
    claim(section, anna)
    leave(entry_of(anna, section))
    said("不再候补")


def test_time_runs_out(anna):
    claim(a_class(with_fee=True), anna)
    services.lapse_and_promote(at=TODAY + timedelta(days=2))
    said("到期没有缴费")


def test_unanswered_once_and_twice(anna):
    entry, _ = offered(anna)
    services.lapse_and_promote(at=entry.due_at)
    run_errands()
    clock.set_to(entry.due_at)
    services.lapse_and_promote(at=entry_of(anna, entry.section).due_at)
    said("排到了最后", "候补已结束")


def test_called_off(anna):
    section = a_class(capacity=1)
    claim(section, anna)
    waiting = LearnerFactory(name=LONGEST_NAME)
    claim(section, waiting)
    services.cancel_section(section=section, actor=StaffFactory(), at=TODAY, reason="x")
    said("停开了", "候补结束")
    assert enrolment_of(anna, section).status == "cancelled_by_school"


def test_the_line_of_a_class_long_begun_ends(anna):
    term = TermFactory(phase="teaching", starts_on=(TODAY - timedelta(weeks=4)).date())
    WaitlistEntryFactory(section=a_class(term=term), learner=anna)
    services.lapse_and_promote(at=TODAY)
    said("候补结束", "下学期")


def test_a_lesson_moved_or_called_off_is_told_to_those_with_a_place(anna):
    section = a_class(capacity=1, lessons=True)
    claim(section, anna)
    claim(section, LearnerFactory(name="在候补"))
    run_errands()
    Message.objects.all().delete()
    first, second = section.lessons.in_order()[:2]
    staff = StaffFactory()
    move_lesson(
        lesson=first,
        starts_at=first.during.lower + timedelta(days=9),
        ends_at=first.during.upper + timedelta(days=9),
        room=first.room,
        teacher=None,
        note="老师出差",
        actor=staff,
        at=TODAY,
    )
    cancel_lesson(lesson=second, note="老师病了", actor=staff, at=TODAY)

    letters = run_errands()

    assert len(letters) == 2
    assert any("3月2日周二的课改到3月11日周四8:30" in letter for letter in letters)
    assert any("3月9日周二8:30的课停一次" in letter for letter in letters)
    assert max(map(len, letters)) <= 70


def move(lesson, *, starts_at=None, room=None):
    begins = starts_at or lesson.during.lower
    return move_lesson(
        lesson=lesson,
        starts_at=begins,
        ends_at=begins + timedelta(minutes=90),
        room=room or lesson.room,
        teacher=None,
        note="",
        actor=StaffFactory(),
        at=TODAY,
    )


def test_a_lesson_in_another_room_only_is_not_told_as_another_day(anna):
    section = a_class(lessons=True)
    claim(section, anna)
    first = section.lessons.in_order()[0]
    move(first, room=RoomFactory(campus=section.campus, name="303"))
    letter = said("3月2日周二8:30的课有变动")[-1]
    assert "改到" not in letter


def test_a_lesson_moved_to_a_long_date_fits_and_moving_it_back_is_told_too(anna):
    section = a_class(lessons=True)
    claim(section, anna)
    first = section.lessons.in_order()[0]
    home, away = first.during.lower, first.during.lower.replace(month=12, day=22, hour=2)
    for goes_to in (away, home):
        move(first, starts_at=goes_to)
        run_errands()
    said("3月2日周二的课改到12月22日周三10:30", "12月22日周三的课改到3月2日周二8:30")


def test_a_lesson_moved_and_moved_back_before_the_letter_is_not_told_as_moved_to_where_it_is(anna):
    section = a_class(lessons=True)
    claim(section, anna)
    first = section.lessons.in_order()[0]
    home = first.during.lower
    for goes_to in (home + timedelta(days=9), home):
        move(first, starts_at=goes_to)
    assert not [letter for letter in run_errands() if "3月2日周二的课改到" in letter]


def test_the_opening_is_told(anna):
    section = a_class(not_open_yet=True)
    services.remind_of_opening(
        section=section, learner=anna, actor=anna.user, opens_at=section.opens_at, at=TODAY
    )
    said("可以报名了")


def test_where_people_gather_first_the_letter_comes_when_the_room_opens(anna):
    section = a_class(not_open_yet=True)
    opening = OpeningFactory(
        term=section.term,
        department=section.course.subject.department,
        opens_at=section.opens_at,
    )
    services.remind_of_opening(
        section=section, learner=anna, actor=anna.user, opens_at=section.opens_at, at=TODAY
    )
    errand = OutboxMessage.objects.get(kind="tell_opening")
    assert errand.not_before == opening.doors_at

    tasks.tell_opening(errand.object_id, errand.pk)  # the day was put off: not yet
    assert not Message.objects.exists()
    later = OutboxMessage.objects.get(kind="tell_opening", done_at=None)
    assert later.not_before == opening.doors_at
    clock.set_to(opening.doors_at)
    said("10:00开放余位", "等候室")


def test_a_helpers_act_is_told_to_the_learner_with_the_helpers_name(anna):
    grant = HelperGrantFactory(learner=anna, helper__first_name="慧", helper__last_name="王")
    claim(a_class(), anna, actor=grant.helper)
    assert len(said("报了名", "如不是您的意思")) == 2


def test_an_errand_twice_is_one_letter(anna):
    claim(a_class(), anna)
    row = OutboxMessage.objects.get(kind="tell_claim")
    for _twice in range(2):
        OutboxMessage.objects.filter(pk=row.pk).update(done_at=None)
        tasks.tell_claim(row.object_id, row.pk)
    assert Message.objects.count() == 1


def test_an_offer_already_answered_is_not_sent(anna):
    entry, _ = offered(anna)
    decline(entry)
    run_errands()
    assert not Message.objects.filter(template="enrolment/offer").exists()


def test_nobody_is_written_to_without_a_phone_or_after_death(anna):
    for gone in ({"phone": ""}, {"deceased_on": TODAY.date()}):
        learner = LearnerFactory(**gone)
        notifications.tell_of_opening(learner, a_class(), at=TODAY)
    assert Message.objects.count() == 0


def test_letters_are_chinese_whatever_the_reader_reads(anna):
    with translation.override("en"):
        claim(a_class(), anna)
        said("您好", LONGEST_COURSE[:4])


def test_a_change_names_both_classes(anna):
    term = TermFactory()
    old, new = a_class(term=term), a_class(term=term)
    claim(old, anna)
    run_errands()
    swap(enrolment_of(anna, old), new)
    said("八段锦…120班换成", "3月2日起")


def test_a_change_for_a_class_with_a_fee_says_until_when(anna):
    term = TermFactory()
    old, new = a_class(term=term, with_fee=True), a_class(term=term, with_fee=True)
    claim(old, anna)
    swap(enrolment_of(anna, old), new)
    said("换成", "12月2日17点前", "180元")


def waits_to_change(anna):
    term = TermFactory()
    old, new = a_class(term=term), a_class(term=term, capacity=1)
    claim(old, anna)
    other = LearnerFactory(phone="")
    claim(new, other)
    swap(enrolment_of(anna, old), new, may_wait=True)
    return other, new


def test_who_waits_to_change_is_told_that_nothing_ends_yet(anna):
    waits_to_change(anna)
    said("候补第1位", "答应了才换下八段锦…120班")


def test_a_yes_that_ends_the_old_class_says_so(anna):
    other, new = waits_to_change(anna)
    withdraw(enrolment_of(other, new))
    give_up(enrolment_of(other, new))
    run_errands()  # which asks, too
    said("有空位，留到12月3日17点", "（换下原来的班）")
    accept(entry_of(anna, new))
    said("换成")


def test_two_who_wait_as_one_are_told_so(anna):
    ben = LearnerFactory(name=LONGEST_NAME)
    HelperGrantFactory(learner=ben, helper=anna.user)
    section = a_class(capacity=1)
    claim_several([section], [anna, ben], mode="together")
    letters = said("你们一起候补第1位", "名额够了一起通知")
    assert len(letters) == 2 + 1  # one of the two was also told who pressed


def test_a_change_by_a_helper_is_told_as_one(anna):
    grant = HelperGrantFactory(learner=anna, may_withdraw=True, helper__first_name="王慧")
    term = TermFactory()
    old, new = a_class(term=term), a_class(term=term)
    claim(old, anna)
    swap(enrolment_of(anna, old), new, actor=grant.helper)
    said("换了班")


def test_every_outcome_has_its_letter():
    # A press for several is told of class by class.
    told = set(Outcome) - {Outcome.REFUSED, Outcome.ANSWERED}
    assert set(notifications.LETTER_OF) == set(notifications.DONE_BY_HELPER) == told
