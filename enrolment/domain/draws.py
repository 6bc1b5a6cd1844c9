"""The acts of a draw day: their order, what stops each, and until when a list is objected to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from enrolment.domain import rosters
from enrolment.domain.allocation import Result
from enrolment.domain.wishes import Line


class DrawProblem(StrEnum):
    """Why an act of the draw day cannot be done; ``enrolment/wording`` has the sentences."""

    FORMS_OPEN = "forms_open"
    NO_FORMS = "no_forms"
    NOT_FROZEN = "not_frozen"
    OBJECTIONS_RUN = "objections_run"
    OBJECTIONS_LEFT = "objections_left"
    OBJECTIONS_OVER = "objections_over"
    DECIDED_ALREADY = "decided_already"
    NOT_FINAL = "not_final"
    SOURCES_MISSING = "sources_missing"
    NO_WITNESS = "no_witness"
    NOT_SIGNED = "not_signed"
    DIFFERENT = "different"
    NOT_DRAWN = "not_drawn"
    NO_ROOM = "no_room"
    DRAWN_ALREADY = "drawn_already"
    CHANCE_IS_KNOWN = "chance_is_known"
    ONE_PERSON = "one_person"
    UNKNOWN_NUMBER = "unknown_number"
    UNKNOWN_CLASS = "unknown_class"
    NOTHING_CHANGED = "nothing_changed"


class DrawRefused(Exception):
    """An act of the draw day is not possible now. ``what`` names the source, class or line."""

    def __init__(self, problem: DrawProblem, what: str = "") -> None:
        super().__init__(problem, what)
        self.problem = problem
        self.what = what


def objections_until(frozen_at: datetime, day_ends: time) -> datetime:
    """Until when the first list is objected to: the end of the next day. Local time.

    >>> objections_until(datetime(2026, 12, 28, 12), time(17))
    datetime.datetime(2026, 12, 29, 17, 0)
    """
    day = frozen_at.date() + timedelta(days=1)
    return datetime.combine(day, day_ends, tzinfo=frozen_at.tzinfo)


@dataclass(frozen=True, kw_only=True)
class RightForm:
    """What a form should have said: classes in rank order, and how many are wanted."""

    choices: Sequence[int]
    wanted: int = 1


@dataclass(frozen=True)
class ChoiceResult:
    """What became of one choice, as it is kept (``WishResult``)."""

    code: str
    rule: str = ""
    round: int | None = None
    bucket: str = ""
    bars: Sequence[Any] = ()
    blocked_by: Sequence[str] = ()
    place: int | None = None


def results_of(line: Line, result: Result, order: Sequence[str]) -> list[tuple[str, ChoiceResult]]:
    """Return what became of every choice of a line: of those drawn, and of those that fell away.

    ``order`` is the applicant's own, as they handed it in; each class comes with its result.
    """
    found = {reason.class_id: reason for reason in result.explain(line.application)}
    told = {}
    for class_id, reason in found.items():
        bars = [[bar.round, bar.bucket, list(bar.yours), _last(bar.last)] for bar in reason.bars]
        told[class_id] = ChoiceResult(
            code=reason.code.value,
            round=reason.round,
            bucket=reason.bucket or "",
            bars=bars,
            blocked_by=list(reason.blocked_by),
            place=reason.place,
        )
    for class_id, (why, other) in line.dropped.items():
        told[class_id] = ChoiceResult(
            code=rosters.code_of_dropped(why), rule=why, blocked_by=[other] if other else []
        )
    listed = [*order, *(one for one in told if one not in order)]
    return [(class_id, told[class_id]) for class_id in listed if class_id in told]


def _last(last: object) -> object:
    return list(last) if isinstance(last, tuple) else last


def market_of(
    classes: Sequence[Mapping[str, Any]],
    lines: Sequence[Line],
    clashes: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """Return what goes into a draw in the form of market.json, lottery numbers apart."""
    return {
        "classes": list(classes),
        "applicants": [line.as_applicant() for line in lines],
        "clashes": [list(pair) for pair in clashes],
        "lottery_rounds": "reverse",
    }
