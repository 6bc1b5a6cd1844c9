"""Words of the library: what a film is, what was chosen, and what the shelves are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from courses.models import Lesson
from livestream.domain.library import Choice, Shelf
from livestream.models import Lecture, Recording


def what_is_shown(recording: Recording) -> str:
    """The title of a lecture, or the course of a lesson."""
    shown = recording.shown()
    if isinstance(shown, Lecture):
        return shown.display_name()
    return shown.section.course.display_name()


def series_and_issue(recording: Recording) -> str:
    """Which issue of which series, or which lesson of its class."""
    shown = recording.shown()
    if isinstance(shown, Lesson):
        return _("Lesson %(number)s") % {"number": shown.number}
    if shown.series is None:
        return ""
    words = {"series": shown.series.display_name(), "issue": shown.issue}
    return _("%(series)s, issue %(issue)s") % words


def group(recording: Recording) -> str:
    """The series of a lecture or the subject of a lesson, as lists of others group them."""
    shown = recording.shown()
    if isinstance(shown, Lesson):
        return shown.section.course.subject.display_name()
    return shown.series.display_name() if shown.series is not None else _("Lectures")


def full_day(shown: Lesson | Lecture) -> str:
    """The day with its year."""
    return formats.date_format(timezone.localtime(shown.during.lower), "DATE_FORMAT")


def shelf(name: str) -> str:
    """What a way to choose is called."""
    return {
        "series": _("By series"),
        "subject": _("By subject"),
        "year": _("By year"),
        "letter": _("By first letter of the sound"),
    }[name]


def chosen(choice: Choice, shelves: Mapping[str, Sequence[Shelf]]) -> list[tuple[str, str]]:
    """What was chosen, in words, each with the name it has in the address."""
    said = []
    for name, found in shelves.items():
        value = str(getattr(choice, name) or "")
        if value:
            named = next((one.name for one in found if one.value == value), value)
            said.append((name, named))
    if choice.words:
        said.append(("q", choice.words))
    return said
