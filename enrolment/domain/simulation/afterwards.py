"""What happens to seats after they were given out: unconfirmed ones, lines, offers elsewhere."""

import random
from collections import deque
from collections.abc import Iterable

from enrolment.domain.allocation import WaitlistOrder
from enrolment.domain.simulation.seating import ANYBODY, Seating

LETS_GO = 0.08
"""So many of those with a seat, and of each later offer, let it go."""


def move_lines(
    seating: Seating, *, order: WaitlistOrder, chance: random.Random, lets_go: float = LETS_GO
) -> None:
    """Free what is not confirmed, and offer seats down the lines until nobody moves any more.

    Who does not confirm has left for this term. Who turns a later offer down keeps what they
    hold and leaves that one line. A seat of a reserve goes to the first in line who may draw on
    it, if nobody does to the first of all; one single seat is offered past a pair.
    """
    for application in sorted(seating.held):
        if seating.held[application] and chance.random() < lets_go:
            seating.gone.add(application)
            for class_id in list(seating.held[application]):
                seating.give_back(application, class_id)
    waiting = deque(sorted(class_id for class_id, free in seating.free.items() if free))
    while waiting:
        class_id = waiting.popleft()
        while (found := _next_in_line(seating, class_id, order)) is not None:
            application, label = found
            if chance.random() < lets_go:
                seating.offered(application, class_id)
                seating.lines[class_id].remove(application)
            else:
                waiting.extend(seating.take(application, class_id, label))


def _next_in_line(seating: Seating, class_id: str, order: WaitlistOrder) -> tuple[str, str] | None:
    """Whom the next free seat of a class is offered to, and which seat; None for nobody."""
    free = seating.free[class_id]
    if not free:
        return None
    for label in sorted(set(free) - {ANYBODY}):
        if (application := _first_able(seating, class_id, order, label)) is not None:
            return application, label
    application = _first_able(seating, class_id, order, ANYBODY)
    return None if application is None else (application, min(free))


def _first_able(seating: Seating, class_id: str, order: WaitlistOrder, label: str) -> str | None:
    """The first in line who may draw on a reserve, can be seated and would come."""
    applicants = seating.season.applicants
    seats = len(seating.free[class_id])
    bands = (True, False) if order is WaitlistOrder.NO_SEAT_FIRST else (None,)
    for band in bands:
        for application in seating.lines[class_id]:
            if (
                (band is None or seating.has_none(application) is band)
                and applicants[application].size <= seats
                and (label == ANYBODY or label in _carried(seating, application, class_id))
                and seating.would_take(application, class_id)
            ):
                return application
    return None


def _carried(seating: Seating, application: str, class_id: str) -> frozenset[str]:
    choices = seating.season.applicants[application].choices
    return choices[seating.season.ranks[application][class_id]].buckets


def offer_elsewhere(seating: Seating, *, chance: random.Random, lets_go: float = LETS_GO) -> None:
    """Offer seats left over to people without one, in the classes they would take instead.

    In the order of the lottery, those who hold nothing at all first; nobody earlier is passed
    over for somebody later, and as many are seated as can be at all (augmenting paths: somebody
    who can go to two classes makes room in the one for whom only that one will do).
    """
    season = seating.season
    order = sorted(
        (a for a in season.market.applicants if not seating.held.get(a.id)),
        key=lambda applicant: (not seating.has_none(applicant.id), applicant.lottery),
    )
    board = _Board(seating)
    for applicant in order:
        # Two who go together need two seats at once: they are offered none here.
        if applicant.size == 1 and applicant.id not in seating.gone:
            board.place(applicant.id)
    for application, class_id in sorted(board.placed.items()):
        if chance.random() < lets_go:
            seating.offered(application, class_id)
        else:
            seating.take(application, class_id, ANYBODY)


class _Board:
    """People pinned to free seats, moved on to make room for others, never taken off."""

    def __init__(self, seating: Seating) -> None:
        self.left = {class_id: len(free) for class_id, free in seating.free.items() if free}
        self.forms = seating.season.forms
        self.placed: dict[str, str] = {}
        self.pinned: dict[str, list[str]] = {class_id: [] for class_id in self.left}

    def place(self, application: str) -> None:
        """Find a seat for one more, if there is any way to."""
        came_from: dict[str, tuple[str, str | None]] = {}
        todo = deque(self._reach(application, None, came_from))
        while todo:
            class_id = todo.popleft()
            if self.left[class_id] > len(self.pinned[class_id]):
                self._move(class_id, came_from)
                return
            for other in self.pinned[class_id]:
                todo.extend(self._reach(other, class_id, came_from))

    def _reach(
        self,
        application: str,
        from_class: str | None,
        came_from: dict[str, tuple[str, str | None]],
    ) -> Iterable[str]:
        for class_id in self.forms[application].instead:
            if class_id in self.left and class_id not in came_from:
                came_from[class_id] = (application, from_class)
                yield class_id

    def _move(self, class_id: str, came_from: dict[str, tuple[str, str | None]]) -> None:
        """Pin the last of the path to the free seat, and each before into the place left."""
        to: str | None = class_id
        while to is not None:
            application, from_class = came_from[to]
            if from_class is not None:
                self.pinned[from_class].remove(application)
            self.pinned[to].append(application)
            self.placed[application] = to
            to = from_class
