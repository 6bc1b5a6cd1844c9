"""Ways around a closed list, each shut; and two doors that must open."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import atomic
from django.urls import reverse

from courses import wording
from courses.models import Course, Subject, Term, TermPolicy
from courses.models.terms import default_rules
from enrolment import queries, services
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.domain.wishes import FormProblem
from enrolment.models import Amendment, Channel, EntropySource, Wish
from enrolment.services import FormRefused
from tests.factories.applications import CLOSES_AT, apply, classes_of, fill_in, learner_of_age
from tests.factories.courses import SubjectFactory
from tests.factories.draws import (
    DRAWN_AT,
    FINAL_AT,
    FROZEN_AT,
    amend,
    close_list,
    draw_and_publish,
    finish_list,
    put_right,
    read_all,
    registrar,
    term_to_draw,
)
from tests.factories.sign_in import sign_in_staff


@pytest.fixture
def term(db):
    return term_to_draw()


@pytest.fixture
def sections(term):
    return classes_of(term, 3)


def test_choice_is_not_moved_onto_a_form_that_was_handed_in(term, sections):
    form = apply(sections[:1])
    fill_in(form.learner, sections[2:])
    form.refresh_from_db()
    drafted = Wish.objects.get(version__application=form, section=sections[2])
    assert Wish.objects.filter(pk=drafted.pk).update(flags="N") == 1  # the control: a draft's own
    with pytest.raises(IntegrityError, match="stays as it was"):
        Wish.objects.filter(pk=drafted.pk).update(version=form.current, rank=6)


def test_rules_are_not_put_in_force_under_a_closed_list_by_adding_them(term, sections):
    apply(sections)
    added = {"term": term, "rules": default_rules(), "published_at": FROZEN_AT}
    TermPolicy.objects.create(version=7, **added)  # the control: while forms are open
    close_list(term)
    with pytest.raises(IntegrityError, match="list of this term is closed"):
        TermPolicy.objects.create(version=8, **added)


def test_sources_are_not_named_anew_by_setting_the_term_back(term, sections):
    apply(sections)
    finish_list(term)
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.PUBLISHED)
    with pytest.raises(IntegrityError, match="named before forms open"):
        EntropySource.objects.filter(term=term).update(what="something else")


# What the list calls its classes


def test_subject_and_level_of_a_class_on_the_list_stay(term, sections):
    course, other = sections[0].course, sections[1].course
    apply(sections[:1])
    assert Subject.objects.filter(pk=course.subject_id).update(code="BEFORE") == 1  # the control
    close_list(term)
    for rows, change in (
        (Subject.objects.filter(pk=course.subject_id), {"code": "AFTER"}),
        (Course.objects.filter(pk=course.pk), {"level": 3}),
        (Course.objects.filter(pk=course.pk), {"subject": other.subject_id}),
    ):
        with pytest.raises(IntegrityError, match="list of this term is closed"), atomic():
            rows.update(**change)
    course.refresh_from_db()
    assert queries.code_of(sections[0]) == f"BEFORE{course.level}-{sections[0].pk}"


def test_what_the_list_does_not_name_is_free(term, sections):
    """Names for people, subjects that no class of the term is of; and all, once it is drawn."""
    untaught = SubjectFactory(name="书法", code="SHUFA", slug="shufa")
    apply(sections)
    close_list(term)
    taught = Subject.objects.filter(pk=sections[0].course.subject_id)
    assert Subject.objects.filter(pk=untaught.pk).update(code="CALL") == 1
    assert taught.update(name="太极拳剑", position=9) == 1
    assert Course.objects.filter(pk=sections[0].course_id).update(min_age_f=55) == 1


def test_subject_is_named_anew_once_the_draw_is_public(term, sections):
    apply(sections)
    draw_and_publish(term)
    taught = Subject.objects.filter(pk=sections[0].course.subject_id)
    assert taught.update(code="LATER") == 1


@pytest.fixture
def cms(client, admin_user):
    """The editors' pages."""
    return sign_in_staff(client, admin_user)


def sent_back(cms, address):
    """What the page of a record would send if nothing were changed on it."""
    form = cms.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value in (None, {}) else value for name, value in values.items()}


@pytest.mark.parametrize("of", ["subject", "course"])
def test_editor_reads_why_it_stays_and_changes_the_rest(term, sections, cms, of):
    course = sections[0].course
    record, field, wanted = (
        (course.subject, "code", "AFTER") if of == "subject" else (course, "level", "3")
    )
    apply(sections)
    close_list(term)
    address = reverse(f"wagtailsnippets_courses_{of}:edit", args=[record.pk])
    form = sent_back(cms, address)
    answer = cms.post(address, form | {field: wanted, "name": "改了名"})
    assert answer.status_code == 200
    assert answer.context["form"].errors == {field: [wording.named_on_a_list()]}
    assert wording.named_on_a_list() in answer.content.decode()
    was = getattr(record, field)
    record.refresh_from_db()
    assert getattr(record, field) == was
    assert record.name != "改了名"
    assert cms.post(address, form | {"name": "改了名"}).status_code == 302
    record.refresh_from_db()
    assert record.name == "改了名"


def test_an_amendment_without_a_list_is_never_committed(term, sections):
    apply(sections)
    finish_list(term)
    one, two = registrar(), registrar()
    with atomic():
        Amendment.objects.create(
            term=term, what="-", why="-", signed_by=one, countersigned_by=two, at=FINAL_AT
        )
        with pytest.raises(IntegrityError, match="has no list of its own"):
            connection.check_constraints()  # as a commit does
        transaction.set_rollback(True)


def test_nobody_amends_the_list_once_chance_may_be_known(term, sections):
    apply(sections)
    finish_list(term)
    with pytest.raises(DrawRefused) as refused:
        amend(term, sections, at=DRAWN_AT)
    assert refused.value.problem is DrawProblem.CHANCE_IS_KNOWN
    assert amend(term, sections, at=FINAL_AT + timedelta(hours=1)).version == 3


def test_database_takes_no_list_once_chance_is_known(term, sections):
    apply(sections)
    finish_list(term)
    read_all(term)
    with pytest.raises(IntegrityError, match="what chance gave is known"):
        amend(term, sections, at=FINAL_AT)


def test_list_is_not_closed_before_the_hour_that_was_promised(term, sections):
    apply(sections)
    for phase in (Term.Phase.WISHES_OPEN, Term.Phase.FROZEN):
        Term.objects.filter(pk=term.pk).update(phase=phase)
        term.refresh_from_db()
        with pytest.raises(DrawRefused) as refused:
            services.freeze_roster(
                term=term, actor=registrar(), at=FROZEN_AT - timedelta(minutes=1)
            )
        assert refused.value.problem is DrawProblem.FORMS_OPEN
    assert close_list(term).version == 1


def test_what_was_never_handed_in_is_thrown_away_under_a_closed_list(term, sections):
    form = apply(sections[:1])
    fill_in(form.learner, sections[1:])
    close_list(term)
    services.drop_changes(application=form)
    assert form.versions.count() == 1


def test_objection_to_the_form_of_a_couple_puts_both_right(term, sections):
    first, second = apply(sections[:1]), apply(sections[:1])
    services.join_forms(
        first=first, second=second, actor=first.learner.user, channel=Channel.WEB,
        at=CLOSES_AT - timedelta(days=1),
    )  # fmt: skip
    close_list(term)
    put_right(first, sections[1:2])
    roster = services.finalise_roster(term=term, actor=registrar(), at=FINAL_AT)
    second.refresh_from_db()
    assert second.state == "in_draw"
    assert [line.size for line in roster.lines.all()] == [2]


def test_nobody_upholds_what_they_filed(term, sections):
    form = apply(sections[:1])
    close_list(term)
    actor = registrar()
    objection = services.file_objection(
        term=term, learner=form.learner, kind="keyed_wrong", words="写错了", actor=actor,
        at=FROZEN_AT + timedelta(hours=20),
    )  # fmt: skip
    with pytest.raises(DrawRefused) as refused:
        services.decide_objection(
            objection=objection, upheld=True, answer="改了", actor=actor,
            at=FROZEN_AT + timedelta(hours=21),
            right_form=services.RightForm(choices=[sections[1].pk], wanted=1),
        )  # fmt: skip
    assert refused.value.problem is DrawProblem.ONE_PERSON


def test_no_step_is_taken_back_after_the_deadline(term, sections):
    learner = learner_of_age()
    form = fill_in(learner, sections, at=CLOSES_AT - timedelta(minutes=5))
    late = CLOSES_AT + timedelta(minutes=10)
    press = {"application": form, "actor": learner.user, "channel": Channel.WEB}
    services.hand_in(**press, at=late)
    with pytest.raises(FormRefused) as refused:
        services.take_back(**press, at=late + timedelta(minutes=1))
    assert refused.value.problem is FormProblem.TOO_LATE  # it cannot be changed either
    form.refresh_from_db()
    assert form.state == "submitted"
