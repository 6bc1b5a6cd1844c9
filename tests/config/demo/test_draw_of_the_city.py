"""The city on the evening of its draw: held by the same services as a real one."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from courses.models import Term
from enrolment.models import Application, Draw, Enrolment, EntropySource, TermFigures, ledger
from tests.config.demo.conftest import TODAY

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small city whose draw has been published; rolled back at the end."""
    var = tmp_path_factory.mktemp("var")
    with (
        django_db_blocker.unblock(),
        override_settings(VAR_DIR=var, MEDIA_ROOT=var / "media"),
        transaction.atomic(),
    ):
        call_command("demo_city", size="small", today=TODAY, phase="confirming", verbosity=0)
        yield
        transaction.set_rollback(True)


def test_draw_is_published_and_checks_out(built):
    draw = Draw.objects.get()
    assert draw.published_at is not None
    assert draw.term.phase == Term.Phase.CONFIRMING
    assert not EntropySource.objects.filter(value="").exists()
    call_command("check_draw", term=draw.term.code, verbosity=0)


def test_who_was_drawn_holds_a_place_and_every_rule_of_seats_is_kept(built):
    drawn = Enrolment.objects.of_term(Draw.objects.get().term).filter(source="draw")
    assert set(drawn.values_list("status", flat=True)) == {"offered"}
    states = Application.objects.handed_in().values_list("state", flat=True)
    assert set(states) <= {"allocated", "unallocated"}
    assert ledger.broken_rules(at=NOON, offer_hours=False) == []


def test_figures_stand_beside_the_draw(built):
    figures = TermFigures.objects.get(stage="drawn").content
    handed_in = Application.objects.handed_in().count()
    assert figures["all"]["people"] == handed_in >= figures["all"]["placed"] > 0
    assert figures["seats"]["given"] == figures["all"]["seats"]


def test_same_city_draws_the_same_numbers(built):
    draw = Draw.objects.get()
    again = {source.name: source.value for source in EntropySource.objects.all()}
    assert draw.seed_text.count("\n") == 3 + len(again)
    assert all(f"{name}={value}" in draw.seed_text for name, value in again.items())
