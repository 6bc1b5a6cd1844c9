"""How a round goes through what waits: each by itself, and no longer than somebody answers."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from accounts import scope
from enrolment.payments import ProviderFailed, ProviderRefused

log = logging.getLogger(__name__)

BATCH = 200
FAILURES_IN_A_ROW = 3


def each(rows: Any, work: Callable[[Any], bool]) -> int:
    """Do the same for every row, each by itself; return for how many something was done.

    What one row throws keeps no other from its turn. A provider that fails three rows one after
    the other is away: no use asking for the others, the next round does.
    """
    with scope.system("what is left to do"):
        waiting: Iterable[Any] = list(rows[:BATCH])
    done = failures = 0
    for row in waiting:
        try:
            done += work(row)
            failures = 0
        except ProviderFailed as failed:
            log.warning("%s waits for the provider: %s", row, failed)
            failures += 1
        except ProviderRefused as refused:
            log.warning("%s: the provider says no: %s", row, refused)
        except Exception:
            log.exception("%s could not be seen to", row)
        if failures == FAILURES_IN_A_ROW:
            break
    return done
