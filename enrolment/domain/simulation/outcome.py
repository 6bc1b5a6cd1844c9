"""What came of a season, in figures; each says of whom it is a share.

People are counted, not applications: two who go together are two. Shares are of all people who
applied, or of all of their group; never of those who were lucky, never of seats.
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from enrolment.domain.simulation.seating import Seating

Figures = tuple[bool, bool, bool, bool, bool]
"""Of an application, what ``Tally`` counts beside people, in that order."""


@dataclass(frozen=True)
class Tally:
    """A group of applicants, in people.

    ``given``: were given at least one seat, by the draw or an offer after it, whether or not they
    kept it. ``first``: were given the class of their first wish. ``subject``: were given a class
    of the subject of their first wish. ``two``: held two seats at one time. ``seated``: hold a
    seat in the end. A class they go on in without a draw counts nowhere.
    """

    people: int = 0
    given: int = 0
    first: int = 0
    subject: int = 0
    two: int = 0
    seated: int = 0

    def share(self, count: int) -> float:
        """A count as so many of a hundred people of the group; 0 of nobody."""
        return 100.0 * count / self.people if self.people else 0.0


class Group(NamedTuple):
    """A kind of group and one of its names: age, 70s."""

    kind: str
    name: str


@dataclass(frozen=True)
class Outcome:
    """The figures of a seating.

    ``seats_left``: seats that nobody holds, of all seats that went into the draw. ``waiting``:
    people who hold no seat of the term at all and stand in a line. ``by_class``: seats left.
    """

    everybody: Tally
    groups: dict[Group, Tally]
    seats_left: int
    waiting: int
    by_class: dict[str, int]


def outcome_of(seating: Seating) -> Outcome:
    """Count what came of a seating."""
    season = seating.season
    in_a_line = {name for line in seating.lines.values() for name in line} - seating.gone
    everybody: Counter[Figures] = Counter()
    by_group: dict[tuple[str, str], Counter[Figures]] = {}
    waiting = 0
    for form in season.forms.values():
        figures = _figures(seating, form.id)
        if form.id in in_a_line and seating.has_none(form.id):
            waiting += len(form.people)
        for person in form.people:
            everybody[figures] += 1
            for group in person.items():
                by_group.setdefault(group, Counter())[figures] += 1
    left = {class_id: len(free) for class_id, free in seating.free.items()}
    return Outcome(
        everybody=_tally(everybody),
        groups={Group(*group): _tally(by_group[group]) for group in sorted(by_group)},
        seats_left=sum(left.values()),
        waiting=waiting,
        by_class=left,
    )


def _figures(seating: Seating, application: str) -> Figures:
    season = seating.season
    choices = season.applicants[application].choices
    ever = seating.ever.get(application, set())
    dearest = choices[0].class_id if choices else ""
    subjects = {season.subject_of(class_id) for class_id in ever}
    return (
        bool(ever),
        dearest in ever,
        season.subject_of(dearest) in subjects,
        seating.most_at_once.get(application, 0) > 1,
        bool(seating.held.get(application)),
    )


def _tally(counted: Counter[Figures]) -> Tally:
    given, first, subject, two, seated = (
        sum(people for figures, people in counted.items() if figures[at]) for at in range(5)
    )
    return Tally(counted.total(), given, first, subject, two, seated)
