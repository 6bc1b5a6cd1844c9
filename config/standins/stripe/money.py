"""Money that moves on the account: what arrives, what goes back, what is disputed or paid out."""

from typing import Any

from config.standins.stripe.account import Account
from config.standins.stripe.refusals import Refused
from config.standins.stripe.state import Object

FEE_PER_MILLE = 29
DISPUTE_FEE = 1500
DAY = 24 * 3600
# As Stripe's pages on WeChat Pay and Alipay say; refunds by WeChat Pay take their time.
REFUNDS_END = {"wechat_pay": 180 * DAY, "alipay": 90 * DAY}
SLOW_REFUNDS = ("wechat_pay",)


def fee_of(amount: int) -> int:
    """Return what Stripe keeps of a payment, to the nearest fen."""
    return (amount * FEE_PER_MILLE + 500) // 1000


def book(
    account: Account, *, kind: str, category: str, amount: int, source: str, fee: int = 0
) -> Object:
    """Write a line into Stripe's own books."""
    return account.make(
        "balance_transaction",
        amount=amount,
        available_on=account.clock.now() + 2 * DAY,
        currency="cny",
        description=None,
        exchange_rate=None,
        fee=fee,
        fee_details=[
            {"amount": fee, "currency": "cny", "type": "stripe_fee", "description": "Stripe fees"}
        ]
        if fee
        else [],
        net=amount - fee,
        reporting_category=category,
        source=source,
        status="pending",
        type=kind,
    )


def intent_for(account: Account, page: Object, *, way: str, status: str) -> Object:
    """Write down that somebody has chosen a way to pay a page."""
    amount = account.switches.amount
    return account.make(
        "payment_intent",
        amount=page["amount_total"] if amount is None else amount,
        amount_received=0,
        capture_method="automatic_async",
        client_secret=None,
        currency=account.switches.currency or page["currency"],
        last_payment_error=None,
        latest_charge=None,
        metadata=page["_intent_metadata"],
        payment_method_types=[way],
        status=status,
    )


def arrive(account: Account, intent: Object) -> Object:
    """Let the money of an intent arrive; return the charge."""
    way = intent["payment_method_types"][0]
    charge = account.make(
        "charge",
        amount=intent["amount"],
        amount_captured=intent["amount"],
        amount_refunded=0,
        balance_transaction=None,
        captured=True,
        currency=intent["currency"],
        disputed=False,
        failure_code=None,
        metadata=intent["metadata"],
        paid=True,
        payment_intent=intent["id"],
        payment_method_details={"type": way, way: _details(way)},
        refunded=False,
        status="succeeded",
    )
    kind = "charge" if way == "card" else "payment"
    line = book(
        account, kind=kind, category="charge", amount=charge["amount"], source=charge["id"],
        fee=fee_of(charge["amount"]),
    )  # fmt: skip
    account.state.keep(charge | {"balance_transaction": line["id"]})
    account.state.keep(
        intent
        | {
            "status": "succeeded",
            "amount_received": charge["amount"],
            "latest_charge": charge["id"],
        }
    )
    account.tell("charge.succeeded", account.state.find("charge", charge["id"]))
    account.tell("payment_intent.succeeded", account.state.find("payment_intent", intent["id"]))
    return charge


def _details(way: str) -> dict[str, Any]:
    return {"brand": "unionpay", "last4": "0005"} if way == "card" else {}


def fall_through(account: Account, intent: Object, message: str) -> None:
    """Let an intent come to nothing: somebody has to pay anew."""
    failed = account.state.keep(
        intent
        | {
            "status": "requires_payment_method",
            "last_payment_error": {"code": "payment_intent_payment_attempt_failed",
                                   "message": message, "type": "invalid_request_error"},
        }
    )  # fmt: skip
    account.tell("payment_intent.payment_failed", failed)


def give_back(account: Account, asked: dict[str, Any]) -> Object:
    """Make a refund. Raises ``Refused`` for more than there is, or too late."""
    charge = _charge_of(account, asked)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise Refused(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = asked.get("amount", left)
    if amount < 1:
        raise Refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise Refused(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    way = charge["payment_method_details"]["type"]
    if account.clock.now() - charge["created"] > REFUNDS_END.get(way, 10 * 365 * DAY):
        raise Refused(f"Payments by {way} can no longer be refunded.", param="payment_intent")
    if charge["disputed"]:
        raise Refused(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    return _send_back(account, charge, way, amount, asked)


def _charge_of(account: Account, asked: dict[str, Any]) -> Object:
    named = [name for name in ("charge", "payment_intent") if asked.get(name)]
    if len(named) != 1:
        raise Refused(
            "One of the following params should be provided for this request: "
            "payment_intent or charge.",
            code="parameter_missing",
        )
    if named == ["charge"]:
        return account.state.find("charge", asked["charge"])
    intent = account.state.find("payment_intent", asked["payment_intent"])
    if intent["latest_charge"] is None:
        raise Refused(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
        )
    return account.state.find("charge", intent["latest_charge"])


def _send_back(
    account: Account, charge: Object, way: str, amount: int, asked: dict[str, Any]
) -> Object:
    status = account.switches.refunds or ("pending" if way in SLOW_REFUNDS else "succeeded")
    refund = account.make(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={"type": way},
        failure_reason=None,
        metadata=asked.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        reason=asked.get("reason"),
        status="pending" if status == "failed" else status,
        _due=account.clock.now(),
    )
    back = charge["amount_refunded"] + amount
    account.state.keep(charge | {"amount_refunded": back, "refunded": back == charge["amount"]})
    kind = "refund" if way == "card" else "payment_refund"
    line = book(account, kind=kind, category="refund", amount=-amount, source=refund["id"])
    refund = account.state.keep(refund | {"balance_transaction": line["id"]})
    account.tell("refund.created", refund)
    account.tell("charge.refunded", account.state.find("charge", charge["id"]))
    if status == "failed":
        return end_refund(account, refund["id"], "failed")
    return refund


def end_refund(account: Account, name: str, status: str) -> Object:
    """Say what became of a refund. A failed one brings its money back to the account."""
    refund = account.state.find("refund", name)
    if refund["status"] == status or refund["status"] == "failed":
        return refund
    reason = "expired_or_canceled_card" if status == "failed" else None
    refund = account.state.keep(refund | {"status": status, "failure_reason": reason})
    if status == "failed":
        charge = account.state.find("charge", refund["charge"])
        back = charge["amount_refunded"] - refund["amount"]
        account.state.keep(charge | {"amount_refunded": back, "refunded": False})
        line = book(
            account, kind="refund_failure", category="refund_failure",
            amount=refund["amount"], source=refund["id"],
        )  # fmt: skip
        refund = account.state.keep(refund | {"failure_balance_transaction": line["id"]})
    account.tell("refund.updated", refund)
    account.tell("charge.refund.updated", refund)  # the older name: Stripe sends both
    if status == "failed":
        account.tell("refund.failed", refund)
    return refund


def dispute(account: Account, intent_name: str) -> Object:
    """Let a bank take back the money of a payment by card; the other ways have no disputes."""
    intent = account.state.find("payment_intent", intent_name)
    charge = account.state.find("charge", intent["latest_charge"] or "")
    if charge["payment_method_details"]["type"] != "card":
        raise Refused("Only payments by card can be disputed.")
    made = account.make(
        "dispute",
        amount=charge["amount"],
        charge=charge["id"],
        currency=charge["currency"],
        metadata={},
        payment_intent=intent["id"],
        reason="fraudulent",
        status="needs_response",
    )
    account.state.keep(charge | {"disputed": True})
    book(
        account, kind="adjustment", category="dispute", amount=-charge["amount"],
        source=made["id"], fee=DISPUTE_FEE,
    )  # fmt: skip
    account.tell("charge.dispute.created", made)
    return made


def end_dispute(account: Account, name: str, *, won: bool) -> Object:
    """Close a dispute; a won one brings the money back."""
    made = account.state.find("dispute", name)
    made = account.state.keep(made | {"status": "won" if won else "lost"})
    if won:
        book(
            account, kind="adjustment", category="dispute_reversal", amount=made["amount"],
            source=made["id"], fee=-DISPUTE_FEE,
        )  # fmt: skip
        account.tell("charge.dispute.funds_reinstated", made)
    account.tell("charge.dispute.closed", made)
    return made


def pay_out(account: Account) -> Object | None:
    """Send all that is on the account to the school's bank; nothing if there is none."""
    left = sum(line["net"] for line in account.state.objects["balance_transaction"].values())
    if left <= 0:
        return None
    made = account.make(
        "payout", amount=left, currency="cny", arrival_date=account.clock.now() + DAY,
        automatic=True, method="standard", status="paid", type="bank_account",
    )  # fmt: skip
    book(account, kind="payout", category="payout", amount=-left, source=made["id"])
    account.tell("payout.paid", made)
    return made
