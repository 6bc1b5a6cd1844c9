"""The next term's classes and forms as a season, on which rules of giving out can be compared."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from config.demo import tables
from config.demo.people import age_on, band_of
from config.demo.records import ApplicationPlan, CityPlan, LearnerPlan, SectionPlan
from enrolment.domain import wishes
from enrolment.domain.allocation import Applicant, Bucket, Choice, ClassSpec, Market
from enrolment.domain.simulation import Form, Groups, Season

RESERVES = {"N": 20, "C": 15, "M": 10}
RESERVE_FROM_OPEN = 12
TRAVEL_GAP = timedelta(hours=1)
BANDS = ("50s", "60s", "70s", "80+", "80+")
_A_MONDAY = datetime(2027, 3, 1, tzinfo=UTC)


def season_of(
    plan: CityPlan,
    *,
    forms: Sequence[ApplicationPlan] | None = None,
    seats: Mapping[int, int] | None = None,
) -> Season:
    """The season of a city, not yet numbered: a throw of the dice does that.

    As a comparison needs it: all forms, and the seats that classes are planned to have open;
    or with the forms and seats given, by number.
    """
    people = {person.no: person for person in plan.learners}
    lines = list(_lines(plan.applications if forms is None else forms))
    clashes = wishes.clashes({_name(s.no): _hours(s) for s in plan.sections}, gap=TRAVEL_GAP)
    return Season(
        market=Market(
            classes=tuple(
                _class(section.no, section.open_seats if seats is None else seats[section.no])
                for section in plan.sections
            ),
            applicants=tuple(_applicant(line, at) for at, line in enumerate(lines, 1)),
            clashes=tuple((one, other) for one, other in clashes),
        ),
        forms={_name(line[0].learner): _form(plan, line, people) for line in lines},
        subjects={_name(section.no): section.subject for section in plan.sections},
    )


def _name(number: int) -> str:
    return f"{number:05d}"


def _lines(applications: Sequence[ApplicationPlan]) -> Iterator[tuple[ApplicationPlan, ...]]:
    """The lines of the roster: two who go together or not at all are one."""
    by_learner = {form.learner: form for form in applications}
    for form in applications:
        if not form.linked_with or form.split_ok:
            yield (form,)
        elif form.learner < form.linked_with:
            yield (form, by_learner[form.linked_with])


def _class(number: int, seats: int) -> ClassSpec:
    cut = wishes.reserves(seats, RESERVES, from_open=RESERVE_FROM_OPEN)
    return ClassSpec(
        _name(number),
        seats,
        tuple(
            Bucket(str(bucket["name"]), int(str(bucket["seats"])))
            for bucket in wishes.buckets(seats, cut)
        ),
    )


def _hours(section: SectionPlan) -> wishes.ClassHours:
    """A week stands for the term: a class meets once in each."""
    slot = tables.SLOTS[section.slot]
    day = _A_MONDAY + timedelta(days=slot.weekday)
    begins, ends = (datetime.combine(day, hour, tzinfo=UTC) for hour in (slot.starts, slot.ends))
    return wishes.ClassHours(
        course=section.course,
        campus=_campus_number(section.campus),
        is_online=False,
        hot=section.hot,
        meets=((begins, ends),),
    )


def _campus_number(code: str) -> int:
    """Campuses are numbered through the whole city: ``luming-013`` is 13."""
    return int(code.rpartition("-")[2])


def _applicant(line: tuple[ApplicationPlan, ...], lottery: int) -> Applicant:
    first = line[0]
    return Applicant(
        id=_name(first.learner),
        lottery=lottery,
        choices=tuple(
            Choice(_name(section), buckets=_flags_of_all(line, section))
            for section in first.listed
        ),
        max_seats=first.wanted,
        size=len(line),
    )


def _flags_of_all(line: tuple[ApplicationPlan, ...], section: int) -> frozenset[str]:
    flags = line[0].flags_in(section)
    for form in line[1:]:
        flags = wishes.flags_of_both(flags, form.flags_in(section))
    return frozenset(flags)


def _form(
    plan: CityPlan,
    line: tuple[ApplicationPlan, ...],
    people: dict[int, LearnerPlan],
) -> Form:
    first = line[0]
    drawn_as = min(first.learner, first.linked_with or first.learner)
    return Form(
        id=_name(first.learner),
        people=tuple(_groups(plan, form, people[form.learner]) for form in line),
        own=len(first.wishes),
        minutes=min(form.minutes_to_send for form in line),  # the quicker sends it for both
        holds_a_seat=bool(first.renewed),
        instead=tuple(_name(section) for section in first.alternatives),
        drawn_as=_name(drawn_as),
    )


def _groups(plan: CityPlan, form: ApplicationPlan, person: LearnerPlan) -> Groups:
    age = age_on(person.birth, plan.next_term.teaching_starts)
    return {
        "age": BANDS[band_of(age)],
        "newcomer": "newcomer" if "N" in form.flags else "knows the school",
        "missed": "missed two terms" if "M" in form.flags else "did not miss two terms",
        "channel": form.channel,
        "university": person.unit,
        "first wish": plan.sections[form.wishes[0] - 1].subject,
    }
