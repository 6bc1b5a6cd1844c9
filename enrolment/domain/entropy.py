"""Where the chance of a draw comes from: what may stand in ``seed.txt``, and when it is enough.

Nobody here can choose what others throw; so the sources are named before anybody has filed a
form, each with the words that say what counts if it is missing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

DICE, BEACON, DIGITS = "dice", "beacon", "digits"
THROWS = 24
"""Dice of the witnesses: 62 bits, more than anybody tries out between throw and publication."""

_DICE = re.compile(f"[1-6]{{{THROWS}}}")
_DIGITS = re.compile(r"[0-9]{3,120}")
_HEX = re.compile(r"[0-9a-f]{64}")
_EMPTY = str.maketrans("", "", " \t\n\r -，,、")


class SourceProblem(StrEnum):
    """Why a value, or a plan of sources, is refused; ``enrolment/wording`` has the sentences."""

    NOT_DICE = "not_dice"
    NOT_DIGITS = "not_digits"
    NOT_HEX = "not_hex"
    NOT_ENOUGH = "not_enough"
    NO_DICE = "no_dice"
    TOO_LATE_TO_NAME = "too_late_to_name"
    NOT_DUE_YET = "not_due_yet"
    READ_ALREADY = "read_already"
    NO_PROOF = "no_proof"
    NAMED_TWICE = "named_twice"
    NOT_FINAL = "not_final"
    OTHER_ROUND = "other_round"
    NOT_ITS_DIGEST = "not_its_digest"
    NO_ROUND = "no_round"
    SIGNED_BY_ONE = "signed_by_one"


class SourceRefused(Exception):
    """The rules of chance say no: ``problem`` says why, ``name`` of which source."""

    def __init__(self, problem: SourceProblem, name: str = "") -> None:
        super().__init__(problem, name)
        self.problem = problem
        self.name = name


@dataclass(frozen=True, kw_only=True)
class SourcePlan:
    """A source as it is announced. ``fallback``: what counts if it is missing."""

    kind: str
    name: str
    what: str
    fallback: str
    due_at: datetime
    address: str = ""


def read_value(kind: str, typed: str) -> str:
    """Return a value as it stands in ``seed.txt``: blanks and dashes are no part of it.

    Raises ``SourceRefused``.

    >>> read_value("dice", "4152 6341 5263 4152 6341 5263")
    '415263415263415263415263'
    """
    value = typed.translate(_EMPTY).lower()
    if kind == DICE and not _DICE.fullmatch(value):
        raise SourceRefused(SourceProblem.NOT_DICE)
    if kind == DIGITS and not _DIGITS.fullmatch(value):
        raise SourceRefused(SourceProblem.NOT_DIGITS)
    if kind == BEACON and not _HEX.fullmatch(value):
        raise SourceRefused(SourceProblem.NOT_HEX)
    return value


def read_fallback(typed: str) -> str:
    """Return what counts instead of a source: published digits, or another beacon's 256 bits.

    Raises ``SourceRefused``.

    >>> read_fallback("03 11 17 22 25 32 08")
    '03111722253208'
    """
    has_letters = any(sign.isalpha() for sign in typed)
    return read_value(BEACON if has_letters else DIGITS, typed)


def ensure_enough(kinds: Iterable[str]) -> None:
    """See to it that nobody could try all draws beforehand. Raises ``SourceRefused``.

    The witnesses' dice always; beside them a beacon of 256 bits, or two sources of published
    digits, for one short draw can be tried out.
    """
    named = list(kinds)
    if DICE not in named:
        raise SourceRefused(SourceProblem.NO_DICE)
    if BEACON not in named and named.count(DIGITS) < 2:
        raise SourceRefused(SourceProblem.NOT_ENOUGH)


def ensure_round(plan: SourcePlan) -> None:
    """See to it that a beacon is asked for one round, named beforehand.

    Whoever may ask for the latest chooses the moment, and with it the number. Raises
    ``SourceRefused``.
    """
    if plan.kind == BEACON and plan.address and round_of(plan.address) is None:
        raise SourceRefused(SourceProblem.NO_ROUND, plan.name)


def read_beacon(answer: Mapping[str, Any], *, round_: int | None) -> str:
    """Return the randomness of a beacon's answer, in hex.

    Of the shape that drand gives: ``round``, ``randomness``, ``signature``. Its randomness is
    the digest of its signature, which we check; the signature itself anybody may check with
    the beacon's public key. Raises ``SourceRefused``.

    >>> signature = "00ff" * 24
    >>> randomness = sha256(bytes.fromhex(signature)).hexdigest()
    >>> answer = {"round": 7, "randomness": randomness, "signature": signature}
    >>> read_beacon(answer, round_=7) == randomness
    True
    """
    randomness, signature = str(answer.get("randomness", "")), str(answer.get("signature", ""))
    if round_ is not None and answer.get("round") != round_:
        raise SourceRefused(SourceProblem.OTHER_ROUND)
    if not _HEX.fullmatch(randomness):
        raise SourceRefused(SourceProblem.NOT_HEX)
    try:
        digest = sha256(bytes.fromhex(signature)).hexdigest()
    except ValueError:
        raise SourceRefused(SourceProblem.NOT_ITS_DIGEST) from None
    if digest != randomness:
        raise SourceRefused(SourceProblem.NOT_ITS_DIGEST)
    return randomness


def round_of(address: str) -> int | None:
    """Return the round that an address asks for; None where it asks for the latest.

    >>> round_of("https://api.drand.sh/public/5371204"), round_of("https://api.drand.sh/public/latest")
    (5371204, None)
    """
    last = address.rstrip("/").rpartition("/")[2]
    return int(last) if last.isdecimal() else None
