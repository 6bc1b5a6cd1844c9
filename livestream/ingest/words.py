"""What every server that takes pictures in says, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Said = Mapping[str, str]


class HookRefused(Exception):
    """This server says no such thing, or not in this way."""


@dataclass(frozen=True)
class Line:
    """A take on its way between our machines.

    ``name`` is what we call it; ``address`` is the number of the broadcast whose key was used,
    which is another one for a trial.
    """

    name: str
    address: int


@dataclass(frozen=True)
class Knock:
    """A camera that wants in. ``address`` is the number it came to, where servers have these."""

    key: str
    publisher: str
    address: int = 0


@dataclass(frozen=True)
class Told:
    """A report about a take: by its name, or by the number its camera came to, or by its key.

    A key opens the same lesson for one camera after the other; ``publisher`` says which it was.
    """

    name: str = ""
    address: int = 0
    key: str = ""
    publisher: str = ""
    recorded_as: str = ""
