"""The chain of submissions: nothing filed can be slipped in, changed or lost unseen.

Every submission, change and withdrawal becomes an entry with the next number, and a head that
hashes it together with the head before: h_t = SHA256(h_{t-1} || SHA256(canonical JSON)). The
slip shows entry number and head, and the head is posted every day; whoever changed an old entry
would have to change every head that people carry at home.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

VERSION = "CHAIN/1"

Content = Mapping[str, object]


class ChainRefused(Exception):
    """An entry that cannot be chained, or a chain that does not hold. Says which and why."""


@dataclass(frozen=True)
class Entry:
    """One submission in the chain. ``head`` is h of this entry, in hex."""

    number: int
    content: Content
    head: str


def start(term: str) -> str:
    """Return the head before the first entry: each term has a chain of its own.

    >>> start("2027-spring")[:16]
    '7f5eb4ea39fa9ca2'
    """
    return sha256(f"{VERSION}\n{term}\n".encode()).hexdigest()


def canonical(content: Content) -> bytes:
    """Return the one way to write an entry's content: JSON, sorted keys, no spaces, UTF-8.

    Text, whole numbers, true, false, null, lists and objects only: a fraction is written
    differently by different programs. Raises ``ChainRefused``.

    >>> canonical({"wishes": ["B2", "A1"], "entry": 7})
    b'{"entry":7,"wishes":["B2","A1"]}'
    """
    _ensure_plain(content, "content")
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ChainRefused("The content holds half a character.") from None


def _ensure_plain(value: object, place: str) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ChainRefused(f"The key {key!r} of {place} is no text.")
            _ensure_plain(item, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _ensure_plain(item, f"{place}[{index}]")
    elif not (value is None or isinstance(value, str | int)):
        raise ChainRefused(f"{place} is {value!r}; only text and whole numbers can be chained.")


def append(content: Content, *, number: int, after: str) -> Entry:
    """Chain ``content`` as entry ``number`` to the head ``after``.

    The number is hashed with the content, so an entry cannot be moved either.
    Raises ``ChainRefused``.
    """
    if number < 1:
        raise ChainRefused(f"Entry {number}: entries are numbered from 1.")
    if "entry" in content:
        raise ChainRefused(f"Entry {number} says itself which entry it is.")
    inner = sha256(canonical({**content, "entry": number})).digest()
    return Entry(number, content, sha256(bytes.fromhex(after) + inner).hexdigest())


def verify(entries: Iterable[Entry], *, after: str, last: int = 0) -> str:
    """Follow the chain from the head ``after`` of entry ``last``; return the head at its end.

    A whole term begins at ``start(term)``; one day begins at the head posted the day before.
    Raises ``ChainRefused`` with the first entry that is missing, moved or changed.
    """
    for entry in entries:
        if entry.number != last + 1:
            raise ChainRefused(f"Entry {entry.number} stands where entry {last + 1} belongs.")
        if append(entry.content, number=entry.number, after=after).head != entry.head:
            raise ChainRefused(
                f"Entry {entry.number} is not what was filed: its head does not follow."
            )
        after, last = entry.head, entry.number
    return after
