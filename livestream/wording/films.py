"""Every sentence about films: to teachers who send them, to learners who may not watch."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Lesson
from livestream.domain.access import Refusal
from livestream.domain.inspection import LARGEST_FILE, LONGEST_SECONDS, Problem
from livestream.models import Lecture, Recording

GB = 1024**3


def problem(reason: Problem, *, seconds: float | None = None) -> str:
    """What is wrong with a film, and what to do next."""
    if reason is Problem.CUT_OFF:
        return _(
            "This film is cut off after %(time)s: the rest never arrived. Please send it again. "
            "If your device has no more than that, tick “Use what is there” below."
        ) % {"time": minutes(seconds or 0)}
    return _PROBLEMS[reason]() % {"largest": LARGEST_FILE // GB, "hours": LONGEST_SECONDS // 3600}


_PROBLEMS = {
    Problem.EMPTY: lambda: _(
        "This file is empty. Please play the film on your device first. If it plays, choose it "
        "once more."
    ),
    Problem.NOT_A_FILM: lambda: _(
        "We cannot read this file as a film. Please choose the film your phone or camera made, "
        "as it is: MP4, MOV and most other kinds work."
    ),
    Problem.NO_PICTURE_NO_SOUND: lambda: _(
        "There is neither picture nor sound in this file. Please choose another one."
    ),
    Problem.TOO_LARGE: lambda: _(
        "This file is larger than %(largest)s GB. Please film in a smaller size (1080p), or send "
        "the lesson in two parts."
    ),
    Problem.TOO_LONG: lambda: _(
        "This film is longer than %(hours)s hours. Please send the lesson in two parts."
    ),
    Problem.TOO_SHORT: lambda: _(
        "This film lasts less than a second. Please choose the film of the whole lesson."
    ),
    Problem.PICTURE_TOO_LARGE: lambda: _(
        "The picture of this film is larger than we can work with. Please film in 1080p or 4K "
        "and send that."
    ),
    Problem.PICTURE_TOO_SMALL: lambda: _(
        "The picture of this film is too small to see anything. Please choose another one."
    ),
    Problem.TOO_FAST: lambda: _(
        "This film has more pictures a second than we can work with. Please film with 30 or 60 "
        "and not in slow motion."
    ),
    Problem.TOO_MANY_STREAMS: lambda: _(
        "There are too many tracks in this file. Please send the film as the camera made it."
    ),
    Problem.TOO_THIN: lambda: _(
        "This file is far too small for the length it states. Please play it on your device "
        "first, then choose it once more."
    ),
    Problem.DAMAGED: lambda: _(
        "This film is damaged. Please play it on your device to its end. If it plays, send it "
        "again; if not, phone us."
    ),
    Problem.TOOK_TOO_LONG: lambda: _(
        "This film took too long. Please press “Try again”. If it happens twice, phone us."
    ),
    Problem.NO_ROOM: lambda: _(
        "There was no room for this film on our side. Please press “Try again” tomorrow, or "
        "phone us."
    ),
    Problem.OUR_FAULT: lambda: _(
        "Something on our side broke, your film is safe. Please press “Try again”, or phone us."
    ),
}


def state(recording: Recording) -> str:
    """Where a film stands, in a few words."""
    if recording.status == Recording.Status.PROCESSING:
        return _("Being processed: %(percent)s %%") % {"percent": recording.progress}
    return str(recording.get_status_display())


def viewers(recording: Recording) -> list[str]:
    """How many people have watched it, at most at one time, and live; nothing while nobody has."""
    count = getattr(recording, "viewers", None)
    if count is None or not count.ever:
        return []
    said = [
        ngettext("%(ever)s person has watched it", "%(ever)s people have watched it", count.ever)
        % {"ever": count.ever}
    ]
    if count.peak > 1 and count.peak_at is not None:
        day = formats.date_format(timezone.localtime(count.peak_at), "DATE_FORMAT")
        said.append(
            _("at most %(peak)s at one time, on %(day)s") % {"peak": count.peak, "day": day}
        )
    if count.live_ever:
        said.append(_("%(live)s of them live") % {"live": count.live_ever})
    return said


PLACES_NAMED = 4


def still_to_come(recording: Recording) -> str:
    """What is still being made of a film that can be watched; empty when it is whole."""
    if not recording.is_being_finished():
        return ""
    return _("You can watch it already. Sizes for slow lines are being made: %(percent)s %%") % {
        "percent": recording.progress
    }


def damage(places: list[float]) -> str:
    """Where a picture is broken, and what to do; empty when it is whole."""
    if not places:
        return ""
    named = [minutes(place) for place in places[:PLACES_NAMED]]
    return _(
        "Parts of the picture are damaged, from these places on: %(places)s. Please look at "
        "them. If they play well on your device, send the film again."
    ) % {"places": _(", ").join(named)}


def trouble(recording: Recording) -> str:
    """Why there is no replay, or none of the end of a film; empty while all is well."""
    if recording.is_made() and recording.cut_at_seconds:
        return _(
            "The replay ends after %(time)s: what follows in the film could not be made. Please "
            "play the film on your device. If it goes on there, send it again; if not, phone us."
        ) % {"time": minutes(recording.cut_at_seconds)}
    if recording.status != Recording.Status.FAILED:
        return ""
    if recording.problem == Problem.CUT_OFF:
        return _(
            "This film is cut off after %(time)s. Press “Try again” to use what is there, or "
            "send the film again."
        ) % {"time": minutes(recording.cut_at_seconds or 0)}
    return problem(Problem(recording.problem))


def refusal(reason: Refusal) -> tuple[str, str]:
    """Why a replay does not play here, and what one can do."""
    match reason:
        case Refusal.SIGN_IN:
            return (
                _("Please sign in to watch this replay"),
                _(
                    "Replays are for the learners of the class. Sign in with your phone; you "
                    "come back to this page."
                ),
            )
        case Refusal.NOT_IN_CLASS:
            return (
                _("This replay belongs to another class"),
                _(
                    "Only the learners of this class can watch it. If you are in the class, "
                    "perhaps you signed in with another phone number. Phone us and we will "
                    "look with you. You may also enrol in a class that still has places."
                ),
            )
        case Refusal.BEING_MADE:
            return (
                _("This replay is not finished yet"),
                _("The film has arrived and is being processed. Please come back in an hour."),
            )
        case Refusal.NOT_PUBLISHED:
            return (
                _("This replay is not published yet"),
                _(
                    "The teacher looks at each film first. Please come back tomorrow, or ask "
                    "your teacher in the next lesson."
                ),
            )
        case Refusal.FAILED:
            return (
                _("There is no replay of this lesson"),
                _(
                    "The film did not work. The teacher knows. Ask your teacher, or phone us: "
                    "we tell you which other class covers the same lesson."
                ),
            )
        case Refusal.OTHER_SCREENS:
            return (
                _("You are watching on three other screens"),
                _(
                    "Films may be open on three screens at a time. Close one you do not need, "
                    "and open this page again."
                ),
            )


def minutes(seconds: float) -> str:
    """A length or a place in words: 12 minutes 30 seconds."""
    whole = int(seconds)
    parts = [(whole // 3600, _hours), (whole // 60 % 60, _minutes), (whole % 60, _seconds)]
    said = [words(number) for number, words in parts if number]
    return " ".join(said) or _seconds(0)


def _hours(number: int) -> str:
    return ngettext("%(number)s hour", "%(number)s hours", number) % {"number": number}


def _minutes(number: int) -> str:
    return ngettext("%(number)s minute", "%(number)s minutes", number) % {"number": number}


def _seconds(number: int) -> str:
    return ngettext("%(number)s second", "%(number)s seconds", number) % {"number": number}


def title(recording: Recording) -> str:
    """The name of a replay: what was taught or said, and on which day."""
    if recording.lesson is not None:
        return f"{recording.lesson.section.course.display_name()} · {day(recording.lesson)}"
    lecture = recording.shown()
    assert isinstance(lecture, Lecture)  # noqa: S101 - by constraint
    return f"{lecture_title(lecture)} · {day(lecture)}"


def lecture_title(lecture: Lecture) -> str:
    """The title of a lecture, with its series and issue."""
    if lecture.series is None:
        return lecture.display_name()
    words = {
        "series": lecture.series.display_name(),
        "issue": lecture.issue,
        "title": lecture.display_name(),
    }
    return _("%(series)s, issue %(issue)s: %(title)s") % words


def day(meeting: Lesson | Lecture) -> str:
    """The day of a lesson or a lecture in full."""
    begins = timezone.localtime(meeting.during.lower)
    return formats.date_format(begins, _("F j (l)"))


def has_film(choice: str) -> str:
    """A lesson or lecture of which a film is here already, as it is chosen from a list."""
    return _("%(choice)s (has a film)") % {"choice": choice}


def choice(meeting: Lesson | Lecture, *, at: datetime) -> str:
    """A lesson or lecture as it is chosen from a list."""
    begins = timezone.localtime(meeting.during.lower)
    today = timezone.localtime(at)
    is_of_this_year = begins.year == today.year
    words = {
        "day": day(meeting) if is_of_this_year else formats.date_format(begins, "DATE_FORMAT"),
        "time": formats.date_format(begins, "G:i"),
        "what": _lesson(meeting) if isinstance(meeting, Lesson) else lecture_title(meeting),
    }
    if begins.date() == today.date():
        return _("Today, %(day)s, %(time)s: %(what)s") % words
    return _("%(day)s, %(time)s: %(what)s") % words


def _lesson(lesson: Lesson) -> str:
    return _("%(course)s, lesson %(number)s, %(campus)s") % {
        "course": lesson.section.course.display_name(),
        "number": lesson.number,
        "campus": lesson.section.campus.display_name(),
    }
