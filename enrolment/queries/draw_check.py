"""Whether what was published still follows from the rows: the list, the chain, the draw."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from courses.models import Term
from enrolment.domain import chain, drawing, package
from enrolment.domain.chain import ChainRefused, Entry
from enrolment.models import ChainEntry, Draw, DrawFile, PostedHead, Roster
from enrolment.queries.draw import files_of, lines_kept, package_of
from enrolment.queries.list_check import classes_that_differ, forms_that_differ
from enrolment.queries.result_check import (
    cutoffs_that_differ,
    line_that_differs,
    numbers_that_differ,
    places_that_differ,
    reasons_that_differ,
    seats_that_differ,
)


def what_differs(term: Term) -> list[str]:
    """Return everything that is not as it was published, a line each; [] when all is right.

    Of each kind the first that is wrong is named. Forms are compared with a chain that holds.
    """
    found = list(_of_chain(term))
    chain_holds = not found
    rosters = list(Roster.objects.of_term(term).select_related("term"))
    for roster in rosters:
        found += _of_list(roster)
        if chain_holds:
            found += forms_that_differ(roster, is_last=roster is rosters[-1])
    found += classes_that_differ(term, rosters)
    draw = Draw.objects.with_its_list().select_related("roster__term").made_of(term)
    if draw is not None:
        found += _of_draw(draw)
    return found


def _of_chain(term: Term) -> Iterator[str]:
    rows = list(ChainEntry.objects.of_term(term))
    try:
        chain.verify(map(_entry, rows), after=chain.start(term.code))
    except ChainRefused as refused:
        yield f"chain: {refused}"
    heads = {row.number: row.head for row in rows}
    for posted in PostedHead.objects.filter(term=term):
        if heads.get(posted.number) != posted.head:
            yield f"chain: entry {posted.number} is not what was posted on {posted.day}"


def _entry(row: ChainEntry) -> Entry:
    content = {key: value for key, value in row.content.items() if key != "entry"}
    return Entry(row.number, content, row.head)


def _of_list(roster: Roster) -> Iterator[str]:
    name = f"list {roster.version}"
    files = files_of(roster)
    published = files.get(package.ROSTER, b"")
    rebuilt = package.roster_csv(line.as_applicant() for line in lines_kept(roster))
    if said := line_that_differs(package.ROSTER, rebuilt, published):
        yield f"{name}: {said}"
    if sha256(published).hexdigest() != roster.sha256:
        yield f"{name}: roster.csv is not the one that was published"
    yield from _of_files(name, DrawFile.objects.of_roster(roster))
    noted = ChainEntry.objects.filter(term=roster.term, act__in=["freeze", "amend"])
    if roster.sha256 not in [row.content.get("roster") for row in noted]:
        yield f"{name}: its digest does not stand in the chain"


def _of_files(name: str, files: Iterable[DrawFile]) -> Iterator[str]:
    for file in files:
        if sha256(bytes(file.content)).hexdigest() != file.sha256:
            yield f"{name}: {file.name} has another digest"


def _of_names(files: Mapping[str, bytes]) -> Iterator[str]:
    """The package is what ``digests.txt`` names, no file more and none less."""
    lines = files.get(package.DIGESTS, b"").decode("latin-1").splitlines()
    named = {line.split("  ", 1)[-1] for line in lines}
    there = files.keys() - {package.DIGESTS}
    for name in sorted(there - named):
        yield f"draw: {name} is not named in {package.DIGESTS}"
    for name in sorted(named - there):
        yield f"draw: {name} is named in {package.DIGESTS}, and is missing"


def _of_draw(draw: Draw) -> Iterator[str]:
    files = package_of(draw)
    wrong = drawing.first_wrong_line(files)
    if wrong is not None:
        yield f"draw: {wrong}"
    if sha256(draw.seed_text.encode()).hexdigest() != draw.seed:
        yield "draw: the seed does not follow from its text"
    if draw.seed_text.encode() != files.get(package.SEED):
        yield "draw: seed.txt is not the text that was drawn with"
    yield from rows_that_differ(draw)
    yield from places_that_differ(draw)


def rows_that_differ(draw: Draw) -> Iterator[str]:
    """Yield where the files are not those that were signed, and what the rows say otherwise.

    What people are told of their own form, and the seats and places in line they get, come from
    rows.
    """
    files = package_of(draw)
    yield from _of_files("draw", DrawFile.objects.of_draw(draw))
    yield from _of_names(files)
    if sha256(files.get(package.DIGESTS, b"")).hexdigest() != draw.result_sha256:
        yield "draw: digests.txt is not the one that was signed"
    yield from numbers_that_differ(draw, files)
    yield from seats_that_differ(draw, files)
    yield from cutoffs_that_differ(draw, files)
    yield from reasons_that_differ(draw, files)
