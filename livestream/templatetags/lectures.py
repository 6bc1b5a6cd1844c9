"""What templates of all floors show of lectures."""

from typing import Any

from django import template

from accounts import clock
from livestream import queries, wording
from livestream.models import Series

register = template.Library()


@register.inclusion_tag("livestream/_series_on_poster.html")
def series_on_poster(series: Series) -> dict[str, Any]:
    """The next lecture of a series, and the ways to its page and its letters."""
    at = clock.now()
    coming = queries.next_of(series, at=at)
    row = None
    if coming is not None:
        row = {**wording.lecture_row(coming), "shown": queries.shown([coming], at=at)[0]}
    return {"series": series, "next": row}
