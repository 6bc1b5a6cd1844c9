"""What the client asks: objects, lists and the few requests that change something."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import stripe
from stripe import params as of

from config.standins.stripe import checkout, money
from config.standins.stripe.account import Account
from config.standins.stripe.refusals import Refused, invalid
from config.standins.stripe.state import ANSWER, PREFIXES, Object
from config.standins.stripe.typed import read
from config.standins.stripe.wire import Unreadable, tree

KEYS_LAST = 24 * 3600
DEEPEST = 4
MOST_LISTED = 100
BROKEN: Object = {
    "error": {"type": "api_error", "message": "An unknown error occurred (stand-in)."}
}
# Where objects live; what may be asked when one, or all of them, are read.
KINDS: dict[str, tuple[str, type, type]] = {
    "checkout/sessions": (
        "checkout.session", of.checkout.SessionRetrieveParams, of.checkout.SessionListParams,
    ),
    "payment_intents": (
        "payment_intent", of.PaymentIntentRetrieveParams, of.PaymentIntentListParams,
    ),
    "charges": ("charge", of.ChargeRetrieveParams, of.ChargeListParams),
    "refunds": ("refund", of.RefundRetrieveParams, of.RefundListParams),
    "balance_transactions": (
        "balance_transaction",
        of.BalanceTransactionRetrieveParams,
        of.BalanceTransactionListParams,
    ),
    "disputes": ("dispute", of.DisputeRetrieveParams, of.DisputeListParams),
    "payouts": ("payout", of.PayoutRetrieveParams, of.PayoutListParams),
    "events": ("event", of.EventRetrieveParams, of.EventListParams),
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What goes back. ``is_lost``: the line is cut before it does."""

    status: int
    body: Object
    headers: dict[str, str] = field(default_factory=dict)
    is_lost: bool = False


def get(account: Account, path: str, query: str) -> Answer:
    """Answer a request that changes nothing."""
    with account.state.lock:
        checkout.lapse(account)
        place, _, name = path.rpartition("/")
        try:
            if path in KINDS:
                kind, _one, many = KINDS[path]
                return Answer(200, _list(account, kind, path, _asked(many, query)))
            if place not in KINDS:
                return _unknown_address(path)
            kind, one, _many = KINDS[place]
            wanted = _asked(one, query)
            found = account.state.picture(account.state.find(kind, name))
            return Answer(200, _expanded(account, found, wanted.get("expand", [])))
        except Refused as refused:
            return Answer(refused.status, refused.body)


def post(account: Account, path: str, body: str, key: str) -> Answer:
    """Answer a request that changes something: once for each key, whatever went wrong."""
    switches = account.switches
    with account.state.lock:
        checkout.lapse(account)
        if saved := _saved(account, path, body, key):
            return saved
        if switches.takes("busy", path):
            return Answer(429, {"error": {"type": "invalid_request_error", "code": "rate_limit",
                                          "message": "Too many requests."}})  # fmt: skip
        if switches.takes("fail", path):
            return _save(account, path, body, key, Answer(500, BROKEN))
        try:
            answer = Answer(200, _do(account, path, body))
        except Refused as refused:
            return Answer(refused.status, refused.body)  # checked before it began: not saved
        if switches.takes("fail_done", path):
            answer = Answer(500, BROKEN)
        _save(account, path, body, key, answer)
        is_lost = switches.takes("lose", path)
        return Answer(answer.status, answer.body, answer.headers, is_lost=is_lost)


def _saved(account: Account, path: str, body: str, key: str) -> Answer | None:
    """What was answered under that key before, a 500 too. Stripe keeps it for a day."""
    kept = account.state.objects[ANSWER].get(key) if key else None
    if kept is None or account.clock.now() - kept["created"] > KEYS_LAST:
        return None
    if kept["request"] != _digest(path, body):
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
        return Answer(400, {"error": {"type": "idempotency_error", "message": message}})
    if account.switches.takes("lose", path):
        return Answer(kept["status"], kept["body"], is_lost=True)
    return Answer(kept["status"], kept["body"], {"Idempotent-Replayed": "true"})


def _save(account: Account, path: str, body: str, key: str, answer: Answer) -> Answer:
    if key:
        account.state.keep(
            {
                "object": ANSWER,
                "id": key,
                "created": account.clock.now(),
                "request": _digest(path, body),
                "status": answer.status,
                "body": answer.body,
            }
        )
    return answer


def _digest(path: str, body: str) -> str:
    return hashlib.sha256(f"{path}\n{body}".encode()).hexdigest()


def _do(account: Account, path: str, body: str) -> Object:
    """Do what is asked; the object it is about, as it is then."""
    for_pages: dict[str, tuple[type, Callable[[dict[str, Any]], Object]]] = {
        "checkout/sessions": (
            of.checkout.SessionCreateParams, lambda asked: checkout.open_page(account, asked),
        ),
        "refunds": (of.RefundCreateParams, lambda asked: money.give_back(account, asked)),
    }  # fmt: skip
    place, _, verb = path.rpartition("/")
    folder, _, name = place.rpartition("/")
    if (folder, verb) == ("checkout/sessions", "expire"):
        for_pages[path] = (
            of.checkout.SessionExpireParams, lambda _asked: checkout.close_page(account, name),
        )  # fmt: skip
    if path not in for_pages:
        raise Refused(f"Unrecognized request URL (POST: /v1/{path}).", status=404)
    params, act = for_pages[path]
    asked = _asked(params, body)
    made = account.state.picture(act(asked))
    return _expanded(account, made, asked.get("expand", []))


def _asked(params: type, text: str) -> dict[str, Any]:
    try:
        return read(params, tree(parse_qsl(text, keep_blank_values=True)))
    except Unreadable as unreadable:
        raise Refused(f"Invalid parameter name: {unreadable}") from None


def _unknown_address(path: str) -> Answer:
    refused = Refused(f"Unrecognized request URL (GET: /v1/{path}).", status=404)
    return Answer(404, refused.body)


def _list(account: Account, kind: str, path: str, asked: dict[str, Any]) -> Object:
    limit = asked.get("limit", 10)
    if not 1 <= limit <= MOST_LISTED:
        raise invalid("limit", "This value must be between 1 and 100")
    found: list[Object] = []
    for one in _from(account, kind, asked.get("starting_after")):
        if _fits(one, asked):
            found.append(account.state.picture(one))
            if len(found) > limit:
                break
    paths = [inner.removeprefix("data.") for inner in asked.get("expand", []) if _of_data(inner)]
    data = [_expanded(account, one, paths) for one in found[:limit]]
    return {"object": "list", "url": f"/v1/{path}", "has_more": len(found) > limit, "data": data}


def _of_data(path: str) -> bool:
    if not path.startswith("data."):
        raise invalid("expand", f"This property cannot be expanded ({path})")
    return True


def _from(account: Account, kind: str, after: str | None) -> Iterator[Object]:
    """The objects of a kind, the newest first, those behind ``after``."""
    objects = account.state.newest(kind)
    if after is None:
        return objects
    account.state.find(kind, after)
    for one in objects:
        if one["id"] == after:
            break
    return objects


def _fits(one: Object, asked: dict[str, Any]) -> bool:
    created = asked.get("created", {})
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    made = one["created"]
    if not (
        bounds.get("gte", made) <= made <= bounds.get("lte", made)
        and made > bounds.get("gt", made - 1)
        and made < bounds.get("lt", made + 1)
    ):
        return False
    paging = {"limit", "starting_after", "ending_before", "expand", "created", "types"}
    if "types" in asked and one.get("type") not in asked["types"]:
        return False
    return all(one.get(name) == value for name, value in asked.items() if name not in paging)


def _expanded(account: Account, one: Object, paths: list[str]) -> Object:
    """Put the objects themselves in place of their names."""
    for path in paths:
        place: Any = one
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise invalid("expand", f"You cannot expand more than {DEEPEST} levels of a property")
        for step in steps:
            if step not in place:
                raise invalid("expand", f"This property cannot be expanded ({path})")
            inner = place[step]
            if isinstance(inner, str):
                known = account.state.by_name(inner)
                if known is None:
                    raise invalid("expand", f"This property cannot be expanded ({path})")
                inner = place[step] = account.state.picture(known)
            if inner is None:
                break
            place = inner
    return one


assert set(PREFIXES) >= {kind for kind, _one, _many in KINDS.values()}  # noqa: S101 - at import
VERSION = stripe.api_version
