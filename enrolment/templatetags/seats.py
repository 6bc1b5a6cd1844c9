"""The live box of a class, for pages of every floor."""

from datetime import datetime
from typing import Any, cast

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils.dates import WEEKDAYS

from accounts import scope
from accounts.http import ACTING_FOR, CHOSEN
from accounts.models import Learner, User
from accounts.queries import learners_of
from campus.http import locality_of
from courses.models import ClassSection, Course, Term
from courses.queries import ClassCard, default_term, in_best_order, terms_on_show
from enrolment import queries, wording
from enrolment.models import Opening
from enrolment.queries import Offer

register = template.Library()

# How the states of classes follow each other in a table; few is as good as many.
FIRST = {"open": 0, "few": 0, "draw": 0, "full": 1, "soon": 2, "closed": 3}


@register.inclusion_tag("enrolment/_class_table.html", takes_context=True)
def class_table(context: Context, course: Course) -> dict[str, Any]:
    """Show all classes of a course with their seats this moment: seats first, then the nearest.

    The terms stand apart, the one that can still be had first: classes of two terms bear the
    same names.
    """
    request: HttpRequest | None = context.get("request")
    at = context["at"]
    locality = locality_of(request) if request else None
    sections = ClassSection.objects.listed().running().filter(course=course)
    terms = terms_on_show()
    on_show = sections.filter(term__in=terms).with_all_to_show()
    cards = queries.live_cards(in_best_order(on_show, locality), locality=locality, at=at)
    cards.sort(key=lambda card: FIRST[card.seats.state])  # the nearest stay first in each
    rows = _rows(cards, request, at)
    return {
        "terms": _by_term(terms, rows),
        "listed": next((row["listed"] for row in rows), 0),
        "fees_differ": len({card.section.fee_fen for card in cards}) > 1,
        "course": course,
        "request": request,
        "at": at,
        **_followed(course, request, at),
    }


def _followed(course: Course, request: HttpRequest | None, at: datetime) -> dict[str, Any]:
    """Return the reader's cloud seats in a course, by term, and whether we know who reads."""
    learner_id = who_asks(request, at) if request else None
    if learner_id is None:
        return {"online": {}, "knows_reader": False}
    with scope.learners([learner_id]):
        seats = queries.followed_by(Learner(pk=learner_id), course)
    return {"online": seats, "knows_reader": True}


@register.inclusion_tag("enrolment/_seat_box.html", takes_context=True)
def seat_box(context: Context, section: ClassSection) -> dict[str, Any]:
    """Show how one class stands, and the one thing to do about it."""
    request: HttpRequest | None = context.get("request")
    at = context["at"]
    section = queries.section_to_show(section.pk)
    return _rows([queries.live_card(section, at=at)], request, at)[0]


@register.inclusion_tag("enrolment/_openings_note.html", takes_context=True)
def openings_note(context: Context) -> dict[str, Any]:
    """Lead to the days on which departments open, while one of them is still to come or open."""
    stages = {stage for _opening, stage in queries.openings_on_show(at=context["at"])}
    return {"is_shown": bool(stages - {Opening.Stage.OVER})}


@register.simple_tag(takes_context=True)
def openings_of_the_day(context: Context) -> list[tuple[Opening, Opening.Stage]]:
    """Return the departments that open today, until nobody stands in line for them any more."""
    return queries.openings_of_the_day(at=context["at"])


@register.simple_tag(takes_context=True)
def next_lesson(context: Context) -> queries.MyLesson | None:
    """Return the next lesson of the learner this page is read for, if there is one."""
    request: HttpRequest | None = context.get("request")
    at = context["at"]
    learner_id = who_asks(request, at) if request else None
    if learner_id is None:
        return None
    with scope.learners([learner_id]):
        return queries.my_classes(Learner.objects.get(pk=learner_id), at=at).next_lesson


def _by_term(
    terms: list[Term], rows: list[dict[str, Any]]
) -> list[tuple[Term, list[dict[str, Any]], bool]]:
    """Return each term with its rows, and whether to fold them.

    A term that is being taught is folded beside one that is open: who looks for a class now
    need not scroll past those that have begun.
    """
    first = default_term(terms)
    apart = [
        (term, [row for row in rows if row["section"].term_id == term.pk])
        for term in sorted(terms, key=lambda term: term != first)
    ]
    found = [(term, its_rows) for term, its_rows in apart if its_rows]
    another_is_open = any(term.phase == Term.Phase.OPEN_ENROLMENT for term, _rows in found)
    return [
        (term, its_rows, another_is_open and term.phase == Term.Phase.TEACHING)
        for term, its_rows in found
    ]


def _rows(cards: list[Any], request: HttpRequest | None, at: datetime) -> list[dict[str, Any]]:
    learner_id = who_asks(request, at) if request else None
    ahead = queries.openings_ahead((card.section for card in cards), at=at)
    if request is None or learner_id is None or not cards:
        return [_row(Offer(card)) | _before_the_hour(card, ahead, at) for card in cards]
    with scope.learners([learner_id]):
        learner = Learner.objects.get(pk=learner_id)
        ids = [card.section.pk for card in cards]
        facts = queries.dossier(ids, learner=learner, actor=cast(User, request.user), at=at)
        listed = queries.listed_sections(learner)
        offers = queries.offers_for(cards, learner, facts, at=at)
        return [
            _row(offer, listed)
            | _before_the_hour(offer.card, ahead, at)
            | _as_a_choice(offer, facts)
            for offer in offers
        ]


def _before_the_hour(card: ClassCard, ahead: dict[int, Opening], at: datetime) -> dict[str, Any]:
    """When to come to the waiting room of a class that is still to open, and whether now."""
    opening = ahead.get(card.section.pk)
    if opening is None or card.seats.state != "soon":
        return {"room": None, "when_to_come": ""}
    return {
        "room": opening if opening.takes_people(at) else None,
        "when_to_come": wording.before_the_hour(opening, at=at),
    }


def _as_a_choice(offer: Offer, facts: queries.Dossier) -> dict[str, Any]:
    """What the rules say of a class that is asked for by the form: papers may still follow."""
    section = offer.card.section
    if not section.takes_choices:
        return {}
    said = facts.against_wish(section.pk)
    other = queries.section_to_show(said.other_section) if said and said.other_section else None
    return {
        "refusal": wording.objection(said, section, other=other) if said else "",
        "beforehand": wording.before_the_tap(facts.about_wish(section.pk), section),
    }


def _row(offer: Offer, listed: set[int] | None = None) -> dict[str, Any]:
    section = offer.card.section
    says_more = offer.objection and not (offer.may_go_on or offer.enrolment or offer.entry)
    shut = offer.card.seats.state in {"soon", "closed", "draw"}
    return {
        "offer": offer,
        "section": section,
        "card": offer.card,
        "is_listed": None if listed is None else section.pk in listed,
        "listed": len(listed or ()),
        "refusal": wording.objection(offer.objection, section, other=offer.other)
        if offer.objection and says_more and not shut
        else "",
        "beforehand": wording.before_the_tap(offer.findings, section) if offer.may_go_on else [],
    }


def who_asks(request: HttpRequest, at: datetime) -> int | None:
    """Return the learner this page is read for, when that is beyond doubt."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    allowed = learners_of(user, at=at)
    for name in (ACTING_FOR, CHOSEN):
        chosen = request.session.get(name)
        if chosen is not None and chosen in allowed:
            return int(chosen)
    return allowed.own[0] if len(allowed.own) == 1 else None


@register.filter
def first_meeting(section: ClassSection) -> datetime:
    """Return when a class meets first."""
    first: datetime = section.meets[0].lower
    return first


@register.filter
def last_meeting(section: ClassSection) -> datetime:
    """Return when a class meets last."""
    last: datetime = section.meets[-1].lower
    return last


@register.filter
def weekday_name(number: int) -> str:
    """Return the name of a weekday; Monday is 1."""
    return str(WEEKDAYS[number - 1])
