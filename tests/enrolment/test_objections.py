"""Objections to the first list: who may, until when, and what becomes of the form."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import ConsentRecord, Message, OutboxMessage
from enrolment import queries, services, tasks
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.models import Application, ChainEntry, RosterLine
from tests.factories.applications import CLOSES_AT, apply, classes_of, learner_of_age
from tests.factories.draws import FINAL_AT, FROZEN_AT, close_list, registrar, term_to_draw

pytestmark = pytest.mark.django_db
State = Application.State
NEXT_MORNING = FROZEN_AT + timedelta(hours=21)


@pytest.fixture
def term():
    return term_to_draw()


@pytest.fixture
def sections(term):
    return classes_of(term, 3)


def object_to(form_or_learner, term, kind="keyed_wrong", *, at=NEXT_MORNING):
    learner = getattr(form_or_learner, "learner", form_or_learner)
    return services.file_objection(
        term=term, learner=learner, kind=kind, words="古筝写成了二胡", actor=learner.user, at=at
    )


def decide(objection, *choices, upheld=True, wanted=1):
    return services.decide_objection(
        objection=objection,
        upheld=upheld,
        answer="照报名表改过来了。",
        actor=registrar(),
        at=NEXT_MORNING,
        right_form=services.RightForm(choices=[section.pk for section in choices], wanted=wanted),
    )


def final(term):
    return services.finalise_roster(term=term, actor=registrar(), at=FINAL_AT)


def differences(roster):
    return bytes(roster.files.get(name="differences.csv").content).decode().splitlines()[1:]


def letters_about_rejection():
    """Every letter to somebody whose form is not on the list, once all errands have run."""
    for row in OutboxMessage.objects.filter(done_at=None, kind="tell_rejected").order_by("pk"):
        tasks.tell_rejected(row.object_id, row.pk)
    letters = Message.objects.filter(template="enrolment/form_rejected")
    return list(letters.select_related("learner").order_by("created_at"))


def test_slip_of_the_keys_is_put_right_and_everybody_can_see_that(term, sections, as_app):
    one, two, three = sections
    wrong, other = apply([one, two]), apply([one])
    with as_app():
        close_list(term)
        decide(object_to(wrong, term), three, two, one)
        roster = final(term)
    lines = {line.application: line for line in queries.lines_kept(roster)}
    named = [name for name, _flags in lines[wrong.number].choices]
    assert named == [queries.code_of(section) for section in (three, two, one)]
    assert differences(roster) == [f"{wrong.number},changed,keyed_wrong"]
    assert lines[other.number].choices == tuple(
        map(tuple, RosterLine.objects.get(roster__version=1, application=other).choices)
    )
    entry = ChainEntry.objects.filter(application=wrong).latest("number")
    assert (entry.act, entry.content["version"]) == ("change", 2)


def test_form_that_was_missing_comes_onto_the_list(term, sections):
    apply(sections)
    close_list(term)
    late = learner_of_age()
    decide(object_to(late, term, "missing"), sections[0])
    roster = final(term)
    form = Application.objects.get(learner=late)
    assert (form.state, roster.count) == (State.IN_DRAW, 2)
    assert differences(roster) == [f"{form.number},added,missing"]


def test_paper_that_had_been_brought_lets_a_form_in(term, sections):
    section = sections[0]
    out, stays = apply([section]), apply([sections[1]])
    section.course.vigorous = True
    section.course.save()
    first = close_list(term)
    assert [line.application for line in queries.lines_kept(first)] == [stays.number]
    objection = object_to(out, term, "eligibility")
    ConsentRecord.objects.create(
        learner=out.learner, kind="health", how="paper", actor=registrar(), given_at=NEXT_MORNING
    )
    decide(objection)
    roster = final(term)
    out.refresh_from_db()
    assert (out.state, out.rejected_for) == (State.IN_DRAW, "")
    assert differences(roster) == [f"{out.number},added,eligibility"]


def test_rejected_form_that_was_keyed_wrong_is_in_the_draw_again(term, sections):
    section, other = sections[:2]
    out, _stays = apply([section]), apply([other])
    section.course.vigorous = True
    section.course.save()
    close_list(term)
    decide(object_to(out, term), other)
    final(term)
    out.refresh_from_db()
    assert out.state == State.IN_DRAW


def test_objection_that_is_not_upheld_changes_nothing(term, sections):
    form = apply(sections)
    first = close_list(term)
    decide(object_to(form, term), sections[0], upheld=False)
    roster = final(term)
    assert (roster.sha256, differences(roster)) == (first.sha256, [])


def test_person_is_told_what_was_decided(term, sections):
    form = apply(sections)
    close_list(term)
    objection = object_to(form, term)
    decide(objection, upheld=False)
    assert OutboxMessage.objects.filter(
        kind="tell_objection", object_id=str(objection.pk)
    ).exists()


def test_who_is_not_on_the_list_hears_of_it_while_they_can_object(term, sections):
    section, other = sections[:2]
    out, beside = apply([section]), apply([section])
    services.join_forms(
        first=out,
        second=beside,
        actor=out.learner.user,
        channel="web",
        at=CLOSES_AT - timedelta(days=1),
    )
    apply([other])
    section.course.vigorous = True
    section.course.save()
    clock.set_to(FROZEN_AT)
    close_list(term)
    told = letters_about_rejection()
    assert [letter.learner for letter in told] == [out.learner, beside.learner]
    assert all(out.number in letter.text and len(letter.text) <= 70 for letter in told)
    final(term)
    clock.set_to(FINAL_AT)
    assert letters_about_rejection() == told


def test_nobody_is_told_to_object_when_the_hour_is_over(term, sections):
    section, other = sections[:2]
    apply([section])
    apply([other])
    section.course.vigorous = True
    section.course.save()
    close_list(term)
    clock.set_to(FINAL_AT)
    assert letters_about_rejection() == []


def test_same_words_twice_are_one_objection(term, sections):
    form = apply(sections)
    close_list(term)
    assert object_to(form, term) == object_to(form, term)


def test_objections_end_at_their_hour(term, sections):
    form = apply(sections)
    with pytest.raises(DrawRefused) as early:
        object_to(form, term)
    close_list(term)
    with pytest.raises(DrawRefused) as late:
        object_to(form, term, at=FINAL_AT)
    assert (early.value.problem, late.value.problem) == (
        DrawProblem.NOT_FROZEN,
        DrawProblem.OBJECTIONS_OVER,
    )


def test_list_is_not_final_while_an_objection_waits(term, sections):
    form = apply(sections)
    close_list(term)
    object_to(form, term)
    with pytest.raises(DrawRefused) as said:
        final(term)
    assert said.value.problem == DrawProblem.OBJECTIONS_LEFT


def test_objection_is_decided_once(term, sections):
    form = apply(sections)
    close_list(term)
    objection = decide(object_to(form, term), upheld=False)
    with pytest.raises(DrawRefused) as said:
        decide(objection, sections[0])
    assert said.value.problem == DrawProblem.DECIDED_ALREADY


def test_form_is_put_right_by_saying_how(term, sections):
    form = apply(sections)
    close_list(term)
    with pytest.raises(DrawRefused) as said:
        decide(object_to(form, term))
    assert said.value.problem == DrawProblem.NOTHING_CHANGED


def amend(term, **change):
    signed_by, other = registrar(), registrar()
    return services.amend_roster(
        term=term,
        change=services.Change(what="一个班停开", why="教室漏水", **change),
        signed_by=signed_by,
        countersigned_by=other,
        at=FINAL_AT + timedelta(hours=1),
    )


def test_amendment_takes_a_class_out_and_says_so_to_everybody(term, sections):
    apply(sections)
    close_list(term)
    final(term)
    code = queries.code_of(sections[0])
    roster = amend(term, without_seats=[code])
    assert (roster.version, roster.amendment.what) == (3, "一个班停开")
    records = {one["id"]: one["capacity"] for one in queries.classes_in(queries.files_of(roster))}
    assert (records[code], set(records.values())) == (0, {0, 2})


def test_amendment_needs_two_people_and_a_change(term, sections):
    apply(sections)
    close_list(term)
    final(term)
    actor = registrar()
    with pytest.raises(DrawRefused) as alone:
        services.amend_roster(
            term=term,
            change=services.Change(
                what="-", why="-", without_seats=[queries.code_of(sections[0])]
            ),
            signed_by=actor,
            countersigned_by=actor,
            at=FINAL_AT,
        )
    with pytest.raises(DrawRefused) as strange:
        amend(term, without_seats=["PIANO1-999999"])
    with pytest.raises(DrawRefused) as empty:
        amend(term)
    problems = [one.value.problem for one in (alone, strange, empty)]
    assert problems == [
        DrawProblem.ONE_PERSON,
        DrawProblem.UNKNOWN_CLASS,
        DrawProblem.NOTHING_CHANGED,
    ]
