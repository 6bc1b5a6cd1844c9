"""Whether a closed list still says what the classes and the forms say: line by line, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count

from courses.models import Term
from enrolment.domain import package
from enrolment.domain.wishes import Line
from enrolment.models import Application, ChainEntry, EnrolmentEvent, Roster, SeatState
from enrolment.queries.draw import clashes_in, classes_in, files_of, lines_kept
from enrolment.queries.draw_day import is_sealed
from enrolment.queries.rosters import buckets_of, classes_of_draw, section_of
from enrolment.queries.times import rules_of

Content = Mapping[str, Any]
Records = Mapping[int, Mapping[str, Any]]
HANDED_IN = Application.State.SUBMITTED.value
STEPS = [
    ChainEntry.Act.SUBMIT,
    ChainEntry.Act.CHANGE,
    ChainEntry.Act.UNDO,
    ChainEntry.Act.WITHDRAW,
]


# Classes


def classes_that_differ(term: Term, rosters: Sequence[Roster]) -> Iterator[str]:
    """Yield what the published classes say otherwise than the first list, or than the classes.

    Only an amendment takes the seats of a class out of a later list. The classes themselves are
    compared until the draw is published; from then on they are free to change.
    """
    if not rosters:
        return
    tables = [(roster, _by_section(files_of(roster))) for roster in rosters]
    _first, published = tables[0]
    for roster, table in tables[1:]:
        yield from _not_as_in_the_first(roster, published, table)
    if is_sealed(term):
        yield from _not_as_taught(rosters[0], published)


def _by_section(files: Mapping[str, bytes]) -> Records:
    if package.SECTIONS not in files:
        return {}
    try:
        return {section_of(record["id"]): record for record in classes_in(files)}
    except package.PackageRefused:
        return {}  # its digest is wrong as well, and that is said


def _not_as_in_the_first(roster: Roster, published: Records, table: Records) -> Iterator[str]:
    for section in sorted(published.keys() | table.keys()):
        before, after = published.get(section), table.get(section)
        emptied = before and {**before, "capacity": 0, "buckets": []}
        if after != before and not (roster.amendment_id and after == emptied):
            yield f"list {roster.version}: class {section} is not as on list {Roster.FIRST}"
            return


def _not_as_taught(first: Roster, published: Records) -> Iterator[str]:
    name = f"list {first.version}: {package.SECTIONS}"
    now = classes_of_draw(first.term, at=first.frozen_at)
    taught = {section_of(record["id"]): record for record in now.records}
    if strange := sorted(published.keys() ^ taught.keys()):
        where = "is on it and in no draw" if strange[0] in published else "is not on it"
        yield f"{name}: class {strange[0]} {where}"
    both = sorted(published.keys() & taught.keys())
    yield from _first_of(_wrong_code(name, published[one], taught[one]) for one in both)
    freed = _seats_freed(first)
    yield from _first_of(
        _wrong_seats(name, published[one], taught[one], freed.get(one, 0)) for one in both
    )
    rules = rules_of(first.term, at=first.frozen_at)
    yield from _first_of(
        _wrong_buckets(name, published[one], buckets_of(published[one]["capacity"], rules))
        for one in both
    )
    yield from _wrong_clashes(first, now.clashes)


def _first_of(found: Iterator[str]) -> Iterator[str]:
    """The first that says something: thousands of the same kind help nobody."""
    said = next(filter(None, found), "")
    if said:
        yield said


def _wrong_code(name: str, record: Mapping[str, Any], taught: Mapping[str, Any]) -> str:
    right = record["id"] == taught["id"]
    return "" if right else f"{name} names {record['id']}, the class is {taught['id']}"


def _wrong_seats(
    name: str, record: Mapping[str, Any], taught: Mapping[str, Any], freed: int
) -> str:
    """Seats that fell free since are nobody's before the draw; none may be missing."""
    on_it, there = record["capacity"], taught["capacity"]
    if on_it <= there <= on_it + freed:
        return ""
    return f"{name} gives {record['id']} {on_it} seats, {there} are free"


def _wrong_buckets(
    name: str, record: Mapping[str, Any], cut: Sequence[Mapping[str, object]]
) -> str:
    on_it = [(one["name"], one["seats"]) for one in record["buckets"]]
    if on_it == [(one["name"], one["seats"]) for one in cut]:
        return ""
    return f"{name} does not cut the seats of {record['id']} as the rules do"


def _seats_freed(first: Roster) -> dict[int, int]:
    """How many seats of each class have fallen free since the list was closed."""
    since = EnrolmentEvent.objects.filter(
        section__term=first.term, at__gt=first.frozen_at, seat_to=SeatState.FREE
    )
    return dict(since.values_list("section").annotate(Count("pk")).order_by())


def _wrong_clashes(first: Roster, taught: Sequence[Sequence[str]]) -> Iterator[str]:
    try:
        published = {(one, other) for one, other in clashes_in(files_of(first))}
    except (package.PackageRefused, KeyError):
        return  # not as it was published, and that is said
    differ = sorted(published ^ {(one, other) for one, other in taught})
    if differ:
        one, other = differ[0]
        where = "stand on it and do not clash" if differ[0] in published else "are not on it"
        yield f"list {first.version}: {package.CLASHES}: {one} and {other} {where}"


# Forms


def forms_that_differ(roster: Roster, *, is_last: bool) -> Iterator[str]:
    """Yield lines that say otherwise than the chain did when the list was closed.

    And, of the last list, forms that were handed in and are neither on it nor told why: who is
    off an earlier one is told of the last one only.
    """
    name = f"list {roster.version}"
    said = _handed_in_by(roster)
    lines = {line.application: line for line in lines_kept(roster)}
    forms = {
        number: (lead or number, why)
        for number, lead, why in Application.objects.of_term(roster.term)
        .order_by("number")
        .values_list("number", "goes_with__number", "rejected_for")
    }
    lead_of = {number: lead for number, (lead, _why) in forms.items()}
    yield from _first_of(
        _wrong_line(name, line, said.get(lead_of.get(number, number)))
        for number, line in sorted(lines.items())
    )
    if is_last:
        told = {number for number, (_lead, why) in forms.items() if why}
        missing = sorted(_expected(said, lead_of) - lines.keys() - told)
        if missing:
            yield f"{name}: form {missing[0]} was handed in, is not on it, and is not told why"


def _handed_in_by(roster: Roster) -> dict[str, Content]:
    """What the chain said last of each form that was in the term when the list was closed."""
    entries = ChainEntry.objects.of_term(roster.term).filter(
        number__lte=roster.entry, act__in=STEPS
    )
    last: dict[str, Content] = {}
    for content in entries.values_list("content", flat=True).iterator(chunk_size=5000):
        if "application" in content:
            last[content["application"]] = content
    return {number: one for number, one in last.items() if one["state"] == HANDED_IN}


def _expected(said: Mapping[str, Content], lead_of: Mapping[str, str]) -> set[str]:
    """Everybody with a line of their own: of two who go together the first, unless they part."""
    own = {number for number in said if lead_of.get(number, number) == number}
    parted = {
        number
        for number, lead in lead_of.items()
        if lead != number and lead in said and said[lead]["split"]
    }
    return own | parted


def _wrong_line(name: str, line: Line, said: Content | None) -> str:
    who = f"{name}: form {line.application}"
    if said is None:
        return f"{who} is on it, and the chain knows of none that was handed in"
    chosen = [section_of(wish.rpartition(":")[0]) for wish in said["wishes"]]
    dropped = {section_of(code): why for code, (why, _other) in line.dropped.items()}
    left = [section for section in chosen if section not in dropped]
    if left != [section_of(code) for code, _letters in line.choices]:
        return f"{who} has other choices on it than in the chain"
    if not dropped.keys() <= set(chosen) or not all(dropped.values()):
        return f"{who} has lost a choice that it never had, or for no reason"
    if line.max_seats > said["wanted"]:
        return f"{who} may win {line.max_seats} classes on it, and wants {said['wanted']}"
    people = 2 if said["with"] and not said["split"] else 1
    if line.size != people:
        return f"{who} is on it for {line.size}, and was handed in for {people}"
    return ""
