"""Each rule of the tables bites, whatever code stands before it; and the web may not write."""

from contextlib import contextmanager, nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from psycopg.types.multirange import Multirange

from accounts import scope
from enrolment import services
from enrolment.models import (
    Claim,
    CloudSeat,
    Enrolment,
    EnrolmentEvent,
    LearnerTerm,
    Seat,
    WaitlistEntry,
    ledger,
)
from enrolment.services import SeatRefused
from tests.enrolment.acts import claim
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import SectionFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def section():
    return SectionFactory()


@pytest.fixture
def learner():
    return LearnerFactory()


def enrol(section, learner, **more):
    return Enrolment.objects.create(
        **{
            "section": section,
            "learner": learner,
            "unit": section.unit,
            "status": "confirmed",
            "source": "staff",
            "slots": section.meets,
            "created_at": TODAY,
        }
        | more
    )


def bites(name, write):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        write()


def test_one_enrolment_per_learner_and_section(section, learner):
    enrol(section, learner, slots=Multirange())
    bites(
        "one_enrolment_per_learner_and_section",
        lambda: enrol(section, learner, slots=Multirange()),
    )
    enrol(section, learner, slots=Multirange(), status="withdrawn")


def test_a_learner_sits_in_one_class_at_a_time(section, learner):
    enrol(section, learner)
    other = SectionFactory()
    bites("a_learner_sits_in_one_class_at_a_time", lambda: enrol(other, learner))
    enrol(other, learner, status="lapsed")
    enrol(other, LearnerFactory())


def test_answer_due_only_while_offered(section, learner):
    name = "answer_due_only_while_offered"
    bites(name, lambda: enrol(section, learner, status="offered"))
    bites(name, lambda: enrol(section, learner, due_at=TODAY))


def test_undo_only_after_a_withdrawal(section, learner):
    bites("undo_only_after_a_withdrawal", lambda: enrol(section, learner, undo_until=TODAY))


def test_a_seat_is_free_or_somebodys(section, learner):
    seat = Seat.objects.filter(no=1)
    bites("a_seat_is_free_or_somebodys", lambda: seat.update(learner=learner))
    bites("a_seat_is_free_or_somebodys", lambda: seat.update(state="offered", due_at=TODAY))


def test_a_seat_is_kept_by_an_enrolment(section, learner):
    bites(
        "a_seat_is_kept_by_an_enrolment",
        lambda: Seat.objects.filter(no=1).update(state="taken", learner=learner),
    )


def test_a_seat_in_between_has_a_due_time(section, learner):
    bites(
        "a_seat_in_between_has_a_due_time",
        lambda: Seat.objects.filter(no=1).update(state="offered", learner=learner),
    )


def test_a_learner_has_one_seat_in_a_class(section, learner):
    bites(
        "a_learner_has_one_seat_in_a_class",
        lambda: Seat.objects.update(state="offered", learner=learner, due_at=TODAY),
    )


def test_nobody_holds_less_than_no_class(section, learner):
    bites(
        "nobody_holds_less_than_no_class",
        lambda: LearnerTerm.objects.create(learner=learner, term=section.term, room_classes=-1),
    )


def test_one_place_in_line_per_learner_and_section(section, learner):
    WaitlistEntryFactory(section=section, learner=learner)
    bites(
        "one_place_in_line_per_learner_and_section",
        lambda: WaitlistEntryFactory(section=section, learner=learner),
    )
    WaitlistEntryFactory(section=section, learner=learner, state="left")


def test_a_ticket_is_given_once_a_class(section):
    WaitlistEntryFactory(section=section, ticket=7)
    bites(
        "a_ticket_is_given_once_a_class", lambda: WaitlistEntryFactory(section=section, ticket=7)
    )


def test_an_offer_has_a_due_time(section):
    bites(
        "an_offer_has_a_due_time", lambda: WaitlistEntryFactory(section=section, state="offered")
    )


def test_one_cloud_seat_per_learner_course_and_term(section, learner):
    def give():
        CloudSeat.objects.create(
            learner=learner,
            course=section.course,
            term=section.term,
            source="request",
            created_at=TODAY,
        )

    give()
    bites("one_cloud_seat_per_learner_course_and_term", give)


def test_an_event_changes_something(section, learner):
    bites(
        "an_event_changes_something",
        lambda: EnrolmentEvent.objects.create(
            section=section,
            unit=section.unit,
            seat_no=1,
            learner=learner,
            seat_from="free",
            seat_to="free",
            channel="web",
            at=TODAY,
        ),
    )


def test_history_is_never_changed(section, learner):
    claim(section, learner)
    for strike in (
        lambda: EnrolmentEvent.objects.update(reason="x"),
        lambda: EnrolmentEvent.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="is a book"), transaction.atomic():
            strike()


def test_parallel_tabs_are_stopped_by_the_constraint_even_without_the_check(section, learner):
    """Mutation: the function's own check taken out, the constraint alone says no, in words."""
    claim(section, learner)
    other = SectionFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION seat_refusal(p_learner bigint,"
            " p_section courses_classsection, p_at timestamptz, p_new_hold boolean, p_but bigint)"
            " RETURNS text LANGUAGE sql AS $$ SELECT ''::text $$"
        )
    from enrolment.models import Channel

    answer = ledger.claim(
        section=other, learner=learner, actor=learner.user, channel=Channel.WEB,
        key=uuid4(), at=TODAY, due_at=None,
    )  # fmt: skip
    assert (answer.outcome, answer.reason) == ("refused", "clash")


# Rights of the web's role


@contextmanager
def denied():
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        yield


TABLES = ["seat", "enrolment", "waitlistentry", "claim", "enrolmentevent", "learnerterm"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM enrolment_{}",
        "INSERT INTO enrolment_{} DEFAULT VALUES",
        "TRUNCATE enrolment_{}",
    ],
)
def test_the_web_may_not_write(table, statement, as_app):
    with as_app(), scope.system("test"), connection.cursor() as cursor, denied():
        cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    "assignment",
    ["seat SET state = 'taken'", "enrolment SET status = 'confirmed'",
     "waitlistentry SET ticket = 1", "learnerterm SET room_classes = 0",
     "claim SET reason = ''", "enrolmentevent SET reason = ''"],
)  # fmt: skip
def test_the_web_may_not_change(assignment, as_app):
    with as_app(), scope.system("test"), connection.cursor() as cursor, denied():
        cursor.execute(f"UPDATE enrolment_{assignment}")


def test_the_web_counts_free_seats_and_does_not_see_who_sits(section, learner, as_app):
    claim(section, learner)
    with as_app():
        assert Seat.objects.free().filter(section=section).count() == 1
        with denied():
            list(Seat.objects.values_list("learner"))
        assert Enrolment.objects.count() == 0


def test_the_parts_of_the_functions_are_no_doors(section, learner, as_app):
    with as_app(), connection.cursor() as cursor, denied():
        cursor.execute("SELECT seat_introduce(%s, %s)", [learner.pk, section.unit_id])


def test_the_web_claims_through_the_function(section, learner, as_app, nothing_is_broken):
    with as_app():
        assert claim(section, learner).outcome == "confirmed"
        with pytest.raises(SeatRefused):
            claim(section, learner)
    nothing_is_broken()


CLOCK_WORK = {
    "close a term": lambda section: ledger.close_term(term=section.term, at=TODAY),
    "begin terms": lambda section: ledger.begin_terms(at=TODAY),
    "close lines": lambda section: ledger.close_lines(at=TODAY),
    "sweep": lambda section: ledger.sweep(at=TODAY, limit=1),
    "promote": lambda section: ledger.promote(section_id=section.pk, at=TODAY, due_at=TODAY),
    "look for offers": lambda section: ledger.sections_to_offer(),
    "empty a class": lambda section: ledger.empty_section(
        section_id=section.pk, at=TODAY, limit=1
    ),
    "lay out": lambda section: ledger.lay_out(),
    "note an import": lambda section: ledger.note_import(at=TODAY, reason="x"),
    "check": lambda section: ledger.broken_rules(at=TODAY, offer_hours=True),
}


@pytest.mark.parametrize("work", CLOCK_WORK.values(), ids=CLOCK_WORK)
def test_what_has_no_actor_is_done_by_named_systems_only(work, section, learner, as_app):
    staff = StaffFactory(unit=section.unit)
    nobody = nullcontext()
    with as_app():
        for who in (nobody, scope.learners([learner.pk]), scope.staff(staff)):
            with (
                who,
                pytest.raises(ProgrammingError, match="work for the whole city"),
                transaction.atomic(),
            ):
                work(section)
        with scope.system("test"):
            work(section)


def test_learner_and_office_see_their_rows_and_nobody_elses(section, learner, as_app):
    city = UnitFactory()
    far = StaffFactory(unit=UnitFactory(county=True, parent=city))
    near, stranger = StaffFactory(unit=section.unit), LearnerFactory()
    claim(section, learner)
    WaitlistEntryFactory(section=section, learner=stranger)

    def seen():
        models = (Enrolment, WaitlistEntry, Claim, EnrolmentEvent, LearnerTerm)
        return [model.objects.count() for model in models]

    with as_app():
        with scope.learners([learner.pk]):
            assert seen() == [1, 0, 1, 1, 1]
        with scope.learners([stranger.pk]):
            assert seen() == [0, 1, 0, 0, 0]
        with scope.staff(near):
            assert seen() == [1, 1, 1, 1, 1]
        with scope.staff(far):
            assert seen() == [0, 0, 0, 0, 0]
        with scope.system("test"):
            assert seen() == [1, 1, 1, 1, 1]
        assert seen() == [0, 0, 0, 0, 0]


def test_clock_work_runs_as_the_web_does(section, learner, as_app, nothing_is_broken):
    claim(SectionFactory(with_fee=True, weekday=4, term=section.term), learner)
    with as_app(), scope.as_system("test"):
        swept = services.lapse_and_promote(at=TODAY + timedelta(days=9))
        services.refresh_availability(at=TODAY)
    assert swept.freed == 1
    nothing_is_broken()
