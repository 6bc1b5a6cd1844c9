"""A column type that Django lacks."""

from typing import Any

from django.db import models


class NumberMultiRangeField(models.Field):  # type: ignore[type-arg]  # no subscript at run time
    """PostgreSQL's ``nummultirange``: stretches that never overlap, united by ``+``.

    Values are ``psycopg.types.multirange.Multirange`` of half-open ranges.
    """

    def db_type(self, connection: Any) -> str:
        """Return the column type."""
        return "nummultirange"
