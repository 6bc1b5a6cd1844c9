"""The boundary second: what runs out this moment, and everybody who acts on it in that instant.

The clock of the door decides, so each act says when it came; the database decides who was first.
"""

import random
from collections import Counter
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from enrolment import services
from enrolment.models import Enrolment
from enrolment.services import SeatRefused
from tests.enrolment.acts import press
from tests.enrolment.rush import all_at_once, on_own_connection
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import CampusFactory, CourseFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
ROUNDS = 20
BOUNDARY = timedelta(milliseconds=1)


def said(act):
    try:
        return str(act().outcome)
    except SeatRefused as refused:
        return str(refused.reason)


def in_one_instant(*calls, round_number):
    """Make the calls at once, begun in another order each round; answers in their own order."""
    order = random.Random(round_number).sample(range(len(calls)), len(calls))
    answers = all_at_once([on_own_connection(calls[number]) for number in order])
    return [answers[order.index(number)] for number in range(len(calls))]


def one_offer(shared, number):
    """The one seat of a class is offered; return it, who was asked, and who waits behind."""
    section = SectionFactory(capacity=1, **shared)
    first, second = LearnerFactory.create_batch(2)
    for place, learner in enumerate((first, second), 1):
        section.waitlist.create(
            learner=learner, unit=section.unit, ticket=10 * number + place, joined_at=TODAY
        )
    services.promote(section=section, at=TODAY)
    return section, first, second


def entry(section, learner):
    entries = section.waitlist.select_related("section__term", "learner__user")
    return entries.get(learner=learner)


# Yes, no, more time, whether the sweep freed it, and how the person stands then. A no after the
# sweep leaves the line in which the person stands again; after a yes there is nothing to decline.
ENDS = {
    ("confirmed", "not_waiting", longer, False, "accepted") for longer in ("extended", "too_late")
} | {
    ("too_late", "declined", longer, False, "declined") for longer in ("extended", "too_late")
} | {
    ("too_late", "left_line", "too_late", True, "left"),
}  # fmt: skip


def test_at_the_boundary_one_of_accept_decline_more_time_and_sweep_has_the_last_word(
    nothing_is_broken,
):
    """Offers that run out this moment; yes, no, more time and the sweep in one instant."""
    shared = {"term": TermFactory(), "campus": CampusFactory(), "course": CourseFactory()}
    staff, seen = StaffFactory(unit=shared["campus"].unit), Counter()
    for number in range(ROUNDS):
        section, first, second = one_offer(shared, number)
        offer = entry(section, first)
        due = offer.due_at
        answer = {"entry": offer, "actor": first.user, "at": due - BOUNDARY}
        accept = partial(services.accept_offer, key=uuid4(), **answer)
        decline = partial(services.decline_offer, key=uuid4(), **answer)
        more = partial(
            services.extend_place, about=offer, actor=staff, key=uuid4(), at=due - BOUNDARY,
            reason="住院",
        )  # fmt: skip
        answers = in_one_instant(
            *(partial(said, act) for act in (accept, decline, more)),
            lambda at=due: services.lapse_and_promote(at=at).freed,
            round_number=number,
        )
        yes, no, longer, freed = answers
        state = entry(section, first).state
        seen[state] += 1
        outcome = (yes, no, longer, freed > 0, state)
        assert outcome in ENDS, answers
        # Whoever lost the seat lost it to the next person, and to nobody else.
        services.lapse_and_promote(at=due)
        assert entry(section, second).state == ("waiting" if state == "accepted" else "offered")
        assert section.enrolments.holding_a_seat().count() == (state == "accepted")
        nothing_is_broken(due)
    assert len(seen) >= 2, seen


def test_at_the_boundary_of_a_withdrawal_one_of_undo_yield_and_sweep_has_the_seat(
    nothing_is_broken,
):
    """Seats whose ten minutes end this moment, and somebody who waits for each."""
    shared = {"term": TermFactory(), "campus": CampusFactory(), "course": CourseFactory()}
    seen = Counter()
    for number in range(ROUNDS):
        section = SectionFactory(capacity=1, **shared)
        first, second = LearnerFactory.create_batch(2)
        assert (press(section, first), press(section, second)) == ("confirmed", "waitlisted")
        mine = Enrolment.objects.select_related("section__term", "learner__user").get(
            learner=first, section=section
        )
        services.withdraw(enrolment=mine, actor=first.user, key=uuid4(), at=TODAY)
        mine.refresh_from_db()
        due = mine.undo_until
        acts = [
            partial(act, enrolment=mine, actor=first.user, key=uuid4(), at=due - BOUNDARY)
            for act in (services.undo_withdrawal, services.yield_seat)
        ]
        undone, yielded, freed, _offered = in_one_instant(
            *(partial(said, act) for act in acts),
            lambda at=due: services.lapse_and_promote(at=at).freed,
            lambda at=due, s=section: services.promote(section=s, at=at),
            round_number=number,
        )
        winners = [undone == "restored", yielded == "yielded", freed == 1]
        assert winners.count(True) == 1, (undone, yielded, freed)
        assert {undone, yielded} <= {"restored", "yielded", "too_late"}
        services.lapse_and_promote(at=due)
        assert section.enrolments.holding_a_seat().count() == (undone == "restored")
        assert entry(section, second).state == ("waiting" if undone == "restored" else "offered")
        seen[winners.index(True)] += 1
        nothing_is_broken(due, offer_hours=True)
    assert len(seen) >= 2, seen
