"""Whom the office has to telephone, the most urgent first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from accounts.models import Learner
from enrolment.domain import calls, deadlines
from enrolment.domain.calls import Owed, Why
from enrolment.models import CallAttempt, Enrolment, WaitlistEntry
from enrolment.queries.times import extended_until, rules_of

OFFER, PLACE = "offer", "place"
NO_SMARTPHONE = Q(learner__device__in=[Learner.Device.FEATURE, Learner.Device.NONE]) | Q(
    learner__phone=""
)
WITH_A_WEEK = [Enrolment.Source.DRAW, Enrolment.Source.RENEWAL]
NO_LETTER = Q(learner__phone="", source=Enrolment.Source.DRAW, answered_at=None)
TOLD = [CallAttempt.Outcome.REACHED_YES, CallAttempt.Outcome.WRONG_NUMBER]
LAST_DAYS = timedelta(days=deadlines.DAYS_BEFORE_START)


@dataclass(frozen=True)
class ToCall:
    """Somebody to telephone: about what, why, and what the tries so far came to."""

    about: WaitlistEntry | Enrolment
    why: Why
    tries: list[CallAttempt]

    @property
    def is_offer(self) -> bool:
        """Whether a place is offered, to be taken or not; else one is held, to be paid."""
        return isinstance(self.about, WaitlistEntry)

    @property
    def is_lost(self) -> bool:
        """Whether the place is gone: there is nothing to ask, only to tell."""
        return self.why is Why.LOST

    @property
    def owed(self) -> Owed | None:
        """What is left of three tries on two days, for those who are owed them."""
        if not self.is_offer or self.why is not Why.NO_SMARTPHONE:
            return None
        return calls.owed(localdate(one.at) for one in self.tries)


def to_call(units: Iterable[int], *, at: datetime) -> list[tuple[datetime, str, int]]:
    """Return what there is to call about in these offices: due time, offer or place, and its id.

    Three columns only: on the last day before all confirmations fall due it is a long list.
    """
    units = list(units)
    offers = [(due, OFFER, pk) for pk, due in _offers(units, at).values_list("pk", "due_at")]
    places = [(due, PLACE, pk) for pk, due in _places(units, at).values_list("pk", "due_at")]
    lost = [(ended, PLACE, pk) for pk, ended in _lost(units, at).values_list("pk", "ended_at")]
    return sorted(offers + places + lost)


def number_to_call(units: Iterable[int], *, at: datetime) -> int:
    """Count them, for the panel of the desk."""
    units = list(units)
    return int(sum(found(units, at).count() for found in (_offers, _places, _lost)))


def calls_about(rows: Iterable[tuple[datetime, str, int]]) -> list[ToCall]:
    """Return one page of the list, with people, classes and tries, in the order given."""
    rows = list(rows)
    ids = {kind: [pk for _due, what, pk in rows if what == kind] for kind in (OFFER, PLACE)}
    entries = _with_people(WaitlistEntry.objects.all()).in_bulk(ids[OFFER])
    places = _with_people(Enrolment.objects.all()).in_bulk(ids[PLACE])
    tries = _tries(list(entries.values()), list(places.values()))
    found = {OFFER: entries, PLACE: places}
    return [
        _to_call(found[kind][pk], tries.get((kind, pk), []))
        for _due, kind, pk in rows
        if pk in found[kind]
    ]


def call_about(about: WaitlistEntry | Enrolment) -> ToCall:
    """Return the tries about one offer or one place."""
    kind = OFFER if isinstance(about, WaitlistEntry) else PLACE
    offers = [about] if isinstance(about, WaitlistEntry) else []
    places = [about] if isinstance(about, Enrolment) else []
    return _to_call(about, _tries(offers, places).get((kind, about.pk), []))


def more_time(about: WaitlistEntry | Enrolment, *, at: datetime) -> datetime | None:
    """Return until when staff may keep a place longer; None if it is not kept for an answer."""
    if about.due_at is None:
        return None
    return extended_until(
        about.section,
        rules_of(about.section.term, at=at),
        due_at=about.due_at,
        is_offer=isinstance(about, WaitlistEntry),
        at=at,
    )


def _offers(units: list[int], at: datetime) -> Any:
    """Open offers: to people whom no link reaches, and to all just before a class begins."""
    last_days = Q(section__term__starts_on__lte=localdate(at) + LAST_DAYS)
    offered = WaitlistEntry.objects.offered().of_units(units)
    offered = offered.filter(due_at__gt=at, learner__deceased_on=None)
    return offered.filter(NO_SMARTPHONE | last_days)


def _places(units: list[int], at: datetime) -> Any:
    """Places about to lapse that nobody has said a word about: of people whom no link reaches,
    and from seventy on of those who were drawn or renew. Who was drawn and has no phone is
    called from the first day: nobody has told them yet.
    """
    confirm_soon = Q(source__in=WITH_A_WEEK, learner__born_on__lte=calls.born_by(localdate(at)))
    reached = CallAttempt.objects.filter(
        enrolment=OuterRef("pk"), outcome=CallAttempt.Outcome.REACHED_YES
    )
    return (
        Enrolment.objects.awaiting_confirmation()
        .of_units(units)
        .filter(due_at__gt=at, learner__deceased_on=None)
        .filter(NO_LETTER | Q(due_at__lte=at + calls.BEFORE_DUE) & (NO_SMARTPHONE | confirm_soon))
        .exclude(Exists(reached))
    )


def _lost(units: list[int], at: datetime) -> Any:
    """Places not paid in time whose people no letter reaches, until somebody has told them.

    Who has the same class again needs no such call.
    """
    told = CallAttempt.objects.filter(
        enrolment=OuterRef("pk"), at__gte=OuterRef("ended_at"), outcome__in=TOLD
    )
    again = Enrolment.objects.holding_a_seat().filter(
        learner=OuterRef("learner"), section=OuterRef("section")
    )
    return (
        Enrolment.objects.not_paid_in_time(at - calls.AFTER_LOSS)
        .of_units(units)
        .filter(NO_SMARTPHONE, learner__deceased_on=None)
        .exclude(Exists(told) | Exists(again))
    )


def _with_people(rows: Any) -> Any:
    return rows.with_all_to_show().select_related("learner")


def _tries(
    entries: list[WaitlistEntry], places: list[Enrolment]
) -> dict[tuple[str, int | None], list[CallAttempt]]:
    calls_made = CallAttempt.objects.select_related("actor").in_order()
    found: dict[tuple[str, int | None], list[CallAttempt]] = {}
    for one in calls_made.about_offers(entries) if entries else ():
        found.setdefault((OFFER, one.entry_id), []).append(one)
    for one in calls_made.about_places(places) if places else ():
        found.setdefault((PLACE, one.enrolment_id), []).append(one)
    return found


def _to_call(about: WaitlistEntry | Enrolment, tries: list[CallAttempt]) -> ToCall:
    learner = about.learner
    if isinstance(about, Enrolment) and about.status == Enrolment.Status.LAPSED:
        why = Why.LOST
    elif learner.feature_phone_only or not learner.phone:
        why = Why.NO_SMARTPHONE
    elif isinstance(about, WaitlistEntry):
        why = Why.LAST_DAYS
    else:
        why = Why.CONFIRM_SOON
    return ToCall(about, why, tries)
