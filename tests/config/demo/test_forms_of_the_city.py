"""The city while forms are open: what stands in the database is what the real form would take."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from accounts.models import User
from config.demo.load_applications import STILL_TO_APPLY
from config.demo.plan import plan_city
from courses.models import Term
from enrolment import queries
from enrolment.domain import chain, wishes
from enrolment.models import Application, ChainEntry, Enrolment, ledger
from tests.config.demo.conftest import TODAY

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small city with open forms for all tests of this module; rolled back at the end."""
    var = tmp_path_factory.mktemp("var")
    with (
        django_db_blocker.unblock(),
        override_settings(VAR_DIR=var, MEDIA_ROOT=var / "media"),
        transaction.atomic(),
    ):
        call_command("demo_city", size="small", today=TODAY, phase="wishes_open", verbosity=0)
        yield
        transaction.set_rollback(True)


def test_forms_of_the_plan_are_handed_in(built):
    planned = plan_city(today=TODAY, size="small", phase="wishes_open")
    away = {p.no for p in planned.learners if p.persona in STILL_TO_APPLY}
    expected = [
        form for form in planned.applications if not away & {form.learner, form.linked_with}
    ]
    assert Application.objects.handed_in().count() == len(expected) > 20
    assert ledger.broken_rules(at=NOON, offer_hours=True) == []


def test_who_goes_on_holds_a_place_until_the_end_of_confirming(built):
    term = Term.objects.get(phase=Term.Phase.WISHES_OPEN)
    held = Enrolment.objects.of_term(term)
    assert set(held.values_list("source", "status")) == {("renewal", "offered")}
    closes = term.phases.get(phase="confirming").closes_at
    assert set(held.values_list("due_at", flat=True)) == {closes}


def test_real_form_would_take_every_choice(built):
    staff = User.objects.filter(posts__role="registrar").order_by("pk")[0]
    refused = []
    for form in Application.objects.on_their_own_line().select_related("learner", "current"):
        rows = list(form.current.wishes.select_related("section").in_order())
        listed = [row.section_id for row in rows]
        own = [row.section_id for row in rows if not row.is_substitute]
        assert wishes.ensure_list(own, listed[len(own) :]) is None
        facts = queries.dossier(listed, learner=form.learner, actor=staff, at=NOON)
        refused += [
            (form.learner.name, section, said.reason)
            for section in listed
            if (said := wishes.objection(facts._case(section))) is not None
        ]
    assert refused == []


def test_chain_holds_from_the_first_form_to_the_last(built):
    term = Term.objects.get(phase=Term.Phase.WISHES_OPEN)
    entries = [
        chain.Entry(row.number, row.content, row.head) for row in ChainEntry.objects.of_term(term)
    ]
    head = chain.verify(entries, after=chain.start(term.code))
    assert term.posted_heads.last().head == head
