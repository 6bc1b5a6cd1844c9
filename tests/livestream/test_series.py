"""Series: a year by its rule, numbers that go on, and letters to those who want them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from psycopg.types.range import Range

from accounts import messaging, scope
from accounts.models import InboundMessage, Message, OutboxMessage
from campus.models import Holiday
from enrolment import tasks as enrolment_tasks
from livestream import queries, services, tasks
from livestream.domain.recurrence import RuleRefused
from livestream.models import Lecture, Series, SeriesSubscription
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.campus import CampusFactory
from tests.factories.lectures import LectureFactory, SeriesFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.usefixtures("today")
PHONE = "+8613800000299"
NEXT_YEAR = 2027


def texts():
    return list(Message.objects.order_by("created_at", "text").values_list("to", "text"))


def subscribe_phone(series, phone=PHONE):
    services.subscribe_phone(series=series, phone=phone, at=TODAY)
    Message.objects.all().delete()  # the welcome


def reply(text, sender=PHONE):
    message = InboundMessage.objects.create(
        id=uuid4(),
        gateway="outbox",
        provider_id=uuid4().hex,
        sender=sender,
        text=text,
        sent_at=TODAY,
        received_at=TODAY,
    )
    OutboxMessage.objects.create(kind="read_sms", object_id=str(message.pk))
    for module, kind in ((enrolment_tasks, "read_sms"), (tasks, "unsubscribe_by_sms")):
        for row in OutboxMessage.objects.filter(kind=kind, done_at=None):
            getattr(module, kind)(row.object_id, row.pk)


def test_a_year_is_planned_by_rule_around_its_holidays_and_pressed_twice_it_is_one():
    Holiday.objects.create(day=date(2027, 1, 20), kind="closed", name="闭馆")
    series = SeriesFactory(place="报告厅")
    LectureFactory(series=series, issue=67, during=Range(TODAY, TODAY + timedelta(hours=1)))
    editor = StaffFactory()

    planned = services.plan_year(series=series, year=NEXT_YEAR, actor=editor, at=TODAY)
    again = services.plan_year(series=series, year=NEXT_YEAR, actor=editor, at=TODAY)

    first = planned[0]
    assert ([one.issue for one in planned], again) == ([*range(68, 80)], [])
    assert (first.during.lower.isoformat(), first.ruled_for) == (
        "2027-01-21T06:00:00+00:00",
        date(2027, 1, 20),
    )
    assert (first.name, first.place) == ("", "报告厅")
    assert Lecture.objects.filter(series=series).count() == 13


def test_days_that_are_past_are_not_proposed():
    proposals = queries.proposed(SeriesFactory(), year=2026, at=TODAY)
    assert [(one.meeting.day.month, one.issue) for one in proposals] == [(12, 1)]


def test_a_series_of_saturdays_gives_way_to_a_holiday_only():
    Holiday.objects.create(day=date(2027, 2, 6), kind="closed", name="春节")
    series = SeriesFactory(rule="weekday", rule_days="", rule_nth=1, rule_weekday=6)
    days = [one.meeting.day for one in queries.proposed(series, year=NEXT_YEAR, at=TODAY)]
    assert days[:3] == [date(2027, 1, 2), date(2027, 2, 8), date(2027, 3, 6)]


def test_without_a_rule_nothing_is_proposed():
    with pytest.raises(RuleRefused):
        queries.proposed(SeriesFactory(rule="", rule_days=""), year=NEXT_YEAR, at=TODAY)


def test_numbers_go_on_by_themselves_and_names_are_completed():
    series = SeriesFactory()
    LectureFactory(series=series, issue=68)
    lecture = Lecture(
        series=series,
        name="听力保健",
        unit=series.unit,
        during=Range(TODAY, TODAY + timedelta(hours=1)),
    )
    services.keep_lecture(lecture=lecture)
    assert (lecture.issue, lecture.name_i18n["zh-hant"], "ting li" in lecture.search_key) == (
        69,
        "聽力保健",
        True,
    )


def test_one_sms_before_each_lecture_and_no_second_one():
    lecture = LectureFactory(issue=69, campus=CampusFactory(name="东门校区"), place="报告厅")
    subscribe_phone(lecture.series)
    learner = LearnerFactory(phone="+8613800000300")
    services.subscribe_learner(
        series=lecture.series, learner=learner, actor=learner.user, at=TODAY
    )
    Message.objects.all().delete()

    call_command("tell_subscribers", verbosity=0)
    call_command("tell_subscribers", verbosity=0)

    said = texts()
    assert sorted(to for to, _text in said) == [PHONE, "+8613800000300"]
    assert len({text for _to, text in said}) == 1
    text = said[0][1]
    assert "银龄讲堂第69期《高血压怎么管》12月2日星期三 14:00，东门校区报告厅" in text
    assert text.endswith("退订回TD")
    assert len(text) <= messaging.LONGEST


def test_a_long_title_still_fits_into_one_sms():
    series = SeriesFactory(name="青澜市老年大学金秋读书会银龄系列大讲堂")
    lecture = LectureFactory(
        series=series, name="长" * 120, campus=CampusFactory(name="很远的" * 10), place="厅" * 80
    )
    subscribe_phone(series)
    with scope.system("test"):
        services.tell_subscribers(at=TODAY)
    text = Message.objects.get().text
    assert len(text) <= messaging.LONGEST
    assert "12月2日星期三 14:00" in text
    assert lecture.name not in text


def test_a_shared_phone_gets_one_letter():
    lecture = LectureFactory()
    subscribe_phone(lecture.series)
    learner = LearnerFactory(phone=PHONE)
    services.subscribe_learner(
        series=lecture.series, learner=learner, actor=learner.user, at=TODAY
    )
    Message.objects.all().delete()
    with scope.system("test"):
        assert services.tell_subscribers(at=TODAY) == 1
    assert [to for to, _text in texts()] == [PHONE]


def test_who_was_told_hears_of_another_hour_and_that_it_is_off():
    lecture = LectureFactory(issue=69)
    subscribe_phone(lecture.series)
    with scope.system("test"):
        services.tell_subscribers(at=TODAY)
        lecture.refresh_from_db()
        lecture.during = Range(TODAY + timedelta(days=9), TODAY + timedelta(days=9, hours=1))
        lecture.save()
        services.tell_subscribers(at=TODAY + timedelta(minutes=5))
        services.tell_subscribers(at=TODAY + timedelta(minutes=10))
        services.tell_subscribers(at=TODAY + timedelta(days=8))
        Lecture.objects.update(status="cancelled")
        services.tell_subscribers(at=TODAY + timedelta(days=8, minutes=5))
        services.tell_subscribers(at=TODAY + timedelta(days=8, minutes=10))
    templates = list(Message.objects.order_by("created_at").values_list("template", flat=True))
    assert templates == [
        "livestream/lecture_soon",
        "livestream/lecture_moved",
        "livestream/lecture_soon",
        "livestream/lecture_off",
    ]
    assert (
        "改到12月10日星期四 10:00" in Message.objects.get(template="livestream/lecture_moved").text
    )


@pytest.mark.parametrize("said", ["退订", "TD", "回td。", "T"])
def test_an_answer_ends_the_letters_and_says_so(said):
    lecture = LectureFactory()
    subscribe_phone(lecture.series)
    reply(said)
    with scope.system("test"):
        assert services.tell_subscribers(at=TODAY) == 0
        ended = SeriesSubscription.objects.get()
    assert (ended.ended_by, InboundMessage.objects.get().outcome) == ("reply", "unsubscribes")
    assert [text[:14] for _to, text in texts()] == ["【青澜老年大学】已退订讲座短"]


def test_an_answer_of_somebody_without_a_subscription_is_answered_a_few_times_a_day():
    for _n in range(8):
        reply("退订")
    assert len(texts()) == 5
    assert "没有订阅" in texts()[0][1]


def test_subscribing_twice_is_once_and_ending_and_beginning_again_works():
    series = SeriesFactory()
    for _n in range(2):
        services.subscribe_phone(series=series, phone=PHONE, at=TODAY)
    services.unsubscribe_phone(series=series, phone=PHONE, at=TODAY)
    services.subscribe_phone(series=series, phone=PHONE, at=TODAY)
    with scope.system("test"):
        assert SeriesSubscription.objects.count() == 2
        assert SeriesSubscription.objects.in_force().count() == 1
    assert Message.objects.filter(template="livestream/series_subscribed").count() == 2


def test_a_learner_without_a_phone_cannot_be_written_to():
    learner = LearnerFactory(phone="")
    with pytest.raises(services.NoPhone):
        services.subscribe_learner(
            series=SeriesFactory(), learner=learner, actor=learner.user, at=TODAY
        )


@pytest.mark.django_db
def test_a_rule_without_its_days_or_hour_cannot_be_stored():
    for wrong in ({"rule_days": ""}, {"starts_at": None}, {"rule": "weekday", "rule_days": ""}):
        with pytest.raises(IntegrityError, match="a_rule_"), transaction.atomic():
            SeriesFactory(**wrong)
    assert Series.objects.count() == 0
