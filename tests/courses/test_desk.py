"""Staff look after the classes of their own units: rooms, teachers, dates; and the CMS desk."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import StaffPost
from campus.models import Campus, Holiday
from courses import search, wording
from courses.models import ClassSection, Course, Lesson, Subject
from courses.services import Refusal
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.campus import CampusFactory, RoomFactory, home_page
from tests.factories.courses import (
    ClassFactory,
    DepartmentFactory,
    SubjectFactory,
    TermFactory,
    dated,
)
from tests.factories.sign_in import sign_in_staff

pytestmark = pytest.mark.django_db
Role = StaffPost.Role


@pytest.fixture(autouse=True)
def front_door(db):
    return home_page()


@pytest.fixture
def county():
    """A county with one class and the head of its university."""
    unit = UnitFactory(county=True)
    section = ClassFactory(campus=CampusFactory(unit=unit))
    return {"section": section, "head": StaffFactory(role=Role.BRANCH_HEAD, unit=unit)}


def staff_pages(section, lesson) -> list[str]:
    return [
        reverse("courses:staff-edit-class", args=[section.pk]),
        reverse("courses:staff-list-lessons", args=[section.pk]),
        reverse("courses:staff-move-lesson", args=[lesson.pk]),
        reverse("courses:staff-cancel-lesson", args=[lesson.pk]),
    ]


def test_staff_see_the_classes_of_their_own_unit_only(app_client, county):
    other = ClassFactory(campus=CampusFactory(unit=UnitFactory(county=True)))
    lesson = dated(other)[0]
    sign_in_staff(app_client, county["head"])

    mine = app_client.get(reverse("courses:staff-list-classes"))

    assert list(mine.context["page"].object_list) == [county["section"]]
    assert [app_client.get(url).status_code for url in staff_pages(other, lesson)] == [404] * 4


@pytest.mark.parametrize("role", [Role.COUNTER, Role.TEACHER, Role.FINANCE, Role.EDITOR])
def test_other_posts_are_turned_away(app_client, county, role):
    sign_in_staff(app_client, StaffFactory(role=role, unit=county["section"].unit))

    assert app_client.get(reverse("courses:staff-list-classes")).status_code == 403


def test_nobody_signed_in_is_asked_to_sign_in(app_client):
    assert app_client.get(reverse("courses:staff-calendar")).status_code == 302


def test_lessons_are_dated_and_moved_from_the_desk(app_client, county):
    section = county["section"]
    sign_in_staff(app_client, county["head"])

    app_client.post(reverse("courses:staff-plan-lessons", args=[section.pk]))
    lesson = section.lessons.get(number=2)
    form = {
        "day": "2027-03-11",
        "starts": "14:00",
        "ends": "15:30",
        "room": section.room_id,
        "teacher": "",
        "note": "老师出差，改到星期四下午。",
    }
    answer = app_client.post(reverse("courses:staff-move-lesson", args=[lesson.pk]), form)

    lesson.refresh_from_db()
    assert answer.status_code == 302
    assert (section.lessons.count(), f"{lesson.during.lower:%m-%d %H:%M}") == (16, "03-11 06:00")


def test_a_clash_is_said_in_words_and_nothing_is_changed(app_client, county):
    section = county["section"]
    other = ClassFactory(campus=section.campus, slot__weekday=4)
    for one in (section, other):
        dated(one)
    lesson = section.lessons.get(number=1)
    sign_in_staff(app_client, county["head"])
    form = {
        "day": "2027-03-04",
        "starts": "09:00",
        "ends": "10:00",
        "room": other.room_id,
        "teacher": "",
        "note": "换教室",
    }

    answer = app_client.post(reverse("courses:staff-move-lesson", args=[lesson.pk]), form)

    assert (answer.status_code, len(answer.context["form"].non_field_errors())) == (422, 1)
    assert Lesson.objects.get(pk=lesson.pk).during == lesson.during


def test_a_lesson_is_called_off_from_the_desk(app_client, county):
    lesson = dated(county["section"])[0]
    sign_in_staff(app_client, county["head"])
    url = reverse("courses:staff-cancel-lesson", args=[lesson.pk])

    empty, done = app_client.post(url, {}), app_client.post(url, {"note": "老师病了。"})

    assert (empty.status_code, done.status_code) == (422, 302)
    assert Lesson.objects.get(pk=lesson.pk).status == Lesson.Status.LOST


def test_the_desk_says_that_lessons_have_dates_and_leaves_them(app_client, county):
    before = [lesson.pk for lesson in dated(county["section"])]
    sign_in_staff(app_client, county["head"])
    plan = reverse("courses:staff-plan-lessons", args=[county["section"].pk])

    page = app_client.post(plan, follow=True)

    assert wording.refusal(Refusal.DATED) in page.content.decode()
    assert list(county["section"].lessons.in_order().values_list("pk", flat=True)) == before


def test_a_class_called_off_is_shown_and_offers_nothing_to_change(app_client, county):
    section = county["section"]
    lesson = dated(section)[0]
    sign_in_staff(app_client, county["head"])
    edit, lessons, *changes = staff_pages(section, lesson)
    assert f'href="{edit}"' in app_client.get(lessons).content.decode()
    ClassSection.objects.filter(pk=section.pk).update(status="cancelled")

    page = app_client.get(lessons).content.decode()
    answer = app_client.post(edit, {"room": section.room_id})

    assert not [url for url in (edit, *changes) if f'href="{url}"' in page]
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (
        422,
        [wording.refusal(Refusal.CALLED_OFF)],
    )


def test_room_and_teacher_of_a_class_are_changed_from_the_desk(app_client, county):
    section = county["section"]
    room, foreign = RoomFactory(campus=section.campus), RoomFactory()
    sign_in_staff(app_client, county["head"])
    url = reverse("courses:staff-edit-class", args=[section.pk])

    wrong = app_client.post(url, {"room": foreign.pk, "is_listed": "on"})
    right = app_client.post(url, {"room": room.pk, "is_listed": "on"})

    section.refresh_from_db()
    assert (wrong.status_code, right.status_code, section.room) == (422, 302, room)


def test_the_list_of_classes_takes_as_many_queries_for_three_as_for_one(
    app_client, county, django_assert_max_num_queries
):
    sign_in_staff(app_client, county["head"])
    url = reverse("courses:staff-list-classes")
    app_client.get(url)
    with django_assert_max_num_queries(40) as one:
        app_client.get(url)
    for weekday in (3, 4):
        ClassFactory(campus=county["section"].campus, slot__weekday=weekday)

    with django_assert_max_num_queries(len(one)):
        app_client.get(url)


def test_the_calendar_says_which_year_is_missing(app_client, county):
    TermFactory()
    Holiday.objects.create(day=date(2026, 10, 1), kind="closed", name="国庆节")
    sign_in_staff(app_client, county["head"])

    page = app_client.get(reverse("courses:staff-calendar"))

    assert page.context["missing"] == [2027]
    assert [year for year, _days in page.context["years"]] == [2026]


@pytest.fixture
def cms(client, admin_user):
    """The CMS as its administrator sees it."""
    return sign_in_staff(client, admin_user)


def test_a_subject_kept_in_the_cms_can_be_found_by_its_new_names(cms):
    subject = SubjectFactory()
    Course.objects.create(subject=subject, level=1, slug="taiji", name="太极拳剑初级")
    url = reverse("wagtailsnippets_courses_subject:edit", args=[subject.pk])
    form = {
        "name": "太极拳剑",
        "name_i18n_zh_hant": "",
        "name_i18n_en": "Tai chi",
        "also_called": "打拳",
        "department": subject.department_id,
        "code": "TAIJI",
        "slug": "taiji",
        "position": "1",
    }

    answer = cms.post(url, form)

    assert answer.status_code == 302, answer.context["form"].errors
    subject = Subject.objects.get()
    assert subject.name_i18n == {"en": "Tai chi", "zh-hant": "太極拳劍"}
    assert subject.name_pinyin == "tai ji quan jian"
    assert len(search.course_ids("打拳")) == len(search.course_ids("tai chi")) == 1


def test_a_course_and_a_department_are_made_in_the_cms(cms):
    department = {"name": "书画", "name_i18n_en": "Painting", "position": "2"}
    made = cms.post(reverse("wagtailsnippets_courses_department:add"), department)
    subject = SubjectFactory(name="书法", department=DepartmentFactory(name="书画"))
    course = {
        "name": "书法初级",
        "subject": subject.pk,
        "level": "1",
        "slug": "calligraphy-1",
        "programme_terms": "2",
        "min_age_f": "50",
        "min_age_m": "55",
        "repeat_rule": "freely",
    }

    answer = cms.post(reverse("wagtailsnippets_courses_course:add"), course)

    assert (made.status_code, answer.status_code) == (302, 302)
    assert Course.objects.get(pk=search.course_ids("shufa")[0]).name == "书法初级"


@pytest.mark.parametrize(
    "name",
    [
        "accounts_unit",
        "campus_campus",
        "campus_room",
        "campus_locality",
        "campus_timeslot",
        "campus_holiday",
        "courses_department",
        "courses_subject",
        "courses_course",
    ],
)
def test_every_list_of_the_cms_desk_opens(cms, name):
    ClassFactory()

    assert cms.get(reverse(f"wagtailsnippets_{name}:list")).status_code == 200
    assert cms.get(reverse(f"wagtailsnippets_{name}:add")).status_code == 200


def test_a_campus_kept_in_the_cms_has_its_pinyin(cms):
    campus = CampusFactory(name="东门")
    url = reverse("wagtailsnippets_campus_campus:edit", args=[campus.pk])
    page = cms.get(url)
    form = {
        field.html_name: field.value()
        for field in page.context["form"]
        if not isinstance(field.value(), dict | bool | None)
    }

    answer = cms.post(url, form | {"name": "西门校区", "address_i18n_en": "1 West Gate"})

    assert answer.status_code == 302, answer.context["form"].errors

    campus = Campus.objects.get()
    assert (campus.name_pinyin, campus.name_i18n["zh-hant"]) == ("xi men xiao qu", "西門校區")
    assert campus.address_i18n == {"en": "1 West Gate"}
