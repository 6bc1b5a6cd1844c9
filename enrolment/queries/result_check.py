"""Whether the rows of a draw say what its signed files say: numbers, seats, reasons, places."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from django.db.models import F

from enrolment.domain import drawing, draws, package
from enrolment.domain.allocation import MarketRefused
from enrolment.domain.draws import ChoiceResult
from enrolment.models import (
    Application,
    CutOff,
    Draw,
    DrawnNumber,
    Enrolment,
    StruckOut,
    WishResult,
)
from enrolment.queries.draw import codes_in, lines_kept, order_on_the_forms
from enrolment.queries.rosters import section_of
from enrolment.queries.times import rules_of

State = Application.State

Seats = dict[tuple[int, int], str]  # learner and class to the number of the form

LONGEST = 60
OUT = frozenset({State.DRAFT, State.WITHDRAWN, State.REJECTED})


def line_that_differs(name: str, rows: bytes, published: bytes) -> str:
    """Return the first line of a file that the rows would write otherwise; "" for none.

    >>> line_that_differs("numbers.csv", b"receipt,number\\n1,7\\n", b"receipt,number\\n1,2\\n")
    'numbers.csv line 2 is 1,2; the rows say 1,7'
    """
    if rows == published:
        return ""
    ours, theirs = rows.decode().split("\n"), published.decode("latin-1").split("\n")
    both = enumerate(zip_longest(ours, theirs, fillvalue=""), 1)
    number, here, there = next(
        ((number, here, there) for number, (here, there) in both if here != there), (1, "", "")
    )
    return f"{name} line {number} is {_short(there)}; the rows say {_short(here)}"


def _short(line: str) -> str:
    return (line if len(line) <= LONGEST else f"{line[:LONGEST]}...") or "missing"


def numbers_that_differ(draw: Draw, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the first number that the rows say otherwise."""
    drawn = DrawnNumber.objects.of_draw(draw)
    numbers = dict(drawn.values_list("line__application__number", "number"))
    yield from _compared(package.NUMBERS, package.numbers_csv(numbers), files)


def seats_that_differ(draw: Draw, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the first seat that the rows say otherwise."""
    codes = codes_in(files)
    given = WishResult.objects.of_roster(draw.roster).admitted()
    seats = {
        f"{number}|{codes.get(section, section)}": [round_, bucket]
        for number, section, round_, bucket in given.values_list(
            "line__application__number", "section", "round", "bucket"
        )
    }
    yield from _compared(package.RESULT, package.result_csv(seats), files)


def cutoffs_that_differ(draw: Draw, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the first last number that the rows say otherwise."""
    codes = codes_in(files)
    ends: dict[str, Any] = {CutOff.End.NOT_FULL: None, CutOff.End.CLOSED: "closed"}
    table = {
        f"{codes.get(section, section)}|{round_}|{bucket}": ends.get(end, [tier, number])
        for section, round_, bucket, end, tier, number in CutOff.objects.of_draw(draw).values_list(
            "section", "round", "bucket", "end", "tier", "number"
        )
    }
    yield from _compared(package.CUTOFFS, package.cutoffs_csv(table), files)


def _compared(name: str, rows: bytes, files: Mapping[str, bytes]) -> Iterator[str]:
    if said := line_that_differs(name, rows, files.get(name, b"")):
        yield f"draw: {said}"


# What everybody is told


def reasons_that_differ(draw: Draw, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the first choice of which somebody is told otherwise than the files come to.

    The result is worked out once more from the files alone; why a choice fell away before the
    draw is private and stands on the line.
    """
    order = rules_of(draw.term, at=draw.drawn_at).stored.get("waitlist_order", "no_seat_first")
    try:
        result = drawing.result_of(files, waitlist_order=order)
    except (package.PackageRefused, MarketRefused, KeyError) as refused:
        yield f"draw: no result follows from its files: {refused}"
        return
    told = _told(draw)
    listed = order_on_the_forms(draw.roster)
    known = set(result.packed.positions)
    for line in lines_kept(draw.roster):
        if line.application not in known:
            continue  # not the list that was published, and that is said
        drawn = draws.results_of(line, result, listed.get(line.application, ()))
        must = [(section_of(name), one) for name, one in drawn]
        if said := _first_wrong(told.get(line.application, []), must):
            yield f"draw: form {line.application} {said}"
            return


def _told(draw: Draw) -> dict[str, list[tuple[int, ChoiceResult]]]:
    """What the rows tell of every choice, by the number of the form, the first choice first."""
    rows = WishResult.objects.of_roster(draw.roster).in_order()
    found = defaultdict(list)
    for number, section, *told in rows.values_list(
        "line__application__number", "section", "code", "rule", "round", "bucket", "bars",
        "blocked_by", "place",
    ).iterator(chunk_size=10_000):  # fmt: skip
        found[number].append((section, ChoiceResult(*told)))
    return found


def _first_wrong(
    told: Sequence[tuple[int, ChoiceResult]], must: Sequence[tuple[int, ChoiceResult]]
) -> str:
    for rank, (here, there) in enumerate(zip_longest(told, must), 1):
        if here != there:
            return f"is told of choice {rank} {_words(here)}; the draw says {_words(there)}"
    return ""


def _words(choice: tuple[int, ChoiceResult] | None) -> str:
    if choice is None:
        return "nothing"
    section, one = choice
    why = f" ({one.rule})" if one.rule else ""
    place = f" at place {one.place}" if one.place else ""
    by = f" behind {', '.join(one.blocked_by)}" if one.blocked_by else ""
    ends = f" with {one.bars}" if one.bars else ""
    return f"{one.code} in class {section}{why}{by}{place}{ends}"


# Places


def places_that_differ(draw: Draw) -> Iterator[str]:
    """Yield the first seat of the draw without its place, and the first place without a seat.

    Who stepped out of the draw has none. Whoever changed a drawn place for another has that one
    from the draw as well.
    """
    places = Enrolment.objects.of_term(draw.term).filter(source=Enrolment.Source.DRAW)
    rows = places.values_list("pk", "learner", "section", "created_at")
    given = {(learner, section): (pk, since) for pk, learner, section, since in rows}
    if draw.published_at is None:
        if given:
            first, _since = min(given.values())
            yield f"draw: enrolment {first} comes from it, and it is not published"
        return
    drawn, struck = _drawn(draw)
    if missing := sorted(drawn[seat] for seat in drawn.keys() - given.keys() - struck.keys()):
        yield f"draw: form {missing[0]} was given a seat and has no place"
    if back := sorted(struck[seat] for seat in struck.keys() & given.keys()):
        yield f"draw: form {back[0]} has a place, and stepped out before"
    changed = Enrolment.objects.of_term(draw.term).changed_for_another()
    until = set(changed.values_list("learner", "ended_at"))
    strange = sorted(
        pk
        for (learner, section), (pk, since) in given.items()
        if (learner, section) not in drawn and (learner, since) not in until
    )
    if strange:
        yield f"draw: enrolment {strange[0]} comes from it, and nobody was given that seat"


def _drawn(draw: Draw) -> tuple[Seats, Seats]:
    """Each seat that was given, to everybody on its line; and those of people who stepped out."""
    out = set(StruckOut.objects.of_term(draw.term).values_list("application", flat=True))
    forms = Application.objects.of_term(draw.term).order_by(F("goes_with").desc(nulls_first=True))
    people: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for pk, lead, learner, state in forms.values_list("pk", "goes_with", "learner", "state"):
        person = (learner, pk in out or state in OUT)
        people[pk].append(person)
        if lead is not None:
            people[lead].append(person)
    won = WishResult.objects.of_roster(draw.roster).admitted()
    drawn: Seats = {}
    struck: Seats = {}
    for form, number, size, section in won.values_list(
        "line__application", "line__application__number", "line__size", "section"
    ):
        for learner, stays_away in people[form][:size]:
            drawn[learner, section] = number
            if stays_away:
                struck[learner, section] = number
    return drawn, struck
