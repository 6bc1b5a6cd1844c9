"""What is said about money that goes back."""

from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enrolment.models import Refund
from enrolment.wording.moments import moment
from enrolment.wording.sums import full_yuan

State, Way, Cause = Refund.State, Refund.Way, Refund.Cause


class Problem(Protocol):
    """Why something is not done; the services' own list."""

    @property
    def value(self) -> str:
        """Its stored word."""
        ...


def how_it_stands(refund: Refund, until: object) -> str:
    """Say to the learner how far a refund has come, and what they do, if anything."""
    match refund.state:
        case State.REQUESTED if refund.choose_until is not None:
            return _("Please choose until %(until)s: the money, or another class.") % {
                "until": moment(refund.choose_until)
            }
        case State.REQUESTED:
            return _("A second person looks at it. We tell you what is decided.")
        case State.REFUSED:
            return _("It was refused: %(why)s") % {"why": refund.failure}
        case State.SUCCEEDED:
            return _arrived(refund)
    return _on_its_way(refund, until)


def _arrived(refund: Refund) -> str:
    if refund.way == Way.CASH:
        return _("Paid out in cash to %(name)s.") % {"name": refund.paid_to}
    return _("It has been paid back.")


def _on_its_way(refund: Refund, until: object) -> str:
    by = {"until": moment(until)}  # type: ignore[arg-type]  # a moment
    match refund.way:
        case Way.ORIGIN:
            return _("It goes back the way you paid, until %(until)s.") % by
        case Way.TRANSFER:
            return _("We transfer it to your account, until %(until)s.") % by
    return _("It lies at the counter for you. Please bring your identity card.")


def by_which_rule(refund: Refund) -> str:
    """Say to staff how an amount was worked out."""
    rule = refund.rule
    match rule.get("share"):
        case "remaining":
            return _("%(number)s of %(all)s lessons that were not had, of %(paid)s paid") % {
                "number": rule.get("lessons", 0),
                "all": rule.get("sold", 0),
                "paid": full_yuan(rule.get("paid_fen", 0)),
            }
        case "lessons lost":
            return _("%(number)s of %(all)s lessons did not take place, of %(paid)s paid") % {
                "number": rule.get("lessons", 0),
                "all": rule.get("sold", 0),
                "paid": full_yuan(rule.get("paid_fen", 0)),
            }
        case "whole" if refund.cause not in {Cause.GOODWILL, Cause.CHANGED}:
            return _("the whole of %(paid)s paid") % {"paid": full_yuan(rule.get("paid_fen", 0))}
    return ""


def refused(problem: Problem) -> str:
    """Say why nothing was done, and what to do instead."""
    return _sentences().get(problem.value) or _(
        "That is not possible: nothing is left, or it was asked for already."
    )


def _sentences() -> dict[str, str]:
    """Return what is said for each; in the reader's language, so at each call."""
    return {
        "same_person": _(
            "Whoever asked for it, or wrote its payment down, does not do this. Another person has"
            " to."
        ),
        "too_much": _("That is more than is left of what was paid."),
        "no_drawer": _("You have no drawer open. Open one first, then pay the refund out."),
        "drawer_short": _("There is less than that in your drawer. Finance can transfer it."),
        "other_office": _("This refund is of another university. Its own counter pays it out."),
        "too_late": _("It is too late for that: it was decided meanwhile."),
        "nothing_to_pay": _("Nothing was paid for this class, so nothing comes back."),
    }


def asked() -> str:
    """Say that a special cause is with us."""
    return _("We have it. A second person looks at it, and we tell you what is decided.")


def decided(refund: Refund) -> str:
    """Say to staff what they decided."""
    amount = {"amount": full_yuan(refund.amount_fen)}
    if refund.state == State.REFUSED:
        return _("Refused. The learner is told why.")
    if refund.way == Way.ORIGIN:
        return _("Decided: %(amount)s goes back the way it came.") % amount
    return _("Decided: %(amount)s is to be paid out.") % amount


def paid_out(refund: Refund) -> str:
    """Say that the money has left us."""
    return _("%(amount)s paid out to %(name)s.") % {
        "amount": full_yuan(refund.amount_fen),
        "name": refund.paid_to,
    }


def money_comes() -> str:
    """Say that the learner chose the money."""
    return _("The money goes back to you.")


def another_taken(name: str) -> str:
    """Say that another class is theirs."""
    return _("You have a place in %(class)s. What you paid counts for it.") % {"class": name}


def another_is_full() -> str:
    """Say that the place went; what was chosen about stays open."""
    return _(
        "The last place went a moment ago. You wait for that class now; you can still choose the"
        " money or another class."
    )


def as_whom(who: str) -> str:
    """Say as whom somebody received money, for the receipt."""
    if who == "learner":
        return pgettext("who receives money", "learner")
    if who == "relative":
        return pgettext("who receives money", "family")
    return pgettext("who receives money", "helper")
