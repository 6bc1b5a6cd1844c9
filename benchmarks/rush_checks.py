"""What a morning promised, checked against what clients were told and what the database holds."""

import json
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import quantiles
from typing import Any

from django.core.files.storage import storages
from django.utils import timezone

from enrolment.domain import queueing
from enrolment.models import Claim, Enrolment, Lane, Opening, QueuePlace, WaitlistEntry, ledger

# What, how it was, and whether it was kept; None: it is told and not judged.
Promise = tuple[str, str, bool | None]

SLOWEST_CLAIM_MS = 500.0
READING_AT_MOST = 2.0


def promises_of_speed(sheet: dict[str, Any], *, judged: bool) -> Iterator[Promise]:
    """Say what was promised about time; on a machine that others use it is only told."""
    rush, quiet = sheet["rush"], sheet["quiet"]["took"]
    p99 = percentile(rush["took"].get("claim", []), 99)
    good = p99 < SLOWEST_CLAIM_MS if judged else None
    yield "p99 of an admitted claim under 500 ms", f"{p99:.0f} ms", good
    for page in ("course", "catalogue"):
        before = percentile(quiet.get(f"{page}, quiet", []), 95)
        after = percentile(rush["took"].get(f"{page}, in the rush", []), 95)
        times = after / before if before else 0.0
        said = f"{before:.0f} -> {after:.0f} ms, {times:.2f} times"
        good = times <= READING_AT_MOST if judged else None
        yield f"p95 of reading ({page}) at most doubled", said, good


def promise_of_words(rush: dict[str, Any], *, killed: bool) -> Promise:
    """No fault is shown. A page that says in words what is away (503) is none, if it is away."""
    faults = {
        what: number
        for what, number in rush["met"].items()
        if what[-3:].isdigit() and what[-3:] >= "500"
    }
    bad = [what for what in faults if not (killed and what.endswith("503"))]
    return "no answer of 5xx", json.dumps(faults) if faults else "none", not bad


def percentile(times: list[float], share: int) -> float:
    """Return one of the hundred shares of a list; 0 of none."""
    if len(times) < 2:
        return sum(times)
    return quantiles(times, n=100, method="inclusive")[share - 1]


def promises_in_the_database(
    rush: dict[str, Any], opening_id: int, *, seats: int, judged: bool
) -> Iterator[Promise]:
    """Say what was promised about seats, about turns, and about what people were told.

    All seats are given in the time there is only on a machine that nobody else uses.
    """
    opening = Opening.objects.get(pk=opening_id)
    broken = ledger.broken_rules(at=timezone.now(), offer_hours=False)
    yield "every rule of seats holds", f"{len(broken)} broken {broken[:3]}", not broken
    held = Enrolment.objects.holding_a_seat().count()
    told = sum(answer["outcome"] == "seat" for answer in rush["answers"])
    all_given = held == seats or (not judged and held < seats)
    yield "every seat is given once", f"{held} of {seats}, {told} told", all_given and held >= told
    lost = _lost(rush["answers"])
    yield "every answer given is in the database", f"{len(lost)} lost {lost[:3]}", not lost
    yield from _order(opening)
    yield from _turns(rush, opening)


def _lost(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = {(claim.learner_id, str(claim.key)): claim for claim in Claim.objects.all()}
    seats = set(Enrolment.objects.values_list("pk", flat=True))
    line = set(WaitlistEntry.objects.values_list("pk", flat=True))
    lost = []
    for answer in answers:
        if answer["id"] is None:
            continue
        claim = kept.get((answer["learner"], answer["key"]))
        written = seats if answer["outcome"] == "seat" else line
        kept_id = claim and (claim.enrolment_id or claim.entry_id)
        if kept_id != answer["id"] or answer["id"] not in written:
            lost.append(answer)
    return lost


def _order(opening: Opening) -> Iterator[Promise]:
    """The published order is that of the promised seed, and the database's, place by place."""
    shelf = storages["queue"]
    with shelf.open(f"{opening.pk}/order.txt", "rb") as file:
        numbers = [line.split()[0] for line in file.read().decode().splitlines()]
    with shelf.open(f"{opening.pk}/state.json", "rb") as file:
        seed = json.load(file)["seed"]
    drawn = QueuePlace.objects.drawn(opening).in_lane(Lane.PEOPLE).order_by("position")
    promised = queueing.digest_of(seed) == opening.seed_digest
    same = list(drawn.values_list("number", flat=True)) == numbers
    again = numbers == queueing.in_drawn_order(numbers, seed)
    said = f"{len(numbers)} numbers, promised seed {promised}, same places {same}, again {again}"
    yield "the order is the published one", said, promised and same and again


def _turns(rush: dict[str, Any], opening: Opening) -> Iterator[Promise]:
    """Nobody came in before the published state had reached them, and nobody claimed outside."""
    seen = [(datetime.fromisoformat(as_of), serving) for as_of, serving in rush["serving"]]
    moments = [as_of for as_of, _serving in seen]
    overtook, last = [], 0
    entered = QueuePlace.objects.before(opening).filter(entered_at__isnull=False)
    for position, at in entered.order_by("entered_at").values_list("position", "entered_at"):
        # The state is written a moment after it has changed, and watched twice a second.
        index = bisect_left(moments, at + timedelta(seconds=1.5))
        reached = seen[min(index, len(seen) - 1)][1] if seen else 0
        if position > max(reached, 0) and index < len(seen):
            overtook.append(position)
        last = max(last, position)
    furthest = last <= opening.serving
    said = f"{len(overtook)} too early; last in {last}, serving {opening.serving}"
    yield "nobody came in before their turn", said, not overtook and furthest
    never_went_back = all(a[1] <= b[1] for a, b in pairwise(seen))
    yield "turns only came nearer", f"{len(seen)} published states", never_went_back
    inside = set(entered.values_list("learner_id", flat=True))
    outside = set(Enrolment.objects.values_list("learner_id", flat=True)) - inside
    outside |= set(WaitlistEntry.objects.values_list("learner_id", flat=True)) - inside
    yield "nobody claimed without a turn", f"{len(outside)} did", not outside
    let_in = rush["met"].get("intruders: LET IN", 0)
    yield "nobody came in by a trick", f"{let_in} of the intruders", not let_in
