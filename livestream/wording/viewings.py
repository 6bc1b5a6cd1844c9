"""What is said of afternoons at viewing points."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livestream.domain.viewings import ViewingRefusal
from livestream.models import Lecture, RoomViewing
from livestream.wording.films import lecture_title

WHY_NOT = {
    ViewingRefusal.CALLED_OFF: gettext_lazy("This has been called off, so it is not shown."),
    ViewingRefusal.NOT_BEGUN: gettext_lazy("It has not begun yet. Please press “Begin” first."),
    ViewingRefusal.OVER: gettext_lazy("It has begun or is over, so it cannot be changed."),
    ViewingRefusal.TAKEN: gettext_lazy(
        "Something else is shown in this room at that hour. Please choose another hour or room."
    ),
    ViewingRefusal.TOO_MANY: gettext_lazy("Please enter a number from 0 to 2000."),
    ViewingRefusal.NOT_A_LESSON: gettext_lazy(
        "A lecture is for everybody: people are counted there, and not noted by name."
    ),
}


def viewing_refused(reason: ViewingRefusal) -> str:
    """Say why something cannot be done with an afternoon."""
    return str(WHY_NOT[reason])


def shown_title(viewing: RoomViewing) -> str:
    """What a room is shown."""
    shown = viewing.shows
    if isinstance(shown, Lecture):
        return lecture_title(shown)
    return _("%(course)s, lesson %(number)s") % {
        "course": shown.section.course.display_name(),
        "number": shown.number,
    }


def hours_of(viewing: RoomViewing) -> str:
    """From when to when, as a clerk writes it."""
    begins, ends = localtime(viewing.during.lower), localtime(viewing.during.upper)
    return f"{begins:%-H:%M}–{ends:%-H:%M}"


def viewing_planned(viewing: RoomViewing) -> str:
    """Say that an afternoon stands in the programme."""
    return _("“%(title)s” stands in the programme of %(campus)s.") % {
        "title": shown_title(viewing),
        "campus": viewing.campus.display_name(),
    }


def called_off() -> str:
    """Say that an afternoon is off."""
    return _("Called off. It no longer stands in the programme.")


def count_wanted() -> str:
    """Say how a head-count is put right."""
    return viewing_refused(ViewingRefusal.TOO_MANY)


def counted(people: int) -> str:
    """Say that a head-count is kept."""
    return _("Kept: %(people)s people.") % {"people": people}


def ended() -> str:
    """Say that it is over."""
    return _("Thank you. The afternoon is over and counted.")


def nothing_to_show() -> dict[str, str]:
    """Say to the player of a room that there is no picture, and what to do."""
    return {
        "reason": "nothing",
        "heading": _("There is nothing to show yet"),
        "text": _("The lesson has not begun, or its replay is not out. Please phone us."),
    }


def is_here(name: str) -> str:
    """Say that somebody is noted."""
    return _("%(name)s is here.") % {"name": name}


def card_unknown(card: str) -> str:
    """Say that a card is nobody's on the list."""
    return _("Nobody with the card %(card)s is on the list of this lesson.") % {"card": card}


def names_kept(number: int) -> str:
    """Say how many are noted by name."""
    return _("Kept: %(number)s of the class are here.") % {"number": number}
