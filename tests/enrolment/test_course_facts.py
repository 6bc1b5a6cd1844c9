"""What the page of a course says before anybody is refused: fee, level, order, which class."""

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts import clock
from courses.models import Course
from tests.enrolment.acts import claim
from tests.factories.accounts import LearnerFactory
from tests.factories.campus import LocalityFactory, TravelTimeFactory
from tests.factories.enrolment import CourseFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def anna(app_client):
    learner = LearnerFactory(name="王秀英", born_on=date(1960, 1, 1))
    app_client.force_login(learner.user)
    return learner


def course_page(client, section):
    address = reverse("courses:show-course", args=[section.course.slug])
    return client.get(address).content.decode()


def facts(page):
    """The list on top of the page, as pairs of a word and what it says."""
    top = page[page.index('<dl class="facts">') : page.index("</dl>")]
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+?)\s*</dd>", top))


def test_one_fee_stands_among_the_facts(app_client):
    section = SectionFactory(with_fee=True)
    SectionFactory(with_fee=True, course=section.course, term=section.term, weekday=4)

    page = course_page(app_client, section)

    assert facts(page)["学费"] == "¥180（一学期）"
    assert page.count("¥180") == 1


def test_fees_that_differ_stand_beside_each_class_too(app_client):
    section = SectionFactory(with_fee=True)
    SectionFactory(fee_fen=26000, course=section.course, term=section.term, weekday=4)

    page = course_page(app_client, section)

    assert facts(page)["学费"] == "¥180 到 ¥260（一学期），以各班写的为准"
    # Beside its class; the highest in the row of facts, too.
    assert (page.count("¥180（一学期）"), page.count("¥260（一学期）")) == (1, 2)


@pytest.mark.parametrize(
    ("level", "below"),
    [
        (Course.Level.STARTER, None),
        (Course.Level.BEGINNER, None),
        (Course.Level.INTERMEDIATE, "初级"),
        (Course.Level.ADVANCED, "中级"),
        (Course.Level.MIXED, None),
    ],
)
def test_the_level_that_is_asked_for_stands_among_the_facts(app_client, level, below):
    section = SectionFactory(course=CourseFactory(level=level))

    said = facts(course_page(app_client, section)).get("先要学过")

    assert (said is None) if below is None else said.startswith(f"上一级（{below}）")


def test_a_visitor_is_given_no_place_in_a_line_nobody_stands_in(app_client):
    section = SectionFactory(capacity=1)
    claim(section, LearnerFactory())

    page = course_page(app_client, section)

    assert "已满，可候补（现在没有人排）" in page
    assert "您排在" not in page


def test_the_order_is_said_as_it_is(app_client):
    street = LocalityFactory()
    section = SectionFactory()
    TravelTimeFactory(campus=section.campus, locality=street, minutes=9)
    app_client.cookies["lives_in"] = street.region_code

    assert "有名额的在前，再按离" in course_page(app_client, section)
    assert "有名额的在前，再按离" not in app_client.get("/campuses/").content.decode()


def test_classes_of_one_name_are_told_apart_by_their_campus(app_client):
    first = SectionFactory(number=1)
    second = SectionFactory(number=1, course=first.course, term=first.term)

    page = course_page(app_client, first)

    hidden = re.findall(r'class="visually-hidden"> (太极拳剑[^<]+, [^<]+)</span>', page)
    assert len(set(hidden)) == 2
    assert all(
        any(section.campus.name in words for words in hidden) for section in (first, second)
    )


def test_who_has_as_many_classes_as_allowed_sees_which_to_leave(app_client, anna):
    term = TermFactory()
    mine = [SectionFactory(term=term, weekday=day) for day in (1, 3)]
    for section in mine:
        claim(section, anna)
    wanted = SectionFactory(term=term, weekday=5)
    SectionFactory(term=term, weekday=4, course=wanted.course)

    page = app_client.get(reverse("enrolment:check-class", args=[wanted.pk])).content.decode()

    assert "一学期最多报 2 个班" in page
    for section in mine:
        enrolment = section.enrolments.get(learner=anna)
        assert reverse("enrolment:withdraw", args=[enrolment.pk]) in page
    assert "还有名额的班" not in page
    assert 'name="press"' not in page
