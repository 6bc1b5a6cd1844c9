"""Every sentence about films on their way to us."""

from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from courses.models import Lesson
from livestream.domain.inspection import Lack, Problem
from livestream.models import Upload
from livestream.wording import films


def no_room(lack: Lack = Lack.DISK) -> str:
    """There is no room for a film."""
    match lack:
        case Lack.DISK:
            return _(
                "We have no room for this film at the moment. Please keep it on your device and "
                "send it tomorrow, or phone us."
            )
        case Lack.OWN_SHARE:
            return _(
                "Your films take up all the room that one person has. Please give up films that "
                "you do not send to the end, or phone us."
            )
        case Lack.UNIT_SHARE:
            return _(
                "The films of your university take up all the room it has. Please keep this one "
                "on your device, and phone us."
            )


def press_is_spent() -> str:
    """The form has brought a film already, and now comes with another one."""
    return _(
        "This page had sent a film before, and that one has arrived. The one you chose now has "
        "not been taken in. Please choose what it shows and its file again, then press the button."
    )


def not_yours_to_film() -> str:
    """The lesson is another teacher's or too long ago, the lecture another office's."""
    return _("This one is not among yours. Please choose another.")


def somebody_sends() -> str:
    """The same film is being sent from another window or device."""
    return _(
        "This film is being sent from another page just now. Please leave only one of them open."
    )


def has_arrived() -> str:
    """What is to be given up is a film by now."""
    return _("This film has arrived already. You find it in My films.")


def upload_expired() -> str:
    """Nobody went on sending it in time."""
    return _("We waited seven days for the rest of this film. Please send it once more.")


def of_upload(upload: Upload) -> str:
    """What an upload is a film of."""
    shown = upload.shown()
    if isinstance(shown, Lesson):
        return f"{shown.section.course.display_name()} · {films.day(shown)}"
    return f"{films.lecture_title(shown)} · {films.day(shown)}"


def upload_state(upload: Upload) -> str:
    """Where an upload stands, in a few words."""
    if upload.state == Upload.State.REFUSED:
        return _("did not work")
    if upload.is_all_here():
        return _("All of it has arrived, we are looking into the film")
    return _("Being sent: %(percent)s %%") % {"percent": upload.percent()}


def upload_trouble(upload: Upload) -> str:
    """What to do about an upload that is not finished."""
    if upload.state == Upload.State.REFUSED:
        if upload.problem == Problem.CUT_OFF:
            return _(
                "This film is cut off after %(time)s: the rest is missing in the file itself. "
                "You can use what is there, or send the film again."
            ) % {"time": films.minutes(upload.cut_at_seconds or 0)}
        return films.problem(Problem(upload.problem))
    if upload.is_all_here():
        return ""
    words = {"percent": upload.percent(), "name": upload.original_name or _("the film")}
    words["day"] = formats.date_format(timezone.localtime(upload.expires_at), "DATE_FORMAT")
    return (
        _(
            "%(percent)s %% of “%(name)s” have arrived. To go on, choose the same file once "
            "more. We keep what is here until %(day)s."
        )
        % words
    )
