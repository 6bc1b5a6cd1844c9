"""What a term came to, counted once and read by everybody."""

import csv
from io import StringIO

import pytest
from django.db import DatabaseError

from enrolment import queries, services, wording
from enrolment.domain.statistics import TOGETHER
from enrolment.models import Roster, RosterLine, TermFigures, WishResult
from tests.factories.applications import apply, classes_of, learner_of_age, term_with_forms
from tests.factories.times import TODAY


@pytest.fixture
def drawn(db):
    """Six people, of whom five have a place; one of the five came at her second choice."""
    term = term_with_forms()
    first, second = classes_of(term, 2)
    forms = [apply([first, second], learner=learner_of_age()) for _person in range(6)]
    term.applications.update(state="in_draw")
    roster = Roster.objects.create(
        term=term, version=1, frozen_at=TODAY, frozen_by=forms[0].learner.user, sha256="0" * 64,
        count=6, entry=6, head="0" * 64,
    )  # fmt: skip
    for at, form in enumerate(forms):
        line = RosterLine.objects.create(
            roster=roster, application=form, max_seats=1, choices=[["A1-1", "N"], ["B1-2", "N"]]
        )
        won = {0: second, 5: None}.get(at, first)
        for rank, section in enumerate((first, second), 1):
            code = WishResult.Code.ADMITTED if section == won else WishResult.Code.FULL
            round_, bucket = (1, "open") if section == won else (None, "")
            WishResult.objects.create(
                line=line, section=section, rank=rank, code=code, round=round_, bucket=bucket
            )
    return term


def test_people_and_places_are_counted(drawn):
    figures = services.count_figures(term=drawn, stage="drawn", at=TODAY)
    everybody = figures.content["all"]
    assert (everybody["people"], everybody["placed"], everybody["first"]) == (6, 5, 4)
    assert everybody["wishes"] == 12
    assert figures.content["groups"]["newcomer"][0]["group"] == "newcomer"


def test_helpers_way_is_told_from_the_learners_own(drawn):
    daughter = learner_of_age().user
    form = drawn.applications.order_by("pk")[0]
    other = drawn.applications.order_by("pk")[1].learner
    assert {one.channel for one in queries.people_drawn(drawn)} == {"web"}
    type(other).objects.filter(pk=form.learner_id).update(user=daughter)
    assert sorted(one.channel for one in queries.people_drawn(drawn)).count("helper") == 1


def test_figures_are_counted_once_and_stay(drawn):
    made = services.count_figures(term=drawn, stage="drawn", at=TODAY)
    assert services.count_figures(term=drawn, stage="drawn", at=TODAY) == made
    with pytest.raises(DatabaseError, match="is a book"):
        TermFigures.objects.update(content={})


def test_everybody_reads_the_same_on_screen_and_in_the_file(drawn, app_client):
    services.count_figures(term=drawn, stage="drawn", at=TODAY)
    page = app_client.get(f"/draws/{drawn.code}/figures/").content.decode()
    assert "83.3" in page
    text = app_client.get(f"/draws/{drawn.code}/figures.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    told = {row["table"]: (row["people"], row["placed"], row["share"]) for row in rows}
    assert told["all"] == told["age"] == ("6", "5", "83.3")


def test_term_without_figures_says_when_they_come(db, app_client):
    term = term_with_forms()
    assert app_client.get(f"/draws/{term.code}/figures/").status_code == 200
    assert app_client.get("/draws/nothing/figures/").status_code == 404


def test_groups_stand_in_the_order_of_life_the_merged_ones_last():
    counts = dict.fromkeys(("people", "wishes", "placed", "seats", "first"), 9)
    rows = [{"group": name, **counts} for name in (TOGETHER, "60s", "under_60")]
    ((_by, _caption, lines),) = wording.tables_of({"groups": {"age": rows}})
    assert [line["name"] for line in lines] == [
        wording.name_of_group(name) for name in ("under_60", "60s", TOGETHER)
    ]


def test_universities_are_called_as_the_reader_calls_them_in_the_order_of_the_city():
    counts = dict.fromkeys(("people", "wishes", "placed", "seats", "first"), 9)
    rows = [{"group": name, **counts} for name in (TOGETHER, "乐岭市老年大学", "青澜市老年大学")]
    called = {"青澜市老年大学": "青瀾市老年大學", "乐岭市老年大学": "樂嶺市老年大學"}
    content = {"groups": {"unit": rows}}
    ((_by, _caption, lines),) = wording.tables_of(content, universities=called)
    assert [line["name"] for line in lines] == [*called.values(), wording.name_of_group(TOGETHER)]
