"""Going on into the next term: at once inside a programme, by lot where too many ask."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction

from accounts.models import AuditEvent, OutboxMessage
from courses.models import Attendance, ClassSection, Course, Term
from enrolment import services
from enrolment.domain import lottery
from enrolment.domain.queueing import digest_of
from enrolment.domain.refusals import Refusal
from enrolment.domain.renewal import RenewalProblem
from enrolment.models import Enrolment, Renewal, RenewalLot, Seat, ledger
from enrolment.services import renewals
from tests.enrolment.acts import withdraw
from tests.enrolment.rush import all_at_once, on_own_connection
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.renewals import (
    CONFIRM_UNTIL,
    WINDOW_CLOSES,
    programme,
    repeatable,
    sits_in,
    terms_that_meet,
)
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
State = Renewal.State


@pytest.fixture
def terms(db):
    return terms_that_meet()


def renew(enrolment, section, *, at=TODAY, key=None, actor=None, **more):
    return renewals.renew(
        enrolment=enrolment,
        section=section,
        actor=actor or enrolment.learner.user,
        key=key or uuid4(),
        at=at,
        **more,
    )


def refused(enrolment, section, **more):
    with pytest.raises(renewals.RenewalRefused) as said:
        renew(enrolment, section, **more)
    return said.value.problem


def broken(at=TODAY):
    return ledger.broken_rules(at=at, offer_hours=False)


def came_to(enrolment, lessons, *, of):
    """The learner came to so many lessons, of so many that were held."""
    rows = enrolment.section.lessons
    rows.filter(number__gt=of).delete()
    for lesson in rows.all():
        Attendance.objects.create(lesson=lesson, learner=LearnerFactory(), kind="room", at=TODAY)
        if lesson.number <= lessons:
            Attendance.objects.create(
                lesson=lesson, learner=enrolment.learner, kind="room", at=TODAY
            )


def test_next_level_is_held_until_the_end_of_confirming_with_one_press(terms, as_app):
    first, second = programme(*terms, with_fee=True)
    enrolment = sits_in(first)
    with as_app():
        row = renew(enrolment, second)
    assert (row.state, row.section, row.goes_on_from) == (State.KEPT, second, enrolment)
    held = row.enrolment
    assert (held.status, held.source, held.due_at) == ("offered", "renewal", CONFIRM_UNTIL)
    assert broken() == []


def test_class_without_a_fee_is_theirs_at_once(terms):
    first, second = programme(*terms)
    theirs = renew(sits_in(first), second).enrolment
    assert (theirs.status, theirs.answered_at) == ("confirmed", TODAY)


def test_second_tap_and_the_same_press_renew_once(terms):
    first, second = programme(*terms)
    enrolment, key = sits_in(first), uuid4()
    rows = {renew(enrolment, second, key=key).pk for _tap in range(2)}
    rows.add(renew(enrolment, second).pk)
    assert len(rows) == 1
    assert Enrolment.objects.filter(source="renewal").count() == 1


def test_own_place_and_hour_come_first_among_several_classes(terms):
    first, second = programme(*terms)
    elsewhere = SectionFactory(term=second.term, course=second.course, weekday=3)
    later = SectionFactory(term=second.term, course=second.course, campus=first.campus, weekday=4)
    enrolment = sits_in(first)
    goes = renewals.queries.going_on(
        enrolment, second.term, actor=enrolment.learner.user, at=TODAY
    )
    assert goes.best.section == second
    assert [one.section for one in goes.others] == [later, elsewhere]


@pytest.mark.parametrize(("lessons", "problem"), [(6, None), (5, RenewalProblem.CAME_TOO_SELDOM)])
def test_who_came_to_sixty_of_a_hundred_lessons_may_go_on(terms, lessons, problem):
    first, second = programme(*terms)
    enrolment = sits_in(first)
    came_to(enrolment, lessons, of=10)
    if problem is None:
        assert renew(enrolment, second).state == State.KEPT
    else:
        assert refused(enrolment, second) == problem


def test_nobody_is_held_to_a_list_that_was_not_kept(terms):
    first, second = programme(*terms)
    assert renew(sits_in(first), second).state == State.KEPT


def test_last_level_ends_the_programme(terms):
    now, coming = terms
    _first, second = programme(now, coming)
    last = SectionFactory(term=now, course=second.course, weekday=4)
    assert refused(sits_in(last), second) == RenewalProblem.PROGRAMME_OVER


def test_level_of_two_terms_goes_on_in_itself_once_and_for_all(terms):
    now, coming = terms
    course = SectionFactory(
        term=now, course__level=Course.Level.MIXED, course__programme_terms=2
    ).course
    again = SectionFactory(term=coming, course=course)
    assert renew(sits_in(course.sections.get(term=now)), again).state == State.KEPT


def test_full_class_and_no_class_say_so(terms):
    first, second = programme(*terms, capacity=1)
    renew(sits_in(first), second)
    late = sits_in(
        SectionFactory(term=first.term, course=first.course, weekday=4), LearnerFactory()
    )
    assert refused(late, second) == RenewalProblem.FULL
    ClassSection.objects.filter(pk=second.pk).update(status="cancelled")
    assert refused(late, second) == RenewalProblem.NO_CLASS


def test_limit_of_two_classes_counts_renewals(terms):
    now, coming = terms
    learner = LearnerFactory()
    for day in (1, 2, 3):
        first, second = programme(now, coming, weekday=day)
        section = SectionFactory(term=now, course=first.course, weekday=day)
        enrolment = sits_in(section, learner)
        if day < 3:
            renew(enrolment, second)
    with pytest.raises(renewals.RenewalRefused) as said:
        renew(enrolment, second)
    assert said.value.objection.reason == Refusal.LIMIT


@pytest.mark.parametrize(
    ("at", "phase", "problem"),
    [
        (WINDOW_CLOSES, Term.Phase.RENEWAL_OPEN, RenewalProblem.OVER),
        (TODAY, Term.Phase.PUBLISHED, RenewalProblem.NOT_OPEN),
        (WINDOW_CLOSES + timedelta(hours=2), Term.Phase.WISHES_OPEN, RenewalProblem.OVER),
    ],
)
def test_outside_the_window_nobody_renews(terms, at, phase, problem):
    first, second = programme(*terms)
    Term.objects.filter(pk=second.term_id).update(phase=phase)
    section = ClassSection.objects.select_related("term").get(pk=second.pk)
    assert refused(sits_in(first), section, at=at) == problem


def test_somebody_elses_class_is_not_gone_on_from(terms):
    first, second = programme(*terms)
    enrolment = sits_in(first)
    with pytest.raises(PermissionDenied):
        renew(enrolment, second, actor=LearnerFactory().user)
    assert not Renewal.objects.exists()


def test_renewed_place_is_given_back_like_any_other_and_may_be_taken_again(terms):
    first, second = programme(*terms, with_fee=True)
    enrolment = sits_in(first)
    row = renew(enrolment, second)
    withdraw(row.enrolment)
    services.lapse_and_promote(at=TODAY + timedelta(minutes=11))
    again = renew(enrolment, second, at=TODAY + timedelta(minutes=12))
    assert (again.state, again.pk == row.pk) == (State.KEPT, False)
    assert broken(TODAY + timedelta(minutes=12)) == []


# Where a lot decides


def ask(again, first, count):
    return [renew(sits_in(first), again) for _person in range(count)]


def close(term, at=WINDOW_CLOSES):
    return renewals.close_renewals(term=term, at=at)


def states(rows):
    return [Renewal.objects.get(pk=row.pk).state for row in rows]


def test_class_that_may_be_taken_again_is_asked_for_and_holds_nothing_yet(terms):
    first, again = repeatable(*terms)
    row = ask(again, first, 1)[0]
    assert (row.state, row.enrolment, len(row.number)) == (State.ASKED, None, 12)
    assert Seat.objects.free().filter(section=again).count() == 5


def test_all_who_asked_go_on_where_there_is_room_for_all(terms):
    first, again = repeatable(*terms)
    rows = ask(again, first, 2)
    assert close(again.term) == 2
    assert states(rows) == [State.KEPT, State.KEPT]


def test_more_than_forty_of_a_hundred_are_drawn_by_their_own_numbers(terms):
    first, again = repeatable(*terms)
    rows = ask(again, first, 5)
    digest = RenewalLot.objects.get(term=again.term).digest

    assert close(again.term) == 2

    lot = RenewalLot.objects.get(term=again.term)
    assert digest_of(lot.seed) == digest == lot.digest
    places = lottery.number_applications(
        [row.number for row in rows], seed=bytes.fromhex(lot.seed)
    )
    drawn = {row.number for row in Renewal.objects.filter(state=State.KEPT)}
    assert drawn == {number for number, place in places.items() if place <= 2}
    assert states(rows).count(State.NOT_DRAWN) == 3
    assert OutboxMessage.objects.filter(kind="tell_not_renewed").count() == 3
    assert broken(WINDOW_CLOSES) == []


def test_place_of_who_cannot_take_it_goes_to_the_next_number(terms):
    now, coming = terms
    first, again = repeatable(now, coming)
    rows = ask(again, first, 5)
    lot_seed = RenewalLot.objects.get(term=coming).secret.seed
    places = lottery.number_applications(
        [row.number for row in rows], seed=bytes.fromhex(lot_seed)
    )
    winner = next(row for row in rows if places[row.number] == 1)
    for day in (4, 5):  # two other classes by now: as many as one may have
        other, second = programme(now, coming, weekday=day)
        seat = SectionFactory(term=now, course=other.course, weekday=day)
        renew(sits_in(seat, winner.learner), second)
    assert close(coming) == 2
    assert Renewal.objects.get(pk=winner.pk).state == State.REFUSED  # and not: not drawn


def test_closing_twice_and_closing_early_draw_nothing(terms):
    first, again = repeatable(*terms)
    ask(again, first, 3)
    with pytest.raises(renewals.RenewalRefused):
        close(again.term, at=TODAY)
    assert [close(again.term), close(again.term)] == [2, 0]


def test_clock_draws_the_lot_when_the_window_has_closed(terms):
    first, again = repeatable(*terms)
    rows = ask(again, first, 3)
    services.lapse_and_promote(at=WINDOW_CLOSES - timedelta(seconds=1))
    assert set(states(rows)) == {State.ASKED}
    services.lapse_and_promote(at=WINDOW_CLOSES)
    assert states(rows).count(State.KEPT) == 2


def test_lot_that_was_interrupted_goes_on_in_the_same_order(terms, monkeypatch):
    first, again = repeatable(*terms)
    rows = ask(again, first, 5)
    give, calls = renewals._give, []

    def give_once(row, *rest, **more):
        if calls:
            raise ConnectionError("the machine went down")
        calls.append(row)
        return give(row, *rest, **more)

    monkeypatch.setattr(renewals, "_give", give_once)
    with pytest.raises(ConnectionError):
        close(again.term)
    monkeypatch.undo()
    close(again.term)
    lot = RenewalLot.objects.get(term=again.term)
    places = lottery.number_applications(
        [row.number for row in rows], seed=bytes.fromhex(lot.seed)
    )
    kept = Renewal.objects.filter(state=State.KEPT)
    assert {places[row.number] for row in kept} == {1, 2}


def test_what_was_asked_is_taken_back_while_the_lot_is_not_drawn(terms):
    first, again = repeatable(*terms)
    row = ask(again, first, 1)[0]
    press = {"asked": row, "actor": row.learner.user, "at": TODAY}
    assert renewals.take_back_renewal(**press)
    assert not renewals.take_back_renewal(**press)
    assert close(again.term) == 0
    assert states([row]) == [State.TAKEN_BACK]


def test_registrar_opening_renewal_shows_the_digest_before_anybody_asks(terms):
    _now, coming = terms
    Term.objects.filter(pk=coming.pk).update(phase=Term.Phase.PUBLISHED)
    coming.refresh_from_db()
    services.move_term_on(
        term=coming, phase=Term.Phase.RENEWAL_OPEN, reason="按计划", actor=StaffFactory(), at=TODAY
    )
    lot = RenewalLot.objects.get(term=coming)
    assert (lot.seed, len(lot.digest)) == ("", 64)


@pytest.mark.parametrize(
    ("is_drawn", "change"),
    [
        (False, {"seed": "ab" * 32, "drawn_at": TODAY}),
        (False, {"digest": "0" * 64}),
        (True, {"seed": "", "drawn_at": None}),
        (True, {"drawn_at": TODAY}),
    ],
)
def test_lot_is_drawn_once_with_the_seed_that_was_promised(terms, is_drawn, change):
    first, again = repeatable(*terms)
    ask(again, first, 5)
    if is_drawn:
        close(again.term)
    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        RenewalLot.objects.filter(term=again.term).update(**change)


def test_lot_that_two_workers_draw_at_once_is_noted_once(terms, monkeypatch):
    first, again = repeatable(*terms)
    ask(again, first, 5)
    draw = renewals._draw

    def while_another_draws(*what):
        monkeypatch.setattr(renewals, "_draw", draw)
        assert close(again.term) == 2
        return draw(*what)

    monkeypatch.setattr(renewals, "_draw", while_another_draws)
    assert close(again.term) == 0
    (noted,) = AuditEvent.objects.filter(action="renewals drawn")
    assert noted.details["given"] == 2


def test_secret_of_a_lot_is_read_by_no_request(terms, as_app):
    first, again = repeatable(*terms)
    row = ask(again, first, 1)[0]
    with as_app():
        assert not Renewal.objects.filter(pk=row.pk).exists()
        assert not RenewalLot.objects.filter(secret__isnull=False).exists()


# At once


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_two_renewals_for_the_last_place_under_the_share_give_one():
    now, coming = terms_that_meet()
    first, again = repeatable(now, coming, capacity=5)
    sitters = [sits_in(first) for _person in range(5)]

    def press(enrolment):
        return on_own_connection(
            lambda: ledger.renew(
                goes_on_from=enrolment, section=again, actor=enrolment.learner.user,
                channel="web", key=uuid4(), at=TODAY, due_at=None, most=2,
            ).outcome
        )  # fmt: skip

    outcomes = all_at_once([press(enrolment) for enrolment in sitters])

    assert sorted(map(str, outcomes)) == ["confirmed"] * 2 + ["refused"] * 3
    assert broken() == []


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_everybody_of_a_class_goes_on_at_once_and_nobody_is_told_it_is_full():
    now, coming = terms_that_meet()
    first, second = programme(now, coming, capacity=12, with_fee=True)
    sitters = [sits_in(first) for _person in range(12)]

    rows = all_at_once(
        [on_own_connection(lambda one=one: renew(one, second).state) for one in sitters]
    )

    assert rows == [State.KEPT] * 12
    assert Seat.objects.free().filter(section=second).count() == 0
    assert broken() == []


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_one_person_pressing_in_ten_windows_renews_once():
    now, coming = terms_that_meet()
    first, second = programme(now, coming, capacity=12, with_fee=True)
    enrolment = sits_in(first)
    press = on_own_connection(lambda: renew(enrolment, second).pk)
    answers = all_at_once([press] * 10)
    kept = Renewal.objects.get()
    assert {answer for answer in answers if isinstance(answer, int)} == {kept.pk}
    others = [answer for answer in answers if not isinstance(answer, int)]
    assert all(isinstance(one, renewals.RenewalRefused) for one in others)
    assert broken() == []
