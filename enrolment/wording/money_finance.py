"""What is said to finance staff: accounts, differences, refusals. Yuan with two digits."""

from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrolment.domain.money.books import Account
from enrolment.models import Difference, Refund


class Problem(Protocol):
    """Why something is not done; the services' own lists."""

    @property
    def value(self) -> str:
        """Its stored word."""
        ...


ACCOUNTS = {
    Account.RECEIVABLE: gettext_lazy("fees asked for, not yet paid"),
    Account.CLEARING: gettext_lazy("with the payment provider"),
    Account.PROVIDER_FEES: gettext_lazy("kept by the payment provider"),
    Account.DRAWER: gettext_lazy("cash in drawers"),
    Account.POS: gettext_lazy("card terminals, on the way"),
    Account.BANK: gettext_lazy("at the bank"),
    Account.DEFERRED_INCOME: gettext_lazy("fees for lessons still to be given"),
    Account.INCOME: gettext_lazy("fees for lessons given"),
    Account.REFUNDS_PAYABLE: gettext_lazy("refunds decided, not yet paid out"),
    Account.SUSPENSE: gettext_lazy("money without a place"),
    Account.DRAWER_DIFFERENCES: gettext_lazy("drawers short or over"),
}


def exact(fen: int) -> str:
    """Return an amount with two digits, as books have it.

    >>> exact(123456), exact(-50)
    ('1,234.56', '-0.50')
    """
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02}"


def account(name: str) -> str:
    """Return what an account is called."""
    return str(ACCOUNTS[Account(name)])


WHAT_DIFFERS = {
    "journal_sum": gettext_lazy("A journal does not come to nothing."),
    "paid_sum": gettext_lazy("A paid fee and its payments are not the same sum."),
    "lines_sum": gettext_lazy("The lines of a fee do not make its sum."),
    "receivable": gettext_lazy("The books ask for another sum than the fee."),
    "account": gettext_lazy("An account differs from the rows behind it."),
    "payment_not_booked": gettext_lazy("A payment is not in the books."),
    "order_not_booked": gettext_lazy("A fee that was asked for is not in the books."),
    "refund_not_booked": gettext_lazy("A refund is not in the books."),
    "place_unpaid": gettext_lazy("A confirmed place was neither paid nor waived."),
    "receipt_gap": gettext_lazy("The numbers of the receipts have a gap."),
    "no_receipt": gettext_lazy("A payment has no receipt."),
    "voucher_sum": gettext_lazy("A voucher took off more than it is worth."),
    "refund_of_voided": gettext_lazy("A payment that was taken back goes back once more."),
    "suspense_waits": gettext_lazy("Money has waited for more than a day to be placed."),
    "event_unread": gettext_lazy("A notification of the provider was not read."),
    "event_given_up": gettext_lazy(
        "The provider does not show what a notification was about. Look there whether it exists."
    ),
    "on_its_way": gettext_lazy("A payment has been on its way for more than a day."),
    "refund_failed": gettext_lazy("A refund could not be delivered. Pay it out at the counter."),
    "refund_late": gettext_lazy("A refund has taken more than ten working days."),
    "drawer_open": gettext_lazy("A drawer of an earlier day was not counted."),
    "drawer_unsigned": gettext_lazy("A drawer that was counted has no second signature."),
    "page_missing": gettext_lazy("The provider does not know a page of payment."),
    "page_differs": gettext_lazy("A page of payment stands otherwise at the provider."),
    "page_unknown": gettext_lazy("Somebody paid on a page that we do not know."),
    "charge_unknown": gettext_lazy("The provider took money that we do not know."),
    "charge_amount": gettext_lazy("The provider took another sum than we have."),
    "refund_unknown": gettext_lazy("The provider sent money back that we do not know."),
    "refund_amount": gettext_lazy("The provider sent another sum back than we have."),
    "dispute": gettext_lazy("A payer disputes a payment with the bank. Answer in time."),
    "adjustment": gettext_lazy("The provider corrected our balance."),
    "not_in_their_books": gettext_lazy("A payment is not in the provider's books."),
}


def difference(row: Difference) -> str:
    """Say what does not agree."""
    if row.detail in WHAT_DIFFERS:
        return str(WHAT_DIFFERS[row.detail])
    return str(row.get_kind_display())


WHY_NOT_PLACED = {
    "other_amount": gettext_lazy("This fee is another sum. Only the exact sum can be placed."),
    "other_office": gettext_lazy("This fee is owed to another university."),
    "paid_already": gettext_lazy("This fee is paid already."),
    "too_late": gettext_lazy("The place has gone to somebody else. Give the money back."),
    "being_paid": gettext_lazy("This fee is being paid on the web just now. Try again later."),
    "code_unknown": gettext_lazy("No fee has this pay code. Please check the twelve digits."),
    "same_person": gettext_lazy("You asked for it yourself. Another person decides."),
    "asked_already": gettext_lazy("This was asked for already, and waits or is done."),
}


def not_placed(problem: Problem) -> str:
    """Say why money could not be given to an order."""
    said = WHY_NOT_PLACED.get(problem.value)
    return str(said or _("This was decided already, or cannot be decided here."))


WHY_NOT_TAKEN_OFF = {
    "asked_already": gettext_lazy("A waiver of this kind stands already for this term."),
    "same_person": gettext_lazy("You asked for it yourself. Another person decides."),
    "decided_already": gettext_lazy("This was decided already."),
    "code_unknown": gettext_lazy("We do not know this code. Please check the twelve digits."),
    "code_used": gettext_lazy("This voucher has been used already."),
    "code_run_out": gettext_lazy("This voucher has run out."),
    "other_office": gettext_lazy("This voucher is for another university."),
    "has_one": gettext_lazy("A voucher has been taken off this fee already. One is allowed."),
    "being_paid": gettext_lazy("This fee is being paid just now. Please try again later."),
}


def not_taken_off(problem: Problem) -> str:
    """Say why a waiver or a voucher does not count."""
    said = WHY_NOT_TAKEN_OFF.get(problem.value)
    return str(said or _("Nothing is to be paid here any more."))


def voucher_taken_off(fen: int, left: int) -> str:
    """Say what a voucher took off, and what is left to pay."""
    if not left:
        return _("¥%(amount)s are taken off. Nothing is left to pay: the place is yours.") % {
            "amount": exact(fen)
        }
    return _("¥%(amount)s are taken off. ¥%(left)s are left to pay.") % {
        "amount": exact(fen),
        "left": exact(left),
    }


def too_many_rows(most: int) -> str:
    """Say that a file would be too long."""
    return _("These are more than %(most)s lines. Please choose one month or one unit.") % {
        "most": most
    }


def all_units() -> str:
    """Name the choice of all offices together."""
    return _("All units")


def reversed_now() -> str:
    """Say that a journal was taken back."""
    return _("The entry is taken back with another one. Both stay in the books.")


def correction_asked() -> str:
    """Say that a correction waits for somebody else."""
    return _("It is written down. Another person looks at it and posts it.")


def correction_refused() -> str:
    """Say that an entry stays as it is."""
    return _("Not agreed. The entry stays as it is, and so does what was said about it.")


def explained_now() -> str:
    """Say that a difference is closed."""
    return _("The explanation is kept with your name. The difference is closed.")


def given_back(refund: Refund) -> str:
    """Say that money without a place goes back, or who decides about that first."""
    if refund.state == Refund.State.REQUESTED:
        return _("It is written down. Another person decides about it, under the refunds.")
    return _("The money goes back. You find it under the refunds.")


def placed_now() -> str:
    """Say that money pays a fee now."""
    return _("The money is placed. The fee is paid and the receipt is written.")


def no_such_fee() -> str:
    """Say that no fee of this office has a code."""
    return _("No fee of your unit has this pay code. Please check the twelve digits.")


def waiver_asked() -> str:
    """Say that a waiver waits for somebody else's decision."""
    return _("It is written down. Another person decides; then it is taken off by itself.")


def waiver_decided() -> str:
    """Say that a decision on a waiver is kept."""
    return _("Your decision is kept. What is owed follows it within a minute.")


def voucher_written() -> str:
    """Say that a voucher waits for somebody else's yes."""
    return _("It is written down. Another person agrees to it; then its code counts.")


def voucher_decided() -> str:
    """Say that a decision on a voucher is kept."""
    return _("Your decision is kept.")


def voucher_ended() -> str:
    """Say that a voucher counts no longer."""
    return _("The voucher can no longer be used.")


def too_many_codes() -> str:
    """Say that no more codes are tried today."""
    return _("Too many codes were tried today. Please ask at the counter.")
