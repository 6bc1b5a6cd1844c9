"""The command: a small city in the database, sound from its first moment."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from wagtail.models import Page, Site
from wagtail_localize.models import Translation

from accounts.models import HelperGrant, Learner, OutboxMessage, Unit
from config.demo.plan import digest, plan_city
from courses.models import ClassSection, Lesson, SectionAvailability, Term
from enrolment.domain.queueing import digest_of
from enrolment.models import Enrolment, Opening, Seat, WaitlistEntry, ledger
from tests.config.demo.conftest import TODAY

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, var_dir):
    """A small city for all tests of this module; rolled back at the end."""
    with (
        django_db_blocker.unblock(),
        override_settings(VAR_DIR=var_dir, MEDIA_ROOT=var_dir / "media"),
        transaction.atomic(),
    ):
        call_command("demo_city", size="small", today=TODAY, verbosity=0)
        yield
        transaction.set_rollback(True)


def test_a_small_city_keeps_every_rule_of_seats(built):
    assert ledger.broken_rules(at=NOON, offer_hours=True) == []
    planned = plan_city(today=TODAY, size="small")
    assert Unit.objects.count() == len(planned.units)
    assert ClassSection.objects.count() == 2 * len(planned.sections)
    assert Learner.objects.count() == len(planned.learners)
    assert Enrolment.objects.count() == len(planned.enrolments)
    assert Seat.objects.count() == 2 * sum(s.capacity for s in planned.sections)
    assert WaitlistEntry.objects.count() == len(planned.waiting)
    assert set(Term.objects.published().values_list("phase", flat=True)) == {
        "archived", "teaching", "open_enrolment",
    }  # fmt: skip


def test_the_catalogue_shows_the_seats_that_are_left(built):
    planned = plan_city(today=TODAY, size="small")
    taken = Counter((row.term, row.section) for row in planned.enrolments if not row.ended)
    waiting = Counter((entry.term, entry.section) for entry in planned.waiting)
    shown = SectionAvailability.objects.order_by("section_id").values_list("seats_left", "waiting")
    assert list(shown) == [
        (
            0 if waiting[term, s.no] else s.capacity - taken[term, s.no],
            waiting[term, s.no],
        )
        for term in (planned.current_term.code, planned.next_term.code)
        for s in planned.sections
    ]


def test_one_department_has_yet_to_open_and_nobody_was_there_before(built):
    openings = Opening.objects.in_order().select_related("department")
    stages = [opening.stage(NOON).value for opening in openings]
    assert stages == ["over"] * 6 + ["planned"]
    last = openings[6]
    classes = ClassSection.objects.filter(
        term=last.term, course__subject__department=last.department
    )
    assert set(classes.values_list("opens_at", flat=True)) == {last.opens_at}
    assert not Enrolment.objects.filter(section__in=classes, source="open").exists()
    for opening in openings:
        assert opening.seed_digest == digest_of(opening.secret.seed)


def test_every_poster_hangs_in_three_languages_below_one_home(built):
    home = Site.objects.get(is_default_site=True).root_page
    assert home.specific.title == "找一门课，去家门口学"
    per_language = {
        code: Page.objects.live().filter(depth__gt=1, locale__language_code=code).count()
        for code in ("zh-hans", "zh-hant", "en")
    }
    assert len(set(per_language.values())) == 1
    assert per_language["en"] > 30


def test_a_page_of_editors_is_translated_sentence_by_sentence(built):
    translations = Translation.objects.filter(source__locale__language_code="zh-hans")
    sources = {one.source for one in translations}
    assert len(translations) == 2 * len(sources) >= 2 * 6
    for one in translations:
        wanted, done = one.get_progress()
        assert wanted == done > 0, one.source.object_repr


def test_the_tour_names_everybody_who_can_sign_in(built, var_dir):
    accounts = json.loads((var_dir / "demo" / "accounts.json").read_text("utf-8"))
    assert {"林秀英", "周建国", "王慧", "何慕云", "张小梅"} <= {row["name"] for row in accounts}
    assert all(row["totp_secret"] for row in accounts if "username" in row)
    pages = json.loads((var_dir / "demo" / "pages.json").read_text("utf-8"))
    assert {"name", "role", "path"} == set(pages[0])


def test_wang_hui_may_act_for_both_parents_and_chen_haiyan_no_more(built):
    live = HelperGrant.objects.live(NOON).values_list("helper__first_name", "learner__name")
    assert {("王慧", "周建国"), ("王慧", "沈美芳")} <= set(live)
    assert "陈海燕" not in {helper for helper, _ in live}


def test_a_city_is_not_built_over_another(built):
    with pytest.raises(CommandError, match="--replace"):
        call_command("demo_city", size="small", today=TODAY, verbosity=0)


def test_replacing_gives_the_same_city_again(built):
    before = list(Learner.objects.order_by("pk").values_list("pk", "name", "card_no"))
    call_command("demo_city", size="small", today=TODAY, replace=True, verbosity=0)
    assert list(Learner.objects.order_by("pk").values_list("pk", "name", "card_no")) == before


def test_the_small_plan_is_the_same_every_time(small_city):
    assert digest(plan_city(today=TODAY, size="small")) == digest(small_city)


def test_the_workers_are_left_six_films_to_make(built):
    errands = OutboxMessage.objects.filter(kind="make_demo_film").order_by("pk")
    lessons = [what.partition("@")[2] for what in errands.values_list("object_id", flat=True)]
    begun = Lesson.objects.filter(pk__in=lessons, during__endswith__lt=NOON)
    assert begun.count() == len(errands) == 6
    assert errands[0].not_before is None
