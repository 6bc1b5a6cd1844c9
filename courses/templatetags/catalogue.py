"""What templates of all floors show of courses and classes: the shop window of this floor."""

from collections.abc import Iterable

from django import template
from django.db.models import Count
from django.template.context import Context
from django.utils.translation import get_language

from accounts.models import Unit
from campus.models import Campus
from campus.queries import Place
from courses import queries
from courses.models import ClassSection, Course, ProspectusPage, Subject, Term, TermPhase

register = template.Library()

AT_A_CAMPUS = 30  # classes shown on the page of a campus; the rest stand in the catalogue


@register.filter
def yuan(fen: int) -> str:
    """Return a price: whole yuan where it is whole."""
    return f"¥{fen // 100}" if fen % 100 == 0 else f"¥{fen / 100:.2f}"


@register.simple_tag
def first_subjects(number: int) -> list[Subject]:
    """Return the first subject of each department, for readers who do not know what to type."""
    order = ("department__position", "department")
    return list(Subject.objects.order_by(*order, "position", "pk").distinct(*order)[:number])


@register.simple_tag(takes_context=True)
def enrolment_now(context: Context) -> TermPhase | None:
    """Return the window in which something can be asked for today; the one that closes first."""
    return TermPhase.objects.asking_now(context["at"]).select_related("term").first()


@register.simple_tag
def prospectus_page(term: Term) -> ProspectusPage | None:
    """Return the prospectus of the whole city for a term, in the reader's language."""
    pages = ProspectusPage.objects.live().filter(locale__language_code=get_language())
    found: ProspectusPage | None = pages.filter(term=term, unit=None).first()
    return found


@register.simple_tag(takes_context=True)
def courses_found(context: Context, words: str, number: int) -> list[queries.CourseCard]:
    """Return the courses that the catalogue finds for words."""
    return queries.first_cards(words, number, at=context["at"])


@register.simple_tag
def with_free_classes(places: Iterable[Place]) -> list[tuple[Place, int]]:
    """Put beside each place its number of classes with seats left; one query for all of them."""
    places = list(places)
    term = queries.default_term(queries.terms_on_show())
    counts: dict[int, int] = {}
    if term and places:
        sections = ClassSection.objects.listed().running().taught_in(term).with_seats_left()
        at_these = sections.filter(campus__in=[place.campus.pk for place in places])
        rows = at_these.values("campus").annotate(number=Count("pk"))
        counts = {row["campus"]: row["number"] for row in rows}
    return [(place, counts.get(place.campus.pk, 0)) for place in places]


@register.simple_tag(takes_context=True)
def classes_at(context: Context, campus: Campus) -> dict[str, object]:
    """Return the first classes of a campus by day and hour, and how many there are."""
    term = queries.default_term(queries.terms_on_show())
    if term is None:
        return {"cards": [], "number": 0}
    sections = ClassSection.objects.listed().running().taught_in(term).filter(campus=campus)
    shown = sections.with_all_to_show().in_order()[:AT_A_CAMPUS]
    return {
        "term": term,
        "cards": queries.class_cards(shown, locality=None, at=context["at"]),
        "number": sections.count(),
    }


@register.simple_tag
def fees_of(course: Course) -> list[int]:
    """Return what the classes of a course cost, the lowest first; one when all cost the same."""
    sections = ClassSection.objects.listed().running().filter(course=course)
    on_show = sections.filter(term__in=queries.terms_on_show())
    return sorted(set(on_show.values_list("fee_fen", flat=True)))


@register.simple_tag
def prospectus_of(term: Term, unit: Unit | None) -> list[queries.ProspectusRow]:
    """Return the lines of a prospectus: each course with its classes."""
    return queries.prospectus(term, unit)
