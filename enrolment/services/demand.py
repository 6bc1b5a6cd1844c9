"""How wanted each class is, in one word, once a day: while forms are open no count is shown."""

from collections import Counter
from datetime import datetime

from accounts import scope
from courses.models import ClassSection, SectionAvailability, Term
from enrolment.domain.wishes import Warmth, warmth
from enrolment.models import Application, ledger


def say_how_wanted(*, at: datetime) -> int:
    """Write beside each class of a term with open forms how wanted it is; return how many.

    Told by the first choices that count now. A word says enough to look round for a class with
    fewer, and too little to work out what anybody chose.
    """
    with scope.system("say how wanted classes are"):
        terms = Term.objects.in_phase(Term.Phase.WISHES_OPEN)
        return sum(_say(term, at) for term in terms)


def _say(term: Term, at: datetime) -> int:
    forms = Application.objects.of_term(term).handed_in().on_their_own_line()
    firsts = Counter(
        forms.filter(current__wishes__rank=1).values_list("current__wishes__section", flat=True)
    )
    sections = list(
        ClassSection.objects.listed().running().filter(term=term).values_list("pk", flat=True)
    )
    seats = ledger.seat_counts(sections, at=at)
    words: dict[Warmth, list[int]] = {}
    for section in sections:
        words.setdefault(warmth(firsts[section], seats[section][0]), []).append(section)
    for word, wanted in words.items():
        SectionAvailability.objects.filter(section__in=wanted).update(warmth=word.value)
    return len(sections)
