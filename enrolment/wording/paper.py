"""What is said to staff who key in forms that came on paper."""

from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrolment.wording.moments import moment as in_words

# %(moment)s: the deadline, the first hour, or when the newer form came.
PAPER_PROBLEMS = {
    "too_early": gettext_lazy("Forms are taken from %(moment)s on. Look at the hour again."),
    "too_late": gettext_lazy(
        "Forms were taken until %(moment)s. What came later cannot be keyed in."
    ),
    "not_yet": gettext_lazy("This hour is still to come. Write when the sheet was received."),
    "newer_form": gettext_lazy(
        "There is a later form, from %(moment)s; the later one counts. If the learner wants this"
        " sheet to count, change the form at the counter."
    ),
    "other_sheet": gettext_lazy(
        "This row was stored before, with something else in it. Write it into an empty row."
    ),
}


def paper_problem(problem: str, at: datetime | None) -> str:
    """Say to staff why a sheet is not keyed in."""
    return str(PAPER_PROBLEMS[problem]) % {"moment": in_words(localtime(at)) if at else ""}


def keyed_in(name: str, number: str) -> str:
    """Say that a sheet is stored and the form handed in, with its number."""
    return _("%(name)s: handed in, number %(number)s.") % {"name": name, "number": number}


def reason_on_paper() -> str:
    """What stands in the books as the reason of a form that came on paper."""
    return _("form on paper, keyed in by the office")


# Said by the page's script: {number} rows.
OFFLINE = {
    "waiting": gettext_lazy("Not uploaded yet: {number}. They are kept on this computer."),
    "sent": gettext_lazy("Everything is uploaded."),
    "broken": gettext_lazy(
        "The line is down. Not uploaded yet: {number}. Go on typing; they go when it is back."
    ),
    "sign_in": gettext_lazy(
        "Please sign in again in another window, then reload this page. Nothing is lost."
    ),
    "mend": gettext_lazy("Rows to put right: {number}."),
}
