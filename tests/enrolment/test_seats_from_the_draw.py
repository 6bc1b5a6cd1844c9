"""What a published draw writes: seats, lines, places online, and nothing twice."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts import scope
from accounts.models import AuditEvent, LearnerUnit, OutboxMessage
from courses.models import Term
from enrolment import services
from enrolment.models import (
    Application,
    CloudSeat,
    Enrolment,
    EnrolmentEvent,
    LearnerTerm,
    Seat,
    WaitlistEntry,
    ledger,
)
from tests.enrolment.acts import enrolment_of, entry_of, seats_of
from tests.factories.accounts import LearnerFactory, UnitFactory
from tests.factories.enrolment import CHINA, CampusFactory, SectionFactory, TermFactory
from tests.factories.results import Drawn, Fate, confirming_until, draw_of, held_back
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
ANSWER_BY = datetime(2026, 12, 8, 17, 0, tzinfo=CHINA)


@pytest.fixture
def term():
    term = TermFactory(phase=Term.Phase.CONFIRMING)
    confirming_until(term, ANSWER_BY)
    return term


def key(number):
    return UUID(int=number)


def place(draw):
    return services.place_the_drawn(draw=draw, at=TODAY)


def letters_of(section):
    """Of each seat: its letter, and who has it."""
    rows = Seat.objects.filter(section=section).in_order().values_list("bucket", "learner")
    return list(rows)


def test_who_was_drawn_gets_a_held_seat_due_at_the_end_of_confirming(term, nothing_is_broken):
    section = SectionFactory(term=term, capacity=2, with_fee=True)
    anna = LearnerFactory()
    draw = draw_of(term, [Drawn(anna, [Fate(section)])])

    assert place(draw) == 1

    mine = enrolment_of(anna, section)
    assert (mine.status, mine.source, mine.seat_class) == ("offered", "draw", "O")
    assert (mine.due_at, mine.answered_at, mine.created_at) == (ANSWER_BY, None, TODAY)
    seat = Seat.objects.get(enrolment=mine)
    assert (seat.no, seat.state, seat.learner, seat.due_at) == (1, "held", anna, ANSWER_BY)
    event = EnrolmentEvent.objects.get()
    assert (event.channel, event.reason, event.actor) == ("system", "draw", None)
    assert (event.seat_from, event.seat_to, event.status_to) == ("free", "held", "offered")
    assert LearnerTerm.objects.get(learner=anna, term=term).room_classes == 1
    note = AuditEvent.objects.get(action="seats given by the draw")
    assert note.details == {"draw": draw.pk, "seats": 1}
    nothing_is_broken()


def test_a_class_without_a_fee_is_asked_about_as_well(term):
    section = SectionFactory(term=term)
    anna = LearnerFactory()
    place(draw_of(term, [Drawn(anna, [Fate(section)])]))
    assert enrolment_of(anna, section).due_at == ANSWER_BY


def test_a_seat_keeps_the_letter_of_the_reserve_and_what_was_left_over_is_open(term):
    section = SectionFactory(term=term, capacity=5)
    people = LearnerFactory.create_batch(4)
    buckets = ["open-first", "N", "open", "C"]
    lines = [
        Drawn(one, [Fate(section, bucket=bucket)])
        for one, bucket in zip(people, buckets, strict=True)
    ]
    place(draw_of(term, lines))
    assert letters_of(section) == [
        *zip("ONOC", [one.pk for one in people], strict=True),
        ("O", None),
    ]
    assert [enrolment_of(one, section).seat_class for one in people] == list("ONOC")


def test_a_class_is_filled_to_its_last_seat_and_no_further(term, nothing_is_broken):
    section = SectionFactory(term=term, capacity=3)
    draw = draw_of(term, [Drawn(one, [Fate(section)]) for one in LearnerFactory.create_batch(3)])
    assert place(draw) == 3
    assert seats_of(section) == ["held"] * 3
    nothing_is_broken()


def test_more_drawn_than_there_are_seats_stops_everything(term):
    full, other = SectionFactory(term=term, capacity=1), SectionFactory(term=term, weekday=3)
    people = LearnerFactory.create_batch(3)
    draw = draw_of(
        term, [*(Drawn(one, [Fate(full)]) for one in people[:2]), Drawn(people[2], [Fate(other)])]
    )
    with (
        pytest.raises(IntegrityError, match="has 1 free seats, 2 were drawn"),
        transaction.atomic(),
    ):
        place(draw)
    assert not Enrolment.objects.exists()
    assert not LearnerTerm.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_a_draw_that_puts_somebody_in_two_classes_at_once_is_stopped(term):
    anna = LearnerFactory()
    fates = [Fate(SectionFactory(term=term)), Fate(SectionFactory(term=term))]
    draw = draw_of(term, [Drawn(anna, fates, max_seats=2)])
    clash = "a_learner_sits_in_one_class_at_a_time"
    with pytest.raises(IntegrityError, match=clash), transaction.atomic():
        place(draw)
    assert not Enrolment.objects.exists()


def test_a_draw_that_gives_more_classes_than_the_term_allows_is_stopped(term):
    anna = LearnerFactory()
    fates = [Fate(SectionFactory(term=term, weekday=day)) for day in (1, 2, 3)]
    draw = draw_of(term, [Drawn(anna, fates, max_seats=2)])
    with (
        pytest.raises(IntegrityError, match="more classes than the term allows"),
        transaction.atomic(),
    ):
        place(draw)


def test_a_second_class_of_one_person_is_counted(term, nothing_is_broken):
    anna = LearnerFactory()
    first, second = SectionFactory(term=term), SectionFactory(term=term, weekday=4)
    draw = draw_of(term, [Drawn(anna, [Fate(first), Fate(second, round=2)], max_seats=2)])
    assert place(draw) == 2
    assert LearnerTerm.objects.get(learner=anna).room_classes == 2
    nothing_is_broken()


def test_twice_is_once_even_after_people_have_answered(term, nothing_is_broken):
    section = SectionFactory(term=term, capacity=1)
    anna, ben = LearnerFactory.create_batch(2)
    draw = draw_of(term, [Drawn(anna, [Fate(section)]), Drawn(ben, [held_back(section, 1)])])
    place(draw)
    errands = OutboxMessage.objects.count()
    services.say_one_stays_away(
        enrolment=enrolment_of(anna, section), actor=anna.user, key=key(1), at=TODAY
    )
    services.leave_waitlist(entry=entry_of(ben, section), actor=ben.user, key=key(2), at=TODAY)
    assert place(draw) == 0
    assert enrolment_of(anna, section).status == "declined"
    assert entry_of(ben, section).state == "left"
    assert OutboxMessage.objects.filter(kind="tell_results").count() == 1
    assert OutboxMessage.objects.count() > errands
    nothing_is_broken()


def test_both_of_a_couple_get_a_seat_or_wait_as_one(term, nothing_is_broken):
    given, full = SectionFactory(term=term, capacity=2), SectionFactory(term=term, weekday=3)
    wife, husband = LearnerFactory.create_batch(2)
    third = LearnerFactory()
    place(
        draw_of(
            term,
            [
                Drawn(wife, [held_back(full, 1), Fate(given)], partner=husband, max_seats=2),
                Drawn(third, [held_back(full, 2)]),
            ],
        )
    )
    assert {enrolment_of(one, given).status for one in (wife, husband)} == {"offered"}
    entries = WaitlistEntry.objects.filter(section=full).in_order("rank")
    assert [entry.learner for entry in entries] == [wife, husband, third]
    assert [entry.ticket for entry in entries] == [1, 2, 3]
    assert entries[0].together == entries[1].together is not None
    assert entries[2].together is None
    nothing_is_broken()


def test_lists_of_the_draw_become_lines_in_their_order_with_the_letters_of_the_list(term):
    section = SectionFactory(term=term)
    people = LearnerFactory.create_batch(3)
    lines = [
        Drawn(one, [held_back(section, spot, flags=flags)])
        for one, spot, flags in zip(people, (3, 1, 2), ("CN", "", "M"), strict=True)
    ]
    place(draw_of(term, lines))
    line = WaitlistEntry.objects.filter(section=section).in_order()
    assert [(one.learner, one.ticket, one.flags) for one in line] == [
        (people[1], 1, ""), (people[2], 2, "M"), (people[0], 3, "CN")
    ]  # fmt: skip
    assert {one.joined_at for one in line} == {TODAY}


def test_a_later_joiner_stands_behind_everybody_of_the_draw(term):
    section = SectionFactory(term=term)
    people = LearnerFactory.create_batch(2)
    place(draw_of(term, [Drawn(people[0], [held_back(section, 1)])]))
    services.hold_seat(
        section=section, learner=people[1], actor=people[1].user, key=key(9), at=TODAY
    )
    tickets = WaitlistEntry.objects.in_order().values_list("ticket", flat=True)
    assert tickets[0] == 1
    assert tickets[1] >= 1_000_000


@pytest.mark.parametrize("wants_better", [True, False])
def test_who_would_change_gives_the_lower_class_up_for_the_better(term, wants_better):
    better, given = SectionFactory(term=term), SectionFactory(term=term, weekday=4)
    anna = LearnerFactory()
    line = Drawn(anna, [held_back(better, 1), Fate(given)], wants_better=wants_better)
    place(draw_of(term, [line]))
    gives_up = enrolment_of(anna, given) if wants_better else None
    assert entry_of(anna, better).gives_up == gives_up


def test_who_filled_the_form_in_said_it_for_both_on_two_lines(term):
    better, given = SectionFactory(term=term), SectionFactory(term=term, weekday=4)
    wife, husband = LearnerFactory.create_batch(2)
    hers = Drawn(wife, [held_back(better, 1), Fate(given)], wants_better=True)
    his = Drawn(husband, [held_back(better, 2), Fate(given)], goes_with=wife)
    place(draw_of(term, [hers, his]))
    for one in (wife, husband):
        assert entry_of(one, better).gives_up == enrolment_of(one, given)


def test_what_is_given_up_is_the_class_in_the_way(term):
    wanted = SectionFactory(term=term, weekday=2)
    at_that_hour, later = (
        SectionFactory(term=term, weekday=2),
        SectionFactory(term=term, weekday=5),
    )
    anna = LearnerFactory()
    fates = [held_back(wanted, 1), Fate(at_that_hour), Fate(later, round=2)]
    place(draw_of(term, [Drawn(anna, fates, max_seats=2, wants_better=True)]))
    assert entry_of(anna, wanted).gives_up == enrolment_of(anna, at_that_hour)


def test_room_for_one_more_gives_nothing_up(term):
    better, given = SectionFactory(term=term), SectionFactory(term=term, weekday=4)
    anna = LearnerFactory()
    fates = [held_back(better, 1), Fate(given)]
    place(draw_of(term, [Drawn(anna, fates, max_seats=2, wants_better=True)]))
    assert entry_of(anna, better).gives_up is None


def test_who_has_nothing_may_follow_all_they_asked_for_from_home(term):
    piano, tai_chi = SectionFactory(term=term, capacity=1), SectionFactory(term=term, weekday=3)
    lucky, unlucky = LearnerFactory.create_batch(2)
    place(
        draw_of(
            term,
            [
                Drawn(lucky, [Fate(piano), Fate(tai_chi, code="RELEASED", bucket="")]),
                Drawn(unlucky, [held_back(piano, 1), held_back(tai_chi, 2)]),
            ],
        )
    )
    seats = CloudSeat.objects.values_list("learner", "course", "source")
    assert set(seats) == {
        (unlucky.pk, piano.course_id, "draw"),
        (unlucky.pk, tai_chi.course_id, "draw"),
    }


def test_who_waits_for_a_better_class_may_follow_that_one_from_home(term):
    better, given = SectionFactory(term=term), SectionFactory(term=term, weekday=4)
    anna = LearnerFactory()
    place(draw_of(term, [Drawn(anna, [held_back(better, 1), Fate(given)])]))
    assert CloudSeat.objects.get().course == better.course


def test_what_is_taught_nowhere_any_more_cannot_be_followed_from_home(term):
    gone = SectionFactory(term=term, status="cancelled")
    place(draw_of(term, [Drawn(LearnerFactory(), [held_back(gone, 1)])]))
    assert not CloudSeat.objects.exists()


def test_who_died_meanwhile_gets_nothing_and_the_seat_keeps_its_letter(term, nothing_is_broken):
    section = SectionFactory(term=term, capacity=2)
    gone, anna = LearnerFactory.create_batch(2)
    lines = [Drawn(gone, [Fate(section, bucket="N")]), Drawn(anna, [Fate(section)])]
    draw = draw_of(term, lines)
    gone.deceased_on = TODAY.date()
    gone.save()
    assert place(draw) == 1
    assert letters_of(section) == [("N", None), ("O", anna.pk)]
    nothing_is_broken()


def test_a_freed_seat_of_a_reserve_goes_to_those_it_was_reserved_for(term):
    section = SectionFactory(term=term, capacity=1)
    anna, ben, newcomer = LearnerFactory.create_batch(3)
    place(
        draw_of(
            term,
            [
                Drawn(anna, [Fate(section, bucket="N")]),
                Drawn(ben, [held_back(section, 1)]),
                Drawn(newcomer, [held_back(section, 2, flags="N")]),
            ],
        )
    )
    services.say_one_stays_away(
        enrolment=enrolment_of(anna, section), actor=anna.user, key=key(1), at=TODAY
    )
    Term.objects.update(phase=Term.Phase.WAITLISTING)
    section.refresh_from_db()
    services.promote(section=section, at=TODAY)
    assert entry_of(newcomer, section).state == "offered"
    assert entry_of(ben, section).state == "waiting"


def test_the_offices_of_the_classes_know_the_people(term):
    county = UnitFactory(county=True)
    section = SectionFactory(term=term, campus=CampusFactory(unit=county))
    anna, ben = LearnerFactory.create_batch(2)
    place(draw_of(term, [Drawn(anna, [Fate(section)]), Drawn(ben, [held_back(section, 1)])]))
    known = LearnerUnit.objects.filter(unit=county).values_list("learner", flat=True)
    assert set(known) == {anna.pk, ben.pk}


def test_no_request_of_the_web_may_place_seats(term, as_app):
    anna = LearnerFactory()
    draw = draw_of(term, [Drawn(anna, [Fate(SectionFactory(term=term))])])
    with as_app(), pytest.raises(ProgrammingError), scope.learners([anna.pk]):
        ledger.place_drawn(draw_id=draw.pk, at=TODAY, due_at=ANSWER_BY, reminders=[])
    with as_app():
        assert place(draw) == 1


@pytest.mark.parametrize(
    ("planned", "due"),
    [
        (ANSWER_BY, ANSWER_BY),
        (TODAY + timedelta(hours=71), ANSWER_BY),  # less than three days
        (None, ANSWER_BY),
    ],
)
def test_people_have_three_days_at_least(planned, due):
    term = TermFactory(phase=Term.Phase.CONFIRMING)
    if planned:
        confirming_until(term, planned)
    anna, section = LearnerFactory(), SectionFactory(term=term)
    place(draw_of(term, [Drawn(anna, [Fate(section)])]))
    assert enrolment_of(anna, section).due_at == due


def test_a_form_that_is_out_by_an_objection_gets_nothing(term):
    section = SectionFactory(term=term)
    anna = LearnerFactory()
    draw = draw_of(term, [Drawn(anna, [Fate(section)])])
    with connection.cursor() as cursor:  # no service does it, and the database refuses it
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE enrolment_application DISABLE TRIGGER a_public_result_stays")
    Application.objects.update(state="rejected", rejected_for="too_young")
    assert place(draw) == 0


# The check of every night


def test_the_check_finds_somebody_who_was_drawn_and_has_nothing(term):
    section = SectionFactory(term=term)
    anna, ben = LearnerFactory.create_batch(2)
    draw_of(term, [Drawn(anna, [Fate(section)]), Drawn(ben, [held_back(section, 1)])])
    assert ledger.broken_rules(at=TODAY, offer_hours=False) == [
        ("who was drawn has the enrolment", f"learner {anna.pk} class {section.pk}"),
        (
            "who stands on a list of the draw stands in the line",
            f"learner {ben.pk} class {section.pk}",
        ),
    ]


def test_the_check_finds_a_place_that_no_draw_gave(term):
    section = SectionFactory(term=term)
    anna, ben = LearnerFactory.create_batch(2)
    place(draw_of(term, [Drawn(anna, [Fate(section)])]))
    Enrolment.objects.filter(learner=anna).update(learner=ben)
    rules = {rule for rule, _subject in ledger.broken_rules(at=TODAY, offer_hours=False)}
    assert "a place of a draw was drawn, and the draw is public" in rules
