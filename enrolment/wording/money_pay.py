"""What is said to somebody who pays on the web."""

from typing import Protocol

from django.utils.translation import gettext as _

from enrolment.domain.money.codes import in_groups
from enrolment.models import Order, PaymentAttempt


class Problem(Protocol):
    """Why a payment is not taken; the services' own list."""

    @property
    def value(self) -> str:
        """Its stored word."""
        ...


def what_is_paid(order: Order) -> str:
    """Name on a provider's page what is paid, without a word about who learns what."""
    return _("%(office)s: fee, pay code %(code)s") % {
        "office": order.unit.display_name(),
        "code": in_groups(order.pay_code),
    }


def payment_refused(problem: Problem) -> str:
    """Say why nothing can be paid on the web just now, and what to do instead."""
    match problem.value:
        case "too_late" | "nothing_to_pay":
            return _("Nothing waits for your payment here any more. Please look at your classes.")
        case "too_short":
            return _(
                "The place is kept for less than half an hour more. That is too short to pay on"
                " the web. Please come to the counter or phone us now."
            )
        case "paid_already":
            return _("This is paid already. Nothing was taken a second time.")
        case "being_paid":
            return _(
                "A payment is on its way. Please do not pay again. It can take some hours; your"
                " place is kept meanwhile."
            )
        case "being_looked_at":
            return _(
                "Money came that we have to look at. Please do not pay again. Your place is kept,"
                " and we phone you."
            )
        case _:
            return _(
                "Paying on the web does not work just now. Nothing was taken. Please try again"
                " later, or pay at the counter."
            )


def how_it_stands(order: Order, attempt: PaymentAttempt | None) -> str:
    """Say of an order how far paying has come, and what to do next."""
    match order.state:
        case Order.State.REVIEW:
            return _(
                "Money came that is not as we asked for it. Please do not pay again. Your place is"
                " kept, we look at it and phone you."
            )
        case Order.State.LATE:
            return _(
                "Your money came when the place had gone to somebody else. You get all of it back"
                " by the way you paid, and stand first on the waiting list."
            )
        case Order.State.EXPIRED:
            return _("It was not paid in time, so the place could not be kept. Nothing is owed.")
        case Order.State.CANCELLED:
            return _(
                "This sum is not asked for any more. What is to be paid now stands in My fees."
            )
    return _how_far(attempt) if order.is_open else ""


def _how_far(attempt: PaymentAttempt | None) -> str:
    """Say how far the last try to pay has come; nothing of one that was never made."""
    if attempt is None:
        return ""
    match attempt.state:
        case PaymentAttempt.State.PROCESSING:
            return _(
                "Your payment is on its way. It can take some hours. Please do not pay again:"
                " your place is kept meanwhile, and we send you a message."
            )
        case PaymentAttempt.State.FAILED:
            return _("The payment did not come about. Nothing was taken. You can pay again.")
        case PaymentAttempt.State.EXPIRED:
            return _(
                "Nothing has been paid yet: the page of payment has run out. You can pay again."
            )
    return _(
        "Not paid yet. If you have just paid, it takes a moment to arrive: press “Look again”."
        " You are never charged twice."
    )


def sent_to_relative(phone: str) -> str:
    """Say that somebody was sent the way to pay."""
    return _("We have sent a message to %(phone)s. Whoever has it can pay without signing in.") % {
        "phone": phone
    }


def asked_enough() -> str:
    """Say that no more messages go out today."""
    return _("Five messages have been sent today. Please read the number out on the telephone.")


def too_late_to_undo() -> str:
    """Say that the ten minutes are over, and how one gets one's money back all the same."""
    return _(
        "The ten minutes are over. You can still leave the class; its page says what comes back."
    )


def payment_undone() -> str:
    """Say that a payment was taken back, and what becomes of the place."""
    return _(
        "The payment is taken back. The whole sum returns to you by the way you paid, within ten"
        " working days. The place is given up."
    )
