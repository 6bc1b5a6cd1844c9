"""The catalogue: what a reader's choices leave, and which of them to drop."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import clock
from campus.templatetags.places import slot_words
from courses.models import Term
from tests.factories.accounts import UnitFactory
from tests.factories.campus import (
    CampusFactory,
    LocalityFactory,
    TimeSlotFactory,
    TravelTimeFactory,
    home_page,
)
from tests.factories.courses import (
    ClassFactory,
    CourseFactory,
    DepartmentFactory,
    SubjectFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db
CATALOGUE = "/courses/"


@pytest.fixture(autouse=True)
def front_door(db):
    return home_page()


def found(response) -> list[str]:
    return [card.course.name for card in response.context["found"].cards]


def test_page_shows_each_course_with_its_classes(app_client):
    section = ClassFactory()

    response = app_client.get(CATALOGUE)

    card = response.context["found"].cards[0]
    assert (card.course, card.number, card.fee_fen) == (section.course, 1, 0)
    assert [one.section for one in card.classes] == [section]
    assert card.classes[0].seats.state == "open"
    assert slot_words(section.slot) in response.content.decode()


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("day=2", ["太极拳剑初级"]),
        ("day=5", ["书法初级"]),
        ("day=2&day=5", ["太极拳剑初级", "书法初级"]),
        ("half=afternoon", ["书法初级"]),
        ("subject=taiji", ["太极拳剑初级"]),
        ("campus=old", ["书法初级"]),
        ("campus=old&day=2", []),
        ("free=1", ["太极拳剑初级"]),
        ("online=1", ["书法初级"]),
        ("level=1", ["太极拳剑初级", "书法初级"]),
        ("level=3", []),
        ("q=书法", ["书法初级"]),
        ("q=书法&half=morning", []),
        ("campus=nowhere&day=9&colour=red", ["太极拳剑初级", "书法初级"]),
    ],
)
def test_a_choice_leaves_the_classes_that_fit(app_client, choice, expected):
    ClassFactory(course__subject=SubjectFactory(slug="taiji"))
    ClassFactory(
        course__subject=SubjectFactory(name="书法"),
        campus=CampusFactory(slug="old"),
        slot=TimeSlotFactory(weekday=5, starts_at=dt.time(14)),
        mode="hybrid",
        left=0,
    )

    assert found(app_client.get(f"{CATALOGUE}?{choice}")) == expected


def test_choices_stand_above_the_list_and_can_be_taken_away(app_client):
    ClassFactory(campus__slug="old", campus__name="老校区")

    response = app_client.get(f"{CATALOGUE}?campus=old&day=2&page=1")

    assert response.context["chips"] == [("老校区", "?day=2"), ("星期二", "?campus=old")]


def test_nothing_found_says_which_choice_to_drop_and_what_is_found_then(app_client):
    ClassFactory.create_batch(2, course=CourseFactory())
    ClassFactory(
        course__subject=SubjectFactory(name="书法"),
        slot=TimeSlotFactory(weekday=5),
    )

    response = app_client.get(f"{CATALOGUE}?q=太极&day=5")

    ways = response.context["ways_out"]
    assert [(way.label, way.address, way.number) for way in ways] == [
        ("星期五", "?q=%E5%A4%AA%E6%9E%81", 2),
        ("“太极”", "?day=5", 1),
    ]


def test_a_course_shows_three_classes_and_leads_to_all_of_them(app_client):
    course = CourseFactory()
    ClassFactory.create_batch(5, course=course)

    response = app_client.get(CATALOGUE)

    card = response.context["found"].cards[0]
    assert (len(card.classes), card.number, card.more) == (3, 5, 2)
    assert reverse("courses:show-course", args=[course.slug]) in response.content.decode()


def test_classes_with_places_come_first_then_the_nearest(app_client):
    course, street = CourseFactory(), LocalityFactory()
    far, near, full = (CampusFactory() for _ in range(3))
    for campus, minutes in ((far, 50), (near, 20), (full, 5)):
        TravelTimeFactory(campus=campus, locality=street, minutes=minutes)
    for campus, left in ((far, 6), (near, 6), (full, 0)):
        ClassFactory(course=course, campus=campus, left=left)
    app_client.cookies["lives_in"] = street.region_code

    cards = app_client.get(CATALOGUE).context["found"].cards[0].classes

    assert [card.section.campus for card in cards] == [near, far, full]
    assert [card.way.minutes for card in cards] == [15, 15, 15]  # a kilometre, on foot


def test_what_is_not_for_the_public_is_not_shown(app_client):
    ClassFactory(is_listed=False)
    ClassFactory(status="cancelled")
    ClassFactory(term=TermFactory(code="next", phase=Term.Phase.DRAFT))
    ClassFactory(term=TermFactory(code="last", phase=Term.Phase.CLOSED))

    TermFactory()
    assert found(app_client.get(CATALOGUE)) == []


def test_without_a_term_the_page_says_so(app_client):
    response = app_client.get(CATALOGUE)

    assert next(one.name for one in response.templates) == "courses/no_term.html"


def test_twelve_courses_stand_on_a_page(app_client):
    for number in range(13):
        ClassFactory(course__subject=SubjectFactory(name=f"第{number}门"))

    first, second = app_client.get(CATALOGUE), app_client.get(f"{CATALOGUE}?page=2")

    assert (len(found(first)), len(found(second))) == (12, 1)


def queries_of(client, assert_num_queries, url) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url)
    clock.forget()  # it is asked once a second: let it be once in every count
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


@pytest.mark.parametrize("url", [CATALOGUE, f"{CATALOGUE}?q=太极", "/campuses/", "/units/"])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    app_client, django_assert_num_queries, url
):
    ClassFactory(course__subject=SubjectFactory(name="太极一"))
    one = queries_of(app_client, django_assert_num_queries, url)
    for name in ("太极二", "太极三"):
        ClassFactory(
            course__subject=SubjectFactory(name=name),
            campus__unit=UnitFactory(county=True),
        )

    assert queries_of(app_client, django_assert_num_queries, url) == one


def test_a_course_without_a_poster_shows_what_the_records_say(app_client):
    section = ClassFactory()

    page = app_client.get(reverse("courses:show-course", args=[section.course.slug]))

    assert "太极拳剑初级" in page.content.decode()
    assert section.campus.name in page.content.decode()


def test_unknown_course_is_not_found(app_client):
    assert app_client.get("/courses/nothing-like-it/").status_code == 404


@pytest.mark.parametrize("code", ["钢琴", "PIANO 1", "piano", "1PIANO", "P,1"])
def test_code_of_a_subject_can_stand_in_the_files_of_a_draw(db, code):
    subject = SubjectFactory.build(code=code, department=DepartmentFactory())
    with pytest.raises(ValidationError) as said:
        subject.full_clean()
    assert said.value.message_dict.keys() == {"code"}
    with pytest.raises(IntegrityError, match="a_plain_code"), transaction.atomic():
        subject.save()
