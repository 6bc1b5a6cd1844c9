"""What the rules say on the pages, which papers open the way, and who may record them."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts import clock
from accounts.models import (
    AuditEvent,
    ConsentRecord,
    Message,
    OutboxMessage,
    StaffPost,
)
from courses.models import Course, TermPolicy
from courses.models.terms import default_rules
from enrolment import queries, services, tasks
from enrolment.domain.refusals import Finding, Paper, Rule
from enrolment.models import Outcome
from enrolment.services import SeatRefused
from tests.enrolment.acts import claim, enrolment_of
from tests.factories.accounts import (
    LearnerFactory,
    StaffFactory,
    UnitFactory,
)
from tests.factories.enrolment import CHINA, STARTS_ON, SectionFactory, TermFactory
from tests.factories.livestream import TeacherFactory
from tests.factories.sign_in import sign_in_staff
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Kind = ConsentRecord.Kind
Role = StaffPost.Role
VERY_OLD = date(1940, 1, 1)


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


def at(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def words_of(response):
    return response.content.decode()


def check_page(client, learner, section):
    client.force_login(learner.user)
    return client.get(at("check-class", section.pk))


def asking_for_residence(**fields):
    term = TermFactory()
    rules = default_rules() | {"residence_needed": True}
    TermPolicy.objects.create(term=term, version=2, rules=rules, published_at=TODAY)
    return SectionFactory(term=term, **fields)


def papers_missing(learner, section, *, when=TODAY):
    facts = queries.dossier([section.pk], learner=learner, actor=learner.user, at=when)
    return facts.papers_missing(section.pk)


def record(learner, *kinds, when=TODAY, actor=None):
    return services.record_papers(
        learner=learner, kinds=kinds, how="paper", actor=actor or StaffFactory(), at=when
    )


def test_the_check_page_says_what_every_rule_says(app_client):
    page = check_page(app_client, LearnerFactory(), SectionFactory())

    assert [line.verdict for line in page.context["situation"]] == ["ok"] * len(Rule)
    assert len({line.about for line in page.context["situation"]}) == len(Rule)
    assert all(line.sentence in words_of(page) for line in page.context["situation"])


def test_all_that_stands_against_it_is_on_the_page_with_the_class_in_the_way(app_client):
    anna, had = LearnerFactory(born_on=date(1990, 1, 1)), SectionFactory()
    services.hold_seat(
        section=had, learner=LearnerFactory(), actor=StaffFactory(), key=uuid4(), at=TODAY,
        channel="counter", reason="本人来窗口",
    )  # fmt: skip
    older = LearnerFactory()
    claim(had, older)
    page = check_page(app_client, older, SectionFactory(term=had.term))
    lines = {line.about: line for line in page.context["situation"]}
    blocks = [line for line in lines.values() if line.verdict == "block"]
    assert len(blocks) == 1
    assert had.display_name() in blocks[0].sentence

    page = check_page(app_client, anna, had)
    assert [line.verdict for line in page.context["situation"]].count("block") == 1
    assert 'name="press"' not in words_of(page)


def test_the_very_old_are_told_two_papers_and_what_to_bring_where(app_client):
    section = SectionFactory()
    wang = LearnerFactory(born_on=VERY_OLD)

    page = check_page(app_client, wang, section)

    assert [paper.paper for paper in page.context["papers"]] == [Paper.HEALTH, Paper.FAMILY]
    for paper in page.context["papers"]:
        assert section.unit.display_name() in paper.why
        assert paper.why in words_of(page)
        assert paper.bring in words_of(page)
    assert 'name="press"' not in words_of(page)

    record(wang, Kind.HEALTH, Kind.FAMILY)

    page = check_page(app_client, wang, section)
    assert page.context["papers"] == []
    assert 'name="press"' in words_of(page)


def test_a_card_names_the_papers_before_the_tap(app_client):
    section = SectionFactory(course__vigorous=True)
    wang, young = LearnerFactory(born_on=VERY_OLD), LearnerFactory()
    offers = []
    for learner in (wang, young):
        facts = queries.dossier([section.pk], learner=learner, actor=learner.user, at=TODAY)
        card = queries.live_card(section, at=TODAY)
        offers.append(queries.offers_for([card], learner, facts, at=TODAY)[0])

    assert [offer.may_go_on for offer in offers] == [True, True]
    assert [offer.needs_the_counter for offer in offers] == [True, False]


def test_papers_are_said_before_the_first_day_too_but_not_beside_another_no(app_client):
    wang = LearnerFactory(born_on=VERY_OLD)
    soon = check_page(app_client, wang, SectionFactory(not_open_yet=True))
    closed = check_page(app_client, wang, SectionFactory(closed=True))

    assert [paper.paper for paper in soon.context["papers"]] == [Paper.HEALTH, Paper.FAMILY]
    assert soon.context["refusal"]
    assert closed.context["papers"] == []


def test_advice_is_shown_above_the_button(app_client):
    section = SectionFactory(course__vigorous=True)
    learner = LearnerFactory(born_on=date(1955, 1, 1))
    record(learner, Kind.HEALTH)

    page = words_of(check_page(app_client, learner, section))

    assert page.index("notice--info") < page.index('name="press"')
    assert claim(section, learner).outcome == Outcome.CONFIRMED


# Papers at the counter


def test_a_health_declaration_counts_for_a_year_and_the_family_for_good():
    wang, section = LearnerFactory(born_on=VERY_OLD), SectionFactory()
    assert len(record(wang, Kind.HEALTH, Kind.FAMILY)) == 2
    assert record(wang, Kind.HEALTH, Kind.FAMILY) == []

    a_year = timedelta(days=365)
    assert papers_missing(wang, section, when=TODAY + a_year - timedelta(seconds=1)) == []
    assert papers_missing(wang, section, when=TODAY + a_year) == [Paper.HEALTH]
    assert len(record(wang, Kind.HEALTH, when=TODAY + a_year)) == 1
    assert AuditEvent.objects.filter(action="paper seen", learner=wang).count() == 3


@pytest.mark.parametrize("kind", Kind.proofs_of_residence())
def test_where_residence_is_asked_for_any_one_proof_does(kind):
    section, anna = asking_for_residence(), LearnerFactory()

    assert papers_missing(anna, section) == [Paper.RESIDENCE]
    record(anna, kind)
    assert papers_missing(anna, section) == []


def test_who_lives_in_a_street_of_the_city_shows_no_paper():
    section = asking_for_residence()
    assert papers_missing(LearnerFactory(region_code="330101001"), section) == []
    assert papers_missing(LearnerFactory(), SectionFactory()) == []


def test_the_counter_refuses_until_the_paper_is_recorded_and_then_goes_on():
    section, anna = asking_for_residence(), LearnerFactory()
    clerk = StaffFactory(unit=section.unit)

    def enrol():
        return claim(section, anna, actor=clerk, channel="counter", reason="本人来窗口")

    with pytest.raises(SeatRefused) as refused:
        enrol()
    assert refused.value.reason == "needs_residence"
    record(anna, Kind.WORK, actor=clerk)
    assert enrol().outcome == Outcome.CONFIRMED


def test_the_counter_ticks_what_lies_before_it_and_goes_back_to_the_class(app_client):
    section = asking_for_residence(course__vigorous=True)
    wang = LearnerFactory(born_on=date(1950, 1, 1), unit=section.unit)
    clerk = sign_in_staff(app_client, StaffFactory(unit=section.unit)) and StaffPost.objects.get()
    url, back = at("record-papers", section.pk, wang.pk), at("check-class", section.pk)

    shown = app_client.get(url, {"next": back})
    nothing = app_client.post(url, {"next": back, "how": "paper"})
    done = app_client.post(
        url, {"next": back, "how": "in_person", "kinds": [Kind.HEALTH, Kind.CHILD]}
    )
    again = app_client.get(url)

    kinds = [value for value, _label in shown.context["form"].fields["kinds"].choices]
    assert kinds == [Kind.HEALTH, *Kind.proofs_of_residence()]
    assert (nothing.status_code, done.headers["Location"]) == (422, back)
    assert again.context["form"] is None
    recorded = ConsentRecord.objects.filter(learner=wang).values_list("kind", "how", "actor")
    assert sorted(recorded) == [
        (Kind.CHILD, "in_person", clerk.user_id),
        (Kind.HEALTH, "in_person", clerk.user_id),
    ]


def test_a_learner_of_another_office_is_not_found(app_client):
    here, there = UnitFactory.create_batch(2, county=True, parent=UnitFactory())
    section = SectionFactory(campus__unit=here)
    stranger = LearnerFactory(unit=there)
    sign_in_staff(app_client, StaffFactory(unit=here))

    assert app_client.get(at("record-papers", section.pk, stranger.pk)).status_code == 404


# Late join


def test_who_joined_late_is_told_their_own_fee_wherever_it_is_said(app_client):
    term = TermFactory(phase="teaching")
    section = SectionFactory(with_fee=True, term=term, lessons=True)
    anna, clerk = LearnerFactory(), StaffFactory(unit=section.unit)
    joined = datetime.combine(STARTS_ON + timedelta(days=9), time(10), CHINA)
    claim(section, anna, actor=clerk, channel="counter", reason="本人来窗口", at=joined)
    later = joined + timedelta(days=14)
    clock.set_to(later)

    errand = OutboxMessage.objects.get(kind="tell_claim")
    tasks.tell_claim(errand.object_id, errand.pk)
    app_client.force_login(anna.user)
    enrolment = enrolment_of(anna, section)
    page = app_client.get(at("show-enrolment", enrolment.pk))

    assert queries.late_fee_agreed(enrolment) == 15750
    assert "157.50元" in Message.objects.get().text
    assert "¥157.50" in words_of(page)


def test_before_the_lessons_nobody_is_told_of_a_late_fee():
    section = SectionFactory(with_fee=True, lessons=True)
    assert queries.late_fee_of(section, at=TODAY) is None


# Placement by the teacher


@pytest.fixture
def ladder():
    """A class of the second level, and the course's teacher."""
    section = SectionFactory(course__level=Course.Level.INTERMEDIATE)
    teacher = TeacherFactory(user=StaffFactory(role=Role.TEACHER, unit=section.unit))
    teacher.subjects.add(section.course.subject)
    return section, teacher


def place(learner, section, *, level=2, actor, when=TODAY):
    return services.place_learner(
        learner=learner, subject=section.course.subject, level=level, note="学过三年",
        actor=actor, at=when,
    )  # fmt: skip


def test_whom_the_teacher_places_joins_the_level(ladder):
    section, teacher = ladder
    anna = LearnerFactory()
    assert papers_missing(anna, section) == [Paper.PLACEMENT]

    placement = place(anna, section, actor=teacher.user)

    assert (placement.placed_by, placement.level) == (teacher.user, 2)
    assert claim(section, anna).outcome == Outcome.CONFIRMED
    assert AuditEvent.objects.filter(action="learner placed", learner=anna).count() == 1


def test_the_latest_word_counts_and_the_same_word_twice_is_one(ladder):
    section, teacher = ladder
    anna = LearnerFactory()
    first = place(anna, section, actor=teacher.user)
    assert place(anna, section, actor=teacher.user) == first

    place(anna, section, level=1, actor=teacher.user, when=TODAY + timedelta(days=1))

    assert papers_missing(anna, section, when=TODAY + timedelta(hours=1)) == []
    later = papers_missing(anna, section, when=TODAY + timedelta(days=2))
    assert later == [Paper.PLACEMENT]


def test_nobody_places_people_in_what_they_do_not_teach(ladder):
    section, teacher = ladder
    other = SectionFactory(course__level=2)
    with pytest.raises(services.PlacementRefused):
        place(LearnerFactory(), other, actor=teacher.user)
    with pytest.raises(services.PlacementRefused):
        place(LearnerFactory(), section, actor=LearnerFactory().user)
    assert place(LearnerFactory(), section, actor=StaffFactory(unit=section.unit)).level == 2


def form_for(number, section, **more):
    return {
        "number": number, "subject": section.course.subject_id, "level": 2, "note": "学过三年",
    } | more  # fmt: skip


def test_a_teacher_finds_somebody_by_the_whole_number_and_checks_the_name(app_client, ladder):
    section, teacher = ladder
    anna = LearnerFactory(name="王秀英", unit=UnitFactory(county=True, parent=UnitFactory()))
    sign_in_staff(app_client, teacher.user)
    url = at("place-learner")

    for number in (anna.card_no, anna.phone, anna.phone.removeprefix("+86")):
        check = app_client.post(url, form_for(number, section))
        assert [who for who, _age in check.context["people"]] == [anna]
        assert anna.name in words_of(check)
    assert anna.placements.count() == 0
    done = app_client.post(url, form_for(anna.card_no, section, learner=anna.pk))

    assert done.headers["Location"] == url
    assert anna.placements.get().placed_by == teacher.user
    looked = AuditEvent.objects.filter(action="looked up by number", actor=teacher.user)
    assert looked.count() == 4


def test_part_of_a_number_finds_nobody_and_a_number_is_no_key_to_others(app_client, ladder):
    section, teacher = ladder
    anna, other = LearnerFactory(), LearnerFactory()
    sign_in_staff(app_client, teacher.user)
    url = at("place-learner")

    for number in (anna.phone[-4:], anna.card_no[:5], "%"):
        assert app_client.post(url, form_for(number, section)).status_code == 422
    app_client.post(url, form_for(anna.card_no, section, learner=other.pk))

    assert other.placements.count() == 0


def test_nobody_is_placed_in_a_level_that_no_course_has(app_client, ladder):
    section, teacher = ladder
    anna = LearnerFactory()
    sign_in_staff(app_client, teacher.user)

    page = app_client.post(at("place-learner"), form_for(anna.card_no, section, level=3))

    assert (page.status_code, list(page.context["form"].errors)) == (422, ["level"])


def test_a_phone_of_two_asks_which(app_client, ladder):
    section, teacher = ladder
    anna, ben = LearnerFactory.create_batch(2, phone="+8613900001234")
    sign_in_staff(app_client, teacher.user)

    page = app_client.post(at("place-learner"), form_for("139 0000 1234", section))

    assert {who for who, _age in page.context["people"]} == {anna, ben}


def test_a_placement_is_nobodys_to_change_and_only_ones_own_to_read(ladder, as_app):
    section, teacher = ladder
    placement = place(LearnerFactory(), section, actor=teacher.user)
    manager = type(placement).objects
    with as_app():
        assert list(manager.all()) == []
    for act in (lambda: manager.update(level=3), lambda: manager.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic(), as_app():
            act()


def test_one_is_placed_in_a_level_of_a_ladder(ladder):
    section, teacher = ladder
    with pytest.raises(DatabaseError), transaction.atomic():
        place(LearnerFactory(), section, level=9, actor=teacher.user)


def test_a_placed_learner_is_no_beginner(ladder):
    section, teacher = ladder
    old = LearnerFactory(born_on=VERY_OLD)
    Course.objects.update(vigorous=True, max_new_age=75)
    place(old, section, actor=teacher.user)
    facts = queries.dossier([section.pk], learner=old, actor=old.user, at=TODAY)
    assert Finding(Rule.BEGINNING) in facts.findings(section.pk)
