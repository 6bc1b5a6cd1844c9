"""The watch finds what is broken: rules of histories, order and letters, broken on purpose."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import OutboxMessage
from enrolment import services
from enrolment.models import Claim, EnrolmentEvent, WaitlistEntry, ledger
from tests.enrolment.acts import claim, decline, enrolment_of, entry_of, withdraw
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
TOLD = "every answer is told, and no other"
MOVED = "a movement of a seat begins where the one before ended"
CHANGED = "a change of an enrolment begins where the one before ended"


def broken(at=TODAY):
    """The names of the rules that do not hold."""
    return sorted({rule for rule, _subject in ledger.broken_rules(at=at, offer_hours=False)})


def waiting_for(section, *, at=TODAY, **kwargs):
    return WaitlistEntryFactory(
        section=section, learner=LearnerFactory(), joined_at=at, ticket=_next_ticket(), **kwargs
    )


def _next_ticket():
    return WaitlistEntry.objects.count() + 1


def write_again(event, **changes):
    """Add a movement to the book, like one that is there, with something else in it."""
    event.pk = None
    for name, value in changes.items():
        setattr(event, name, value)
    event.save(force_insert=True)


def last_event():
    return EnrolmentEvent.objects.in_order().last()


# I10: the history replays to what the rows say


def test_a_movement_that_begins_where_none_ended_is_found():
    section = SectionFactory()
    claim(section, LearnerFactory())
    assert broken() == []
    write_again(last_event(), seat_from="held", status_from="confirmed", status_to="active")
    write_again(last_event(), seat_from="taken", status_from="active", status_to="confirmed")
    assert broken() == [MOVED]


def test_a_seat_that_passes_from_one_to_another_without_being_free_is_found():
    section, ben = SectionFactory(), LearnerFactory()
    claim(section, LearnerFactory())
    write_again(
        last_event(), learner=ben, seat_from="taken", status_from="confirmed",
        status_to="active",
    )  # fmt: skip
    assert MOVED in broken()


def test_a_state_that_no_movement_led_to_is_found():
    section, learner = SectionFactory(with_fee=True), LearnerFactory()
    claim(section, learner)
    enrolment = enrolment_of(learner, section)
    later = enrolment.due_at + A_DAY
    section.enrolments.update(due_at=later)
    section.seats.filter(learner=learner).update(due_at=later)
    assert broken() == ["the history of a seat ends in its state"]


def test_a_status_that_no_change_led_to_is_found():
    section, learner = SectionFactory(), LearnerFactory()
    claim(section, learner)
    section.enrolments.update(status="active")
    assert broken() == ["the history of an enrolment ends in its state"]


def test_a_change_of_an_enrolment_that_begins_elsewhere_is_found():
    section = SectionFactory()
    claim(section, LearnerFactory())
    write_again(last_event(), seat_from="taken", status_from="offered", status_to="confirmed")
    assert broken() == [CHANGED]


def test_a_whole_history_replays(nothing_is_broken):
    """Held, kept longer, given back, taken back, given up, offered, missed: no rule speaks up."""
    section, (anna, ben) = (
        SectionFactory(capacity=1, with_fee=True),
        LearnerFactory.create_batch(2),
    )
    claim(section, anna)
    claim(section, ben)
    staff = StaffFactory(unit=section.unit)
    enrolment = enrolment_of(anna, section)
    services.extend_place(about=enrolment, actor=staff, key=uuid4(), at=TODAY, reason="住院")
    withdraw(enrolment)
    services.undo_withdrawal(enrolment=enrolment, actor=anna.user, key=uuid4(), at=TODAY)
    withdraw(enrolment)
    services.yield_seat(enrolment=enrolment, actor=anna.user, key=uuid4(), at=TODAY)
    services.promote(section=section, at=TODAY)
    due = entry_of(ben, section).due_at
    services.lapse_and_promote(at=due)
    assert entry_of(ben, section).expiries == 1
    nothing_is_broken(due)


# I11: offers go down the line


def offered_past(section):
    """Somebody is asked an hour after a person with a later number has come; the first is not."""
    first = waiting_for(section)
    second = waiting_for(section, at=TODAY + AN_HOUR)
    WaitlistEntry.objects.filter(pk=first.pk).update(state="left")
    services.promote(section=section, at=TODAY + 2 * AN_HOUR)
    WaitlistEntry.objects.filter(pk=first.pk).update(state="waiting")
    second.refresh_from_db()
    assert second.state == "offered"
    return first


def test_an_offer_past_somebody_who_stands_ahead_is_found():
    first = offered_past(SectionFactory(capacity=1))
    assert ledger.broken_rules(at=TODAY + 2 * AN_HOUR, offer_hours=False) == [
        ("nobody is offered a seat before who stands ahead", f"entry {first.pk}")
    ]


def test_a_skip_that_was_told_is_no_overtaking():
    first = offered_past(SectionFactory(capacity=1))
    WaitlistEntry.objects.filter(pk=first.pk).update(passed_over_at=TODAY + 2 * AN_HOUR)
    assert broken(TODAY + 2 * AN_HOUR) == []


def test_who_was_busy_with_a_press_of_their_own_was_not_overtaken():
    section = SectionFactory(capacity=1)
    first = offered_past(section)
    claim(SectionFactory(term=section.term, weekday=4), first.learner, at=TODAY + 2 * AN_HOUR)
    assert broken(TODAY + 2 * AN_HOUR) == []


def test_an_offer_down_the_line_is_none(nothing_is_broken):
    section = SectionFactory(capacity=1)
    first, second = waiting_for(section), waiting_for(section, at=TODAY + AN_HOUR)
    services.promote(section=section, at=TODAY + 2 * AN_HOUR)
    decline(entry_of(first.learner, section), at=TODAY + 2 * AN_HOUR)
    services.promote(section=section, at=TODAY + 3 * AN_HOUR)
    assert entry_of(second.learner, section).state == "offered"
    nothing_is_broken(TODAY + 3 * AN_HOUR)


# I12: what happened is told


def lose(kind):
    assert OutboxMessage.objects.filter(kind=kind).delete()[0]


def test_an_answer_that_nobody_is_told_of_is_found():
    claim(SectionFactory(), LearnerFactory())
    assert broken() == []
    lose("tell_claim")
    assert broken() == [TOLD]


def test_a_letter_about_an_answer_that_was_not_given_is_found():
    section, learner = SectionFactory(), LearnerFactory()
    claim(section, learner)
    OutboxMessage.objects.create(kind="tell_claim", object_id=f"{learner.pk}:nothing")
    assert broken() == [TOLD]


def test_an_offer_that_nobody_is_told_of_is_found():
    section = SectionFactory(capacity=1)
    waiting_for(section)
    services.promote(section=section, at=TODAY)
    lose("tell_offer")
    assert broken() == ["every offer is told"]


def test_a_seat_that_lapses_in_silence_is_found():
    section, learner = SectionFactory(with_fee=True), LearnerFactory()
    claim(section, learner)
    due = enrolment_of(learner, section).due_at
    services.lapse_and_promote(at=due)
    assert broken(due) == []
    lose("tell_lapsed")
    assert broken(due) == ["whose seat lapses or is called off is told"]


def test_a_class_called_off_in_silence_is_found():
    section = SectionFactory()
    claim(section, LearnerFactory())
    staff = StaffFactory(unit=section.unit)
    services.cancel_section(section=section, actor=staff, at=TODAY, reason="教师生病")
    services.lapse_and_promote(at=TODAY)
    assert broken() == []
    lose("tell_cancelled")
    assert broken() == ["whose seat lapses or is called off is told"]


def test_an_offer_that_runs_out_in_silence_is_found():
    section = SectionFactory(capacity=1)
    entry = waiting_for(section)
    services.promote(section=section, at=TODAY)
    due = entry_of(entry.learner, section).due_at
    services.lapse_and_promote(at=due)
    lose("tell_expired")
    assert broken(due) == ["whose offer runs out is told"]


# The parts


def test_every_part_of_the_check_is_asked():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, (SELECT prosrc FROM pg_proc WHERE proname = 'seat_check')"
            " FROM pg_proc WHERE proname LIKE 'seat_check\\_%%'"
        )
        parts = cursor.fetchall()
    assert len(parts) == 7
    assert all(f"{name}(" in whole for name, whole in parts)


# I8: what a press came to


def test_a_press_whose_enrolment_is_nowhere_is_found():
    answer = claim(SectionFactory(), LearnerFactory())
    Claim.objects.filter(key=answer.key).update(enrolment_id=answer.enrolment_id + 1_000_000)
    assert "a press that gave a seat has its enrolment" in broken()


def test_a_place_that_two_presses_say_they_gave_is_found():
    answer = claim(SectionFactory(), LearnerFactory())
    again = Claim.objects.get(key=answer.key)
    again.key, again.act = uuid4(), "swap"
    again.save(force_insert=True)
    assert "one seat is given once" in broken()
