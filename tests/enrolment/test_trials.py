"""A registrar tries rules out before they are published; nothing follows from it."""

from functools import partial

import pytest

from courses.models import TermPolicy
from enrolment import queries, services, wording
from enrolment.domain.simulation import Crowd, typical_minutes
from enrolment.models import Application, RuleTrial
from tests.factories.accounts import StaffFactory
from tests.factories.applications import apply, classes_of, learner_of_age, term_with_forms
from tests.factories.enrolment import TermFactory
from tests.factories.sign_in import sign_in_staff
from tests.factories.times import TODAY

PRESENT = {"rule": "draw", "reserves": {"N": 0, "C": 0, "M": 0}, "reserve_from_open": 0,
           "open_first": True, "room_classes": 2, "substitutes": True}  # fmt: skip


@pytest.fixture
def term(db):
    """Eight people who all want the same class first: it has four seats, another has two."""
    term = term_with_forms()
    first, second = classes_of(term, 2)
    type(first).objects.filter(pk=first.pk).update(capacity=4)
    for _person in range(8):
        apply([first, second], learner=learner_of_age(), wanted=2)
    return term


def ask(term, **tried):
    return services.ask_for_trial(
        term=term,
        forms_of=term,
        crowd=None,
        present=PRESENT,
        tried=PRESENT | tried,
        actor=StaffFactory(),
        at=TODAY,
    )


def test_trial_says_what_other_rules_would_have_come_to(term):
    trial = ask(term, room_classes=1)
    services.answer_trial(trial_id=trial.pk, at=TODAY)
    trial.refresh_from_db()
    told = trial.answer["policies"]
    assert trial.answer["people"] == 8
    assert told["present"]["everybody"]["given"][0] == told["tried"]["everybody"]["given"][0] == 75
    assert told["tried"]["everybody"]["two"][0] == 0
    assert "快慢" not in wording.tried_on(trial)
    lines = list(wording.lines_of_trial(trial))
    assert lines[0]["given"] == "75.0 → 75.0"


def test_trial_is_answered_once(term):
    trial = ask(term)
    first = services.answer_trial(trial_id=trial.pk, at=TODAY)
    assert services.answer_trial(trial_id=trial.pk, at=TODAY).answered_at == first.answered_at


def test_trial_changes_no_rule(term):
    before = list(TermPolicy.objects.values_list("pk", "rules"))
    trial = ask(term, reserves={"N": 50, "C": 0, "M": 0})
    services.answer_trial(trial_id=trial.pk, at=TODAY)
    assert list(TermPolicy.objects.values_list("pk", "rules")) == before


def test_rules_are_tried_on_forms_and_on_nothing_else(term):
    with pytest.raises(services.NoForms):
        services.ask_for_trial(
            term=term, forms_of=TermFactory(), crowd=None, present=PRESENT, tried=PRESENT,
            actor=StaffFactory(), at=TODAY,
        )  # fmt: skip


def test_rules_are_tried_on_people_who_are_made_up_where_nobody_has_applied_yet(db):
    coming = TermFactory(phase="draft")
    classes = classes_of(coming, 3, capacity=10)
    page = {"crowd": Crowd(people=60, reserves={"N": 50}), "present": PRESENT, "at": TODAY}
    ask = partial(services.ask_for_trial, forms_of=None, actor=StaffFactory(), **page)
    trial = ask(term=coming, tried=PRESENT | {"rule": "first come, first served"})
    again = ask(term=coming, tried=PRESENT | {"rule": "first come, first served"})
    for one in (trial, again):
        services.answer_trial(trial_id=one.pk, at=TODAY)
        one.refresh_from_db()
    assert trial.answer == again.answer
    assert trial.answer["people"] == 60
    given = trial.answer["policies"]["present"]["everybody"]["given"][0]
    assert 0 < given <= 100 * sum(one.capacity for one in classes) / 60
    assert "60" in wording.tried_on(trial)
    assert "快慢" in wording.tried_on(trial)  # what a queue rests on is said
    with pytest.raises(services.NoForms):
        ask(term=TermFactory(), tried=PRESENT)


def test_registrar_makes_people_up_for_the_first_term_of_a_school(db, app_client):
    coming = TermFactory(phase="draft")
    classes_of(coming, 2)
    sign_in_staff(app_client, StaffFactory(role="registrar"))
    page = f"/desk/terms/{coming.pk}/try/"
    form = app_client.get(page).context["form"]
    asked = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    assert asked["forms_of"] == "made_up"
    assert app_client.post(page, asked | {"forms_of": ""}).status_code == 400
    assert app_client.post(page, asked | {"people": 5}).status_code == 400
    answer = app_client.post(page, asked | {"people": 40, "rule": "a separate draw per class"})
    services.answer_trial(trial_id=RuleTrial.objects.get().pk, at=TODAY)
    shown = app_client.get(answer.headers["Location"]).content.decode()
    assert "40" in shown
    assert "→" in shown


def test_on_forms_a_queue_is_played_through_with_the_speed_of_each_age(term):
    season = queries.season_of(term, at=TODAY)
    forms = Application.objects.of_term(term).select_related("learner")
    assert {number: form.minutes for number, form in season.forms.items()} == {
        one.number: typical_minutes(one.learner.age_on(TODAY.date()), with_helper=False)
        for one in forms
    }


def test_registrar_asks_on_one_page_and_reads_the_answer(term, app_client):
    sign_in_staff(app_client, StaffFactory(role="registrar"))
    page = f"/desk/terms/{term.pk}/try/"
    form = {
        "forms_of": term.pk, "rule": "draw", "reserves_N": 20, "reserves_C": 15, "reserves_M": 10,
        "reserve_from_open": 12, "order": "reserves", "room_classes": 1, "substitutes": "no",
        "people": 100, "uneven": "0.8", "open_to_N": 40, "open_to_C": 12, "open_to_M": 8,
    }  # fmt: skip
    assert app_client.get(page).status_code == 200
    assert app_client.post(page, form | {"reserves_N": 40}).status_code == 400
    answer = app_client.post(page, form)
    trial = RuleTrial.objects.get()
    assert answer.headers["Location"] == f"/desk/trials/{trial.pk}/"
    assert app_client.get(answer.headers["Location"]).status_code == 200
    services.answer_trial(trial_id=trial.pk, at=TODAY)
    assert "→" in app_client.get(answer.headers["Location"]).content.decode()
    assert trial.tried["open_first"] is False
