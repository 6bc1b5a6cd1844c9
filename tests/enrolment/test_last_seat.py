"""The last seat: two for one, a press that comes twice, two tabs of one learner."""

import socket
import struct
import time
from contextlib import closing, contextmanager
from functools import partial
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from accounts import clock
from enrolment import services
from enrolment.models import Channel, Claim, Enrolment, WaitlistEntry, ledger
from tests.enrolment import rush
from tests.enrolment.acts import claim, enrolment_of, entry_of, press, seats_of
from tests.enrolment.rush import all_at_once, in_step, on_own_connection, stopped_in_mid_claim
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import CampusFactory, CourseFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]


# Two for one


def last_seats(number):
    """Classes with one seat each, and two who want each."""
    shared = {"term": TermFactory(), "campus": CampusFactory(), "course": CourseFactory()}
    sections = [SectionFactory(capacity=1, **shared) for _one in range(number)]
    pairs = [LearnerFactory.create_batch(number) for _side in range(2)]
    return sections, pairs


def both_press(sections, pairs, *, by=claim):
    return in_step(
        *(
            [
                lambda section=section, learner=learner: press(section, learner, by=by)
                for section, learner in zip(sections, side, strict=True)
            ]
            for side in pairs
        )
    )


def one_has_it_and_the_other_is_first_in_line(sections, pairs):
    answers = both_press(sections, pairs)
    assert {tuple(sorted(answer)) for answer in answers} == {("confirmed", "waitlisted")}
    for section, answer, *pair in zip(sections, answers, *pairs, strict=True):
        winner, other = pair if answer[0] == "confirmed" else pair[::-1]
        assert enrolment_of(winner, section).status == "confirmed"
        entry = entry_of(other, section)
        assert ledger.places_in_line(learner=other, at=TODAY)[entry.pk] == (1, 1)
    assert Enrolment.objects.count() == WaitlistEntry.objects.count() == len(sections)


def test_of_two_for_the_last_seat_one_has_it_and_one_is_first_in_line(nothing_is_broken):
    one_has_it_and_the_other_is_first_in_line(*last_seats(50))
    nothing_is_broken(offer_hours=True)


@pytest.mark.deep("claims")
def test_a_thousand_last_seats(nothing_is_broken):
    one_has_it_and_the_other_is_first_in_line(*last_seats(1000))
    nothing_is_broken(offer_hours=True)
    print("\n1,000 last seats, two for each: 1,000 given, 1,000 first in line")  # noqa: T201


def test_control_two_who_read_first_and_write_then_both_have_it():
    sections, pairs = last_seats(10)

    class Given:
        outcome = "confirmed"

    def naive(section, learner, *, key):
        if section.enrolments.holding_a_seat().count() < section.capacity:
            time.sleep(0.02)  # what any page does between question and answer, made plain to see
            section.enrolments.create(
                learner=learner, unit_id=section.unit_id, status="confirmed",
                source="open", slots=section.meets, created_at=TODAY,
            )  # fmt: skip
        return Given

    both_press(sections, pairs, by=naive)
    assert Enrolment.objects.count() > len(sections)


def test_a_claim_that_dies_with_the_seat_in_hand_leaves_it_to_the_head_of_the_line(
    nothing_is_broken,
):
    for section, anna, ben in zip(*_flat(*last_seats(5)), strict=True):
        key = uuid4()
        with stopped_in_mid_claim(
            lambda s=section, a=anna, k=key: claim(s, a, key=k),
            section=section, learner=anna, key=key,
        ) as annas:  # fmt: skip
            # The seat is in Anna's hand: who comes now does not wait for it, but in the line.
            assert press(section, ben) == "waitlisted"
            assert isinstance(annas.kill(), OperationalError)
        assert seats_of(section) == ["free"]

        services.lapse_and_promote(at=TODAY)

        assert (seats_of(section), entry_of(ben, section).state) == (["offered"], "offered")
        # Of Anna's press nothing is left, so she may press again, and stands behind him.
        assert not Claim.objects.filter(learner=anna).exists()
        assert press(section, anna, key=key) == "waitlisted"
        services.accept_offer(entry=entry_of(ben, section), actor=ben.user, key=uuid4(), at=TODAY)
        assert enrolment_of(ben, section).status == "confirmed"
        nothing_is_broken(offer_hours=True)


def _flat(sections, pairs):
    return sections, *pairs


def test_control_a_claim_that_does_not_die_keeps_its_seat(nothing_is_broken):
    (section,), ((anna,), (ben,)) = last_seats(1)
    key = uuid4()
    with stopped_in_mid_claim(
        lambda: claim(section, anna, key=key), section=section, learner=anna, key=key
    ) as annas:
        assert press(section, ben) == "waitlisted"
        services.lapse_and_promote(at=TODAY)
        assert annas.finish().outcome == "confirmed"
    services.lapse_and_promote(at=TODAY)
    assert (seats_of(section), entry_of(ben, section).state) == (["taken"], "waiting")
    nothing_is_broken(offer_hours=True)


# A press that comes twice


def test_one_key_for_two_classes_at_once_is_one_seat_and_a_422(nothing_is_broken):
    clock.set_to(TODAY)
    term = TermFactory()
    # Two of one term meet at the learner's lock; of two terms, at the key itself.
    classes = [SectionFactory(term=term, capacity=8, weekday=day) for day in (2, 4)]
    pairs = [classes, [classes[0], SectionFactory(capacity=8, weekday=5)]]
    learners = LearnerFactory.create_batch(8)
    with rush.serving(threads=4) as port:
        for number, learner in enumerate(learners):
            sections = pairs[number % 2]
            visitor, key = rush.sign_in(learner.user, port), rush.new_key()
            answers = all_at_once(
                [
                    partial(
                        visitor.post,
                        reverse("enrolment:hold-seat", args=[section.pk]),
                        press=key,
                        expects="seat",
                    )
                    for section in sections
                ]
            )
            assert sorted(status for status, _where in answers) == [302, 422]
    assert Claim.objects.count() == len(learners)
    nothing_is_broken()


def test_an_answer_lost_on_its_way_is_given_again(nothing_is_broken):
    """The line is cut after the commit; whoever presses again finds what they had."""
    clock.set_to(TODAY)
    section, (anna, ben) = SectionFactory(capacity=1), LearnerFactory.create_batch(2)
    address = reverse("enrolment:hold-seat", args=[section.pk])
    with rush.serving(threads=4) as port:
        for learner, outcome in ((anna, "confirmed"), (ben, "waitlisted")):
            visitor, key = rush.sign_in(learner.user, port), rush.new_key()
            _press_and_hang_up(visitor, address, learner, key)
            kept = Claim.objects.get(learner=learner)
            assert (str(kept.key), kept.outcome) == (key, outcome)

            again = [visitor.post(address, press=key, expects="seat") for _time in range(2)]

            where = (
                reverse("enrolment:show-enrolment", args=[kept.enrolment_id])
                if kept.enrolment_id
                else reverse("enrolment:show-entry", args=[kept.entry_id])
            )
            assert again == [(302, where)] * 2
    assert (Enrolment.objects.count(), WaitlistEntry.objects.count()) == (1, 1)
    assert Claim.objects.count() == 2
    nothing_is_broken()


def _press_and_hang_up(visitor, address, learner, key):
    """Send the press, read nothing, and break the line once the seat is given."""
    body = urlencode({"csrfmiddlewaretoken": rush.TOKEN, "press": key, "expects": "seat"})
    cookies = f"{settings.SESSION_COOKIE_NAME}={visitor.session}; csrftoken={rush.TOKEN}"
    head = [f"POST {address} HTTP/1.1", f"Host: 127.0.0.1:{visitor.port}", f"Cookie: {cookies}"]
    head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    request = "\r\n".join([*head, "", body]).encode()
    with closing(socket.create_connection(("127.0.0.1", visitor.port), timeout=30)) as line:
        # With nothing lingering a close is a reset: what the server has sent is thrown away.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.sendall(request)
        until = time.monotonic() + 30
        while not Claim.objects.filter(learner=learner, key=UUID(key)).exists():
            assert time.monotonic() < until, "the press did not arrive"
            time.sleep(0.002)


# Two tabs, two classes in the same hour


def without_asking(section, learner, *, key):
    """The claim as the database gets it: no friendly check before."""
    return ledger.claim(
        section=section, learner=learner, actor=learner.user, channel=Channel.WEB,
        key=key, at=TODAY, due_at=None,
    )  # fmt: skip


@contextmanager
def no_check_in_the_function():
    """Mutation: the function asks nothing any more, what is left are the constraints."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('seat_refusal'::regproc)")
        original = cursor.fetchone()[0]
        cursor.execute(
            "CREATE OR REPLACE FUNCTION seat_refusal(p_learner bigint,"
            " p_section courses_classsection, p_at timestamptz, p_new_hold boolean, p_but bigint)"
            " RETURNS text LANGUAGE sql AS $$ SELECT ''::text $$"
        )
        try:
            yield
        finally:
            if not connection.in_atomic_block:
                cursor.execute(original.replace("%", "%%"))


def clashing(*, two_terms=False):
    term = TermFactory()
    sections = [
        SectionFactory(capacity=20, term=term),
        SectionFactory(capacity=20, term=TermFactory() if two_terms else term),
    ]
    return sections, LearnerFactory.create_batch(10)


def two_tabs(sections, learners, *, by):
    answers = in_step(
        *(
            [lambda s=section, one=learner: press(s, one, by=by) for learner in learners]
            for section in sections
        )
    )
    held = [learner.enrolments.holding_a_seat().count() for learner in learners]
    return answers, held


@pytest.mark.parametrize("two_terms", [False, True])
def test_of_two_tabs_on_clashing_classes_one_wins(two_terms, nothing_is_broken):
    """Of one term under the learner's lock; of two terms, who have a lock each, by constraint."""
    answers, held = two_tabs(*clashing(two_terms=two_terms), by=claim)

    assert {tuple(sorted(answer)) for answer in answers} == {("clash", "confirmed")}
    assert held == [1] * 10
    nothing_is_broken(offer_hours=True)


@pytest.mark.parametrize("two_terms", [False, True])
def test_mutation_without_the_check_the_constraint_alone_lets_one_win(
    two_terms, nothing_is_broken
):
    sections, learners = clashing(two_terms=two_terms)
    with no_check_in_the_function():
        answers, held = two_tabs(sections, learners, by=without_asking)

    assert {tuple(sorted(answer)) for answer in answers} == {("confirmed", "refused")}
    assert held == [1] * 10
    nothing_is_broken(offer_hours=True)


def test_control_without_check_and_constraint_both_would_win():
    sections, (learner, *_others) = clashing()
    with transaction.atomic():
        with no_check_in_the_function(), connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE enrolment_enrolment"
                " DROP CONSTRAINT a_learner_sits_in_one_class_at_a_time"
            )
            won = [press(section, learner, by=without_asking) for section in sections]
        transaction.set_rollback(True)
    assert won == ["confirmed", "confirmed"]


# The full count


@pytest.mark.deep("claims")
def test_a_sell_out_in_full_size(nothing_is_broken):
    """32 connections, 500 seats, 3,200 presses."""
    section, learners = SectionFactory(capacity=500), LearnerFactory.create_batch(3200)

    def everybody(side):
        return [press(section, learner) for learner in side]

    began = time.monotonic()
    sides = all_at_once(
        [on_own_connection(lambda n=n: everybody(learners[n::32])) for n in range(32)],
        patience=900,
    )
    took = time.monotonic() - began

    told = [answer for side in sides for answer in side]
    assert (told.count("confirmed"), told.count("waitlisted")) == (500, 2700)
    assert Enrolment.objects.holding_a_seat().count() == 500
    line = list(WaitlistEntry.objects.in_order())
    assert len({entry.ticket for entry in line}) == len(line) == 2700
    for place in (1, 2, 1350, 2699, 2700):
        entry = line[place - 1]
        assert ledger.places_in_line(learner=entry.learner, at=TODAY)[entry.pk] == (place, 2700)
    nothing_is_broken(offer_hours=True)
    print(f"\n3,200 claims for 500 seats on 32 connections: 500 seats given, "  # noqa: T201
          f"2,700 in line, no error, {took:.0f} s")  # fmt: skip
