"""What only tests and the demo ask: switches, time, what people do, what banks do."""

from collections.abc import Callable
from typing import Any

from config.standins.stripe import checkout, money
from config.standins.stripe.account import Account
from config.standins.stripe.api import Answer
from config.standins.stripe.refusals import Refused


def control(account: Account, action: str, asked: dict[str, Any]) -> Answer:
    """Do one thing that Stripe's own interface does not have."""
    act = ACTIONS.get(action)
    if act is None:
        return Answer(404, {"error": {"message": f"no action {action}"}})
    with account.state.lock:
        try:
            done = act(account, **asked)
        except Refused as refused:
            return Answer(refused.status, refused.body)
        except (TypeError, ValueError) as wrong:
            return Answer(400, {"error": {"message": str(wrong)}})
    account.courier.wake()
    return Answer(200, done)


def _switch(account: Account, **changes: Any) -> dict[str, Any]:
    account.switches.turn(**changes)
    return {}


def _reset(account: Account) -> dict[str, Any]:
    account.switches.reset()
    account.courier.forget()
    account.state.forget()
    account.clock.set(0)
    account.courier.url = ""
    return {}


def _clock(account: Account, seconds: int) -> dict[str, Any]:
    account.clock.set(seconds)
    checkout.time_passes(account)
    return {"now": account.clock.now()}


def _webhook(account: Account, url: str) -> dict[str, Any]:
    account.courier.url = url
    return {}


def _pay(account: Account, session: str, way: str = "card", later: bool = False) -> dict[str, Any]:
    return account.state.picture(checkout.pay(account, session, way=way, later=later))


def _decide(account: Account, session: str, arrives: bool) -> dict[str, Any]:
    return account.state.picture(checkout.decide_later(account, session, arrives=arrives))


def _end_refund(account: Account, refund: str, status: str) -> dict[str, Any]:
    return account.state.picture(money.end_refund(account, refund, status))


def _dispute(account: Account, payment: str) -> dict[str, Any]:
    return account.state.picture(money.dispute(account, payment))


def _end_dispute(account: Account, dispute: str, won: bool) -> dict[str, Any]:
    return account.state.picture(money.end_dispute(account, dispute, won=won))


def _pay_out(account: Account) -> dict[str, Any]:
    made = money.pay_out(account)
    return account.state.picture(made) if made else {}


def _events(account: Account) -> dict[str, Any]:
    events = account.state.objects["event"].values()
    return {"data": [account.state.picture(event) for event in events]}


def _resend(account: Account) -> dict[str, Any]:
    """Bring every notification once more, from the first."""
    for event in list(account.state.objects["event"].values()):
        account.courier.send(event)
    return {}


ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "switch": _switch,
    "reset": _reset,
    "clock": _clock,
    "webhook": _webhook,
    "pay": _pay,
    "decide": _decide,
    "end_refund": _end_refund,
    "dispute": _dispute,
    "end_dispute": _end_dispute,
    "pay_out": _pay_out,
    "events": _events,
    "resend": _resend,
}
