"""What is said about going on into the next term."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import ClassSection
from enrolment.domain.refusals import Objection
from enrolment.domain.renewal import RenewalProblem
from enrolment.models import Renewal
from enrolment.wording.moments import moment
from enrolment.wording.why_not import objection as why_not

PROBLEMS = {
    RenewalProblem.NOT_OPEN: gettext_lazy(
        "Renewal has not begun. The prospectus says when it does."
    ),
    RenewalProblem.OVER: gettext_lazy(
        "Renewal is over. You can still fill in the form like everybody else."
    ),
    RenewalProblem.CAME_TOO_SELDOM: gettext_lazy(
        "You came to fewer lessons than renewal asks for. The form of the term is open to you."
        " If the list is wrong, phone us."
    ),
    RenewalProblem.PROGRAMME_OVER: gettext_lazy(
        "You have come to the end of this course. Congratulations! Choose something new on the"
        " form of the term."
    ),
    RenewalProblem.NO_CLASS: gettext_lazy(
        "There is no next class of this course this time. Look for another one on the form of"
        " the term, or phone us."
    ),
    RenewalProblem.NOT_POSSIBLE: gettext_lazy(
        "None of the next classes is possible for you now. Phone us: we look for a way together."
    ),
    RenewalProblem.FULL: gettext_lazy(
        "The places of this class are all held. Phone us: we look for a place in another one."
    ),
    RenewalProblem.RENEWED: gettext_lazy(
        "You have renewed this class already. To change it, give that place back first."
    ),
}


def renewal_problem(
    problem: RenewalProblem,
    said: Objection | None = None,
    *,
    section: ClassSection | None = None,
    other: ClassSection | None = None,
) -> str:
    """Say why somebody does not go on this way, and what to do; the rules have their own words."""
    if said is not None:
        return why_not(said, section, other=other)
    return str(PROBLEMS[problem])


def renewed(row: Renewal) -> str:
    """Say what one press for going on came to."""
    name = row.section.display_name()
    if row.state == Renewal.State.ASKED:
        return _("You have asked for %(class)s. Your number in the lot: %(number)s.") % {
            "class": name,
            "number": row.spoken_number,
        }
    due_at = row.enrolment.due_at if row.enrolment else None
    if due_at is None:
        return _("You go on in %(class)s. The place is yours.") % {"class": name}
    return _("You go on in %(class)s. The place is held; please pay until %(until)s.") % {
        "class": name,
        "until": moment(due_at),
    }


def renewal_taken_back(row: Renewal) -> str:
    """Say that somebody is not in the lot any more."""
    return _("You ask no longer for %(class)s. Until renewal ends you can ask again.") % {
        "class": row.section.display_name()
    }


def renewed_for(name: str, row: Renewal) -> str:
    """Say to staff what a renewal for somebody came to."""
    return _("%(name)s: %(what)s") % {"name": name, "what": renewed(row)}
