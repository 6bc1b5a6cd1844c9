"""Whom the office knows, and what it can offer them."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, Value
from django.db.models.functions import Replace

from accounts.models import Learner
from courses import search
from courses.models import ClassSection, Term
from courses.queries import ClassCard, in_best_order
from enrolment.queries.classes import live_cards

LEAST_DIGITS = 4  # of a phone number: as many as people are asked for
MOST_CLASSES = 40
# Digits and letters of the width of Chinese characters: left on by accident as one types.
NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF5B)} | {0x3000: 0x20}


def learners_known(words: str, *, who_died: bool = False) -> list[Learner] | None:
    """Return whom the words mean, among those this scope may see; None for too little to go by.

    A name or a part of it, pinyin with or without blanks, a card number, or a phone number or
    its last four digits at least. ``who_died``: those, too, for what is still to be put right.
    """
    plain = words.translate(NARROW).strip()
    digits = re.sub(r"[^0-9]", "", plain)
    if len(plain) < 2 or (digits == plain and len(digits) < LEAST_DIGITS):
        return None
    meant = Q(name__icontains=plain) | Q(card_no__iexact=plain)
    if len(digits) >= LEAST_DIGITS:
        meant |= Q(phone__endswith=digits[-11:])
    sound = re.sub(r"[^a-z]", "", plain.lower())
    if sound and sound == re.sub(r"\s", "", plain.lower()):
        meant |= Q(sound__contains=sound)
    known = Learner.objects.annotate(sound=Replace("name_pinyin", Value(" "), Value("")))
    if not who_died:
        known = known.filter(deceased_on=None)
    return list(known.filter(meant).select_related("unit").in_order()[:31])


def terms_to_enrol_in() -> list[Term]:
    """Return the terms whose classes take people now, the one that is open first."""
    open_first = {Term.Phase.OPEN_ENROLMENT: 0}
    terms = [term for term in Term.objects.on_show().latest_first() if term.takes_people]
    return sorted(terms, key=lambda term: open_first.get(Term.Phase(term.phase), 1))


def classes_to_choose(
    units: Iterable[int], term: Term, words: str, *, at: datetime
) -> list[ClassCard]:
    """Return classes of these offices in a term: by what they are called, or by their number.

    With their seats of this moment; those with seats first.
    """
    sections = ClassSection.objects.listed().running().taught_in(term).filter(unit__in=units)
    # The number of a class, with or without the character for class behind it.
    number = re.search(r"(\d+)\s*\u73ed?\s*$", words)
    name = words[: number.start()].strip() if number else words.strip()
    if number:
        sections = sections.filter(number=int(number[1][:9]))
    if name:
        sections = sections.filter(course__in=search.course_ids(name))
    in_order = in_best_order(sections.with_all_to_show(), None)
    return live_cards(in_order[:MOST_CLASSES], locality=None, at=at)
