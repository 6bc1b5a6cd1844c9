"""What is said at the till and about drawers, and on the public pay slip."""

from typing import Protocol

from django.utils.translation import gettext as _

from enrolment.wording.sums import full_yuan


class Problem(Protocol):
    """Why money is not taken; the services' own list."""

    @property
    def value(self) -> str:
        """Its stored word."""
        ...


def _sentences() -> dict[str, str]:
    """Return what is said to the clerk for each; in the reader's language, so at each call."""
    return {
        "nothing_to_pay": _("Nothing is to be paid here any more."),
        "too_late": _(
            "The place is not kept any more. Give the money back and enrol the learner again."
        ),
        "paid_already": _(
            "This is paid already. Take nothing, and give back what you were given."
        ),
        "being_paid": _(
            "Somebody is paying for this on the web at this moment. Please wait a few minutes and"
            " look again. Do not take the money yet."
        ),
        "being_looked_at": _(
            "Money came for this that finance has to look at. Take nothing before they have."
        ),
        "other_amount": _("The amount has changed. Please look at it again."),
        "too_little": _("That is less than what is owed."),
        "other_office": _(
            "Your drawer is of another university. Cash goes into a drawer of the one that is"
            " paid; card and transfer are possible."
        ),
        "no_drawer": _("You have no drawer open. Open one first, then take the cash."),
        "drawer_open": _("This drawer is still open. It has to be counted first."),
        "drawer_counted": _(
            "The drawer was counted already. Give the money back as a refund instead."
        ),
        "not_explained": _("The count differs. Please count again, or say why it does."),
        "slip_used": _("This number was entered before. Please look at the slip again."),
        "same_person": _("Another member of staff has to do this, signed in as themselves."),
        "asked_already": _("This was asked for already, and waits or is done."),
        "not_today": _(
            "Only a payment of today can be taken back. An older one goes back as a refund."
        ),
    }


def refused_at_till(problem: Problem) -> str:
    """Say to the clerk why it was not done, and what to do instead."""
    return _sentences().get(problem.value) or _(
        "That is not possible here. Please ask finance what to do."
    )


def taken(amount_fen: int, change_fen: int) -> str:
    """Say what was taken, and what to give back."""
    if change_fen:
        return _("%(amount)s taken. Give back %(change)s.") % {
            "amount": full_yuan(amount_fen),
            "change": full_yuan(change_fen),
        }
    return _("%(amount)s taken.") % {"amount": full_yuan(amount_fen)}


def taken_apart(amount_fen: int) -> str:
    """Say that money is there which pays nothing."""
    return _(
        "%(amount)s written down, but the place is not paid with it. Finance sees to it or it goes"
        " back."
    ) % {"amount": full_yuan(amount_fen)}


def nothing_to_pay(name: str) -> str:
    """Say that a place is somebody's without money."""
    return _("The whole fee is waived. The place is confirmed for %(name)s.") % {"name": name}


def taken_back(*, is_paid_again: bool = True) -> str:
    """Say that a payment is undone; that its places are to be paid again, where it paid any."""
    if not is_paid_again:
        return _("The entry was taken back. No money is kept apart for it any more.")
    return _("The payment was taken back. The places are kept and are to be paid again.")


def nothing_open() -> str:
    """Say that there is no slip of a fee that was paid, or whose place is gone."""
    return _("Nothing is to be paid here any more.")


def fiscal_written() -> str:
    """Say that the number stands on our receipt."""
    return _("The number stands on the receipt now.")


def write_it_apart() -> str:
    """Say where money is written down that is there, though its place is not."""
    return _(
        "No fee is open here any more, but the money is there. Write it down here: finance places"
        " it or gives it back."
    )


def money_noted(amount_fen: int) -> str:
    """Say that finance will see to money."""
    return _("%(amount)s written down. Finance finds out what it is for.") % {
        "amount": full_yuan(amount_fen)
    }


def drawer_opened() -> str:
    """Say that cash can be taken."""
    return _("The drawer is open. You can take cash now.")


def differs(difference_fen: int) -> str:
    """Ask to count again, or to say why: more or less, without the amount it should be."""
    if difference_fen > 0:
        return _("There is more in the drawer than there should be. Count again, or say why.")
    return _("There is less in the drawer than there should be. Count again, or say why.")


def change_is_missing(float_fen: int) -> str:
    """Say that not even the change of the morning is there: was it counted at all?"""
    return _(
        "That is less than the change of %(change)s alone. The change is counted too. Count"
        " again, or say why."
    ) % {"change": full_yuan(float_fen)}


def drawer_counted(difference_fen: int) -> str:
    """Say what a count came to."""
    if not difference_fen:
        return _("Counted, and it is right. A second person signs now.")
    if difference_fen > 0:
        said = _("Counted: %(amount)s more than it should be. A second person signs now.")
    else:
        said = _("Counted: %(amount)s less than it should be. A second person signs now.")
    return said % {"amount": full_yuan(abs(difference_fen))}


def drawer_signed() -> str:
    """Say that a drawer is done."""
    return _("Signed. This drawer is done.")


def no_such_code(*, is_elsewhere: bool = False) -> str:
    """Say that a number is no pay code of ours; or that it is one of another office."""
    if is_elsewhere:
        return _(
            "This pay code is of another university. It can be paid there, or on the web by the"
            " address on the pay slip."
        )
    return _("We do not know this pay code. Please look at the 12 digits again.")


def guessed_too_often() -> str:
    """Say that somebody should wait, or ask."""
    return _(
        "Too many codes that do not exist were tried from here. Please try again in an hour, or"
        " phone us: we look it up for you."
    )


def slip_refused(problem: Problem) -> str:
    """Say to whoever pays by a slip why the web does not work for it."""
    match problem.value:
        case "too_short":
            return _(
                "There is too little time left to pay on the web. Please pay at the counter, or"
                " phone us."
            )
        case "being_paid":
            return _("A payment is on its way. Please do not pay again.")
        case "provider_away":
            return _("Paying on the web does not work just now. Nothing was taken.")
    return _("This slip cannot be paid any more. Nothing was taken.")
