"""The figures of a term in words: what each counts, and who stands behind it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrolment.domain.statistics import TOGETHER, Row, hidden

HIDDEN = "–"
NO_NAMES: Mapping[str, str] = {}
COUNTS = ("people", "wishes", "placed", "first", "seats")
TABLES = {
    "age": gettext_lazy("By age"),
    "sex": gettext_lazy("Women and men"),
    "newcomer": gettext_lazy("New and continuing learners"),
    "missed": gettext_lazy("People who had no place in the last two terms"),
    "channel": gettext_lazy("By the way of applying"),
    "unit": gettext_lazy("By university"),
}
GROUPS = {
    "under_60": gettext_lazy("under 60"),
    "60s": gettext_lazy("60 to 69"),
    "70s": gettext_lazy("70 to 79"),
    "80_and_over": gettext_lazy("80 and over"),
    "f": gettext_lazy("women"),
    "m": gettext_lazy("men"),
    "newcomer": gettext_lazy("new learners"),
    "continuing": gettext_lazy("continuing learners"),
    "missed_before": gettext_lazy("no place in the last two terms"),
    "not_missed": gettext_lazy("others"),
    "web": gettext_lazy("by themselves on the web"),
    "helper": gettext_lazy("through a helper"),
    "counter": gettext_lazy("at the counter"),
    "phone": gettext_lazy("by telephone"),
    "paper": gettext_lazy("on paper"),
    TOGETHER: gettext_lazy("other groups, too small to stand alone"),
}


def name_of_group(group: str, universities: Mapping[str, str] = NO_NAMES) -> str:
    """Return what a group is called; a university as the reader's language calls it."""
    return str(GROUPS.get(group) or universities.get(group, group))


def tables_of(
    content: Mapping[str, Any], *, universities: Mapping[str, str] = NO_NAMES
) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """Yield each table of the figures: its key, its caption, its lines in words.

    ``universities`` is how each is called for this reader, in the order of the city's list.
    """
    order = [*universities, *GROUPS]
    for by, caption in TABLES.items():
        rows = [Row(**row) for row in content["groups"].get(by, [])]
        if rows:
            kept_back = {figure: hidden(rows, figure) for figure in COUNTS}
            rows.sort(key=lambda row: order.index(row.group) if row.group in order else -1)
            yield by, str(caption), [_line(row, kept_back, universities) for row in rows]


def line_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the line of everybody."""
    row = Row(**content["all"])
    return _line(row, {figure: hidden([row], figure) for figure in COUNTS})


def parity_of(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the comparison of the ways of applying, a sentence for each that can be printed."""
    rows = [Row(**row) for row in content["groups"].get("channel", [])]
    kept_back = hidden(rows, "placed")
    return [
        {
            "name": name_of_group(row["channel"]),
            "share": f"{row['share']:.1f}",
            "off": f"{row['off']:+.1f}",
            "said": _verdict(row),
        }
        for row in content["parity"]
        if row["channel"] not in kept_back
    ]


def _line(
    row: Row,
    kept_back: Mapping[str, frozenset[str]],
    universities: Mapping[str, str] = NO_NAMES,
) -> dict[str, str]:
    counts = {
        figure: HIDDEN if row.group in kept_back[figure] else str(getattr(row, figure))
        for figure in COUNTS
    }
    return {
        **counts,
        "name": _("everybody") if row.group == "all" else name_of_group(row.group, universities),
        "share": HIDDEN if counts["placed"] == HIDDEN else f"{row.share:.1f}",
        "first_share": HIDDEN if counts["first"] == HIDDEN else f"{row.first_share:.1f}",
    }


def _verdict(row: Mapping[str, Any]) -> str:
    if abs(row["off"]) <= row["chance"]:
        return _("Chance alone explains the difference.")
    return _("More than chance explains. People who come this way choose differently; we look.")
