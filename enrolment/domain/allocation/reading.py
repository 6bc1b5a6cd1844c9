"""``market.json``, read strictly: what is missing or of another kind is refused by its place.

Keys that nobody asks for are passed over, so that a file may carry notes of its own.
"""

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from enrolment.domain.allocation.market import (
    Applicant,
    Bucket,
    Choice,
    ClassSpec,
    Market,
    MarketRefused,
    Rounds,
    WaitlistOrder,
    ensure_sound,
)

Word = TypeVar("Word", Rounds, WaitlistOrder)


def read_market(file: bytes) -> Market:
    """Read and check a market. Raises ``MarketRefused`` with one sentence."""
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise MarketRefused(f"The market is not UTF-8: byte {wrong.start + 1}.") from None
    try:
        whole = json.loads(text, object_pairs_hook=_object, parse_constant=_not_a_number)
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno}, column {wrong.colno}"
        raise MarketRefused(f"The market is not JSON: {wrong.msg.lower()} at {place}.") from None
    except (RecursionError, ValueError):
        raise MarketRefused("The market is not JSON that can be read: too deep or long.") from None
    if not isinstance(whole, dict):
        raise MarketRefused("The market is not a JSON object.")
    return market_in(whole)


def market_in(whole: dict[str, Any]) -> Market:
    """Return the market that an object like that of ``market.json`` holds.

    Raises ``MarketRefused`` as for a file.
    """
    market = Market(
        classes=tuple(_classes(_list(whole, "classes", "The market"))),
        applicants=tuple(_applicants(_list(whole, "applicants", "The market"))),
        clashes=tuple(_clashes(_list(whole, "clashes", "The market", default=[]))),
        lottery_rounds=_word(whole, "lottery_rounds", Rounds, Rounds.REVERSE),
        waitlist_order=_word(whole, "waitlist_order", WaitlistOrder, WaitlistOrder.RANK),
    )
    ensure_sound(market)
    return market


def _classes(rows: list[Any]) -> Iterator[ClassSpec]:
    for number, row in enumerate(rows, 1):
        _ensure_object(row, f"Class {number} of the list")
        class_id = _text(row, "id", f"Class {number} of the list")
        place = f'Class "{class_id}"'
        buckets = _list(row, "buckets", place, default=[])
        capacity = _whole(row, "capacity", place)
        yield ClassSpec(class_id, capacity, tuple(_buckets(buckets, place)))


def _buckets(rows: list[Any], place: str) -> Iterator[Bucket]:
    for number, row in enumerate(rows, 1):
        _ensure_object(row, f"{place}, bucket {number}")
        name = _text(row, "name", f"{place}, bucket {number}")
        at = f'{place}, bucket "{name}"'
        hard = row.get("hard", False)
        if not isinstance(hard, bool):
            raise MarketRefused(f'{at}: "hard" must be true or false.')
        yield Bucket(name, _whole(row, "seats", at), hard)


def _applicants(rows: list[Any]) -> Iterator[Applicant]:
    for number, row in enumerate(rows, 1):
        _ensure_object(row, f"Applicant {number} of the list")
        applicant = _text(row, "id", f"Applicant {number} of the list")
        place = f'Applicant "{applicant}"'
        yield Applicant(
            id=applicant,
            lottery=_whole(row, "lottery", place),
            choices=tuple(_choices(_list(row, "choices", place), place)),
            max_seats=_whole(row, "max_seats", place, default=1),
            size=_whole(row, "size", place, default=1),
        )


def _choices(rows: list[Any], place: str) -> Iterator[Choice]:
    for number, row in enumerate(rows, 1):
        at = f"{place}, choice {number}"
        _ensure_object(row, at)
        carried = _list(row, "buckets", at, default=[])
        if not all(isinstance(name, str) for name in carried):
            raise MarketRefused(f'{at}: "buckets" must be a list of names.')
        tier = _whole(row, "tier", at, default=0)
        yield Choice(_text(row, "class", at), tier, frozenset(carried))


def _clashes(rows: list[Any]) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows, 1):
        match row:
            case [str() as one, str() as other]:
                yield one, other
            case _:
                raise MarketRefused(f"Clash {number} must be a list of two classes.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: one reader would take the first, another the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise MarketRefused(f'The market has the key "{key}" twice in one object.')
            seen.add(key)
    return found


def _not_a_number(word: str) -> None:
    raise MarketRefused(f"The market is not JSON: {word} is no number.")


def _ensure_object(row: object, place: str) -> None:
    if not isinstance(row, dict):
        raise MarketRefused(f"{place} is not a JSON object.")


def _value(row: dict[str, Any], key: str, place: str, default: Any) -> Any:
    if key not in row and default is None:
        raise MarketRefused(f'{place}: "{key}" is missing.')
    return row.get(key, default)


def _list(
    row: dict[str, Any], key: str, place: str, default: list[Any] | None = None
) -> list[Any]:
    found = _value(row, key, place, default)
    if not isinstance(found, list):
        raise MarketRefused(f'{place}: "{key}" must be a list.')
    return found


def _text(row: dict[str, Any], key: str, place: str) -> str:
    found = _value(row, key, place, None)
    if not isinstance(found, str):
        raise MarketRefused(f'{place}: "{key}" must be text in quotes.')
    return found


def _whole(row: dict[str, Any], key: str, place: str, default: int | None = None) -> int:
    found = _value(row, key, place, default)
    if not isinstance(found, int) or isinstance(found, bool):
        raise MarketRefused(f'{place}: "{key}" must be a whole number.')
    return found


def _word(row: dict[str, Any], key: str, words: type[Word], default: Word) -> Word:
    found = row.get(key, default)
    if found not in list(words):
        raise MarketRefused(f'The market: "{key}" must be {" or ".join(words)}.')
    return words(found)
