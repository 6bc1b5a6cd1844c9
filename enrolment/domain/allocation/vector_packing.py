"""Tables for a million people, made from arrays: no object a person is ever made."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enrolment.domain.allocation.arrays import MOST_WISHES
from enrolment.domain.allocation.market import (
    ANYBODY,
    MOST_SEATS,
    ClassSpec,
    MarketRefused,
    Rounds,
    WaitlistOrder,
    clashing,
    ensure_sound_classes,
)
from enrolment.domain.allocation.packing import NOBODY, Packed

Array = NDArray[Any]


def from_arrays(
    classes: Sequence[ClassSpec],
    *,
    applicant_ids: Sequence[str],
    lottery: Array,
    max_seats: Array,
    prefs: Array,
    tier: Array,
    flags: Array,
    flag_names: Sequence[str],
    clashes: Iterable[tuple[str, str]] = (),
    hours: Array | None = None,
    lottery_rounds: str = Rounds.REVERSE,
    waitlist_order: str = WaitlistOrder.RANK,
) -> Packed:
    """Lay out a market of single applicants that comes as arrays, a row a person.

    ``prefs`` has the places of the wished classes in ``classes``, -1 where a list has ended;
    ``flags`` a bit for each of ``flag_names`` that a wish carries. ``hours`` has a bit for each
    half-day that a class takes: those that share one clash, as do the pairs of ``clashes``.
    Raises ``MarketRefused``.
    """
    clashes = tuple(clashes)
    ensure_sound_classes(classes, clashes)
    _ensure_sound(classes, lottery, max_seats, prefs, tier)
    in_order = sorted(range(len(classes)), key=lambda at: classes[at].id)
    renumber = np.empty(len(classes) + 1, dtype=np.int32)
    renumber[in_order] = np.arange(len(classes), dtype=np.int32)
    renumber[NOBODY] = NOBODY
    specs = tuple(classes[at] for at in in_order)
    line = np.argsort(lottery)
    own = renumber[prefs[line]]
    tiers = np.unique(tier[prefs >= 0])
    lanes = _lanes_by_flags(specs, flag_names)[own, flags[line]]
    taken = np.zeros(len(specs), dtype=np.int64) if hours is None else hours[in_order]
    clash = _clash_masks(specs, clashing(clashes), own) | _shared_hours(taken, own)
    return Packed(
        classes=specs,
        applicant_ids=[applicant_ids[at] for at in line.tolist()],
        lottery=_table(lottery[line], np.int64),
        max_seats=_table(max_seats[line], np.uint8),
        width=prefs.shape[1],
        prefs=_table(own, np.int32),
        tier=_table(np.where(own == NOBODY, 0, np.searchsorted(tiers, tier[line])), np.uint16),
        eligible=_table(lanes, np.uint8),
        clash=_table(clash, np.uint8),
        tiers=tuple(tiers.tolist()),
        lottery_rounds=Rounds(lottery_rounds),
        waitlist_order=WaitlistOrder(waitlist_order),
    )


def _table(values: Array, kind: type[np.integer[Any]]) -> memoryview:
    """As plain Python sees it: numbers, and no copy when it comes back to numpy."""
    return np.ascontiguousarray(values, dtype=kind).ravel().data


def _ensure_sound(
    classes: Sequence[ClassSpec], lottery: Array, max_seats: Array, prefs: Array, tier: Array
) -> None:
    """Raise ``MarketRefused`` with the first row that contradicts itself or another."""
    if prefs.shape[1] > MOST_WISHES:
        raise MarketRefused(f"A list has more than {MOST_WISHES} wishes.")
    numbers = np.sort(lottery)
    twice = numbers[1:][numbers[1:] == numbers[:-1]]
    if len(twice):
        raise MarketRefused(f"The lottery number {twice[0]} stands twice.")
    _refuse_rows((max_seats < 0) | (max_seats > MOST_SEATS), f"wants not 0 to {MOST_SEATS} seats")
    _refuse_rows(((prefs < NOBODY) | (prefs >= len(classes))).any(axis=1), "names no class")
    _refuse_rows((tier < 0).any(axis=1), "has a tier below 0")
    ended = prefs == NOBODY
    _refuse_rows((ended[:, :-1] & ~ended[:, 1:]).any(axis=1), "has a gap in the list")
    listed = np.sort(prefs, axis=1)
    again = (listed[:, 1:] == listed[:, :-1]) & (listed[:, 1:] != NOBODY)
    _refuse_rows(again.any(axis=1), "names a class a second time")


def _refuse_rows(wrong: Any, what: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise MarketRefused(f"Row {rows[0]} of the applicants {what}.")


def _lanes_by_flags(specs: Sequence[ClassSpec], flag_names: Sequence[str]) -> Array:
    """By class and by flags carried: the lanes that are open to somebody, as bits.

    The last row is that of a list which has ended: nothing is open there.
    """
    bits = {name: 1 << at for at, name in enumerate(flag_names)}
    carried = np.arange(1 << len(flag_names))
    table = np.zeros((len(specs) + 1, len(carried)), dtype=np.uint8)
    for class_, spec in enumerate(specs):
        for lane, bucket in enumerate(spec.buckets):
            may = (carried & bits.get(bucket.name, 0)) != 0
            table[class_] |= ((may | (bucket.name == ANYBODY)) << lane).astype(np.uint8)
    return table


def _clash_masks(specs: Sequence[ClassSpec], others: dict[str, set[str]], prefs: Array) -> Array:
    """For every wish, the bits of the wishes of the same person that it clashes with.

    Looked up in a table of a bit for each two classes: 12.5 MB for ten thousand of them. The
    last row is that of a list which has ended: it clashes with nothing.
    """
    masks = np.zeros(prefs.shape, dtype=np.uint8)
    if not others:
        return masks
    numbers = {spec.id: number for number, spec in enumerate(specs)}
    table = np.zeros((len(specs) + 1, len(specs) // 8 + 1), dtype=np.uint8)
    for class_id, clashing_ids in others.items():
        for other in clashing_ids:
            number = numbers[other]
            table[numbers[class_id], number >> 3] |= 1 << (number & 7)
    for later in range(prefs.shape[1]):
        for earlier in range(later):
            one, two = prefs[:, later], prefs[:, earlier]
            hit: Array = (table[one, two >> 3] >> (two & 7).astype(np.uint8)) & 1
            masks[:, later] |= hit << earlier
            masks[:, earlier] |= hit << later
    return masks


def _shared_hours(hours: Array, prefs: Array) -> Array:
    """The same bits from the half-days that classes take."""
    taken = np.append(hours, 0)[prefs]  # the last is that of a list which has ended
    masks = np.zeros(prefs.shape, dtype=np.uint8)
    for later in range(prefs.shape[1]):
        for earlier in range(later):
            hit = (taken[:, later] & taken[:, earlier]) != 0
            masks[:, later] |= (hit << earlier).astype(np.uint8)
            masks[:, earlier] |= (hit << later).astype(np.uint8)
    return masks
