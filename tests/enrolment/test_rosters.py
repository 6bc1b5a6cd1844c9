"""The list is closed: what goes on it, what falls away, and what changes it afterwards."""

from datetime import date, timedelta

import pytest

from accounts.models import ConsentRecord
from courses.models import TermRecord
from enrolment import queries, services
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.models import Application, ChainEntry, Placement, Roster, RosterLine
from tests.enrolment.acts import claim
from tests.factories.accounts import LearnerFactory
from tests.factories.applications import CLOSES_AT, apply, classes_of, learner_of_age
from tests.factories.campus import TravelTimeFactory
from tests.factories.draws import (
    BEFORE_FORMS,
    FINAL_AT,
    FROZEN_AT,
    close_list,
    registrar,
    term_to_draw,
)
from tests.factories.enrolment import TermFactory

pytestmark = pytest.mark.django_db
State = Application.State


@pytest.fixture
def term():
    return term_to_draw()


def code(section):
    return queries.code_of(section)


def refused(act, **arguments):
    with pytest.raises(DrawRefused) as said:
        act(**arguments)
    return said.value.problem


def test_list_says_what_everybody_chose_in_rank_order(term, as_app):
    one, two, three = classes_of(term, 3)
    forms = [apply([two, one]), apply([three], wanted=2)]
    with as_app():
        roster = close_list(term)
    lines = {line.application: line for line in queries.lines_kept(roster)}
    first, second = (lines[form.number] for form in forms)
    assert [name for name, _flags in first.choices] == [code(two), code(one)]
    assert (first.max_seats, second.max_seats, first.size) == (1, 2, 1)
    assert (roster.version, roster.count) == (1, 2)
    assert roster.sha256 == roster.files.get(name="roster.csv").sha256
    assert set(Application.objects.values_list("state", flat=True)) == {State.IN_DRAW}


def test_list_names_nobody_but_by_number(term):
    form = apply(classes_of(term, 1))
    content = bytes(close_list(term).files.get(name="roster.csv").content).decode()
    assert content.splitlines()[1].startswith(f"{form.number},1,1,")
    assert form.learner.name not in content


def test_digest_of_the_list_stands_in_the_chain(term):
    apply(classes_of(term, 1))
    roster = close_list(term)
    entry = ChainEntry.objects.last_of(term)
    assert (entry.act, entry.content["roster"]) == ("freeze", roster.sha256)
    assert (roster.entry, roster.head) == (1, ChainEntry.objects.get(number=1).head)


def test_list_is_closed_once_whoever_presses_twice(term):
    apply(classes_of(term, 1))
    assert close_list(term) == close_list(term)
    assert Roster.objects.count() == 1


def test_list_is_not_closed_while_forms_are_open(term):
    apply(classes_of(term, 1))
    press = {"term": term, "actor": registrar()}
    soon = CLOSES_AT + timedelta(minutes=29)
    assert refused(services.freeze_roster, at=soon, **press) == DrawProblem.FORMS_OPEN
    assert Roster.objects.count() == 0


def test_term_without_forms_has_no_list(term):
    press = {"term": term, "actor": registrar(), "at": FROZEN_AT}
    assert refused(services.freeze_roster, **press) == DrawProblem.NO_FORMS


def test_choice_falls_away_that_is_not_possible_any_more(term):
    vigorous, easy = classes_of(term, 2)
    form = apply([vigorous, easy])
    vigorous.course.vigorous = True
    vigorous.course.save()
    close_list(term)
    line = RosterLine.objects.get(application=form)
    assert line.choices == [[code(easy), ""]] or [name for name, _f in line.choices] == [
        code(easy)
    ]
    assert line.dropped == {code(vigorous): ["needs_health_declaration", ""]}


def test_form_with_nothing_left_is_told_why(term):
    section, other = classes_of(term, 2)
    lost, stays = apply([section]), apply([other])
    section.course.level, section.course.vigorous = 0, True
    section.course.save()
    roster = close_list(term)
    lost.refresh_from_db()
    assert (lost.state, lost.rejected_for) == (State.REJECTED, "needs_health_declaration")
    assert [line.application for line in queries.lines_kept(roster)] == [stays.number]


def test_class_that_somebody_goes_on_in_stands_in_the_way_of_another_at_that_hour(term):
    renewed, at_once, later = (classes_of(term, 1)[0], *classes_of(term, 2))
    learner = learner_of_age()
    form = apply([at_once, later], learner=learner, wanted=2)
    term.phase = "open_enrolment"
    term.save()
    claim(renewed, learner)
    term.phase = "wishes_open"
    term.save()
    roster = close_list(term)
    line = RosterLine.objects.get(application=form)
    assert line.dropped == {code(at_once): ["clash", code(renewed)]}
    assert ([name for name, _f in line.choices], line.max_seats) == ([code(later)], 1)
    capacity = {one["id"]: one["capacity"] for one in queries.classes_in(queries.files_of(roster))}
    assert capacity == {code(renewed): 1, code(at_once): 2, code(later): 2}


def test_flags_follow_the_person_and_the_place(term):
    section = classes_of(term, 1)[0]
    old = LearnerFactory(born_on=date(1945, 1, 1), region_code="R1")
    young = LearnerFactory()
    for kind in ("family", "health"):
        ConsentRecord.objects.create(
            learner=old,
            kind=kind,
            how="paper",
            actor=registrar(),
            given_at=FROZEN_AT - timedelta(days=30),
        )
    forms = [apply([section], learner=one) for one in (old, young)]
    close_list(term)
    flags = [RosterLine.objects.get(application=form).choices[0][1] for form in forms]
    assert flags == ["CN", "N"]
    assert flags == [form.current.wishes.get().flags for form in forms]


def test_two_who_go_together_have_one_line_and_the_flags_of_both(term):
    section = classes_of(term, 1)[0]
    first, second = apply([section]), apply([section])
    services.join_forms(
        first=first,
        second=second,
        actor=first.learner.user,
        channel="web",
        at=CLOSES_AT - timedelta(days=1),
    )
    roster = close_list(term)
    [line] = queries.lines_kept(roster)
    assert (line.application, line.size) == (first.number, 2)
    assert set(Application.objects.values_list("state", flat=True)) == {State.IN_DRAW}


def test_two_who_would_go_alone_have_a_line_each(term):
    section, other = classes_of(term, 2)
    first, second = apply([section], split_ok=True), apply([other])
    services.join_forms(
        first=first,
        second=second,
        actor=first.learner.user,
        channel="web",
        at=CLOSES_AT - timedelta(days=1),
    )
    roster = close_list(term)
    lines = {line.application: line for line in queries.lines_kept(roster)}
    assert {number: (line.size, line.choices[0][0]) for number, line in lines.items()} == {
        first.number: (1, code(section)),
        second.number: (1, code(section)),
    }


def test_final_list_waits_for_the_end_of_objections(term):
    apply(classes_of(term, 1))
    close_list(term)
    press = {"term": term, "actor": registrar()}
    early = FINAL_AT - timedelta(hours=2)
    assert refused(services.finalise_roster, at=early, **press) == DrawProblem.OBJECTIONS_RUN


def test_final_list_without_objections_is_the_first_list(term):
    apply(classes_of(term, 2))
    first = close_list(term)
    final = services.finalise_roster(term=term, actor=registrar(), at=FINAL_AT)
    assert (final.version, final.sha256) == (2, first.sha256)
    assert bytes(final.files.get(name="differences.csv").content) == b"application,change,reason\n"


def statements(term, people, django_assert_max_num_queries):
    sections = classes_of(term, 3)
    for _person in range(people):
        apply(sections)
    actor = registrar()
    with django_assert_max_num_queries(200) as counted:
        services.freeze_roster(term=term, actor=actor, at=FROZEN_AT)
    return len(counted)


def test_seven_people_are_asked_in_as_many_statements_as_one(term, django_assert_max_num_queries):
    one = statements(term, 1, django_assert_max_num_queries)
    assert statements(term_to_draw(), 7, django_assert_max_num_queries) == one


def with_a_past(term):
    """People of whom the rules know something: papers, a level, a hold, terms gone by."""
    plain, papers, past, held = (learner_of_age(region_code="R7") for _person in range(4))
    for kind in ("health", "family", "carer"):
        ConsentRecord.objects.create(
            learner=papers, kind=kind, how="paper", actor=registrar(), given_at=BEFORE_FORMS
        )
    subject = classes_of(term, 1)[0].course.subject
    Placement.objects.create(
        learner=papers, subject=subject, level=2, placed_by=registrar(), at=BEFORE_FORMS, note="-"
    )
    for year in (2025, 2026):
        gone = TermFactory(starts_on=date(year, 9, 1), ends_on=date(year, 12, 20), phase="closed")
        TermRecord.objects.create(learner=past, term=gone, applied=True, room_seats=0)
    TermRecord.objects.create(
        learner=plain, term=gone, applied=True, room_seats=1, removed_for_absence=True,
        completed_course=subject.courses.first(),
    )  # fmt: skip
    term.phase = "open_enrolment"
    term.save()
    claim(classes_of(term, 3)[2], held)
    term.phase = "wishes_open"
    term.save()
    near = TravelTimeFactory(locality__region_code="R7", minutes=12)
    TravelTimeFactory(locality=near.locality, minutes=13)
    return [plain, papers, past, held]


def test_everybody_at_once_are_known_as_well_as_one_by_one(term):
    """The list and the form read the same facts: nobody is told yes and then left out."""
    people, section = with_a_past(term), classes_of(term, 1)[0]
    known = queries.people_of(term, {one.pk for one in people}, at=FROZEN_AT)
    for learner in people:
        alone = queries.dossier([section.pk], learner=learner, actor=learner.user, at=FROZEN_AT)
        assert known[learner.pk].facts == alone.learner(section.pk)
        standing = queries.standing_of(learner, alone, section.pk, at=FROZEN_AT)
        assert known[learner.pk].standing == standing
    offer = queries.classes_of_draw(term, at=FROZEN_AT).offer
    assert offer.facts[section.pk] == alone.section(section.pk)
