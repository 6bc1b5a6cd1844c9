"""What the office sees of somebody's form, and how it finds classes by what is said of them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.domain import phones
from accounts.models import Learner, User
from campus.models import Campus
from courses import search
from courses.models import ClassSection, Term
from courses.queries import in_best_order
from enrolment.domain import typed
from enrolment.domain.refusals import Finding
from enrolment.domain.typed import ClassNumber
from enrolment.domain.wishes import MOST_LISTED
from enrolment.models import Application, ApplicationVersion, Seat
from enrolment.queries.applications import (
    LikeClass,
    Window,
    application_of,
    can_be_chosen,
    like_classes,
    window_of,
)
from enrolment.queries.facts import dossier
from enrolment.queries.rosters import code_of

MOST_CLASSES = 30
NEARBY_MINUTES = 60  # one way; what lies farther is named, and ticked by whoever wants it


@dataclass(frozen=True)
class Choice:
    """A class on a form: its number, the seats that go into the draw, what the rules say."""

    section: ClassSection
    seats: int
    findings: list[Finding]

    @property
    def code(self) -> str:
        """The class as the prospectus and the public files number it."""
        return code_of(self.section)


@dataclass(frozen=True)
class DeskForm:
    """Somebody's form on the desk. ``version`` is the one that is being changed, if one is.

    ``instead``: (class, whether it is ticked); before the question is answered those nearby are.
    """

    term: Term
    window: Window
    application: Application | None
    version: ApplicationVersion | None
    choices: list[Choice]
    instead: list[tuple[LikeClass, bool]]

    @property
    def is_changed(self) -> bool:
        """Whether something stands there that has not been handed in."""
        return self.version is not None and self.version.submitted_at is None

    @property
    def goes_with_another(self) -> bool:
        """Whether the choices are on the form of somebody else."""
        return self.application is not None and self.application.goes_with_id is not None


def form_at_desk(learner: Learner, term: Term, *, actor: User, at: datetime) -> DeskForm:
    """Gather somebody's form with everything the office says about it."""
    application = application_of(learner, term)
    version = _version(application)
    rows = list(version.wishes.own().with_all_to_show().in_order()) if version else []
    sections = [row.section for row in rows]
    seats = free_seats([section.pk for section in sections])
    facts = dossier([section.pk for section in sections], learner=learner, actor=actor, at=at)
    return DeskForm(
        term=term,
        window=window_of(term),
        application=application,
        version=version,
        choices=[
            Choice(section, seats[section.pk], facts.about_wish(section.pk))
            for section in sections
        ],
        instead=_instead(version, sections, learner, actor, at) if version else [],
    )


def _version(application: Application | None) -> ApplicationVersion | None:
    if application is None:
        return None
    if application.goes_with is not None:
        return application.goes_with.current or application.goes_with.versions.drafts().first()
    return application.versions.drafts().first() or application.current


def _instead(
    version: ApplicationVersion,
    sections: list[ClassSection],
    learner: Learner,
    actor: User,
    at: datetime,
) -> list[tuple[LikeClass, bool]]:
    room = MOST_LISTED - len(sections)
    found = like_classes(
        sections,
        learner=learner,
        partner=version.application.partner_id,
        actor=actor,
        at=at,
        most=max(room, 0),
    )
    taken = set(version.wishes.substitutes().values_list("section", flat=True))
    asked = version.substitutes_asked
    return [(one, one.section.pk in taken if asked else _is_near(one)) for one in found]


def _is_near(one: LikeClass) -> bool:
    return one.minutes is None or one.minutes <= NEARBY_MINUTES


def free_seats(sections: Collection[int]) -> Counter[int]:
    """Count the free seats of classes, as anybody may: before the draw all that go into it."""
    rows = Seat.objects.free().filter(section__in=sections)
    return Counter(rows.values_list("section_id", flat=True))


def classes_by_number(
    term: Term, numbers: Sequence[ClassNumber]
) -> dict[ClassNumber, ClassSection]:
    """Return the classes of a term that are meant; those of another name are not among them."""
    found = (
        can_be_chosen(term)
        .filter(pk__in=[one.number for one in numbers])
        .select_related("course__subject", "term", "campus", "slot", "unit")
        .in_bulk()
    )
    return {
        one: found[one.number]
        for one in numbers
        if one.number in found
        and (not one.prefix or code_of(found[one.number]).upper().startswith(f"{one.prefix}-"))
    }


def classes_by_words(term: Term, words: Sequence[str]) -> list[ClassSection]:
    """Return classes of a term by course, campus and weekday, in whatever order they were said."""
    sections = can_be_chosen(term)
    course = []
    for word in words:
        day = typed.weekday_of(word)
        if day is not None:
            sections = sections.filter(slot__weekday=day)
        elif campuses := _campuses(word):
            sections = sections.filter(campus__in=campuses)
        else:
            course.append(word)
    if course:
        sections = sections.filter(course__in=search.course_ids(" ".join(course)))
    return list(in_best_order(sections.with_all_to_show(), None)[:MOST_CLASSES])


def classes_to_print(term: Term, campus: Campus) -> list[ClassSection]:
    """Return a campus's classes as the paper form lists them: by course, day and hour."""
    return list(
        can_be_chosen(term)
        .filter(campus=campus)
        .with_all_to_show()
        .order_by(
            "course__subject__department__position",
            "course__subject__position",
            "course__level",
            "slot__weekday",
            "slot__starts_at",
            "pk",
        )
    )


def people_typed(who: typed.Person) -> list[Learner]:
    """Return whom a clerk means, among those their offices know."""
    if who.name and who.born_on:
        known = Learner.objects.filter(name=who.name, born_on=who.born_on, deceased_on=None)
    else:
        known = Learner.objects.known_by(who.number, _as_phone(who.number))
    return list(known.select_related("unit").in_order()[:5])


def _campuses(word: str) -> list[int]:
    if len(word) < 2:
        return []
    named = Q(name__icontains=word) | Q(unit__name__icontains=word)
    return list(Campus.objects.filter(named).values_list("pk", flat=True))


def _as_phone(number: str) -> str:
    try:
        return phones.canonical(number)
    except phones.NotAPhone:
        return ""
