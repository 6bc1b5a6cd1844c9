"""What a draw came to for people: their own lines, what they hold of it now, whom to tell."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Learner, User
from courses.models import ClassSection, Term, TermPhase
from enrolment.models import (
    Application,
    CloudSeat,
    CutOff,
    Draw,
    Enrolment,
    RosterLine,
    StruckOut,
    WaitlistEntry,
    Wish,
    WishResult,
    ledger,
)
from enrolment.queries.applications import can_be_chosen
from enrolment.queries.classes import LIKE_IT
from enrolment.queries.facts import dossier
from enrolment.queries.rosters import section_of
from enrolment.queries.struck_out import out_of_draw

SHOWN = (
    "section__course__subject",
    "section__term",
    "section__unit",
    "section__campus__unit",
    "section__room",
    "section__slot",
    "section__teacher",
)
RESULTS = WishResult.objects.select_related(*SHOWN).order_by("rank")


@dataclass(frozen=True)
class Became:
    """One choice: what the draw said of it, and what the person has of it today."""

    result: WishResult
    section: ClassSection
    enrolment: Enrolment | None = None
    entry: WaitlistEntry | None = None
    place: int | None = None  # in the line, today
    not_theirs: tuple[str, ...] = ()  # letters of reserves the class has and the person has not
    in_the_way: tuple[ClassSection, ...] = ()
    cloud: bool = False
    is_substitute: bool = False  # a like class they would also take, not a choice of their own

    @property
    def is_given(self) -> bool:
        """Whether the draw gave a place in this class."""
        return self.result.code == WishResult.Code.ADMITTED

    @property
    def asks(self) -> bool:
        """Whether the person still has to say if they come."""
        return self.enrolment is not None and self.enrolment.asks_for_an_answer


@dataclass(frozen=True)
class OwnResult:
    """What a draw came to for one person, or for two who stand on the list as one."""

    application: Application
    draw: Draw
    number: int
    line: RosterLine
    choices: list[Became]
    of_how_many: int
    struck_out: StruckOut | None = None  # stepped out before: nothing of it was assigned

    @property
    def has_a_place(self) -> bool:
        """Whether anything was given."""
        return self.struck_out is None and any(one.is_given for one in self.choices)

    @property
    def are_two(self) -> bool:
        """Whether two people stand on the list as one."""
        return self.line.size > 1

    @property
    def waits(self) -> bool:
        """Whether the person waits for any of it."""
        return any(one.entry is not None for one in self.choices)


def published_draws() -> QuerySet[Draw]:
    """Draws whose results are public."""
    return Draw.objects.public().with_its_list()


def draw_in_the_news(*, at: datetime) -> Draw | None:
    """Return the draw whose places are being answered: everybody is told that it is out."""
    phase = TermPhase.objects.of_phase(Term.Phase.CONFIRMING)
    running = phase.filter(Q(closes_at=None) | Q(closes_at__gt=at)).values("term")
    out = published_draws().filter(term__phase=Term.Phase.CONFIRMING, term__in=running)
    return out.filter(published_at__lte=at).order_by("-published_at").first()


def results_of(learner: Learner, *, at: datetime) -> list[Application]:
    """Return the forms of a learner with a public result, of terms not over, the latest first."""
    mine = Application.objects.of(learner).handed_in().select_related("term")
    published = mine.filter(term__draw__published_at__lte=at)
    return list(published.filter(term__in=Term.objects.taking_classes()))


def result_of(application: Application, *, at: datetime) -> OwnResult | None:
    """Return what the draw said of a form; None before it is public, or if it was not in it."""
    draw = published_draws().filter(term=application.term_id, published_at__lte=at).first()
    if draw is None:
        return None
    line = _lines(draw).filter(_of(application)).first()
    if line is None:
        return None
    return OwnResult(
        application=application,
        draw=draw,
        number=line.drawn.number,
        line=line,
        choices=_choices(draw, line, application.learner, at=at),
        of_how_many=draw.roster.count,
        struck_out=out_of_draw(application).own,
    )


def _lines(draw: Draw) -> QuerySet[RosterLine]:
    results = Prefetch("results", queryset=RESULTS)
    return (
        RosterLine.objects.of_roster(draw.roster)
        .select_related("drawn", "application")
        .prefetch_related(results)
    )


def _of(application: Application) -> Q:
    """Their own line, or that of the person they stand on the list with."""
    return Q(application=application.pk) | Q(application=application.goes_with_id, size=2)


def _choices(draw: Draw, line: RosterLine, learner: Learner, *, at: datetime) -> list[Became]:
    results = list(line.results.all())
    sections = [result.section_id for result in results]
    mine = Enrolment.objects.of(learner).filter(section__in=sections).order_by("pk")
    enrolments = {one.section_id: one for one in mine}
    waits = WaitlistEntry.objects.of(learner).in_line().filter(section__in=sections)
    entries = {one.section_id: one for one in waits}
    places = ledger.places_in_line(learner=learner, at=at) if entries else {}
    clouds = set(
        CloudSeat.objects.filter(learner=learner, term=draw.term_id).values_list(
            "course", flat=True
        )
    )
    others = _sections_named(results)
    reserves = _reserves_of(draw, sections)
    instead = _substitutes(line)
    found = []
    for result in results:
        entry = entries.get(result.section_id)
        found.append(
            Became(
                result=result,
                section=result.section,
                enrolment=enrolments.get(result.section_id),
                entry=entry,
                place=places[entry.pk][0] if entry is not None and entry.pk in places else None,
                not_theirs=_not_theirs(result, reserves[result.section_id]),
                in_the_way=tuple(
                    others[pk] for pk in map(section_of, result.blocked_by) if pk in others
                ),
                cloud=result.section.course_id in clouds,
                is_substitute=result.section_id in instead,
            )
        )
    return found


def _substitutes(line: RosterLine) -> set[int]:
    """The classes of a form that its writer did not name, but would take."""
    wishes = Wish.objects.substitutes().filter(version=line.application.current_id)
    return set(wishes.values_list("section", flat=True))


def _sections_named(results: Iterable[WishResult]) -> dict[int, ClassSection]:
    named = {section_of(code) for result in results for code in result.blocked_by}
    return ClassSection.objects.with_all_to_show().in_bulk(named) if named else {}


def _reserves_of(draw: Draw, sections: Iterable[int]) -> dict[int, set[str]]:
    """The letters of the reserves that each class has."""
    found: dict[int, set[str]] = defaultdict(set)
    cuts = CutOff.objects.of_draw(draw).of_reserves().filter(section__in=list(sections))
    for section, bucket in cuts.values_list("section", "bucket"):
        found[section].add(bucket)
    return found


def _not_theirs(result: WishResult, reserves: set[str]) -> tuple[str, ...]:
    asked = {bucket for _round, bucket, _own, _last in result.bars}
    return tuple(letter for letter in "NCM" if letter in reserves - asked)


@dataclass(frozen=True)
class LeftOver:
    """A class like one that was wished for, with places that nobody has been given."""

    section: ClassSection
    seats: int


def left_over(result: OwnResult, *, actor: User, at: datetime) -> list[LeftOver]:
    """Return up to three classes of the same courses with places left, the nearest first.

    For people who have nothing; what the rules would refuse them is left out.
    """
    if any(one.enrolment is not None and one.enrolment.holds_a_seat() for one in result.choices):
        return []
    wished = {one.section.course_id: one.section for one in reversed(result.choices)}
    found = can_be_chosen(result.draw.term).filter(course__in=wished)
    others = found.exclude(pk__in=[one.section.pk for one in result.choices]).with_all_to_show()
    ranks = {one.section.course_id: one.result.rank for one in reversed(result.choices)}

    def nearness(other: ClassSection) -> tuple[float, ...]:
        here, there = wished[other.course_id].campus, other.campus
        away = (here.x_km - there.x_km) ** 2 + (here.y_km - there.y_km) ** 2
        return ranks[other.course_id], away, other.pk

    nearest = sorted(others, key=nearness)
    seats = ledger.seat_counts([one.pk for one in nearest], at=at) if nearest else {}
    free = [one for one in nearest if seats[one.pk][0]][: 4 * LIKE_IT]
    if not free:
        return []
    ids = [one.pk for one in free]
    facts = dossier(ids, learner=result.application.learner, actor=actor, at=at)
    possible = [one for one in free if facts.against_wish(one.pk) is None]
    return [LeftOver(one, seats[one.pk][0]) for one in possible[:LIKE_IT]]


# Whom to tell


def results_to_tell(units: Iterable[int], *, at: datetime) -> QuerySet[Application]:
    """Return forms of people without a phone in these offices, while a draw is answered.

    Nobody has written to them: they are told by letter, or by whoever they named.
    ``has_place`` says whether the draw gave them one.
    """
    given = Enrolment.objects.by_draw_or_renewal().filter(
        learner=OuterRef("learner"), section__term=OuterRef("term"), source=Enrolment.Source.DRAW
    )
    return (
        Application.objects.handed_in()
        .not_struck_out()
        .filter(term__draw__published_at__lte=at, term__phase=Term.Phase.CONFIRMING)
        .filter(unit__in=list(units), learner__phone="", learner__deceased_on=None)
        .annotate(has_place=Exists(given))
        .select_related("learner", "term")
        .order_by("learner__name_pinyin", "pk")
    )


def people_of_draw(draw: Draw, first: int, last: int) -> list[Application]:
    """Return the forms of the people of a draw in a range of learners.

    Who has died or stepped out is left out.
    """
    return list(
        Application.objects.of_term(draw.term)
        .handed_in()
        .not_struck_out()
        .filter(learner__gte=first, learner__lte=last, learner__deceased_on=None)
        .select_related("learner", "term")
        .order_by("learner")
    )


@dataclass(frozen=True)
class ToTell:
    """What one person's letters say: places that wait for an answer, or what they have instead.

    ``first`` is what they did not get, the dearest that they wait for; None for who was drawn,
    whatever they have answered since.
    """

    learner: Learner
    number: int
    places: list[Enrolment]
    place_in_line: int | None = None
    first: WishResult | None = None
    cloud: bool = False


def to_tell(draw: Draw, first: int, last: int, *, at: datetime) -> list[ToTell]:
    """Return what to write to the people of a draw in a range of learners, in few statements."""
    forms = people_of_draw(draw, first, last)
    lines = {line.application_id: line for line in _lines_of(draw, forms)}
    people = [form.learner_id for form in forms]
    places: dict[int, list[Enrolment]] = defaultdict(list)
    for one in places_to_answer(draw, first, last):
        places[one.learner_id].append(one)
    waiting = WaitlistEntry.objects.of_term(draw.term).waiting().filter(learner__in=people)
    in_line = ledger.places_in_lines(learner_ids=people, at=at)
    waits = {
        (learner, section): in_line[entry][0]
        for entry, learner, section in waiting.values_list("pk", "learner", "section")
        if entry in in_line
    }
    clouds = set(
        CloudSeat.objects.filter(term=draw.term_id, learner__in=people).values_list(
            "learner", "course"
        )
    )
    found = []
    for form in forms:
        line = lines.get(form.pk) or lines.get(form.goes_with_id or 0)
        if line is None:
            continue
        results = list(line.results.all())
        waited = next((one for one in results if (form.learner_id, one.section_id) in waits), None)
        about = None if _has_drawn_a_place(results) else waited or next(iter(results), None)
        found.append(
            ToTell(
                learner=form.learner,
                number=line.drawn.number,
                places=places[form.learner_id],
                place_in_line=waits[form.learner_id, waited.section_id] if waited else None,
                first=about,
                cloud=about is not None and (form.learner_id, about.section.course_id) in clouds,
            )
        )
    return found


def _has_drawn_a_place(results: Iterable[WishResult]) -> bool:
    return any(one.code == WishResult.Code.ADMITTED for one in results)


def _lines_of(draw: Draw, forms: Iterable[Application]) -> QuerySet[RosterLine]:
    ids = [form.pk for form in forms]
    leads = [form.goes_with_id for form in forms if form.goes_with_id]
    return _lines(draw).filter(Q(application__in=ids) | Q(application__in=leads, size=2))


def places_to_answer(draw: Draw, first: int, last: int) -> list[Enrolment]:
    """Return the places of a term that are kept for people in a range, not paid or confirmed."""
    kept = Enrolment.objects.of_term(draw.term).awaiting_confirmation().by_draw_or_renewal()
    people = Q(learner__gte=first, learner__lte=last, learner__deceased_on=None)
    shown = kept.filter(people).with_all_to_show().select_related("learner")
    return list(shown.order_by("learner", "section__slot__weekday", "pk"))
