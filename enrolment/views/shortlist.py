"""Doors to one's list of classes: put aside, look it over, ask for all of it with one press."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.http import LearnerRequest, learner_required, new_press, press_of
from courses.models import ClassSection
from enrolment import queries, services, wording
from enrolment.domain.refusals import Refusal
from enrolment.models import Claim, Enrolment, Together
from enrolment.queries import Dossier, Shortlist, Wanted
from enrolment.services import ListFull, SeveralRefused
from enrolment.services.shortlist import MOST
from enrolment.views.passes import passes_of, waits_at
from enrolment.views.presses import measured, one_key_one_request

HAD = {Refusal.ALREADY_IN, Refusal.ALREADY_WAITING}
HANGING = {Together.EACH.value, Together.ALL.value}


@dataclass(frozen=True)
class Row:
    """One class of the list in words: why not, what else is to know, where to wait."""

    wanted: Wanted
    why_not: str = ""
    beforehand: tuple[str, ...] = ()
    opening: int | None = None

    @property
    def section(self) -> ClassSection:
        """The class."""
        return self.wanted.section

    @property
    def is_asked_for(self) -> bool:
        """Whether a press for the list asks for this class, too."""
        return self.wanted.is_open and self.opening is None


@never_cache
@learner_required
@require_safe
def show_list(request: LearnerRequest) -> HttpResponse:
    """Each class with what stands against it, then everything about one press for all."""
    mine = _shortlist(request)
    rows = _rows(request, mine)
    asked = [row for row in rows if row.is_asked_for]
    facts = mine.facts
    likely = _likely(mine, asked)
    return render(
        request,
        "enrolment/shortlist.html",
        {
            "rows": rows,
            "asked": asked,
            "asked_words": wording.asked_for_now(len(asked), len(rows)),
            "for_the_form": sum(row.section.takes_choices and not row.why_not for row in rows),
            "one_term": len({row.section.term_id for row in asked}) == 1,
            "total_fen": sum(row.section.fee_fen for row in likely),
            "some_now": bool(likely),
            "falls_back": any(
                queries.falls_back_elsewhere(request.learner, row.section) for row in likely
            ),
            "dues": sorted(
                {due for row in likely if facts and (due := facts.hold_until(row.section.pk))}
            ),
            "refund_rule": next(
                (wording.refund_rule(row.section) for row in asked if row.section.fee_fen), ""
            ),
            "some_full": any(row.wanted.offer.card.seats.state == "full" for row in asked),
            "too_many": _too_many(mine, asked),
            "press": new_press(),
        },
    )


@learner_required
def put_aside(request: LearnerRequest, section_id: int) -> HttpResponse:
    """Put a class on the list."""
    section = get_object_or_404(ClassSection.objects.listed().with_all_to_show(), pk=section_id)
    if request.method == "POST":
        try:
            services.put_aside(section=section, learner=request.learner, at=request.at)
        except ListFull:
            messages.warning(request, wording.list_full(MOST))
        else:
            messages.info(request, wording.put_aside(section))
    return redirect("enrolment:show-list")


@learner_required
def take_off(request: LearnerRequest, section_id: int) -> HttpResponse:
    """Take a class off the list."""
    if request.method == "POST":
        services.take_off(section_id=section_id, learner=request.learner)
        messages.success(request, wording.taken_off())
    return redirect("enrolment:show-list")


@measured
@learner_required
@one_key_one_request
def enrol_from_list(request: LearnerRequest) -> HttpResponse:
    """Ask for the classes that the form named; the answer stands on a page of its own."""
    the_list = redirect("enrolment:show-list")
    if request.method != "POST":
        return the_list  # somebody came back after signing in
    sections, mode = _asked(request.POST)
    if not sections or (mode is Together.ALL and len({one.term_id for one in sections}) > 1):
        why = wording.one_term_only() if sections else wording.nothing_chosen()
        messages.warning(request, why)
        return the_list
    key = press_of(request)
    try:
        parts = services.enrol_from_list(
            sections=sections,
            learner=request.learner,
            mode=mode,
            actor=request.user,
            key=key,
            at=request.at,
            passes=passes_of(request),
        )
    except SeveralRefused as refused:
        return _none_of_all(request, refused, sections)
    except ClassSection.DoesNotExist:
        raise Http404 from None
    if all(part.claim is None for part in parts):
        if all(part.reason in HAD for part in parts):
            return _dealt_with(request)  # a second page of the same list was open
        enough = any(part.reason is Refusal.HELPED_ENOUGH for part in parts)
        again_at = limits.helps_again_at(request.at)
        messages.warning(
            request,
            wording.refusal(Refusal.HELPED_ENOUGH, sections[0], opens_at=again_at)
            if enough
            else wording.nothing_from_list(),
        )
        return the_list
    return redirect("enrolment:show-answers", key)


def _still_listed(request: LearnerRequest, sections: list[ClassSection]) -> bool:
    with request.scope():
        listed = queries.listed_sections(request.learner)
    return any(section.pk in listed for section in sections)


def _dealt_with(request: LearnerRequest) -> HttpResponse:
    """Lead to what an earlier press brought: a second page of the same list was open."""
    messages.info(request, wording.already_dealt_with())
    return redirect("enrolment:my-classes")


@never_cache
@learner_required
@require_safe
def show_answers(request: LearnerRequest, key: UUID) -> HttpResponse:
    """What one press came to, class by class, as it stands now; and what is left on the list."""
    claims = queries.answers_to([request.learner.pk], key)
    if not claims:
        raise Http404
    sections = ClassSection.objects.with_all_to_show().in_bulk([one.section_id for one in claims])
    had = [one for one in claims if not one.was_refused]
    entries = [one.entry for one in had if one.entry is not None]
    places = queries.places_of(entries, request.learner, at=request.at)
    rows = _rows(request, _shortlist(request))
    on_list = {row.section.pk for row in rows}
    # What is to be paid stands first, by its day.
    had.sort(key=lambda one: _due(one) or datetime.max.replace(tzinfo=UTC))
    to_pay = [sections[one.section_id] for one in had if _due(one)]
    dues = [due for one in had if (due := _due(one))]
    return render(
        request,
        "enrolment/answers.html",
        {
            "answers": [(one, sections[one.section_id], _place_of(one, places)) for one in had],
            "came_about": wording.came_about(
                held=len(to_pay),
                enrolled=sum(bool(one.enrolment and _is_enrolled(one.enrolment)) for one in had),
                waiting=len(places),
            ),
            "to_pay": wording.to_pay(to_pay, dues[0]) if dues else [],
            "refused": [
                (sections[one.section_id], wording.refusal(Refusal(one.reason)))
                for one in claims
                if one.was_refused and one.section_id not in on_list
            ],
            "rows": rows,
        },
    )


def _due(claim: Claim) -> datetime | None:
    return claim.enrolment.due_at if claim.enrolment else None


def _is_enrolled(enrolment: Enrolment) -> bool:
    return enrolment.holds_a_seat() and enrolment.due_at is None


def _place_of(claim: Claim, places: list[queries.Place]) -> queries.Place | None:
    return next((one for one in places if one.entry.pk == claim.entry_id), None)


def _shortlist(request: LearnerRequest) -> Shortlist:
    return queries.shortlist_of(request.learner, actor=request.user, at=request.at)


def _rows(request: LearnerRequest, mine: Shortlist) -> list[Row]:
    return [_row(request, mine, one) for one in mine.wanted]


def _row(request: LearnerRequest, mine: Shortlist, one: Wanted) -> Row:
    """Say of one class why not, or what to know first."""
    section, offer = one.section, one.offer
    objection = offer.objection
    if section.takes_choices and mine.facts is not None:  # by the form of its term, not here
        return _as_a_choice(mine.facts, one)
    if objection is not None:
        opens_at = offer.card.seats.opens_at
        said = wording.objection(objection, section, other=offer.other, opens_at=opens_at)
        return Row(one, why_not=said)
    known = [*wording.before_the_tap(offer.findings, section)]
    if one.beside is not None and one.neighbour is not None:
        known.append(wording.beside(one.beside, section, one.neighbour))
    opening = waits_at(request, mine.facts, section.pk) if mine.facts else None
    return Row(
        one,
        why_not=wording.refusal(Refusal.WAIT_YOUR_TURN) if opening is not None else "",
        beforehand=tuple(known),
        opening=opening,
    )


def _as_a_choice(facts: Dossier, one: Wanted) -> Row:
    """Say of a class that is asked for by the form what stands against it there."""
    section = one.section
    said = facts.against_wish(section.pk)
    if said is not None:
        other = queries.section_to_show(said.other_section) if said.other_section else None
        return Row(one, why_not=wording.objection(said, section, other=other))
    return Row(
        one, beforehand=tuple(wording.before_the_tap(facts.about_wish(section.pk), section))
    )


def _too_many(mine: Shortlist, asked: list[Row]) -> str:
    """Say before the press that a term's limit will leave some of the classes out."""
    facts = mine.facts
    if facts is None:
        return ""
    by_term: dict[int, list[int]] = {}
    for row in asked:
        if facts.section(row.section.pk).counts:
            by_term.setdefault(row.section.term_id, []).append(row.section.pk)
    for wanted in by_term.values():
        limit, counted = facts.limit(wanted[0])
        if len(wanted) + len(counted) > limit:
            return wording.more_than_allowed(limit)
    return ""


def _likely(mine: Shortlist, asked: list[Row]) -> list[Row]:
    """Return the classes a press would bring now, from the top: those are to be paid."""
    facts = mine.facts
    if facts is None:
        return []
    found: dict[int, Row] = {}
    counts: dict[int, int] = {}
    for row in asked:
        section, beside = row.section, row.wanted.neighbour
        limit, counted = facts.limit(section.pk)
        so_far = counts.get(section.term_id, len(counted))
        counted_here = facts.section(section.pk).counts
        if row.wanted.offer.card.seats.state == "full" or (beside and beside.pk in found):
            continue
        if counted_here and so_far >= limit:
            continue
        counts[section.term_id] = so_far + counted_here
        found[section.pk] = row
    return list(found.values())


def _asked(form: QueryDict) -> tuple[list[ClassSection], Together]:
    """Return the classes a form names, in its order, and how they hang together.

    The form says it, not the list of this moment: a second tap must ask for the same.
    """
    numbers = [int(one) for one in form.getlist("class") if one.isascii() and one.isdigit()]
    wanted = list(dict.fromkeys(number for number in numbers if number < 2**63))[:MOST]
    found = ClassSection.objects.listed().with_all_to_show().in_bulk(wanted)
    mode = form.get("mode", "")
    sections = [found[number] for number in wanted if number in found]
    return sections, Together(mode) if mode in HANGING else Together.EACH


def _none_of_all(
    request: LearnerRequest, refused: SeveralRefused, sections: list[ClassSection]
) -> HttpResponse:
    """Say which class kept all of them away; the list is as it was."""
    if refused.reason in HAD and not _still_listed(request, sections):
        return _dealt_with(request)
    by_id = {section.pk: section for section in sections}
    section = by_id.get(refused.section)
    other = refused.other_section
    why = wording.refusal(
        refused.reason,
        section,
        other=queries.section_to_show(other) if other else None,
        opens_at=refused.opens_at,
    )
    if refused.reason is Refusal.FULL:
        why = wording.no_place_now()
    messages.warning(request, wording.none_came_about(section, why, among=sections))
    return redirect("enrolment:show-list")
