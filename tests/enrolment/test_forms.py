"""A form is filled in step by step, handed in, changed, taken back, withdrawn."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError

from accounts.models import OutboxMessage
from courses.models import ClassSection, Term
from enrolment import services
from enrolment.domain import chain
from enrolment.domain.wishes import FormProblem
from enrolment.models import Application, ChainEntry, Channel, Roster
from tests.factories.applications import (
    CLOSES_AT,
    apply,
    classes_of,
    fill_in,
    learner_of_age,
    term_with_forms,
)
from tests.factories.enrolment import SectionFactory
from tests.factories.times import TODAY

State = Application.State
WEB = {"channel": Channel.WEB}


@pytest.fixture
def term(db) -> Term:
    return term_with_forms()


@pytest.fixture
def person(term):
    return learner_of_age()


def listed(form: Application) -> list[int]:
    """The classes of the version that counts, in rank order."""
    form.refresh_from_db()
    return list(form.current.wishes.in_order().values_list("section", flat=True))


def hand_in(form: Application, at=TODAY, channel=Channel.WEB) -> Application:
    return services.hand_in(application=form, actor=form.learner.user, channel=channel, at=at)


def refused(act, **arguments) -> FormProblem:
    with pytest.raises(services.FormRefused) as said:
        act(**arguments)
    return said.value.problem


def test_form_handed_in_keeps_its_choices_in_order_and_its_number(term, person, as_app):
    one, two, three = classes_of(term, 3)
    with as_app():
        form = apply([one, two, three], learner=person)
    assert form.state == State.SUBMITTED
    assert listed(form) == [one.pk, two.pk, three.pk]
    assert len(form.number) == 12


def test_two_taps_hand_a_form_in_once(term, person, as_app):
    sections = classes_of(term, 2)
    with as_app():
        form = apply(sections, learner=person)
        hand_in(form)
    assert ChainEntry.objects.filter(application=form).count() == 1


def test_class_chosen_twice_stands_once(term, person, as_app):
    one, two = classes_of(term, 2)
    with as_app():
        form = fill_in(person, [one, two, one])
        hand_in(form)
    assert listed(form) == [one.pk, two.pk]


def test_choices_move_without_dragging(term, person, as_app):
    one, two, three = classes_of(term, 3)
    with as_app():
        form = fill_in(person, [one, two, three])
        services.move_choice(application=form, section_id=three.pk, places=-1, at=TODAY, **WEB)
        services.strike(application=form, section_id=one.pk, at=TODAY, **WEB)
        hand_in(form)
    assert listed(form) == [three.pk, two.pk]


def test_sixth_choice_is_refused_and_five_stay(term):
    sections = classes_of(term, 6)
    form = fill_in(learner_of_age(), sections[:5])
    said = refused(
        services.choose,
        application=form,
        section_id=sections[5].pk,
        actor=form.learner.user,
        at=TODAY,
        **WEB,
    )
    assert said == FormProblem.TOO_MANY
    hand_in(form)
    assert len(listed(form)) == 5


def test_substitutes_stand_behind_all_choices(term):
    one, two, three = classes_of(term, 3)
    form = fill_in(learner_of_age(), [one], substitutes=[three])
    services.choose(application=form, section_id=two.pk, actor=form.learner.user, at=TODAY, **WEB)
    hand_in(form)
    assert listed(form) == [one.pk, two.pk, three.pk]
    rows = form.current.wishes
    assert list(rows.substitutes().values_list("section", flat=True)) == [three.pk]


def test_class_of_another_term_is_unknown_to_the_form(term):
    form = fill_in(learner_of_age(), classes_of(term, 1))
    stranger = SectionFactory()
    said = refused(
        services.choose,
        application=form,
        section_id=stranger.pk,
        actor=form.learner.user,
        at=TODAY,
        **WEB,
    )
    assert said == FormProblem.UNKNOWN_CLASS


def test_form_without_a_choice_is_not_handed_in(term):
    learner = learner_of_age()
    draft = services.open_form(term=term, learner=learner, actor=learner.user, at=TODAY, **WEB)
    said = refused(
        services.hand_in, application=draft.application, actor=learner.user, at=TODAY, **WEB
    )
    assert said == FormProblem.NOTHING_CHOSEN


def test_change_counts_when_it_is_handed_in_and_not_before(term):
    one, two = classes_of(term, 2)
    form = apply([one])
    draft = services.open_form(
        term=term, learner=form.learner, actor=form.learner.user, at=TODAY, **WEB
    )
    assert draft.wishes.count() == 1
    services.choose(application=form, section_id=two.pk, actor=form.learner.user, at=TODAY, **WEB)
    assert listed(form) == [one.pk]
    hand_in(form)
    assert listed(form) == [one.pk, two.pk]
    assert form.current.version == 2


def test_change_taken_back_lets_the_version_before_count(term):
    one, two = classes_of(term, 2)
    form = apply([one])
    for _again in range(2):
        fill_in(form.learner, [two])
        hand_in(form)
        assert listed(form) == [one.pk, two.pk]
        services.take_back(application=form, actor=form.learner.user, at=TODAY, **WEB)
        assert listed(form) == [one.pk]


def test_first_form_taken_back_is_filled_in_still(term):
    one, two = classes_of(term, 2)
    form = apply([one, two])
    services.take_back(application=form, actor=form.learner.user, at=TODAY, **WEB)
    form.refresh_from_db()
    assert (form.state, form.current) == (State.DRAFT, None)
    hand_in(form)
    assert listed(form) == [one.pk, two.pk]


def test_nothing_is_taken_back_after_ten_minutes(term):
    form = apply(classes_of(term, 1))
    said = refused(
        services.take_back,
        application=form,
        actor=form.learner.user,
        at=TODAY + timedelta(minutes=10, seconds=1),
        **WEB,
    )
    assert said == FormProblem.NOTHING_TO_UNDO


def test_withdrawn_form_comes_back_with_its_choices(term):
    one, two = classes_of(term, 2)
    form = apply([one, two])
    press = {"application": form, "actor": form.learner.user, "at": TODAY, **WEB}
    services.withdraw_application(**press)
    form.refresh_from_db()
    assert form.state == State.WITHDRAWN
    services.take_back(**press)
    assert listed(form) == [one.pk, two.pk]
    assert form.state == State.SUBMITTED


@pytest.mark.parametrize(
    ("after", "channel", "begun_before", "taken"),
    [
        (timedelta(0), Channel.WEB, False, False),
        (timedelta(minutes=29), Channel.WEB, True, True),
        (timedelta(minutes=31), Channel.WEB, True, False),
        (timedelta(hours=15), Channel.PAPER, False, True),
    ],
)
def test_deadline_is_soft_for_forms_that_were_open(term, after, channel, begun_before, taken):
    section = classes_of(term, 1)[0]
    at = CLOSES_AT + after
    learner = learner_of_age()
    press = {"channel": channel, "at": at}
    if begun_before:
        form = fill_in(learner, [section], at=CLOSES_AT - timedelta(minutes=5))
    else:
        begin = {"term": term, "learner": learner, "actor": learner.user, **press}
        if not taken:
            assert refused(services.open_form, **begin) == FormProblem.TOO_LATE
            return
        form = services.open_form(**begin).application
        services.choose(application=form, section_id=section.pk, actor=learner.user, **press)
    if taken:
        assert hand_in(form, at=at, channel=channel).state == State.SUBMITTED
    else:
        assert refused(hand_in, form=form, at=at, channel=channel) == FormProblem.TOO_LATE


def test_two_who_go_together_stand_on_one_form(term, as_app):
    one = classes_of(term, 1)[0]
    people = [learner_of_age(), learner_of_age()]
    with as_app():
        first, second = (apply([one], learner=person) for person in people)
        press = {"actor": first.learner.user, "at": TODAY, **WEB}
        services.join_forms(first=first, second=second, **press)
        services.withdraw_application(application=first, **press)
    second.refresh_from_db()
    assert (second.goes_with, second.state) == (first, State.WITHDRAWN)
    entry = ChainEntry.objects.filter(application=first, act="change").get()
    assert entry.content["with"] == second.number


def test_chain_follows_from_the_terms_name_to_the_last_form(term, as_app):
    sections = classes_of(term, 2)
    people = [learner_of_age() for _person in range(3)]
    with as_app():
        for person in people:
            apply(sections, learner=person)
    entries = [
        chain.Entry(row.number, {k: v for k, v in row.content.items() if k != "entry"}, row.head)
        for row in ChainEntry.objects.of_term(term)
    ]
    assert [entry.number for entry in entries] == [1, 2, 3]
    head = chain.verify(entries, after=chain.start(term.code))
    assert services.post_heads(at=TODAY) == 1
    assert services.post_heads(at=TODAY + timedelta(hours=1)) == 0
    assert term.posted_heads.get().head == head


def close_the_list(form: Application) -> None:
    Roster.objects.create(
        term=form.term, version=1, frozen_at=TODAY, frozen_by=form.learner.user, sha256="0" * 64,
        count=1, entry=1, head="0" * 64,
    )  # fmt: skip


def change_choices(form: Application, section) -> None:
    fill_in(form.learner, [section])


@pytest.mark.parametrize(
    "change",
    [
        lambda form: Application.objects.filter(pk=form.pk).update(number="1" * 12),
        lambda form: Application.objects.filter(pk=form.pk).update(state="withdrawn"),
        lambda form: form.current.wishes.filter(rank=1).update(flags="N"),
        lambda form: form.current.wishes.filter(rank=1).delete(),
        lambda form: form.versions.update(wanted=2),
        lambda form: ClassSection.objects.filter(term=form.term).update(capacity=50),
        lambda form: ClassSection.objects.filter(term=form.term).update(status="cancelled"),
    ],
)
def test_closed_list_lets_nothing_change_whoever_asks(term, change):
    form = apply(classes_of(term, 2))
    form.refresh_from_db()
    close_the_list(form)
    with pytest.raises(IntegrityError, match=r"list of this term|stays as it was"):
        change(form)


@pytest.mark.parametrize("what", ["number", "capacity"])
def test_open_list_lets_the_same_changes_through(term, what):
    """The control: what the closed list refuses goes through before."""
    form = apply(classes_of(term, 2))
    if what == "number":
        assert Application.objects.filter(pk=form.pk).update(number="1" * 12) == 1
    else:
        assert ClassSection.objects.filter(term=form.term).update(capacity=50) == 2


def test_form_is_told_that_the_list_is_closed(term):
    one, two = classes_of(term, 2)
    form = apply([one])
    close_the_list(form)
    assert refused(change_choices, form=form, section=two) == FormProblem.FROZEN
    press = {"application": form, "actor": form.learner.user, "at": TODAY, **WEB}
    assert refused(services.withdraw_application, **press) == FormProblem.FROZEN


def test_roster_is_never_changed(term):
    form = apply(classes_of(term, 1))
    close_the_list(form)
    with pytest.raises(DatabaseError, match="is a book"):
        Roster.objects.update(count=2)


def test_who_is_parted_without_a_form_of_their_own_is_out_of_the_draw_and_hears_of_it(term):
    form, second = apply(classes_of(term, 1)), fill_in(learner_of_age(), classes_of(term, 1))
    press = {"actor": form.learner.user, "at": TODAY, **WEB}
    services.join_forms(first=form, second=second, **press)
    services.part_forms(application=form, **press)
    second.refresh_from_db()
    assert second.state == State.DRAFT
    entry = ChainEntry.objects.get(application=second, act="withdraw")
    letters = OutboxMessage.objects.filter(kind="tell_application")
    assert letters.filter(object_id__startswith=f"{entry.pk}:").count() == 1
