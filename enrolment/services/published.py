"""What the waiting room shows to everybody: small files, so that no page has to be asked.

Nothing in them says who somebody is. A number is drawn at random and known to its owner; the
list of numbers and the seed let anybody work the order out again.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db.models import F
from django.db.models.functions import Left

from enrolment.domain import queueing
from enrolment.models import Lane, Opening, QueuePlace

# By then the order is made and written: the pacer ticks every second, and writing takes one.
FIRST_LOOK = int(queueing.PRESSES_ARRIVE.total_seconds()) + 2
SHARD = 2
"""So many first characters of a number name the file in which it stands."""


def publish_state(opening: Opening, *, waiting: dict[Lane, int], at: datetime) -> None:
    """Say how far it has got; every page that waits reads this again and again."""
    _write(f"{opening.pk}/state.json", state_of(opening, waiting=waiting, at=at))


def state_of(opening: Opening, *, waiting: dict[Lane, int], at: datetime) -> dict[str, Any]:
    """Return what ``state.json`` says. ``waiting``: how many of each lane are not in yet."""
    people, office = per_minute(opening, waiting=waiting)
    return {
        "opening": opening.pk,
        "opens": opening.opens_at.isoformat(),
        "drawn": opening.shuffled_at is not None,
        "digest": opening.seed_digest,
        "seed": opening.seed,
        "people_in": opening.people_in,
        "serving": opening.serving,
        "serving_office": opening.serving_office,
        "per_minute": people,
        "per_minute_office": office,
        "held_back": opening.held_back,
        "ended": opening.ended_at is not None,
        "as_of": at.isoformat(),
        # When a page asks again: ``queueing.poll_after``. Before the hour it asks ``opens`` plus
        # ``first`` seconds, plus a random part of ``spread``.
        "poll": {
            "near": queueing.NEAR,
            "soon": queueing.ASK_SOON,
            "later": queueing.ASK_LATER,
            "first": FIRST_LOOK,
            "spread": int(queueing.first_looks(_people(opening)).total_seconds()),
        },
    }


def _people(opening: Opening) -> int:
    return opening.people_in or QueuePlace.objects.before(opening).count()


def per_minute(opening: Opening, *, waiting: dict[Lane, int]) -> tuple[int, int]:
    """Return how many people of each lane come in within a minute at the present pace."""
    if opening.held_back or opening.shuffled_at is None:
        return 0, 0
    everybody = opening.rate * 60
    office = everybody / queueing.EVERY_FIFTH
    if not waiting[Lane.OFFICE]:
        return round(everybody), round(office)
    return round(everybody - office), round(everybody if not waiting[Lane.PEOPLE] else office)


def publish_order(opening: Opening) -> None:
    """Write the drawn order, for whoever works it out again: a number and its lane a line."""
    drawn = QueuePlace.objects.drawn(opening).values_list("number", "lane")
    lane_of = dict(drawn)
    lines = (
        f"{number} {lane_of[number]}\n"
        for number in queueing.in_drawn_order(lane_of, opening.seed)
    )
    _shelf().save(f"{opening.pk}/order.txt", ContentFile("".join(lines).encode()))


def publish_places(opening: Opening, *, numbers: Iterable[str] | None = None) -> int:
    """Write the files that hold these numbers, or all; return how many files."""
    places = QueuePlace.objects.before(opening).with_position()
    if numbers is not None:
        shards = {number[:SHARD] for number in numbers}
        places = places.annotate(shard=Left(F("number"), SHARD)).filter(shard__in=shards)
    files: dict[str, dict[str, list[Any]]] = {}
    for number, lane, position in places.values_list("number", "lane", "position"):
        files.setdefault(number[:SHARD], {})[number] = [lane, position]
    for shard, content in files.items():
        _write(f"{opening.pk}/places/{shard}.json", content)
    return len(files)


def _write(name: str, content: dict[str, Any]) -> None:
    text = json.dumps(content, separators=(",", ":"))
    _shelf().save(name, ContentFile(text.encode()))


def _shelf() -> Storage:
    return storages["queue"]
