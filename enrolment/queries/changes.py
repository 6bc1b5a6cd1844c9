"""Classes that one class could be changed for, and who comes together with whom."""

from datetime import datetime

from accounts import scope
from accounts.models import HelperGrant, Learner, User
from accounts.queries import at_the_door, learners_of
from courses.models import ClassSection
from enrolment.domain.changes import Difference, difference, stays_behind
from enrolment.models import Act, Claim, Enrolment, Outcome, WaitlistEntry, ledger
from enrolment.queries.classes import Offer, live_cards, offers_for
from enrolment.queries.facts import dossier

TO_CHOOSE_FROM = 9
LOOKED_AT = 24
COMPANIONS = 6  # people of one family; more is an office, which has a desk of its own


def could_change_to(enrolment: Enrolment, *, actor: User, at: datetime) -> list[Offer]:
    """Return classes like a learner's own that it could be changed for.

    The same course first, then the same subject; those with places before full ones, the
    nearest campus before the farther. What the rules would refuse is left out.
    """
    own = enrolment.section
    alike = (
        ClassSection.objects.listed()
        .running()
        .taught_in(own.term)
        .filter(course__subject=own.course.subject)
        .exclude(pk=own.pk)
        .with_all_to_show()
    )

    def nearness(other: ClassSection) -> tuple[object, ...]:
        here, there = own.campus, other.campus
        seen = getattr(other, "availability", None)
        return (
            other.course_id != own.course_id,
            not (seen and seen.seats_left),
            (here.x_km - there.x_km) ** 2 + (here.y_km - there.y_km) ** 2,
            (other.slot.weekday, other.slot.starts_at),
            other.pk,
        )

    payable = [one for one in alike if not money_stays(enrolment, one)]
    nearest = sorted(payable, key=nearness)[:LOOKED_AT]
    if not nearest:
        return []
    facts = dossier([one.pk for one in nearest], learner=enrolment.learner, actor=actor, at=at)
    offers = offers_for(
        live_cards(nearest, locality=None, at=at),
        enrolment.learner,
        facts,
        at=at,
        giving_up=own.pk,
    )
    return [one for one in offers if one.may_go_on][:TO_CHOOSE_FROM]


def money_stays(enrolment: Enrolment, section: ClassSection) -> bool:
    """Whether what was paid for an enrolment cannot go along to a class of another office."""
    return stays_behind(
        is_paid=enrolment.due_at is None,
        old_fen=enrolment.section.fee_fen,
        new_fen=section.fee_fen,
        old_office=enrolment.section.unit_id,
        new_office=section.unit_id,
    )


def fee_of_change(enrolment: Enrolment, section: ClassSection) -> Difference:
    """Return what changing an enrolment for a class costs or brings back."""
    return difference(
        old_fen=enrolment.section.fee_fen,
        new_fen=section.fee_fen,
        is_paid=enrolment.due_at is None,
    )


def given_for(claim: Claim) -> ClassSection | None:
    """Return the class that ended with a press, or ends when its place in line brings a seat."""
    mine = Enrolment.objects.of(claim.learner)
    if claim.outcome == Outcome.WAITLISTED:
        if claim.entry is None or claim.entry.gives_up_id is None:
            return None
        mine = mine.filter(pk=claim.entry.gives_up_id)
    elif claim.act in {Act.SWAP, Act.ACCEPT}:
        mine = mine.changed_for_another_at(claim.at)
    else:
        return None
    old = mine.with_all_to_show().first()
    return old.section if old else None


def came_instead(enrolment: Enrolment) -> Enrolment | None:
    """Return what a learner's class was changed for; None where it was not changed."""
    if enrolment.status != Enrolment.Status.TRANSFERRED or enrolment.ended_at is None:
        return None
    mine = Enrolment.objects.of(enrolment.learner).with_all_to_show()
    return mine.filter(created_at=enrolment.ended_at).exclude(pk=enrolment.pk).first()


def ends_with_a_yes(entry: WaitlistEntry) -> ClassSection | None:
    """Return the class that ends when an offer is accepted, if the learner still has it."""
    if entry.gives_up_id is None:
        return None
    mine = Enrolment.objects.of(entry.learner).holding_a_seat().with_all_to_show()
    old = mine.filter(pk=entry.gives_up_id).first()
    return old.section if old else None


def companions_of(learner: Learner, user: User, *, at: datetime) -> list[Learner]:
    """Return who else this account may enrol: people who can come together with the learner.

    Grants of the office are for its desk, not for a family's page.
    """
    allowed = at_the_door(user, at=at)
    others = {*allowed.own, *allowed.grants} - {learner.pk}
    if not others:
        return []  # most people are alone, and this is asked on the busiest page of a rush
    with scope.learners(others):
        live = HelperGrant.objects.live(at).exclude(kind=HelperGrant.Kind.STAFF)
        granted = live.filter(helper=user, may_apply=True, learner__in=others)
        ids = {*allowed.own, *granted.values_list("learner", flat=True)} & others
        return list(Learner.objects.filter(pk__in=ids, deceased_on=None).in_order()[:COMPANIONS])


def waits_beside(entry: WaitlistEntry, user: User, *, at: datetime) -> tuple[int, list[str]]:
    """Return how many people wait as one with somebody, and the names this account may know."""
    others = ledger.company(learner=entry.learner).get(entry.pk, 0)
    if not others:
        return 0, []
    allowed = learners_of(user, at=at)
    with scope.learners([*allowed.own, *allowed.grants]):
        beside = WaitlistEntry.objects.in_line().filter(
            section=entry.section_id, together=entry.together
        )
        names = beside.exclude(pk=entry.pk).values_list("learner__name", flat=True)
        return others, sorted(names)
