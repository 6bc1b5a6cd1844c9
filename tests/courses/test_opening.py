"""An empty city begins to teach: a teacher, a term with its rules, a class, all from the desk."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEvent, StaffPost
from campus.models import Holiday
from courses import wording
from courses.domain.phases import PhaseRefusal
from courses.models import ClassSection, Teacher, Term, TermPhase, TermPolicy
from courses.models.terms import default_rules
from courses.services import Refusal
from enrolment.models import Seat
from enrolment.services import PhaseRefused, move_term_on
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.campus import CampusFactory, RoomFactory, TimeSlotFactory, home_page
from tests.factories.courses import ClassFactory, CourseFactory, TeacherFactory, TermFactory
from tests.factories.enrolment import PolicyFactory
from tests.factories.sign_in import sign_in_staff
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
AFTER = datetime.fromisoformat("2027-07-01T10:00+08:00")


@pytest.fixture(autouse=True)
def front_door(db):
    clock.set_to(TODAY)
    return home_page()


@pytest.fixture
def county():
    """A county with a campus and a room for forty, and the head of its university."""
    unit = UnitFactory(county=True)
    campus = CampusFactory(unit=unit)
    return {
        "unit": unit,
        "campus": campus,
        "room": RoomFactory(campus=campus),
        "head": StaffFactory(role=Role.BRANCH_HEAD, unit=unit),
    }


@pytest.fixture
def registrar():
    return StaffFactory(role=Role.REGISTRAR, unit=UnitFactory())


def class_form(county, **others):
    return {
        "course": CourseFactory().pk,
        "mode": "room",
        "room": county["room"].pk,
        "slot": TimeSlotFactory().pk,
        "teacher": "",
        "capacity": "30",
        "min_size": "15",
        "fee": "180.50",
        "is_listed": "on",
    } | others


def opening(county, term=None):
    term = term or TermFactory()
    return reverse("enrolment:open-class", args=[term.pk, county["campus"].slug])


def errors(answer):
    return [str(error) for found in answer.context["form"].errors.values() for error in found]


# Teachers


def test_a_teacher_is_written_down_with_all_that_is_known_and_changed(app_client, county):
    course, slot = CourseFactory(), TimeSlotFactory()
    user = StaffFactory(role=Role.TEACHER, unit=county["unit"])
    sign_in_staff(app_client, county["head"])
    form = {
        "name": "何慕云",
        "name_en": "He Muyun",
        "unit": county["unit"].pk,
        "user": user.pk,
        "subjects": [course.subject_id],
        "campuses": [county["campus"].pk],
        "slots": [slot.pk],
        "spare_sections": "2",
        "lesson_pay": "120",
    }

    empty = app_client.post(reverse("courses:staff-add-teacher"), {})
    done = app_client.post(reverse("courses:staff-add-teacher"), form)
    teacher = Teacher.objects.get()
    url = reverse("courses:staff-edit-teacher", args=[teacher.pk])
    page = app_client.get(url)
    changed = app_client.post(url, form | {"slots": [], "name": "何慕雨", "name_en": ""})

    assert (empty.status_code, done.status_code, changed.status_code) == (422, 302, 302)
    assert (teacher.name_pinyin, teacher.name_i18n["en"]) == ("he mu yun", "He Muyun")
    assert (teacher.user, teacher.lesson_pay_fen, teacher.spare_sections) == (user, 12000, 2)
    assert page.context["form"]["lesson_pay"].value() == "120"
    teacher.refresh_from_db()
    assert (teacher.name, teacher.name_i18n) == ("何慕雨", {"zh-hant": "何慕雨"})
    assert not teacher.free_slots.exists()
    assert (
        list(AuditEvent.objects.order_by("at", "pk").values_list("action", "unit")).count(
            ("teacher changed", county["unit"].pk)
        )
        == 1
    )


def test_teachers_of_other_units_are_not_there(app_client, county):
    mine = TeacherFactory(unit=county["unit"], name="何慕云")
    other = TeacherFactory(unit=UnitFactory(county=True))
    sign_in_staff(app_client, county["head"])

    page = app_client.get(reverse("courses:staff-list-teachers"))
    nobody = app_client.get(reverse("courses:staff-list-teachers"), {"q": "没有这个人"})

    assert (list(page.context["page"]), list(nobody.context["page"])) == ([mine], [])
    url = reverse("courses:staff-edit-teacher", args=[other.pk])
    assert app_client.get(url).status_code == 404


# Classes


def test_a_class_is_opened_with_its_seats_and_dated_lessons(app_client, county):
    sign_in_staff(app_client, county["head"])
    term = TermFactory()
    TermPhase.objects.create(term=term, phase="open_enrolment", opens_at=TODAY)
    teacher = TeacherFactory(unit=county["unit"])

    answer = app_client.post(opening(county, term), class_form(county, teacher=teacher.pk))

    section = ClassSection.objects.get()
    assert answer.url == reverse("courses:staff-list-lessons", args=[section.pk])
    assert (section.unit, section.number, section.fee_fen) == (county["unit"], 1, 18050)
    assert (section.opens_at, section.teacher, section.hot) == (TODAY, teacher, False)
    assert Seat.objects.filter(section=section, state="free").count() == 30
    assert section.lessons.count() == 16
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert actions >= {"class opened", "lessons planned"}


def test_the_second_class_of_a_course_has_the_next_number_and_opens_with_its_department(
    app_client, county
):
    sign_in_staff(app_client, county["head"])
    term = TermFactory()
    TermPhase.objects.create(term=term, phase="open_enrolment", opens_at=TODAY)
    first = ClassFactory(term=term, campus=county["campus"], number=4, opens_at=AFTER)
    form = class_form(county, course=first.course_id, slot=TimeSlotFactory(weekday=3).pk)

    app_client.post(opening(county, term), form)

    section = ClassSection.objects.exclude(pk=first.pk).get()
    assert (section.number, section.opens_at) == (5, AFTER)


def test_a_class_of_a_planned_term_gets_its_seats_with_the_prospectus(
    app_client, county, registrar
):
    sign_in_staff(app_client, county["head"])
    term = TermFactory(phase="draft")
    TermPhase.objects.create(term=term, phase="published", opens_at=TODAY)
    PolicyFactory(term=term)

    app_client.post(opening(county, term), class_form(county))
    before = Seat.objects.count()
    move_term_on(term=term, phase="published", reason="印好了", actor=registrar, at=TODAY)

    assert (before, Seat.objects.count()) == (0, 30)


def test_a_class_opened_in_mid_term_has_lessons_to_come_only(app_client, county):
    sign_in_staff(app_client, county["head"])
    clock.set_to(datetime.fromisoformat("2027-06-01T12:00+08:00"))

    app_client.post(opening(county, TermFactory(phase="teaching")), class_form(county))

    lessons = ClassSection.objects.get().lessons.in_order()
    assert [(one.number, f"{one.during.lower:%m-%d}") for one in lessons] == [
        (1, "06-08"),
        (2, "06-15"),
    ]


def taken_room(county):
    ClassFactory(campus=county["campus"], room=county["room"])
    return {}


def taken_teacher(county):
    teacher = TeacherFactory(unit=county["unit"])
    ClassFactory(campus=county["campus"], teacher=teacher)
    return {"teacher": teacher.pk}


@pytest.mark.parametrize(
    ("arrange", "reason"),
    [
        (taken_room, Refusal.ROOM_TAKEN),
        (taken_teacher, Refusal.TEACHER_TAKEN),
        (lambda county: {"room": ""}, Refusal.WITHOUT_ROOM),
        (lambda county: {"capacity": "41"}, Refusal.ROOM_TOO_SMALL),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_opened(
    app_client, county, arrange, reason
):
    sign_in_staff(app_client, county["head"])
    form = class_form(county) | arrange(county)
    before = ClassSection.objects.count()

    answer = app_client.post(opening(county), form)

    assert (answer.status_code, errors(answer)) == (422, [wording.refusal(reason)])
    assert ClassSection.objects.count() == before


@pytest.mark.parametrize("phase", ["closed", "archived"])
def test_a_term_that_is_over_gets_no_class(app_client, county, phase):
    sign_in_staff(app_client, county["head"])

    answer = app_client.post(opening(county, TermFactory(phase=phase)), class_form(county))

    assert errors(answer) == [wording.refusal(Refusal.TERM_OVER)]


def test_a_term_with_no_day_left_at_this_hour_gets_no_class(app_client, county):
    sign_in_staff(app_client, county["head"])
    clock.set_to(AFTER)

    answer = app_client.post(opening(county, TermFactory(phase="teaching")), class_form(county))

    assert errors(answer) == [wording.refusal(Refusal.NO_DAYS)]


def test_nobody_opens_a_class_at_another_unit(app_client, county):
    other = CampusFactory(unit=UnitFactory(county=True))
    sign_in_staff(app_client, county["head"])

    url = reverse("enrolment:open-class", args=[TermFactory().pk, other.slug])
    places = app_client.get(reverse("enrolment:choose-place"))

    assert app_client.post(url, class_form(county)).status_code == 404
    assert other.slug not in places.content.decode()
    assert county["campus"].slug in places.content.decode()


def test_the_service_asks_for_the_unit_too(county):
    from courses.services import ClassPlan, LessonRefused
    from enrolment.services import open_class

    plan = ClassPlan(
        course=CourseFactory(), mode="room", room=county["room"], slot=TimeSlotFactory(),
        teacher=None, capacity=5, min_size=1, fee_fen=0, hot=False, is_listed=True,
    )  # fmt: skip
    stranger = StaffFactory(role=Role.BRANCH_HEAD, unit=UnitFactory(county=True))

    with pytest.raises(LessonRefused) as refused:
        open_class(
            term=TermFactory(), campus=county["campus"], plan=plan, actor=stranger, at=TODAY
        )
    assert refused.value.reason == Refusal.OTHER_UNIT


def test_term_and_campus_are_chosen_first(app_client, county):
    term = TermFactory()
    sign_in_staff(app_client, county["head"])
    url = reverse("enrolment:choose-place")

    empty = app_client.get(url, {"term": term.pk, "campus": ""})
    chosen = app_client.get(url, {"term": term.pk, "campus": county["campus"].slug})

    assert (empty.status_code, chosen.url) == (422, opening(county, term))


# Terms


def days(term):
    return {
        phase: (f"{opens.astimezone(TODAY.tzinfo):%m-%d %H:%M}", closes)
        for phase, opens, closes in term.phases.values_list("phase", "opens_at", "closes_at")
    }


def new_term(app_client):
    form = {
        "name": "2027春季学期",
        "name_en": "",
        "code": "2027-spring",
        "starts_on": "2027-03-01",
        "ends_on": "2027-06-20",
    }
    return app_client.post(reverse("courses:staff-add-term"), form)


def test_a_term_is_planned_with_the_usual_calendar(app_client, registrar):
    sign_in_staff(app_client, registrar)

    answer = new_term(app_client)
    again = new_term(app_client)

    term = Term.objects.get()
    assert answer.url == reverse("courses:staff-edit-windows", args=[term.pk])
    assert (term.phase, term.weeks, again.status_code) == ("draft", 16, 422)
    assert {phase: opens for phase, (opens, _closes) in days(term).items()} == {
        "published": "12-01 09:00",
        "renewal_open": "12-07 09:00",
        "wishes_open": "12-14 09:00",
        "frozen": "12-28 12:00",
        "drawn": "12-30 15:00",
        "confirming": "12-30 17:00",
        "waitlisting": "01-07 09:00",
        "open_enrolment": "01-25 09:00",
        "teaching": "03-01 00:00",
        "closed": "06-21 00:00",
    }


def test_the_calendar_warns_of_deadlines_on_holidays_and_of_years_without_any(
    app_client, registrar
):
    Holiday.objects.create(day=date(2027, 2, 26), kind="closed", name="校庆")
    sign_in_staff(app_client, registrar)
    new_term(app_client)

    page = app_client.get(reverse("courses:staff-show-term", args=[Term.objects.get().pk]))

    label = str(Term.Phase.OPEN_ENROLMENT.label)
    assert page.context["warnings"] == [
        wording.holidays_unknown(2026),
        wording.ends_on_a_holiday(label, date(2027, 2, 26), "校庆"),
    ]


def test_dates_are_changed_phases_left_out_and_classes_follow(app_client, registrar):
    sign_in_staff(app_client, registrar)
    new_term(app_client)
    term = Term.objects.get()
    opens = term.phases.get(phase="open_enrolment").opens_at
    section = ClassFactory(term=term, opens_at=opens)
    form = {
        "published_opens": "2026-12-02 09:00",
        "open_enrolment_opens": "2027-01-26 10:00",
        "open_enrolment_closes": "2027-02-25 17:00",
        "teaching_opens": "2027-03-01 00:00",
        "closed_opens": "2027-06-21 00:00",
    }
    url = reverse("courses:staff-edit-windows", args=[term.pk])

    late = app_client.post(url, form | {"published_opens": "2027-02-01 09:00"})
    wrong = app_client.post(url, form | {"open_enrolment_closes": "2027-01-01 09:00"})
    done = app_client.post(url, form)

    assert (late.status_code, wrong.status_code, done.status_code) == (422, 422, 302)
    assert sorted(days(term)) == ["closed", "open_enrolment", "published", "teaching"]
    section.refresh_from_db()
    assert section.opens_at == term.phases.get(phase="open_enrolment").opens_at


def test_dates_of_a_closed_term_stay(app_client, registrar):
    sign_in_staff(app_client, registrar)
    new_term(app_client)
    Term.objects.update(phase="closed")
    term = Term.objects.get()
    url = reverse("courses:staff-edit-windows", args=[term.pk])
    form = app_client.get(url).context["form"]
    same = {name: f"{form[name].value():%Y-%m-%d %H:%M}" for name in form.fields}

    assert app_client.post(url, same).status_code == 422


# Rules


def rules_form(**others):
    form = {
        name: value
        for name, value in default_rules().items()
        if not isinstance(value, list | dict)
    }
    form["residence_needed"] = "no"
    form |= {"offer_hours_from": "08:30", "offer_hours_to": "18:00"}
    return form | {"reserves_N": 20, "reserves_C": 15, "reserves_M": 10} | others


def test_rules_are_drafted_compared_published_and_frozen(app_client, registrar):
    sign_in_staff(app_client, registrar)
    term = TermFactory()
    PolicyFactory(term=term)
    write = reverse("courses:staff-edit-rules", args=[term.pk])
    publish = reverse("courses:staff-publish-rules", args=[term.pk])
    nothing = app_client.get(publish)

    wrong = app_client.post(write, rules_form(hot_classes="-1"))
    kept = app_client.post(write, rules_form(room_classes=3, residence_needed="yes"))
    look = app_client.get(publish)
    silent = app_client.post(publish, {"notice": ""})
    done = app_client.post(publish, {"notice": "每人最多报三门课。"})

    assert (nothing.status_code, wrong.status_code, kept.url) == (302, 422, publish)
    assert len(look.context["changes"]) == 2
    assert (silent.status_code, done.status_code) == (422, 302)
    policy = TermPolicy.objects.in_force(term, TODAY + timedelta(days=1))
    assert (policy.version, policy.notice, policy.signed_by) == (
        2,
        "每人最多报三门课。",
        registrar,
    )
    assert policy.rules == default_rules() | {"room_classes": 3, "residence_needed": True}
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {
        "rules drafted",
        "rules published",
    }


def test_every_rule_has_its_words():
    assert [rule.name for rule in wording.RULES if rule.name not in default_rules()] == []
    assert {rule.name for rule in wording.RULES} == default_rules().keys()
    assert len(wording.rules_in_words(default_rules())) == len(default_rules()) + 2


def test_every_refusal_has_its_sentence():
    assert {wording.refusal(reason) for reason in Refusal} - {""}
    assert {wording.phase_refusal(reason) for reason in PhaseRefusal} - {""}


# Phases


def test_a_term_moves_on_by_hand_with_a_reason(app_client, registrar):
    sign_in_staff(app_client, registrar)
    new_term(app_client)
    term = Term.objects.get()
    url = reverse("enrolment:move-term-on", args=[term.pk])
    form = {"phase": "published", "reason": "招生简章印好了"}

    without_rules = app_client.post(url, form)
    PolicyFactory(term=term)
    without_reason = app_client.post(url, form | {"reason": ""})
    done = app_client.post(url, form)

    assert errors(without_rules) == [wording.phase_refusal(PhaseRefusal.NO_RULES)]
    assert (without_reason.status_code, done.status_code) == (422, 302)
    term.refresh_from_db()
    moved = AuditEvent.objects.get(action="term moved on")
    assert term.phase == "published"
    assert moved.details == {"before": "draft", "after": "published", "reason": "招生简章印好了"}


@pytest.mark.parametrize(
    ("phase", "reason"),
    [
        ("published", PhaseRefusal.BACKWARDS),
        ("waitlisting", PhaseRefusal.BACKWARDS),
        ("archived", PhaseRefusal.NOT_PLANNED),
        ("closed", PhaseRefusal.STILL_TAUGHT),
    ],
)
def test_a_term_does_not_go_back_nor_end_early(registrar, phase, reason):
    term = TermFactory()
    PolicyFactory(term=term)
    TermPhase.objects.create(term=term, phase="closed", opens_at=AFTER)

    with pytest.raises(PhaseRefused) as refused:
        move_term_on(term=term, phase=phase, reason="试试", actor=registrar, at=TODAY)
    assert refused.value.reason == reason
    assert Term.objects.get().phase == "open_enrolment"


def test_a_term_is_closed_and_archived_from_the_desk(app_client, registrar):
    sign_in_staff(app_client, registrar)
    term = TermFactory(phase="teaching")
    PolicyFactory(term=term)
    TermPhase.objects.create(term=term, phase="closed", opens_at=AFTER)
    clock.set_to(AFTER)
    url = reverse("enrolment:move-term-on", args=[term.pk])

    for phase in ("closed", "archived"):
        app_client.post(url, {"phase": phase, "reason": "学期结束"})
        assert Term.objects.get().phase == phase


@pytest.mark.parametrize("name", ["staff-list-terms", "staff-add-term"])
def test_terms_are_the_citys(app_client, county, name):
    sign_in_staff(app_client, county["head"])

    assert app_client.get(reverse(f"courses:{name}")).status_code == 403


def test_an_empty_city_shows_its_desk(app_client, registrar):
    sign_in_staff(app_client, registrar)

    for name in ("courses:staff-list-classes", "courses:staff-list-terms",
                 "courses:staff-list-teachers", "enrolment:choose-place"):  # fmt: skip
        assert app_client.get(reverse(name)).status_code == 200
