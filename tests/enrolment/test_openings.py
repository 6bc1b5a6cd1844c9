"""One department a day: proposed, planned, put off, promised by a seal, read by everybody."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from accounts import clock, scope
from accounts.models import AuditEvent, StaffPost
from campus.models import Holiday
from courses.domain.phases import Window
from courses.models import Department, TermPhase
from courses.models.terms import default_rules
from courses.services import set_windows
from enrolment import queries, services
from enrolment.domain.queueing import digest_of
from enrolment.models import Opening, OpeningSecret
from enrolment.services import PlanProblem, PlanRefused
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.campus import home_page
from tests.factories.enrolment import CourseFactory, SectionFactory, TermFactory
from tests.factories.openings import SEED, OpeningFactory, QueuePlaceFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")
BEGINS = datetime(2027, 1, 25, 9, 0, tzinfo=CHINA)
ENDS = datetime(2027, 2, 26, 17, 0, tzinfo=CHINA)
DAY = timedelta(days=1)


def department(name, position):
    return Department.objects.create(name=name, position=position)


@pytest.fixture
def term():
    """A term with the window of `domain.md`, and nothing falling due at the Spring Festival."""
    quiet = [["2027-01-30", "2027-02-20"]]
    term = TermFactory(rules__rules=default_rules() | {"no_deadlines": quiet})
    TermPhase.objects.create(term=term, phase="open_enrolment", opens_at=BEGINS, closes_at=ENDS)
    return term


@pytest.fixture
def music(term):
    music = department("器乐", 1)
    SectionFactory(
        term=term, course=CourseFactory(department=music), opens_at=BEGINS, closes_at=ENDS
    )
    return music


@pytest.fixture
def registrar(term):
    return StaffFactory(unit=term.unit, role=StaffPost.Role.REGISTRAR)


def plan(term, moments, registrar, at=TODAY):
    return services.plan_openings(term=term, moments=moments, actor=registrar, at=at)


def opens(section):
    section.refresh_from_db()
    return section.opens_at


def test_one_department_a_working_day_is_proposed_past_holidays_and_quiet_days(term):
    Holiday.objects.create(day=date(2027, 1, 26), kind=Holiday.Kind.CLOSED, name="停课")
    Holiday.objects.create(day=date(2027, 2, 21), kind=Holiday.Kind.WORKING, name="补班")
    departments = [department(f"系{n}", n) for n in range(1, 7)]
    proposed = queries.proposed_openings(term, departments, at=TODAY)
    days = [proposed[one.pk].astimezone(CHINA).strftime("%m-%d %H:%M") for one in departments]
    assert days == [
        "01-25 09:00", "01-27 09:00", "01-28 09:00", "01-29 09:00", "02-21 09:00", "02-22 09:00",
    ]  # fmt: skip


def test_days_gone_by_are_not_proposed_and_a_short_window_is_shared(term):
    departments = [department(f"系{n}", n) for n in range(1, 4)]
    late = datetime(2027, 2, 25, 12, tzinfo=CHINA)
    proposed = queries.proposed_openings(term, departments, at=late)
    assert {one.astimezone(CHINA).day for one in proposed.values()} == {26}
    assert queries.proposed_openings(term, departments, at=ENDS) == {}
    term.phases.all().delete()
    assert queries.proposed_openings(term, departments, at=TODAY) == {}


def test_a_plan_moves_the_classes_and_promises_a_seed(term, music, registrar):
    section = term.sections.get()
    elsewhere = SectionFactory(term=term, opens_at=BEGINS, closes_at=ENDS, weekday=3)

    (opening,) = plan(term, {music: BEGINS + DAY}, registrar)

    assert (opens(section), opens(elsewhere)) == (BEGINS + DAY, BEGINS)
    assert (opening.closes_at, opening.seed, opening.shuffled_at) == (ENDS, "", None)
    assert opening.seed_digest == digest_of(OpeningSecret.objects.get(opening=opening).seed)
    event = AuditEvent.objects.get(action="opening planned")
    assert (event.actor, event.unit, event.details["digest"]) == (
        registrar, term.unit, opening.seed_digest,
    )  # fmt: skip


def test_two_openings_have_two_seeds(term, music, registrar):
    art = department("书画", 2)
    plan(term, {music: BEGINS, art: BEGINS + DAY}, registrar)
    seeds = set(OpeningSecret.objects.values_list("seed", flat=True))
    assert len(seeds) == 2
    assert {len(seed) for seed in seeds} == {64}


def test_a_day_can_be_put_off_and_keeps_its_seal(term, music, registrar):
    (before,) = plan(term, {music: BEGINS}, registrar)
    (after,) = plan(term, {music: BEGINS + 2 * DAY}, registrar, at=BEGINS - timedelta(minutes=5))
    assert (after.pk, after.seed_digest) == (before.pk, before.seed_digest)
    assert opens(term.sections.get()) == BEGINS + 2 * DAY
    assert AuditEvent.objects.filter(action="opening moved").count() == 1
    plan(term, {music: BEGINS + 2 * DAY}, registrar)  # the same again is no change
    assert AuditEvent.objects.filter(action="opening moved").count() == 1


def test_classes_that_went_with_the_dates_of_the_term_are_brought_back(term, music, registrar):
    (opening,) = plan(term, {music: BEGINS}, registrar)
    window = term.phases.get()
    later = Window("open_enrolment", BEGINS - DAY, ENDS + DAY)
    set_windows(term=term, windows=[later], actor=registrar, at=TODAY)
    assert window.opens_at == opens(term.sections.get()) + DAY  # the class went with the term
    assert queries.openings_to_mend(term) == [opening]

    (kept,) = plan(term, {music: BEGINS}, registrar)

    assert (opens(term.sections.get()), kept.closes_at) == (BEGINS, ENDS + DAY)
    assert queries.openings_to_mend(term) == []


def test_a_day_can_be_taken_back_until_somebody_has_come(term, music, registrar):
    (opening,) = plan(term, {music: BEGINS + DAY}, registrar)
    plan(term, {music: None}, registrar)
    assert (Opening.objects.count(), opens(term.sections.get())) == (0, BEGINS)

    (opening,) = plan(term, {music: BEGINS + DAY}, registrar)
    place = QueuePlaceFactory(opening=opening)
    with pytest.raises(PlanRefused) as refused:
        plan(term, {music: None}, registrar)
    assert refused.value.problem is PlanProblem.PEOPLE_WAIT
    plan(term, {music: BEGINS + 2 * DAY}, registrar)
    place.refresh_from_db()
    assert place.opening_id == opening.pk


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ((BEGINS - DAY, TODAY), PlanProblem.OUTSIDE),
        ((ENDS, TODAY), PlanProblem.OUTSIDE),
        ((BEGINS, BEGINS), PlanProblem.IN_THE_PAST),
    ],
)
def test_a_day_lies_in_the_window_and_ahead(term, music, registrar, when, problem):
    moment, at = when
    with pytest.raises(PlanRefused) as refused:
        plan(term, {music: moment}, registrar, at=at)
    assert (refused.value.problem, refused.value.department) == (problem, music.pk)
    assert not Opening.objects.exists()


def test_nothing_changes_once_the_order_has_been_made(term, music, registrar):
    OpeningFactory(term=term, department=music, opens_at=BEGINS, closes_at=ENDS, drawn=True)
    for moment in (BEGINS + DAY, None):
        with pytest.raises(PlanRefused) as refused:
            plan(term, {music: moment}, registrar)
        assert refused.value.problem is PlanProblem.ALREADY_DRAWN
    assert plan(term, {music: BEGINS}, registrar)[0].opens_at == BEGINS  # unchanged is no change


def test_a_term_that_is_over_or_has_no_window_takes_no_plan(term, music, registrar):
    term.phases.all().delete()
    with pytest.raises(PlanRefused) as refused:
        plan(term, {music: BEGINS}, registrar)
    assert refused.value.problem is PlanProblem.NO_WINDOW
    term.phase = "closed"
    term.save()
    with pytest.raises(PlanRefused) as refused:
        plan(term, {music: BEGINS}, registrar)
    assert refused.value.problem is PlanProblem.TERM_OVER


def test_a_class_opened_later_follows_its_department(term, music, registrar):
    plan(term, {music: BEGINS + DAY}, registrar)
    section = SectionFactory(term=term, course=CourseFactory(department=music), opens_at=BEGINS,
                             closes_at=ENDS, weekday=5)  # fmt: skip
    services.openings.follow_its_department(section)
    assert opens(section) == BEGINS + DAY


# The database holds everybody to it


def test_the_seed_shown_is_the_seed_promised():
    opening = OpeningFactory()
    opening.seed, opening.shuffled_at = "00" * 32, TODAY
    with pytest.raises(IntegrityError, match="the_seed_is_the_one_promised"):
        opening.save()


def test_a_seed_comes_with_its_order():
    with pytest.raises(IntegrityError, match="the_seed_is_shown_with_the_order"):
        OpeningFactory(seed=SEED)


@pytest.mark.parametrize(
    "changed",
    [
        {"opens_at": TODAY + DAY},
        {"seed_digest": digest_of("00" * 32), "seed": "00" * 32},
        {"serving": 4},
        {"serving_office": 0},
    ],
)
def test_what_people_were_told_stays(changed):
    opening = OpeningFactory(drawn=True, serving=5, serving_office=1)
    with pytest.raises(IntegrityError, match="stays as it is"):
        Opening.objects.filter(pk=opening.pk).update(**changed)


def test_the_seed_is_nobodys_to_read_before_its_hour(as_app, term, registrar):
    opening = OpeningFactory(term=term)
    with as_app():
        with scope.staff(registrar):
            assert not OpeningSecret.objects.exists()
            assert Opening.objects.get().seed == ""
        with scope.system("draw"):
            assert OpeningSecret.objects.get().seed == SEED
        with pytest.raises(DatabaseError), transaction.atomic():
            OpeningSecret.objects.create(opening=opening, seed="00" * 32)


# The pages


@pytest.fixture
def _in_chinese():
    clock.set_to(TODAY)
    with translation.override("zh-hans"):
        yield


@pytest.mark.usefixtures("_in_chinese")
def test_the_registrar_proposes_then_keeps(app_client, term, music):
    sign_in(app_client, term.unit, StaffPost.Role.REGISTRAR)
    address = reverse("enrolment:staff-plan-openings", args=[term.pk])

    page = app_client.get(address, {"propose": "yes"}).content.decode()
    assert "2027-01-25 09:00" in page
    assert not Opening.objects.exists()

    answer = app_client.post(address, {f"department_{music.pk}": "2027-01-27 09:00"})
    assert answer.status_code == 302
    assert Opening.objects.get().opens_at == datetime(2027, 1, 27, 9, tzinfo=CHINA)
    assert Opening.objects.get().seed_digest in app_client.get(address).content.decode()


@pytest.mark.usefixtures("_in_chinese")
def test_the_registrar_reads_beside_the_department_why_not(app_client, term, music):
    sign_in(app_client, term.unit, StaffPost.Role.REGISTRAR)
    address = reverse("enrolment:staff-plan-openings", args=[term.pk])
    answer = app_client.post(address, {f"department_{music.pk}": "2027-04-01 09:00"})
    assert answer.status_code == 422
    assert "这个时间不在本学期余位报名以内" in answer.content.decode()


@pytest.mark.usefixtures("_in_chinese")
def test_everybody_reads_days_seals_and_afterwards_seeds(app_client, term):
    planned = OpeningFactory(term=term, department=department("器乐", 1), opens_at=TODAY + DAY)
    drawn = OpeningFactory(
        term=term, department=department("书画", 2), drawn=True, people_in=7, ended_at=TODAY
    )
    page = app_client.get(reverse("enrolment:list-openings")).content.decode()
    assert "器乐" in page
    assert planned.seed_digest in page
    assert drawn.seed in page
    assert page.count(SEED) == 1
    assert f"/queue/{drawn.pk}/order.txt" in page
    assert f"/queue/{planned.pk}/order.txt" not in page


@pytest.mark.usefixtures("_in_chinese")
def test_the_catalogue_leads_to_the_days_while_there_are_any(app_client, term):
    SectionFactory(term=term)
    catalogue, days = reverse("courses:list-courses"), reverse("enrolment:list-openings")
    assert days not in app_client.get(catalogue).content.decode()
    opening = OpeningFactory(term=term, department=department("器乐", 1))
    assert days in app_client.get(catalogue).content.decode()
    services.end_by_hand(
        opening=opening, reason="人都进去了", actor=StaffFactory(unit=UnitFactory()), at=TODAY
    )
    assert days not in app_client.get(catalogue).content.decode()


def test_when_enrolment_is_over_nobody_is_told_to_come_any_time(client, term, music, registrar):
    opening = OpeningFactory(term=term, department=music, opens_at=BEGINS, closes_at=ENDS)
    Opening.objects.filter(pk=opening.pk).update(ended_at=BEGINS + DAY)
    page = reverse("enrolment:list-openings")
    with translation.override("zh-hans"):
        clock.set_to(BEGINS + 2 * DAY)
        assert "报名已结束" not in client.get(page).content.decode()
        clock.set_to(ENDS)
        said = client.get(page).content.decode()
    assert "报名已结束" in said
    assert "不用排队" not in said


def test_the_front_page_knows_the_day(client, term, music):
    opening = OpeningFactory(term=term, department=music, opens_at=BEGINS, closes_at=ENDS)
    term.phase = "open_enrolment"
    term.save(update_fields=["phase"])
    room = reverse("enrolment:show-opening", args=[opening.pk])

    def said(at):
        found = queries.openings_of_the_day(at=at)
        page = Template("{% load seats %}{% openings_of_the_day as todays %}{{ todays|length }}")
        assert page.render(Context({"at": at})) == str(len(found))
        return [(one.pk, stage) for one, stage in found]

    assert said(BEGINS - DAY) == []
    assert said(BEGINS - timedelta(hours=2)) == [(opening.pk, "planned")]
    assert said(BEGINS - timedelta(minutes=5)) == [(opening.pk, "gathering")]
    assert said(BEGINS + DAY) == []
    clock.set_to(BEGINS - timedelta(minutes=5))
    home_page()
    with translation.override("zh-hans"):
        page = client.get("/").content.decode()
    assert room in page
    assert "器乐 9:00 开放，等候室开着" in page
