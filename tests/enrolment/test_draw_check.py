"""``check_draw`` names what somebody changed behind the books, one line a kind.

Only the owner of the tables can, with the seals taken off; it is found all the same.
"""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from courses.models import Subject, Term
from enrolment import queries, services
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.models import (
    Application,
    CutOff,
    Enrolment,
    EnrolmentEvent,
    Roster,
    RosterLine,
    WishResult,
    ledger,
)
from tests.enrolment.acts import swap
from tests.factories.applications import CLOSES_AT, apply, classes_of
from tests.factories.draws import (
    DRAWN_AT,
    FINAL_AT,
    FROZEN_AT,
    close_list,
    day_of_the_draw,
    draw_and_publish,
    finish_list,
    put_right,
    registrar,
    sign_all,
    term_to_draw,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def term():
    return term_to_draw()


@pytest.fixture
def sections(term):
    """Two seats that three people want, and a class beside it."""
    sections = classes_of(term, 2)
    for _person in range(3):
        apply(sections)
    return sections


def behind_the_books(change, *values):
    """Change rows as the owner of the tables can, who may take the seals off."""
    table = change.split()[2 if change.startswith(("DELETE", "INSERT")) else 1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(change, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found(term):
    """What the check says, without the name of the term."""
    return queries.what_differs(term)


def only(said, *words):
    """One line, with these words in it."""
    assert len(said) == 1, said
    assert all(word in said[0] for word in words), said


# The whole


def test_nothing_is_wrong_with_what_was_published(term, sections, capsys):
    draw_and_publish(term)
    call_command("check_draw")
    assert capsys.readouterr().out == f"{term.code}: all right\n"


def test_command_names_each_kind_and_counts_them(term, sections, capsys):
    made = draw_and_publish(term)
    behind_the_books(
        "UPDATE enrolment_rosterline SET max_seats = 2 WHERE roster_id = %s", made.roster_id
    )
    behind_the_books("UPDATE enrolment_drawnnumber SET number = number + 7")
    behind_the_books("UPDATE enrolment_chainentry SET content = '{}' WHERE number = 2")
    with pytest.raises(CommandError, match="3 differences"):
        call_command("check_draw", "--term", term.code)
    chain, line, number = capsys.readouterr().out.splitlines()
    assert chain == f"{term.code}: chain: Entry 2 is not what was filed: its head does not follow."
    assert line.startswith(f"{term.code}: list 2: roster.csv line 2 is ")
    assert number.startswith(f"{term.code}: draw: numbers.csv line 2 is ")


# Classes


@pytest.fixture
def closed(term, sections):
    close_list(term)
    assert found(term) == []
    return sections[0]


def test_name_of_a_class_is_compared(term, closed):
    subject = closed.course.subject
    behind_the_books("UPDATE courses_subject SET code = 'OTHER' WHERE id = %s", subject.pk)
    only(
        found(term),
        "sections.csv names",
        queries.code_of(closed),
        f"OTHER{closed.course.level}-{closed.pk}",
    )


@pytest.mark.parametrize("seats", [1, 3])
def test_seats_of_a_class_are_compared(term, closed, seats):
    behind_the_books(
        "UPDATE courses_classsection SET capacity = %s WHERE id = %s", seats, closed.pk
    )
    only(found(term), f"gives {queries.code_of(closed)} 2 seats, {seats} are free")


def test_class_that_left_the_draw_is_named(term, closed):
    behind_the_books("UPDATE courses_classsection SET mode = 'online' WHERE id = %s", closed.pk)
    assert found(term) == [f"list 1: sections.csv: class {closed.pk} is on it and in no draw"]


def test_way_seats_are_cut_is_compared(term):
    section = classes_of(term, 1, capacity=20)[0]
    apply([section])
    close_list(term)
    assert found(term) == []
    behind_the_books(
        """UPDATE courses_termpolicy SET rules = rules || '{"reserves": {"N": 10}}'"""
    )
    only(found(term), f"does not cut the seats of {queries.code_of(section)} as the rules do")


def test_clashes_are_compared(term, closed, sections):
    behind_the_books("UPDATE courses_classsection SET hot = true")
    only(found(term), "clashes.csv:", *map(queries.code_of, sections), "are not on it")


@pytest.fixture
def renewed(term, sections):
    """Somebody who keeps the class, and so a seat that is in no draw."""
    learner = apply(sections).learner
    return Enrolment.objects.create(
        section=sections[0], learner=learner, unit=sections[0].unit, status="confirmed",
        source="renewal", slots=sections[0].meets, created_at=CLOSES_AT,
    )  # fmt: skip


def test_seat_that_may_still_be_taken_back_is_in_no_draw(term, renewed):
    renewed.status, renewed.undo_until = "withdrawn", FROZEN_AT + timedelta(minutes=5)
    renewed.save()
    close_list(term)
    assert found(term) == []


def test_seat_given_back_since_is_no_difference(term, renewed):
    """It is nobody's before the draw, and goes to whoever waits after it."""
    close_list(term)
    renewed.status = "withdrawn"
    renewed.save()
    only(found(term), "gives", "1 seats, 2 are free")  # no history says that it was given back
    EnrolmentEvent.objects.create(
        section=renewed.section, unit=renewed.unit, seat_no=1, learner=renewed.learner,
        enrolment=renewed, seat_from="taken", seat_to="free", status_from="confirmed",
        status_to="withdrawn", channel="web", at=FROZEN_AT + timedelta(hours=1),
    )  # fmt: skip
    assert found(term) == []


def test_only_an_amendment_takes_seats_out_of_a_later_list(term, sections):
    finish_list(term)
    services.amend_roster(
        term=term,
        change=services.Change(
            what="停开", why="漏水", without_seats=[queries.code_of(sections[0])]
        ),
        signed_by=registrar(), countersigned_by=registrar(), at=FINAL_AT + timedelta(hours=1),
    )  # fmt: skip
    assert found(term) == []
    behind_the_books(
        "UPDATE enrolment_drawfile SET content = replace(encode(content, 'escape'), ',2,', ',1,')"
        "::bytea WHERE name = 'sections.csv' AND roster_id IN"
        " (SELECT id FROM enrolment_roster WHERE version = 2)"
    )
    said = found(term)
    assert "list 2: sections.csv has another digest" in said
    assert f"list 2: class {sections[0].pk} is not as on list 1" in said


def test_classes_are_free_once_the_draw_is_public(term, sections):
    draw_and_publish(term)
    Subject.objects.filter(pk=sections[0].course.subject_id).update(code="OTHER")
    sections[0].capacity = 5
    sections[0].save()
    assert found(term) == []


# Forms


def test_line_with_another_choice_than_the_form_is_named(term, closed, sections):
    line = RosterLine.objects.order_by("application__number").first()
    behind_the_books(
        "UPDATE enrolment_rosterline SET choices = %s WHERE id = %s",
        f'[["{queries.code_of(sections[1])}", "N"]]', line.pk,
    )  # fmt: skip
    said = found(term)
    assert f"list 1: form {line.application.number} has other choices on it than in the chain" in (
        said
    )


def test_choice_is_not_dropped_for_no_reason(term, closed, sections):
    line = RosterLine.objects.order_by("application__number").first()
    behind_the_books(
        "UPDATE enrolment_rosterline SET dropped = %s WHERE id = %s",
        '{"NEVER1-99999": ["level", ""]}', line.pk,
    )  # fmt: skip
    only(found(term), f"form {line.application.number} has lost a choice that it never had")


def test_form_that_was_slipped_onto_the_list_is_named(term, closed):
    form = Application.objects.order_by("number").first()
    behind_the_books(
        "UPDATE enrolment_application SET number = '100000000001' WHERE id = %s", form.pk
    )
    said = found(term)
    assert (
        "list 1: form 100000000001 is on it, and the chain knows of none that was handed in"
        in (said)
    )
    assert f"list 1: form {form.number} was handed in, is not on it, and is not told why" in said


def test_form_that_was_taken_off_is_named(term, closed):
    line = RosterLine.objects.order_by("application__number").first()
    number = line.application.number
    behind_the_books("DELETE FROM enrolment_rosterline WHERE id = %s", line.pk)
    assert f"list 1: form {number} was handed in, is not on it, and is not told why" in found(term)


def test_couple_who_would_part_and_one_that_would_not_are_right(term, sections):
    for may_part in (True, False):
        first, second = apply(sections, split_ok=may_part), apply(sections)
        services.join_forms(
            first=first, second=second, actor=first.learner.user, channel="web",
            at=first.begun_at,
        )  # fmt: skip
    draw_and_publish(term)
    assert sorted(Roster.objects.last_of(term).lines.values_list("size", flat=True)) == [1] * 5 + [
        2
    ]
    assert found(term) == []


def test_form_put_right_by_an_objection_is_right_on_both_lists(term, sections):
    form = Application.objects.order_by("number").first()
    close_list(term)
    put_right(form, sections[1:2])
    services.finalise_roster(term=term, actor=registrar(), at=FINAL_AT)
    assert found(term) == []


# What everybody is told, and what stops a publication


@pytest.fixture
def drawn(term, sections):
    """Drawn and signed, and not public yet."""
    day_of_the_draw(term)
    made = services.run_draw(term=term, actor=registrar(), at=DRAWN_AT)
    sign_all(term)
    assert found(term) == []
    return made


def publication(term):
    """Why it stops."""
    with pytest.raises(DrawRefused) as said:
        services.publish_draw(term=term, actor=registrar(), at=DRAWN_AT)
    assert said.value.problem == DrawProblem.DIFFERENT
    assert Enrolment.objects.count() == 0
    return said.value.what


def test_last_number_that_was_changed_stops_the_publication(term, drawn):
    cut = CutOff.objects.get(end="number")
    behind_the_books("UPDATE enrolment_cutoff SET number = number + 1 WHERE id = %s", cut.pk)
    only(found(term), "draw: cutoffs.csv line", "the rows say", f",{cut.number + 1}")
    assert "cutoffs.csv" in publication(term)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE enrolment_wishresult SET code = 'CLASH' WHERE id = %s",
        "UPDATE enrolment_wishresult SET place = place + 1 WHERE id = %s",
        "UPDATE enrolment_wishresult SET bars = '[]' WHERE id = %s",
        "UPDATE enrolment_wishresult SET rank = rank + 3 WHERE id = %s",
        "UPDATE enrolment_wishresult SET round = 2 WHERE id = %s",
    ],
)
def test_reason_that_was_changed_stops_the_publication(term, drawn, change):
    row = WishResult.objects.filter(code="FULL").select_related("line__application").get()
    behind_the_books(change, row.pk)
    only(found(term), f"draw: form {row.line.application.number} is told of choice")
    assert row.line.application.number in publication(term)


def test_reason_that_was_taken_away_stops_the_publication(term, drawn):
    row = WishResult.objects.filter(code="FULL").select_related("line__application").get()
    behind_the_books("DELETE FROM enrolment_wishresult WHERE id = %s", row.pk)
    only(found(term), f"draw: form {row.line.application.number} is told of choice 1")
    publication(term)


def test_file_that_was_not_signed_stops_the_publication(term, drawn):
    behind_the_books(
        "UPDATE enrolment_drawfile SET content = content || 'x' WHERE is_result"
        " AND name = 'sections.csv'"
    )
    assert publication(term) == "draw: sections.csv has another digest"


# Places


def test_place_that_a_seat_did_not_get_is_named(term, sections):
    draw_and_publish(term)
    place = Enrolment.objects.filter(source="draw").first()
    number = Application.objects.get(learner=place.learner).number
    behind_the_books("UPDATE enrolment_enrolment SET source = 'late' WHERE id = %s", place.pk)
    assert found(term) == [f"draw: form {number} was given a seat and has no place"]


def test_place_that_nobody_was_given_is_named(term, sections):
    draw_and_publish(term)
    loser = WishResult.objects.get(code="FULL").line.application.learner
    other = Enrolment.objects.get(learner=loser, source="draw")
    behind_the_books(
        "INSERT INTO enrolment_enrolment (section_id, learner_id, unit_id, status, source,"
        " seat_class, slots, created_at) SELECT %s, learner_id, unit_id, 'confirmed', 'draw', 'O',"
        " '{}', created_at FROM enrolment_enrolment WHERE id = %s",
        sections[0].pk, other.pk,
    )  # fmt: skip
    only(found(term), "comes from it, and nobody was given that seat")


def test_who_stepped_out_has_no_place_and_that_is_right(term):
    """One of two, and somebody alone, in a class with a seat for everybody."""
    section = classes_of(term, 1, capacity=6)[0]
    alone, first, second, _stays = (apply([section]) for _person in range(4))
    services.join_forms(
        first=first, second=second, actor=first.learner.user, channel="web", at=first.begun_at
    )
    finish_list(term)
    for form in (alone, second):
        services.step_out(
            application=form, reason="moved", actor=form.learner.user, channel="web",
            at=FINAL_AT + timedelta(hours=1),
        )  # fmt: skip
    draw_and_publish(term)
    assert Enrolment.objects.filter(source="draw").count() == 2
    assert found(term) == []
    behind_the_books(
        "INSERT INTO enrolment_enrolment (section_id, learner_id, unit_id, status, source,"
        " seat_class, slots, created_at) VALUES (%s, %s, %s, 'confirmed', 'draw', 'O', '{}', %s)",
        section.pk, alone.learner_id, alone.unit_id, DRAWN_AT,
    )  # fmt: skip
    assert found(term) == [f"draw: form {alone.number} has a place, and stepped out before"]


def test_drawn_place_changed_for_another_is_from_the_draw_too(term):
    """Whoever changes keeps the way they came; no check takes the new place for a false one."""
    drawn, free = classes_of(term, 2)
    form = apply([drawn])
    draw_and_publish(term)
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.OPEN_ENROLMENT)
    later = DRAWN_AT + timedelta(hours=1)
    swap(Enrolment.objects.get(learner=form.learner), free, at=later)
    assert Enrolment.objects.get(section=free).source == "draw"
    assert found(term) == []
    assert ledger.broken_rules(at=later, offer_hours=False) == []


# The package


def test_file_slipped_into_the_package_is_named(term, sections):
    apply(sections)
    draw = draw_and_publish(term)
    content = b"a,b\n"
    behind_the_books(
        "INSERT INTO enrolment_drawfile (roster_id, is_result, name, sha256, content)"
        " VALUES (%s, true, 'extra.csv', %s, %s)",
        draw.roster_id, sha256(content).hexdigest(), content,
    )  # fmt: skip
    only(found(term), "extra.csv is not named in digests.txt")


def test_file_taken_out_of_the_package_is_named(term, sections):
    apply(sections)
    draw_and_publish(term)
    behind_the_books("DELETE FROM enrolment_drawfile WHERE is_result AND name = %s", "numbers.csv")
    assert "draw: numbers.csv is named in digests.txt, and is missing" in found(term)
