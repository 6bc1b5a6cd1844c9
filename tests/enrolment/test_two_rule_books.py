"""The rule book in Python and the one in the database say the same of limits and timetables."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from courses.models import TermPolicy
from courses.models.terms import default_rules
from enrolment import queries
from enrolment.domain.refusals import Objection, Refusal
from enrolment.models import Enrolment, LearnerTerm
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import CampusFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

DAY = datetime(2027, 3, 2, tzinfo=UTC)
# The order in which the database asks; of what can race it names the first.
ASKED = (
    Refusal.ALREADY_IN,
    Refusal.CLASH,
    Refusal.TRAVEL_GAP,
    Refusal.LIMIT,
    Refusal.HOT_LIMIT,
    Refusal.TOO_MANY_HOLDS,
)
# Quarters of an hour: many examples lie on the borders of hours, gaps and each other.
LENGTHS = st.integers(1, 8)
BREAKS = st.sampled_from([0, 1, 2, 3, 4, 5, 12])
FLAGS = st.booleans()
KIND = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["room", "room", "hybrid", "online"]),
        "by_invitation": st.sampled_from([False, False, False, True]),
        "hot": FLAGS,
        "fee_fen": st.sampled_from([0, 18000]),
        "campus": st.integers(0, 1),
        "term": st.sampled_from([0, 0, 0, 1]),
    }
)
HAD = st.lists(st.tuples(BREAKS, LENGTHS, KIND, FLAGS), max_size=4)
WANTED = st.tuples(st.lists(st.tuples(st.integers(0, 60), LENGTHS), min_size=1, max_size=3), KIND)
POLICY = st.fixed_dictionaries(
    {
        "room_classes": st.integers(1, 3),
        "hot_classes": st.integers(0, 2),
        "holds_per_learner": st.integers(1, 3),
        "travel_gap_minutes": st.sampled_from([0, 15, 60]),
    }
)


def span(start, length):
    begin = DAY + timedelta(minutes=15 * start)
    return Range(begin, begin + timedelta(minutes=15 * length))


def class_of(kind, meets, city):
    fields = kind | {
        "campus": city["campuses"][kind["campus"]],
        "term": city["terms"][kind["term"]],
    }
    return SectionFactory(**fields, meets=meets, seats=False)


def sits_in(section, learner, *, is_hold):
    Enrolment.objects.create(
        section=section,
        learner=learner,
        unit=section.unit,
        status="offered" if is_hold else "confirmed",
        source="open",
        slots=section.meets,
        due_at=TODAY + timedelta(days=1) if is_hold else None,
        created_at=TODAY,
    )


def by_the_database(learner, section):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seat_refusal(%s, s, %s, true, NULL) FROM courses_classsection s WHERE id = %s",
            [learner.pk, TODAY, section.pk],
        )
        return cursor.fetchone()[0]


def by_the_rule_book(learner, section):
    facts = queries.dossier([section.pk], learner=learner, actor=learner.user, at=TODAY)
    found = facts.findings(section.pk)
    reasons = {one.said.reason for one in found if isinstance(one.said, Objection)}
    return next((str(reason) for reason in ASKED if reason in reasons), "")


@pytest.fixture
def city(db):
    return {
        "campuses": CampusFactory.create_batch(2),
        "terms": [TermFactory(), TermFactory()],
    }


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(had=HAD, wanted=WANTED, policy=POLICY, own_limit=st.sampled_from([None, None, 0, 3]))
def test_python_and_database_refuse_for_the_same_reason(city, had, wanted, policy, own_limit):
    with transaction.atomic():
        learner = LearnerFactory()
        for term in city["terms"]:
            TermPolicy.objects.create(
                term=term, version=2, rules=default_rules() | policy, published_at=TODAY
            )
        LearnerTerm.objects.create(
            learner=learner, term=city["terms"][0], limit_override=own_limit
        )
        clock = 0
        for pause, length, kind, is_hold in had:
            section = class_of(kind, Multirange([span(clock + pause, length)]), city)
            sits_in(section, learner, is_hold=is_hold)
            clock += pause + length
        times, kind = wanted
        section = class_of(kind, Multirange([span(*one) for one in times]), city)

        assert by_the_rule_book(learner, section) == by_the_database(learner, section)
        transaction.set_rollback(True)


@pytest.mark.parametrize(("minutes", "said"), [(59, "travel_gap"), (60, "")])
@pytest.mark.parametrize("turned_round", [False, True])
def test_both_take_an_hour_between_two_campuses_for_enough(city, minutes, said, turned_round):
    learner = LearnerFactory()
    first = Range(DAY, DAY + timedelta(minutes=90))
    begins = first.upper + timedelta(minutes=minutes)
    times = [first, Range(begins, begins + timedelta(minutes=90))]
    here, there = city["campuses"]
    term = city["terms"][0]
    had, wanted = (
        SectionFactory(campus=campus, term=term, meets=Multirange([during]))
        for campus, during in zip((here, there), times[:: -1 if turned_round else 1], strict=True)
    )
    sits_in(had, learner, is_hold=False)

    assert by_the_rule_book(learner, wanted) == by_the_database(learner, wanted) == said
