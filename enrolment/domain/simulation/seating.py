"""Who holds what: the state of a term while seats are given, given back, and offered again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from enrolment.domain.simulation.season import Season

ANYBODY = ""
"""The label of a seat that no reserve is kept for."""

Seats = Mapping[str, Mapping[str, str]]
"""By application: the classes held, each with the label of the seat."""


@dataclass
class Seating:
    """The seats of a season, and the lines for them.

    ``ever`` remembers what each application was given, kept or not; ``most_at_once`` how many
    seats it held at one time; ``gone`` are applications whose people did not answer and left.
    """

    season: Season
    held: dict[str, dict[str, str]]
    free: dict[str, list[str]]
    lines: dict[str, list[str]]
    ever: dict[str, set[str]] = field(default_factory=dict)
    most_at_once: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls, season: Season, seats: Seats, lines: Mapping[str, Iterable[str]] | None = None
    ) -> "Seating":
        """Write a result down. Without ``lines`` people wait in the order of their numbers."""
        taken = dict.fromkeys(season.classes, 0)
        for application, classes in seats.items():
            for class_id in classes:
                taken[class_id] += season.applicants[application].size
        seating = cls(
            season=season,
            held={application: dict(classes) for application, classes in seats.items() if classes},
            free={
                spec.id: [ANYBODY] * (spec.capacity - taken[spec.id])
                for spec in season.market.classes
            },
            lines={},
        )
        for application, classes in seating.held.items():
            seating.ever[application] = set(classes)
            seating.most_at_once[application] = len(classes)
        seating.lines = {
            name: list(line) for name, line in (lines or seating.lines_by_number()).items()
        }
        return seating

    def copy(self) -> "Seating":
        """One more of the same, so that two things can be tried from here."""
        return Seating(
            season=self.season,
            held={application: dict(classes) for application, classes in self.held.items()},
            free={class_id: list(free) for class_id, free in self.free.items()},
            lines={class_id: list(line) for class_id, line in self.lines.items()},
            ever={application: set(classes) for application, classes in self.ever.items()},
            most_at_once=dict(self.most_at_once),
            gone=set(self.gone),
        )

    def lines_by_number(self) -> dict[str, list[str]]:
        """Who would still take a seat, class by class, the smallest number first."""
        lines: dict[str, list[str]] = {class_id: [] for class_id in self.season.classes}
        for applicant in sorted(self.season.market.applicants, key=lambda one: one.lottery):
            for choice in applicant.choices:
                if self.would_take(applicant.id, choice.class_id):
                    lines[choice.class_id].append(applicant.id)
        return lines

    def would_take(self, application: str, class_id: str) -> bool:
        """Whether the class is dearer to them than something they hold, or fits beside it all."""
        held = self.held.get(application, {})
        if class_id in held or application in self.gone:
            return False
        ranks = self.season.ranks[application]
        dearer = [other for other in held if ranks.get(other, len(ranks)) < ranks[class_id]]
        clashing = self.season.clashing_with(class_id)
        return len(dearer) < self.season.applicants[application].max_seats and not any(
            other in clashing for other in dearer
        )

    def has_none(self, application: str) -> bool:
        """Whether they hold no seat of the term at all, won or renewed."""
        form = self.season.forms[application]
        return not self.held.get(application) and not form.holds_a_seat

    def offered(self, application: str, class_id: str) -> None:
        """Remember that they were given a seat, whether or not they keep it."""
        self.ever.setdefault(application, set()).add(class_id)

    def take(self, application: str, class_id: str, label: str) -> list[str]:
        """Seat somebody and take back what they may not keep beside it; the classes freed."""
        season, held = self.season, self.held.setdefault(application, {})
        clashing = season.clashing_with(class_id)
        given_back = [other for other in held if other in clashing]
        size = season.applicants[application].size
        for _ in range(size):
            free = self.free[class_id]
            free.remove(label if label in free else min(free))
        held[class_id] = label
        keeps = [other for other in held if other not in given_back]
        if len(keeps) > season.applicants[application].max_seats:
            ranks = season.ranks[application]
            given_back.append(max(keeps, key=lambda other: ranks.get(other, len(ranks))))
        for other in given_back:
            self.give_back(application, other)
        self.offered(application, class_id)
        at_once = max(self.most_at_once.get(application, 0), len(held))
        self.most_at_once[application] = at_once
        return given_back

    def give_back(self, application: str, class_id: str) -> None:
        """Free a seat; it stays one of the reserve it was put aside for."""
        label = self.held[application].pop(class_id)
        self.free[class_id] += [label] * self.season.applicants[application].size
