"""What nobody can do between the closed list and the published draw, and that it could be before.

Attacks of the table in the design that software can catch. Each is tried as the website works:
under the role ``app``, in the widest scope there is, by somebody with every flag Django knows.
"""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from wagtail.admin.viewsets import viewsets
from wagtail.snippets.models import get_snippet_models

from accounts import scope
from courses.models import ClassSection, TermPolicy
from enrolment import queries, services
from enrolment.domain import lottery
from enrolment.domain.draws import DrawRefused
from enrolment.models import (
    Application,
    ChainEntry,
    CutOff,
    Draw,
    DrawFile,
    DrawnNumber,
    EntropySource,
    Roster,
    RosterLine,
    Signature,
    Wish,
    WishResult,
    Witness,
)
from tests.factories.applications import apply, classes_of, term_with_forms
from tests.factories.draws import (
    DRAWN_AT,
    FINAL_AT,
    amend,
    close_list,
    day_of_the_draw,
    draw_and_publish,
    finish_list,
    read_all,
    registrar,
    sign_all,
    term_to_draw,
)

pytestmark = pytest.mark.django_db
BOOKS = (Roster, RosterLine, DrawFile, DrawnNumber, WishResult, CutOff, ChainEntry)
COUNTED = {"count", "max_seats", "roster_id", "number", "rank", "round"}


@pytest.fixture
def term():
    return term_to_draw()


@pytest.fixture
def form(term):
    """One of three forms for two seats."""
    section = classes_of(term, 1)[0]
    first, *_rivals = (apply([section]) for _person in range(3))
    return first


def as_the_website(as_app, act):
    """Do something with all that a request of the web could ever be given."""
    with as_app(), scope.system("attack"), transaction.atomic():
        act()


def in_sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


CHANGES = {
    "number": lambda form: Application.objects.filter(pk=form.pk).update(number="2" * 12),
    "state": lambda form: Application.objects.filter(pk=form.pk).update(
        state="withdrawn", withdrawn_at=DRAWN_AT
    ),
    "out": lambda form: Application.objects.filter(pk=form.pk).update(
        state="rejected", rejected_for="too_young"
    ),
    "wanted": lambda form: form.versions.update(wanted=2),
    "flags": lambda form: Wish.objects.filter(version=form.current_id).update(flags="CMN"),
    "wish": lambda form: Wish.objects.filter(version=form.current_id).delete(),
    "capacity": lambda form: ClassSection.objects.filter(term=form.term).update(capacity=9),
    "hot": lambda form: ClassSection.objects.filter(term=form.term).update(hot=True),
}
POSSIBLE_BEFORE = ("number", "state", "out", "capacity", "hot")


@pytest.mark.parametrize("what", sorted(CHANGES))
@pytest.mark.parametrize("stage", [finish_list, day_of_the_draw])
def test_closed_list_lets_nothing_change(term, form, as_app, what, stage):
    stage(term)
    with pytest.raises(DatabaseError):
        as_the_website(as_app, lambda: CHANGES[what](form))


@pytest.mark.parametrize("what", POSSIBLE_BEFORE)
def test_open_list_lets_the_same_change_through(term, form, as_app, what):
    as_the_website(as_app, lambda: CHANGES[what](form))


@pytest.mark.parametrize("state", ["allocated", "unallocated", "closed"])
def test_nobody_has_a_result_before_the_draw_is_public(term, form, as_app, state):
    day_of_the_draw(term)
    services.run_draw(term=term, actor=registrar(), at=DRAWN_AT)
    with pytest.raises(DatabaseError, match=f"cannot become {state}"):
        as_the_website(as_app, lambda: Application.objects.update(state=state))


@pytest.mark.parametrize("state", ["rejected", "in_draw", "unallocated", "closed", "withdrawn"])
def test_what_a_public_draw_gave_is_not_taken_away(term, form, as_app, state):
    draw_and_publish(term)
    won = Application.objects.in_state(Application.State.ALLOCATED).earliest("pk")
    why = {"rejected_for": "too_young"} if state == "rejected" else {}
    when = {"withdrawn_at": DRAWN_AT} if state == "withdrawn" else {}
    with pytest.raises(DatabaseError):
        as_the_website(
            as_app,
            lambda: Application.objects.filter(pk=won.pk).update(state=state, **why, **when),
        )


def test_who_is_not_on_the_list_is_not_put_into_the_draw(term, form, as_app):
    section = classes_of(term, 1)[0]
    section.course.vigorous = True
    section.course.save()
    out = apply([section])
    finish_list(term)
    with pytest.raises(DatabaseError, match="cannot become in_draw"):
        as_the_website(
            as_app,
            lambda: Application.objects.filter(pk=out.pk).update(state="in_draw", rejected_for=""),
        )


def test_no_seat_is_given_by_a_draw_that_is_not_public(term, form, as_app):
    day_of_the_draw(term)
    draw = services.run_draw(term=term, actor=registrar(), at=DRAWN_AT)
    with pytest.raises(DatabaseError, match="is not public"):
        as_the_website(as_app, lambda: services.place_the_drawn(draw=draw, at=DRAWN_AT))


def test_superuser_at_the_models_is_stopped_by_the_database(term, form):
    """Even with the rights of the owner of the tables: the seal is a trigger, not a right."""
    actor = registrar()
    actor.is_superuser = True
    actor.save()
    finish_list(term)
    form.refresh_from_db()
    form.number = "3" * 12
    with pytest.raises(IntegrityError, match="list of this term is closed"), transaction.atomic():
        form.save()


def test_plain_sql_of_the_website_is_stopped_too(term, form, as_app):
    finish_list(term)
    for statement in (
        "UPDATE enrolment_wish SET rank = 8",
        "DELETE FROM enrolment_application",
        "UPDATE enrolment_roster SET count = 1",
        "DELETE FROM enrolment_rosterline",
        "TRUNCATE enrolment_chainentry",
        "ALTER TABLE enrolment_application DISABLE TRIGGER USER",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(DatabaseError):
            as_the_website(as_app, lambda statement=statement: in_sql(statement))


def test_no_editors_room_shows_what_a_draw_is_made_of():
    edited = set(get_snippet_models()) | {
        view.model for view in viewsets.viewsets if getattr(view, "model", None) is not None
    }
    assert edited.isdisjoint({*BOOKS, Application, Draw, EntropySource, Wish})


@pytest.mark.parametrize("model", BOOKS)
def test_books_of_a_draw_are_never_changed_nor_emptied(term, form, as_app, model):
    draw_and_publish(term)
    field = next(one.attname for one in model._meta.fields if one.attname in COUNTED)
    with pytest.raises(DatabaseError):
        as_the_website(as_app, lambda: model.objects.update(**{field: 1}))
    with pytest.raises(DatabaseError):
        as_the_website(as_app, lambda: model.objects.all().delete())


def test_sources_are_read_once_and_never_exchanged(term, form, as_app):
    finish_list(term)
    read_all(term)
    for change in ({"value": "111"}, {"name": "other"}, {"fallback": "-"}):
        with pytest.raises(DatabaseError):
            as_the_website(as_app, lambda change=change: EntropySource.objects.update(**change))


def test_no_source_is_added_when_forms_are_open(term, form, as_app):
    """Otherwise somebody could look for the one that helps a friend."""
    kept = EntropySource.objects.filter(term=term).values().first()
    kept |= {"id": None, "name": "another"}
    with pytest.raises(DatabaseError, match="before forms open"):
        as_the_website(as_app, lambda: EntropySource.objects.create(**kept))


def test_second_draw_of_a_term_is_impossible(term, form, as_app):
    made = draw_and_publish(term)
    twin = Draw.objects.filter(pk=made.pk).values().get() | {"id": None}
    with pytest.raises(DatabaseError):
        as_the_website(as_app, lambda: Draw.objects.create(**twin))
    services.run_draw(term=term, actor=registrar(), at=DRAWN_AT + timedelta(hours=1))
    assert Draw.objects.get().seed == made.seed


def draw_on(roster, term, as_app):
    made = Draw(
        term=term, roster=roster, seed_text="seed", seed="0" * 64, engine="python",
        code_sha256="0" * 64, result_sha256="0" * 64, drawn_at=DRAWN_AT, drawn_by=registrar(),
        seconds=1.0,
    )  # fmt: skip
    as_the_website(as_app, made.save)


def test_draw_is_of_the_last_list_of_its_own_term(term, form, as_app):
    final = finish_list(term)
    first = Roster.objects.get(term=term, version=1)
    for wrong, of in ((first, term), (final, term_with_forms(code="other"))):
        with pytest.raises(DatabaseError, match="last list of its term"):
            draw_on(wrong, of, as_app)
    amended = amend(term, [form.current.wishes.get().section], at=FINAL_AT)
    with pytest.raises(DatabaseError, match="last list of its term"):
        draw_on(final, term, as_app)
    draw_on(amended, term, as_app)  # the control
    assert Draw.objects.get().roster == amended


def test_draw_is_not_made_of_a_list_that_is_not_final(term, form, as_app):
    first = close_list(term)
    with pytest.raises(DatabaseError, match="last list of its term"):
        draw_on(first, term, as_app)


def test_who_signs_the_result_has_still_signed_the_list(term, form, as_app):
    day_of_the_draw(term)
    witness = Witness.objects.get()
    draw = services.run_draw(term=term, actor=registrar(), at=DRAWN_AT)
    services.sign(witness=witness, actor=registrar(), at=DRAWN_AT)
    services.sign(witness=witness, actor=registrar(), at=DRAWN_AT + timedelta(minutes=5))
    signed = witness.signatures.values_list("sha256", "signed_at")
    assert set(signed) == {(draw.roster.sha256, DRAWN_AT), (draw.result_sha256, DRAWN_AT)}
    assert services.has_signed(term, draw.roster.sha256)
    for act in (
        lambda: Witness.objects.all().delete(),
        lambda: Witness.objects.update(name="别人"),
        lambda: Signature.objects.update(sha256="0" * 64),
        lambda: in_sql("DELETE FROM enrolment_signature"),
    ):
        with pytest.raises(DatabaseError):
            as_the_website(as_app, act)


def test_who_was_noted_by_mistake_and_has_not_signed_may_go(term, as_app):
    witness = services.name_witness(
        term=term, name="周公证员", office="", actor=registrar(), at=FINAL_AT
    )
    as_the_website(as_app, lambda: Witness.objects.filter(pk=witness.pk).delete())
    assert not Witness.objects.exists()


def test_draw_is_not_made_anew_with_another_seed(term, form, as_app):
    day_of_the_draw(term)
    services.run_draw(term=term, actor=registrar(), at=DRAWN_AT)
    with pytest.raises(DatabaseError):
        as_the_website(as_app, lambda: Draw.objects.update(seed="0" * 64))


def test_publication_is_not_taken_back(term, form, as_app):
    draw_and_publish(term)
    with pytest.raises(DatabaseError):
        as_the_website(as_app, lambda: Draw.objects.update(published_at=None))


def test_form_slipped_into_the_rows_does_not_get_drawn(term, form):
    """Somebody with the keys of the database adds a line; the published list does not have it."""
    roster = finish_list(term)
    read_all(term)
    sign_all(term)
    line = RosterLine.objects.filter(roster=roster).first()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE enrolment_rosterline DISABLE TRIGGER USER")
        cursor.execute("UPDATE enrolment_rosterline SET max_seats = 2 WHERE id = %s", [line.pk])
    with pytest.raises(DrawRefused) as said:
        services.run_draw(term=term, actor=registrar(), at=DRAWN_AT)
    assert (said.value.problem, said.value.what) == ("different", "roster.csv")


def test_taking_one_form_out_never_reorders_the_others(term):
    section = classes_of(term, 1)[0]
    for _person in range(5):
        apply([section])
    made = draw_and_publish(term)
    numbers = queries.package_of(made)["numbers.csv"].decode().splitlines()[1:]
    order = [
        line.split(",")[0] for line in sorted(numbers, key=lambda one: int(one.split(",")[1]))
    ]
    seed = bytes.fromhex(made.seed)
    without = list(lottery.number_applications(order[:2] + order[3:], seed=seed))
    assert without == order[:2] + order[3:]


def test_rules_are_not_exchanged_under_a_closed_list(term, form, as_app):
    finish_list(term)
    policy = TermPolicy.objects.create(term=term, version=2, rules={}, published_at=None)
    with pytest.raises(DatabaseError, match="list of this term is closed"):
        as_the_website(
            as_app,
            lambda: TermPolicy.objects.filter(pk=policy.pk).update(published_at=DRAWN_AT),
        )
