"""What is said to staff who act for a learner, and about whom to telephone."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import ClassSection
from enrolment.domain.calls import Owed, Why
from enrolment.domain.refusals import Refusal
from enrolment.models import CallAttempt, Claim, Outcome
from enrolment.wording.moments import moment
from enrolment.wording.why_not import refusal

WHY_TO_CALL = {
    Why.NO_SMARTPHONE: gettext_lazy("No smartphone: please call"),
    Why.LAST_DAYS: gettext_lazy("The class begins soon: offers are made by telephone"),
    Why.CONFIRM_SOON: gettext_lazy("Not confirmed yet, and time runs out"),
    Why.LOST: gettext_lazy("The place has run out: please tell the learner"),
}
# What a press came to, said to staff: %(name)s the learner, %(due)s until when.
DONE_FOR_LEARNER = {
    Outcome.HELD: gettext_lazy(
        "A place is kept for %(name)s until %(due)s. It is theirs when it is paid."
    ),
    Outcome.CONFIRMED: gettext_lazy("%(name)s has the place."),
    Outcome.WAITLISTED: gettext_lazy("No place is free now. %(name)s is on the waiting list."),
    Outcome.LEFT_LINE: gettext_lazy("%(name)s is off the waiting list."),
    Outcome.WITHDRAWN: gettext_lazy(
        "%(name)s has left the class. Until %(due)s the place can be taken back."
    ),
    Outcome.RESTORED: gettext_lazy("%(name)s has the place back, as it was."),
    Outcome.YIELDED: gettext_lazy("The place has gone to the next person."),
    Outcome.DECLINED: gettext_lazy("%(name)s does not come. The place goes to the next person."),
    Outcome.EXTENDED: gettext_lazy("The place is kept for %(name)s until %(due)s."),
}


def done_for_learner(claim: Claim, name: str) -> str:
    """Say what a press for somebody came to; a message to them is on its way."""
    due = moment(claim.due_at) if claim.due_at else ""
    return str(DONE_FOR_LEARNER[Outcome(claim.outcome)] % {"name": name, "due": due})


def why_to_call(why: Why) -> str:
    """Say why somebody is on the list of people to call."""
    return str(WHY_TO_CALL[why])


def calls_made(made: list[CallAttempt]) -> str:
    """Say how often somebody was tried."""
    if not made:
        return _("Nobody has called yet.")
    return ngettext("Called %(number)s time.", "Called %(number)s times.", len(made)) % {
        "number": len(made)
    }


def calls_owed(owed: Owed | None) -> str:
    """Say how many more tries somebody is owed before the offer runs out."""
    if not owed:
        return ""
    if owed.tries == 1 and owed.another_day:
        return _("Call once more, on another day.")
    said = ngettext("Call %(number)s more time", "Call %(number)s more times", owed.tries) % {
        "number": owed.tries
    }
    if owed.another_day:
        return _("%(calls)s, not all on one day.") % {"calls": said}
    return _("%(calls)s.") % {"calls": said}


def one_call(attempt: CallAttempt) -> str:
    """Say when somebody was tried, how it went, who called, and what they noted."""
    said = _("%(when)s: %(outcome)s (%(who)s)") % {
        "when": moment(localtime(attempt.at)),
        "outcome": attempt.get_outcome_display(),
        "who": attempt.actor.shown_name,
    }
    if not attempt.note:
        return said
    return _("%(said)s. %(note)s") % {"said": said, "note": attempt.note}


def call_recorded(outcome: str, name: str) -> str:
    """Say that a call stands in the book; an answer that was acted on says so itself."""
    if outcome == CallAttempt.Outcome.REACHED_YES:
        return _("Written down: %(name)s comes. The place still has to be paid.") % {"name": name}
    return _("The call is written down.")


def refused_for(name: str, reason: Refusal, section: ClassSection) -> str:
    """Say to staff what to tell a learner when the rules say no."""
    return _("Not done. Tell %(name)s: “%(why)s”") % {
        "name": name,
        "why": refusal(reason, section),
    }


def too_many_found(number: int) -> str:
    """Say that more people are meant than a page should show."""
    return ngettext(
        "Only the first %(number)s is shown. Write more of the name or the number.",
        "Only the first %(number)s are shown. Write more of the name or the number.",
        number,
    ) % {"number": number}
