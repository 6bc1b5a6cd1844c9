"""The draw: made once, from what was named and closed before, and shown at one moment."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import clock
from courses.models import Term
from enrolment import queries, services
from enrolment.domain import drawing, entropy, verify
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.models import (
    Application,
    CutOff,
    Draw,
    DrawnNumber,
    Enrolment,
    Roster,
    Seat,
    WishResult,
)
from tests.factories.applications import apply, classes_of
from tests.factories.draws import (
    DICE,
    DRAWN_AT,
    FROZEN_AT,
    day_of_the_draw,
    draw_and_publish,
    finish_list,
    read_all,
    registrar,
    sign_all,
    term_to_draw,
)
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
State = Application.State


@pytest.fixture
def term():
    return term_to_draw()


def refused(act, **arguments):
    with pytest.raises(DrawRefused) as said:
        act(**arguments)
    return said.value.problem


def draw(term, **more):
    return services.run_draw(term=term, actor=registrar(), at=DRAWN_AT, **more)


def test_small_city_by_hand(term, as_app):
    """Two seats, three people who want them, one who wants the class beside it."""
    wanted, other = classes_of(term, 2)
    rivals = [apply([wanted, other]) for _person in range(3)]
    alone = apply([other])
    with as_app():
        day_of_the_draw(term)
        draw(term)
    numbers = {
        row.line.application.number: row.number
        for row in DrawnNumber.objects.select_related("line__application")
    }
    assert sorted(numbers.values()) == [1, 2, 3, 4]
    in_order = sorted(rivals, key=lambda form: numbers[form.number])
    results = {
        (row.line.application_id, row.section_id): row
        for row in WishResult.objects.select_related("line")
    }
    for form in in_order[:2]:
        assert results[form.pk, wanted.pk].code == "ADMITTED"
        assert results[form.pk, other.pk].code == "BETTER_SEAT"
    loser = in_order[2]
    full = results[loser.pk, wanted.pk]
    assert (full.code, full.round, full.place) == ("FULL", 1, 1)
    last = numbers[in_order[1].number]
    assert full.bars == [[1, "open", [0, numbers[loser.number]], [0, last]]]
    assert results[loser.pk, other.pk].code == results[alone.pk, other.pk].code == "ADMITTED"
    cut = CutOff.objects.get(section=wanted, round=1, bucket="open")
    assert (cut.end, cut.tier, cut.number) == ("number", 0, last)


def test_draw_is_made_once_and_asked_again_returned(term):
    apply(classes_of(term, 1))
    day_of_the_draw(term)
    assert draw(term) == draw(term)
    assert Draw.objects.count() == 1


def test_nothing_is_shown_before_publication(term):
    form = apply(classes_of(term, 1))
    day_of_the_draw(term)
    made = draw(term)
    form.refresh_from_db()
    assert (made.published_at, form.state, Enrolment.objects.count()) == (None, State.IN_DRAW, 0)


def test_publication_says_who_has_a_seat_and_gives_it(term, as_app):
    section = classes_of(term, 1)[0]
    forms = [apply([section]) for _person in range(3)]
    with as_app():
        draw_and_publish(term)
    states = sorted(Application.objects.values_list("state", flat=True))
    assert states == [State.ALLOCATED, State.ALLOCATED, State.UNALLOCATED]
    assert Enrolment.objects.filter(section=section, status="offered").count() == 2
    term.refresh_from_db()
    assert term.phase == "confirming"
    assert {form.pk for form in forms} >= set(
        Application.objects.filter(state=State.ALLOCATED).values_list("pk", flat=True)
    )


def test_publication_comes_once(term):
    apply(classes_of(term, 1))
    made = draw_and_publish(term)
    later = services.publish_draw(term=term, actor=registrar(), at=DRAWN_AT + timedelta(days=1))
    assert later.published_at == made.published_at
    assert Enrolment.objects.count() == 1


def test_two_who_go_together_get_two_seats_and_one_number(term):
    section = classes_of(term, 1)[0]
    first, second = apply([section]), apply([section])
    press = {"actor": first.learner.user, "channel": "web"}
    services.join_forms(first=first, second=second, at=first.begun_at, **press)
    draw_and_publish(term)
    assert set(Application.objects.values_list("state", flat=True)) == {State.ALLOCATED}
    assert DrawnNumber.objects.count() == 1
    assert Enrolment.objects.filter(section=section).count() == 2


def test_choice_that_fell_away_is_told_with_its_rule(term):
    hard, easy = classes_of(term, 2)
    apply([hard, easy])
    hard.course.vigorous = True
    hard.course.save()
    day_of_the_draw(term)
    draw(term)
    told = dict(WishResult.objects.order_by("rank").values_list("section", "code"))
    assert told == {hard.pk: "INELIGIBLE", easy.pk: "ADMITTED"}
    assert WishResult.objects.get(section=hard).rule == "needs_health_declaration"


def test_no_draw_on_a_list_that_is_not_final(term):
    apply(classes_of(term, 1))
    assert refused(draw, term=term) == DrawProblem.NOT_FINAL


def test_no_draw_before_a_witness_has_signed_the_list(term):
    apply(classes_of(term, 1))
    finish_list(term)
    read_all(term)
    assert refused(draw, term=term) == DrawProblem.NO_WITNESS


def test_no_draw_while_a_source_is_missing(term):
    apply(classes_of(term, 1))
    finish_list(term)
    sign_all(term)
    assert refused(draw, term=term) == DrawProblem.SOURCES_MISSING


def test_no_publication_before_a_witness_has_signed_the_results(term):
    apply(classes_of(term, 1))
    day_of_the_draw(term)
    press = {"term": term, "actor": registrar(), "at": DRAWN_AT}
    assert refused(services.publish_draw, **press) == DrawProblem.NOT_DRAWN
    draw(term)
    assert refused(services.publish_draw, **press) == DrawProblem.NOT_SIGNED


def test_a_difference_stops_the_draw_and_keeps_nothing(term, monkeypatch):
    apply(classes_of(term, 1))
    day_of_the_draw(term)
    monkeypatch.setattr(drawing, "first_wrong_line", lambda files: "result.csv line 2")
    assert refused(draw, term=term) == DrawProblem.DIFFERENT
    assert Draw.objects.count() == 0


def test_rehearsal_keeps_nothing_and_uses_no_real_chance(term):
    section = classes_of(term, 1)[0]
    for _person in range(3):
        apply([section])
    rehearsal = services.rehearse(term=term, at=DRAWN_AT)
    assert (rehearsal.figures.people, rehearsal.figures.placed, rehearsal.figures.given) == (
        3,
        2,
        2,
    )
    assert "rehearsal=" in rehearsal.drawn.seed_text
    assert drawing.first_wrong_line(rehearsal.drawn.files) is None
    assert Draw.objects.count() == 0


def test_package_checks_itself_and_names_the_byte_that_was_changed(term):
    section = classes_of(term, 1)[0]
    for _person in range(3):
        apply([section])
    made = draw_and_publish(term)
    files = queries.package_of(made)
    assert drawing.first_wrong_line(files) is None
    named = {"roster.csv": "seed.txt"}  # the seed names the list's digest, and no longer does
    for name in ("roster.csv", "numbers.csv", "result.csv", "cutoffs.csv", "seed.txt"):
        changed = bytearray(files[name])
        changed[-2] ^= 1
        found = drawing.first_wrong_line(files | {name: bytes(changed)}) or ""
        assert named.get(name, name) in found


def test_sources_are_named_before_forms_open(term):
    plans = [
        services.SourcePlan(kind="dice", name="dice", what="24", fallback="-", due_at=DRAWN_AT)
    ]
    with pytest.raises(entropy.SourceRefused) as said:
        services.name_sources(term=term, plans=plans, actor=registrar(), at=DRAWN_AT)
    assert said.value.problem == entropy.SourceProblem.TOO_LATE_TO_NAME


@pytest.mark.parametrize(
    ("kinds", "problem"),
    [
        (["beacon"], "no_dice"),
        (["dice"], "not_enough"),
        (["dice", "digits"], "not_enough"),
        (["dice", "digits", "digits"], None),
        (["dice", "beacon"], None),
    ],
)
def test_chance_is_more_than_anybody_can_try_out(kinds, problem):
    if problem is None:
        entropy.ensure_enough(kinds)
        return
    with pytest.raises(entropy.SourceRefused) as said:
        entropy.ensure_enough(kinds)
    assert said.value.problem == problem


def at_the_keyboard(*more):
    call_command(
        "run_draw", "--dice", DICE, "--source", "lottery=03111722253208", "--source",
        "index=389127", "--proof", "on film", "--witness", "周公证员", *more,
    )  # fmt: skip


def test_day_from_the_keyboard_goes_on_where_it_stopped(term, tmp_path, capsys):
    section = classes_of(term, 1)[0]
    for _person in range(3):
        apply([section])
    registrar()
    clock.set_to(FROZEN_AT)
    with pytest.raises(CommandError, match="objections_run"):
        at_the_keyboard()
    clock.set_to(DRAWN_AT)
    at_the_keyboard("--out", str(tmp_path))
    capsys.readouterr()
    assert verify.main([str(tmp_path)]) == 0
    assert Draw.objects.get().published_at is not None
    at_the_keyboard()
    assert Draw.objects.count() == 1


def test_rehearsal_from_the_keyboard_prints_its_figures(term, tmp_path, capsys):
    apply(classes_of(term, 1))
    clock.set_to(DRAWN_AT)
    call_command("run_draw", "--rehearse", "--term", term.code, "--out", str(tmp_path))
    said = capsys.readouterr().out
    assert "  people: 1\n  placed: 1\n" in said
    assert (Roster.objects.count(), verify.main([str(tmp_path)])) == (0, 0)


def test_publication_stops_when_a_seat_has_gone_meanwhile(term):
    """Somebody with the keys of the database took a seat away: nothing is shown to anybody."""
    section = classes_of(term, 1)[0]
    for _person in range(2):
        apply([section])
    day_of_the_draw(term)
    draw(term)
    sign_all(term)
    Seat.objects.filter(section=section, no=1).delete()
    press = {"term": term, "actor": registrar(), "at": DRAWN_AT}
    assert refused(services.publish_draw, **press) == DrawProblem.NO_ROOM
    assert Draw.objects.get().published_at is None
    assert Enrolment.objects.count() == 0


def test_publication_stops_when_rows_say_otherwise_than_the_signed_files(term):
    """Seats are given by the rows: one changed between the draw and publication gives none."""
    section = classes_of(term, 1, capacity=1)[0]
    for _person in range(2):
        apply([section])
    day_of_the_draw(term)
    draw(term)
    sign_all(term)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE enrolment_drawnnumber DISABLE TRIGGER USER")
        cursor.execute("UPDATE enrolment_drawnnumber SET number = number + 7")
    press = {"term": term, "actor": registrar(), "at": DRAWN_AT}
    assert refused(services.publish_draw, **press) == DrawProblem.DIFFERENT
    assert Draw.objects.get().published_at is None
    assert Enrolment.objects.count() == 0


def test_forms_close_when_their_term_is_archived(term):
    first, second = classes_of(term, 2)
    forms = [apply([first]), apply([second])]
    gone = apply([first])
    services.withdraw_application(
        application=gone, actor=gone.learner.user, channel="web", at=TODAY
    )
    draw_and_publish(term)
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.CLOSED)
    services.move_term_on(
        term=term, phase="archived", reason="all signed", actor=registrar(), at=DRAWN_AT
    )
    states = dict(Application.objects.values_list("pk", "state"))
    assert states == dict.fromkeys([one.pk for one in forms], "closed") | {gone.pk: "withdrawn"}
    assert queries.what_differs(term) == []
