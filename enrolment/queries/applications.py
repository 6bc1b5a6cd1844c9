"""What the form of a term asks and shows: the windows, the reserves, like classes nearby."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, FilteredRelation, Q
from django.utils.timezone import localtime

from accounts import scope
from accounts.models import ConsentRecord, Learner, User
from campus.models import Locality, TravelTime
from courses.models import ClassSection, Term, TermPhase, TermPolicy, TermRecord
from courses.models.sections import ClassSectionQuerySet
from enrolment.domain import wishes
from enrolment.domain.wishes import SOFT_DEADLINE, Standing
from enrolment.models import Application, Channel, Enrolment, Roster
from enrolment.queries.facts import Dossier, dossier
from enrolment.queries.times import rules_of

AT_THE_OFFICE = frozenset({Channel.COUNTER, Channel.PHONE, Channel.PAPER})
CARE_FROM_AGE, NEARBY_MINUTES = 80, 12


@dataclass(frozen=True)
class Window:
    """When forms of a term can be handed in. ``is_frozen``: the list has been closed."""

    opens_at: datetime | None
    closes_at: datetime | None
    is_open_phase: bool
    is_frozen: bool

    def takes(self, at: datetime, *, channel: str, begun_at: datetime | None) -> bool:
        """Whether a form may be handed in at a moment.

        Until the deadline, or half an hour longer where the form was open before it. What the
        office had received on paper by then is keyed in until the list is closed.
        """
        if self.is_frozen or not self.is_open_phase:
            return False
        if self.opens_at is not None and at < self.opens_at:
            return False
        if self.closes_at is None or at < self.closes_at or channel == Channel.PAPER:
            return True
        begun_in_time = begun_at is not None and begun_at <= self.closes_at
        return begun_in_time and at < self.closes_at + SOFT_DEADLINE


def window_of(term: Term) -> Window:
    """Return when forms of a term can be handed in.

    A closed list is open for the one form that an objection puts right, in that transaction.
    """
    planned = TermPhase.objects.of_phase(Term.Phase.WISHES_OPEN).filter(term=term).first()
    is_closed = Roster.objects.last_of(term) is not None
    is_opened = is_closed and _an_objection_is_being_met()
    return Window(
        opens_at=planned.opens_at if planned else None,
        closes_at=planned.closes_at if planned else None,
        is_open_phase=term.phase == Term.Phase.WISHES_OPEN or is_opened,
        is_frozen=is_closed and not is_opened,
    )


def _an_objection_is_being_met() -> bool:
    """Whether this transaction was opened for an objection; which form, the database knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.objection', true), '') <> ''")
        return bool(cursor.fetchone()[0])


def terms_with_forms() -> list[Term]:
    """Return the terms that have forms now, or will have them soon: the coming one first."""
    before = [Term.Phase.PUBLISHED, Term.Phase.RENEWAL_OPEN, Term.Phase.WISHES_OPEN]
    planned = TermPhase.objects.of_phase(Term.Phase.WISHES_OPEN).values("term")
    return list(
        Term.objects.in_phase(*before).filter(pk__in=planned).order_by("starts_on").distinct()
    )


def application_of(learner: Learner, term: Term) -> Application | None:
    """Return a learner's form for a term with the version that counts; None before the first."""
    return (
        Application.objects.select_related("current", "term", "learner", "goes_with__current")
        .filter(learner=learner, term=term)
        .first()
    )


def standing_of(learner: Learner, facts: Dossier, section_id: int, *, at: datetime) -> Standing:
    """Return what the reserves ask of a learner, with an eye to the term of a class."""
    term = ClassSection.objects.select_related("term").get(pk=section_id).term
    rules = rules_of(term, at=at).stored
    limit = rules.get("nearby_minutes", NEARBY_MINUTES)
    near = TravelTime.objects.filter(
        locality__region_code=learner.region_code, minutes__lte=limit
    ).values_list("campus", flat=True)
    papers = ConsentRecord.objects.counting(learner, at)
    past = TermRecord.objects.filter(learner=learner, term__starts_on__lt=term.starts_on)
    return Standing(
        is_newcomer=facts.learner(section_id).is_newcomer,
        missed=wishes.missed_terms(past.values_list("term__starts_on", "applied", "room_seats")),
        age=learner.age_on(term.starts_on),
        has_reason=papers.filter(kind__in=ConsentRecord.Kind.proofs_of_care()).exists(),
        near=frozenset(near) if learner.region_code else frozenset(),
        care_from_age=rules.get("care_from_age", CARE_FROM_AGE),
    )


def rule_version(term: Term, *, at: datetime) -> int:
    """Return the version of the rules that counts; 0 for a term that has published none."""
    policy = TermPolicy.objects.published(term, at).first()
    return policy.version if policy else 0


def can_be_chosen(term: Term) -> ClassSectionQuerySet:
    """Return the classes that go into the draw: in a room, listed, running, not by invitation."""
    return ClassSection.objects.listed().running().taught_in(term).in_a_draw()


@dataclass(frozen=True)
class LikeClass:
    """A class of the same course at another hour or place. ``minutes`` one way, if known."""

    section: ClassSection
    instead_of: int
    minutes: int | None


def like_classes(
    chosen: Iterable[ClassSection],
    *,
    learner: Learner,
    partner: int | None,
    actor: User,
    at: datetime,
    at_most_minutes: int | None = None,
    most: int = 12,
) -> list[LikeClass]:
    """Return classes one could take instead: same course, nothing against them, nearest first.

    For whoever goes with the learner (``partner``) nothing may be against them either. A class
    stands once, beside the first choice that it is like.
    """
    chosen = list(chosen)
    if not chosen:
        return []
    of_course = {section.course_id: section for section in reversed(chosen)}
    found = (
        can_be_chosen(chosen[0].term)
        .filter(course__in=of_course)
        .exclude(pk__in=[section.pk for section in chosen])
        .select_related("course__subject", "term", "campus", "room", "slot", "teacher", "unit")
    )
    locality = Locality.objects.filter(region_code=learner.region_code).first()
    if locality is not None:
        way = FilteredRelation(
            "campus__travel_times", condition=Q(campus__travel_times__locality=locality)
        )
        found = found.annotate(way=way, minutes=F("way__minutes"))
    nearest = sorted(found, key=lambda one: (_minutes(one) is None, _minutes(one) or 0, one.pk))
    if at_most_minutes is not None:
        nearest = [one for one in nearest if (_minutes(one) or 0) <= at_most_minutes]
    ids = [one.pk for one in nearest[: most * 4]]
    people = [learner]
    if partner is not None:
        with scope.learners([partner]):
            people.append(Learner.objects.get(pk=partner))
    facts = [dossier(ids, learner=one, actor=actor, at=at) for one in people if ids]
    return [
        LikeClass(one, of_course[one.course_id].pk, _minutes(one))
        for one in nearest[: most * 4]
        if all(known.against_wish(one.pk) is None for known in facts)
    ][:most]


def _minutes(section: ClassSection) -> int | None:
    minutes: int | None = getattr(section, "minutes", None)
    return minutes


def seats_in_the_draw(sections: Collection[int]) -> dict[int, int]:
    """Return how many seats of classes go into the draw: all but those renewed already."""
    capacity = dict(ClassSection.objects.filter(pk__in=sections).values_list("pk", "capacity"))
    held: dict[int, int] = {}
    for section in (
        Enrolment.objects.holding_a_seat()
        .filter(section__in=sections)
        .values_list("section", flat=True)
    ):
        held[section] = held.get(section, 0) + 1
    return {section: max(0, seats - held.get(section, 0)) for section, seats in capacity.items()}


def undo_until(at: datetime, *, minutes: int, deadline: datetime | None) -> datetime:
    """Return until when a step may be taken back: some minutes, never past the deadline.

    A step of the last half hour, after it, cannot be taken back.
    """
    later = localtime(at) + timedelta(minutes=minutes)
    return later if deadline is None else max(at, min(later, deadline))
