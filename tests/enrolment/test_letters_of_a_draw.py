"""What people are told of a draw: one SMS each, to everybody, once."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import Message, OutboxMessage
from courses.models import Term
from enrolment import services, tasks
from enrolment.models import ledger
from tests.enrolment.acts import enrolment_of, entry_of
from tests.enrolment.test_letters import LONGEST_COURSE, LONGEST_NAME
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import CHINA, SectionFactory, TermFactory
from tests.factories.results import Drawn, Fate, confirming_until, draw_of, held_back
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
ANSWER_BY = datetime(2026, 12, 8, 17, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def term():
    term = TermFactory(phase=Term.Phase.CONFIRMING)
    confirming_until(term, ANSWER_BY)
    return term


def published(term, *lines):
    draw = draw_of(term, lines)
    services.place_the_drawn(draw=draw, at=TODAY)
    return draw


def told(*words):
    for row in OutboxMessage.objects.filter(kind="tell_results"):
        tasks.tell_results(row.object_id, row.pk)
    letters = list(Message.objects.order_by("to", "dedupe_key").values_list("text", flat=True))
    for letter in letters:
        assert len(letter) <= 70, letter
        assert letter.startswith("【青澜老年大学】")
        assert "88880001" in letter
        assert "{{" not in letter
    for word in words:
        assert any(word in letter for letter in letters), (word, letters)
    return letters


def piano(term, **kwargs):
    return SectionFactory(**{"term": term, "course__name": "钢琴初级", "number": 1} | kwargs)


def test_who_was_drawn_is_told_the_class_the_hour_how_to_answer_and_until_when(term):
    published(term, Drawn(LearnerFactory(name="林秀英"), [Fate(piano(term, with_fee=True))]))
    assert told() == [
        "【青澜老年大学】林秀英您好，录取您上钢琴初级1班，周二8:30。"
        "要上回1，不上回2，12月8日17点前缴费180元。电话88880001。"
    ]


def test_who_got_nothing_is_told_the_number_the_place_in_line_and_the_cloud(term):
    section = piano(term)
    anna = LearnerFactory(name="吴玉兰")
    published(term, Drawn(anna, [held_back(section, 12)], number=8213))
    assert told() == [
        "【青澜老年大学】吴玉兰您好，钢琴初级1班没有选上，您的序号是8213。"
        "已排候补第1位，并开通云课堂。问询88880001。"
    ]


def test_of_several_lists_the_dearest_is_told(term):
    dear, other = piano(term, course__name="二胡"), piano(term, weekday=3)
    line = Drawn(LearnerFactory(), [held_back(dear, 1), held_back(other, 1)])
    published(term, line)
    assert len(told("二胡1班没有选上")) == 1


def test_the_place_in_line_is_the_one_of_the_page(term):
    wished, other = piano(term), piano(term, weekday=3)
    first = Drawn(LearnerFactory(), [held_back(wished, 1), Fate(other)])
    anna = LearnerFactory(name="吴玉兰")
    published(term, first, Drawn(anna, [held_back(wished, 2)]))
    assert ledger.places_in_line(learner=anna, at=TODAY)[entry_of(anna, wished).pk] == (1, 2)
    (letter,) = [one for one in told() if "吴玉兰" in one]
    assert "已排候补第1位" in letter  # who has a class already comes after her


@pytest.mark.parametrize("answer", [services.say_one_comes, services.say_one_stays_away])
def test_who_has_answered_before_the_letter_is_not_told_that_they_got_nothing(term, answer):
    section, missed, anna = piano(term), piano(term, weekday=3), LearnerFactory()
    published(term, Drawn(anna, [held_back(missed, 1), Fate(section)]))
    mine = enrolment_of(anna, section)
    answer(enrolment=mine, actor=anna.user, key=uuid4(), at=TODAY)
    assert told() == []


def test_who_stands_on_no_list_is_told_the_number_all_the_same(term):
    fate = Fate(piano(term), code="INELIGIBLE", bucket="", rule="level")
    published(term, Drawn(LearnerFactory(), [fate], number=77))
    (letter,) = told("您的序号是77")
    assert "候补" not in letter


def test_each_of_a_couple_gets_the_letter_in_their_own_name(term):
    wife, husband = LearnerFactory(name="林秀英"), LearnerFactory(name="周建国")
    section = piano(term)
    published(term, Drawn(wife, [Fate(section)], partner=husband))
    assert len(told("林秀英您好，录取", "周建国您好，录取")) == 2


def test_the_letters_come_once_however_often_the_errand_does(term):
    published(term, Drawn(LearnerFactory(), [Fate(piano(term))]))
    told()
    OutboxMessage.objects.filter(kind="tell_results").update(done_at=None)
    assert len(told()) == 1


def test_the_longest_names_of_the_city_fit(term):
    anna = LearnerFactory(name=LONGEST_NAME)
    ben = LearnerFactory(name=LONGEST_NAME)
    fees = {"with_fee": True, "number": 120, "course__name": LONGEST_COURSE}
    first, second = piano(term, **fees), piano(term, weekday=4, **fees)
    SectionFactory(term=term, course=first.course, mode="online", weekday=6)
    published(
        term,
        Drawn(anna, [Fate(first), Fate(second)], max_seats=2),
        Drawn(ben, [held_back(first, 1000)], number=12600),
    )
    letters = told("12月8日17点前缴费180元", "要上回21，不上回22", "12600")
    assert len(letters) == 3


def test_who_has_no_phone_and_who_died_get_no_letter(term):
    silent, gone = LearnerFactory(user=None, phone=""), LearnerFactory(deceased_on=TODAY.date())
    section = piano(term)
    published(term, Drawn(silent, [held_back(section, 1)]), Drawn(gone, [held_back(section, 2)]))
    assert told() == []


def test_a_hundred_people_make_one_errand_and_no_more_statements_than_fifty(term):
    section = piano(term, capacity=150)
    published(term, *(Drawn(one, [Fate(section)]) for one in LearnerFactory.create_batch(150)))
    rows = list(OutboxMessage.objects.filter(kind="tell_results").order_by("pk"))
    counts = []
    for row in rows:
        with CaptureQueriesContext(connection) as asked:
            tasks.tell_results(row.object_id, row.pk)
        counts.append(len(asked))
    assert len(counts) == 2
    assert max(counts) < 40  # the first of a process asks a few things once
    assert Message.objects.filter(template="enrolment/drawn").count() == 150
