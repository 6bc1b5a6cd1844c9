"""Histories by the thousand, lived by several processes at once."""

from collections import Counter
from collections.abc import Callable, Iterable
from multiprocessing import get_context

from django.db import connections

LIVES = 3
"""One more than the cores of the machines we test on: while one waits for the database, another
counts."""


def side_by_side(lives: Iterable[Callable[[], Counter]]) -> Counter:
    """Do each in a process of its own; return the sum of what they saw.

    Each has to have rows of its own, which are committed, and to undo what it does: then none sees
    what another is doing. One that fails prints why, and all fail.
    """
    connections.close_all()
    fork = get_context("fork")
    running = []
    for live in lives:
        ours, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=_live, args=(live, theirs))
        process.start()
        theirs.close()
        running.append((process, ours))
    for process, _ours in running:
        process.join()
    assert [process.exitcode for process, _ours in running] == [0] * len(running)
    return sum((ours.recv() for _process, ours in running), Counter())


def _live(live: Callable[[], Counter], end) -> None:
    connections.close_all()
    end.send(live())
