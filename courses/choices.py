"""What a reader has chosen in the catalogue, as the address of the page says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

# The filters, in the order in which they stand on the page. ``q`` is the search field.
NAMES = (
    "q",
    "term",
    "campus",
    "day",
    "half",
    "department",
    "subject",
    "level",
    "free",
    "online",
)
MOST = 20  # values of one filter that are read; nobody needs more, and an address has an end


@dataclass(frozen=True)
class Choices:
    """Values by filter. Unknown filters and empty values are left out when it is read."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryDict) -> "Choices":
        """Read the part of the address after the question mark."""
        found = {}
        for name in NAMES:
            words = [word.strip() for word in query.getlist(name) if word.strip()][:MOST]
            if words:
                found[name] = tuple(dict.fromkeys(words))
        return cls(found)

    def among(self, name: str, known: Mapping[str, object]) -> "Choices":
        """Leave out values of a filter that do not exist (an old address, a typing error)."""
        kept = tuple(value for value in self.get(name) if value in known)
        return self._with(name, kept)

    def get(self, name: str) -> tuple[str, ...]:
        """Return the values of a filter."""
        return self.values.get(name, ())

    @property
    def words(self) -> tuple[str, ...]:
        """Return what was typed into the search field."""
        return self.get("q")[:1]

    def first(self, name: str) -> str:
        """Return the only value of a filter, or nothing."""
        return next(iter(self.get(name)), "")

    def numbers(self, name: str) -> list[int]:
        """Return the values that are numbers."""
        return [int(value) for value in self.get(name) if value.isascii() and value.isdigit()]

    def without(self, name: str, value: str | None = None) -> "Choices":
        """Take away one value of a filter, or the whole filter."""
        kept = tuple(one for one in self.get(name) if value is not None and one != value)
        return self._with(name, kept)

    def each(self) -> Iterator[tuple[str, str]]:
        """Go through all values, filter by filter."""
        for name in NAMES:
            for value in self.get(name):
                yield name, value

    def address(self) -> str:
        """Return the part of an address that says these choices, with its question mark."""
        query = QueryDict(mutable=True)
        for name, value in self.each():
            query.appendlist(name, value)
        return f"?{query.urlencode()}" if query else "?"

    def __bool__(self) -> bool:
        return bool(self.values)

    def _with(self, name: str, kept: tuple[str, ...]) -> "Choices":
        others = {key: values for key, values in self.values.items() if key != name}
        return Choices(others | {name: kept} if kept else others)
