"""Bodies as the client sends them: names with brackets, values as text."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

Tree: TypeAlias = "str | dict[str, Tree]"

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


class Unreadable(Exception):
    """A name that no client writes."""


def tree(pairs: Iterable[tuple[str, str]]) -> dict[str, Tree]:
    """Return what the names of a body say belongs into what.

    >>> tree([("a[b][0]", "1"), ("a[b][1]", "2"), ("c", "3")])
    {'a': {'b': {'0': '1', '1': '2'}}, 'c': '3'}
    """
    root: dict[str, Tree] = {}
    for name, value in pairs:
        found = _NAME.fullmatch(name)
        if found is None:
            raise Unreadable(name)
        *way, last = [found[1], *_PART.findall(found[2])]
        place = root
        for part in way:
            inner = place.setdefault(part or str(len(place)), {})
            if isinstance(inner, str):
                raise Unreadable(name)
            place = inner
        place[last or str(len(place))] = value
    return root


def listed(branch: Mapping[str, Tree]) -> list[Tree] | None:
    """Return the branches of a list in their order; None if their names are no places."""
    if not all(name.isdigit() for name in branch):
        return None
    return [branch[name] for name in sorted(branch, key=int)]
