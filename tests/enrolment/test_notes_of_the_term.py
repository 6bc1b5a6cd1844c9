"""What people read first, on home and on their pages: what is to be done, and what is not."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from accounts import clock
from courses.models import Term
from enrolment import queries, services
from enrolment.models import Application, LearnerTerm
from tests.enrolment.acts import claim, withdraw
from tests.factories.accounts import LearnerFactory
from tests.factories.applications import apply, classes_of, learner_of_age, term_with_forms
from tests.factories.campus import home_page
from tests.factories.draws import (
    DRAWN_AT,
    close_list,
    draw_and_publish,
    finish_list,
    term_to_draw,
)
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


def at(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers.get("Location")
    return answer.content.decode()


def signed_in(client, learner):
    client.force_login(learner.user)
    return client


# Who may have no more


@pytest.fixture
def full(app_client):
    """Somebody with two classes of a term whose forms are open."""
    term = term_with_forms()
    sections = classes_of(term, 3)
    learner = learner_of_age()
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.OPEN_ENROLMENT)
    for section in sections[:2]:
        section.term.refresh_from_db()
        claim(section, learner)
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.WISHES_OPEN)
    signed_in(app_client, learner)
    return learner, sections


PAGES = (reverse("accounts:me"), at("my-classes"), at("show-application"))


@pytest.mark.parametrize("address", PAGES)
def test_who_has_all_classes_is_not_sent_to_the_form(app_client, full, address):
    learner, sections = full
    words = read(app_client, address)
    for section in sections[:2]:
        assert section.display_name() in words
    mine = learner.enrolments.values_list("pk", flat=True)
    assert all(at("show-enrolment", pk) in words for pk in mine)
    assert f'action="{at("begin-application")}"' not in words
    if address != at("show-application"):
        assert f'class="button" href="{at("show-application")}"' not in words


def test_who_leaves_one_is_asked_again(app_client, full):
    learner, sections = full
    one = learner.enrolments.get(section=sections[0])
    withdraw(one)
    assert f'action="{at("begin-application")}"' in read(app_client, at("show-application"))


def test_one_more_class_than_others_may_be_allowed(full):
    learner, sections = full
    term = sections[0].term
    assert len(queries.classes_that_fill(learner, term, at=TODAY)) == 2
    LearnerTerm.objects.filter(learner=learner, term=term).update(limit_override=3)
    assert queries.classes_that_fill(learner, term, at=TODAY) == []


def test_who_has_one_class_of_two_is_invited(app_client):
    learner = learner_of_age()
    term_with_forms()
    words = read(signed_in(app_client, learner), at("show-application"))
    assert f'action="{at("begin-application")}"' in words


# A form that waits for its draw


def test_who_handed_a_form_in_is_not_told_to_find_a_course(app_client):
    term = term_to_draw()
    form = apply(classes_of(term, 1))
    signed_in(app_client, form.learner)
    for act in (lambda _term: None, close_list):
        act(term)
        assert not queries.my_classes(form.learner, at=TODAY).has_nothing
        assert reverse("courses:list-courses") not in main_of(read(app_client, at("my-classes")))
    assert queries.my_classes(LearnerFactory(), at=TODAY).has_nothing


def main_of(page):
    return page.split("<main", 1)[1].split("</main>", 1)[0]


# Results are out


@pytest.fixture
def drawn():
    term = term_to_draw()
    section = classes_of(term, 1)[0]
    forms = [apply([section]) for _person in range(2)]
    return term, draw_and_publish(term), forms


def test_everybody_is_told_that_the_results_are_out_until_places_are_answered(client, drawn):
    term, _draw, _forms = drawn
    clock.set_to(DRAWN_AT + timedelta(hours=3))
    assert at("show-draw", term.code) in tag_of(client)
    until = term.phases.of_phase(Term.Phase.CONFIRMING).get().closes_at
    clock.set_to(until)
    assert tag_of(client) == ""


def tag_of(client, user=None):
    """The band as a page shows it."""
    request = RequestFactory().get("/")
    request.session = client.session
    if user is not None:
        request.user = user
    context = Context({"request": request, "at": clock.now()})
    return Template("{% load draws %}{% draw_note %}").render(context).strip()


def test_who_was_in_it_is_led_to_their_own_result_and_others_to_the_draw(client, drawn):
    term, _draw, forms = drawn
    clock.set_to(DRAWN_AT + timedelta(hours=3))
    own = at("show-result", term.code)
    assert own in tag_of(client, forms[0].learner.user)
    stranger = LearnerFactory()
    assert own not in tag_of(client, stranger.user)
    assert at("show-draw", term.code) in tag_of(client, stranger.user)


def test_nothing_is_told_of_a_draw_nobody_may_see(client):
    term = term_to_draw()
    apply(classes_of(term, 1))
    finish_list(term)
    clock.set_to(DRAWN_AT)
    assert tag_of(client) == ""


def test_home_shows_the_band(client, drawn):
    term, _draw, _forms = drawn
    home_page()
    clock.set_to(DRAWN_AT + timedelta(hours=3))
    assert at("show-draw", term.code) in main_of(read(client, "/"))


# People and lines


def test_figures_say_why_there_are_fewer_lines_than_people(client, drawn):
    term, draw, _forms = drawn
    services.count_figures(term=term, stage="drawn", at=DRAWN_AT)
    page = client.get(at("show-figures", term.code))
    assert page.context["lines"] == draw.roster.count == 2
    assert Application.objects.of_term(term).count() == 2


def test_printed_result_names_the_draw_with_its_host(client, drawn):
    term, _draw, forms = drawn
    clock.set_to(DRAWN_AT + timedelta(hours=3))
    signed_in(client, forms[0].learner)
    page = read(client, at("show-result", term.code))
    assert f"http://testserver{at('show-draw', term.code)}" in page
