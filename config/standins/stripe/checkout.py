"""Pages of payment: the rules the client's types do not know, and what becomes of a page."""

from typing import Any
from urllib.parse import urlsplit

from config.standins.stripe import money
from config.standins.stripe.account import Account
from config.standins.stripe.refusals import Refused, invalid, missing
from config.standins.stripe.state import Object

SHORTEST, LONGEST = 30 * 60, 24 * 3600
WAYS = ("card", "alipay", "wechat_pay")  # those the account has switched on
CURRENCIES = ("cny",)
MOST_METADATA = 50


def open_page(account: Account, asked: dict[str, Any]) -> Object:
    """Make a page of payment. Raises ``Refused`` where fields exclude or need each other."""
    _check_road(asked)
    currency, total = _sum(asked)
    now = account.clock.now()
    ends = asked.get("expires_at", now + LONGEST)
    if not SHORTEST <= ends - now <= LONGEST:
        raise Refused(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from "
            "Checkout Session creation.",
            param="expires_at",
        )
    page = account.make(
        "checkout.session",
        after_expiration=None,
        allowed_payment_method_types=_ways(asked),
        amount_subtotal=total,
        amount_total=total,
        cancel_url=asked.get("cancel_url"),
        client_reference_id=asked.get("client_reference_id"),
        currency=currency,
        customer=None,
        customer_details=None,
        expires_at=ends,
        locale=asked.get("locale"),
        metadata=_metadata(asked, "metadata"),
        mode="payment",
        payment_intent=None,
        payment_method_options=asked.get("payment_method_options", {}),
        payment_status="unpaid",
        status="open",
        success_url=asked["success_url"],
        ui_mode="hosted_page",
        url=None,
        _intent_metadata=_metadata(asked.get("payment_intent_data", {}), "metadata"),
        _lines=[
            (line["price_data"]["product_data"]["name"], line["quantity"])
            for line in asked["line_items"]
        ],
    )
    return account.state.keep(page | {"url": f"{account.pages}/c/pay/{page['id']}"})


def _check_road(asked: dict[str, Any]) -> None:
    if "mode" not in asked:
        raise missing("mode")
    if asked["mode"] != "payment":
        raise invalid("mode", "The stand-in takes payments only")
    if asked.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("ui_mode", "The stand-in has hosted pages only")
    if not asked.get("success_url"):
        raise missing("success_url")
    for name in ("success_url", "cancel_url"):
        address = urlsplit(asked.get(name) or "https://none.example")
        if address.scheme not in ("http", "https") or not address.netloc:
            raise Refused("Not a valid URL", code="url_invalid", param=name)
    if len(asked.get("client_reference_id", "")) > 200:
        raise invalid("client_reference_id", "Invalid string: must be at most 200 characters")


def _ways(asked: dict[str, Any]) -> list[str]:
    ways: list[str] = asked.get("allowed_payment_method_types", list(WAYS))
    if not ways or len(set(ways)) < len(ways):
        raise invalid("allowed_payment_method_types", "Must name each type once")
    if wrong := [way for way in ways if way not in WAYS]:
        raise invalid("allowed_payment_method_types", f"Not switched on: {', '.join(wrong)}")
    options = asked.get("payment_method_options", {})
    if "wechat_pay" in ways and options.get("wechat_pay", {}).get("client") != "web":
        raise Refused(
            "You must specify `payment_method_options[wechat_pay][client]` as `web`.",
            param="payment_method_options[wechat_pay][client]",
        )
    return ways


def _sum(asked: dict[str, Any]) -> tuple[str, int]:
    lines = asked.get("line_items")
    if not lines:
        raise missing("line_items")
    currencies = set()
    total = 0
    for place, line in enumerate(lines):
        name = f"line_items[{place}]"
        price = line.get("price_data")
        if "price" in line or price is None:
            raise missing(f"{name}[price_data]")
        if "unit_amount" not in price or "unit_amount_decimal" in price:
            raise missing(f"{name}[price_data][unit_amount]")
        if "product_data" not in price or "product" in price:
            raise missing(f"{name}[price_data][product_data]")
        if line.get("quantity", 0) < 1:
            raise missing(f"{name}[quantity]")
        if price["unit_amount"] < 0:
            raise invalid(f"{name}[price_data][unit_amount]", "Invalid non-negative integer")
        currencies.add(price["currency"].lower())
        total += price["unit_amount"] * line["quantity"]
    if len(currencies) != 1 or not currencies <= set(CURRENCIES):
        raise invalid("line_items[0][price_data][currency]", "Invalid currency")
    if total < 1:
        raise Refused("The total amount must be above zero.", code="amount_too_small")
    return currencies.pop(), total


def _metadata(asked: dict[str, Any], name: str) -> dict[str, str]:
    said: dict[str, str] = asked.get(name) or {}
    if len(said) > MOST_METADATA:
        raise invalid(name, "Metadata can have up to 50 keys")
    for key, value in said.items():
        if len(key) > 40 or len(value) > 500:
            raise invalid(f"{name}[{key}]", "Metadata keys have 40, values 500 characters at most")
    return said


def close_page(account: Account, name: str) -> Object:
    """End a page that nobody has paid. Raises ``Refused`` if it is over already."""
    page = account.state.find("checkout.session", name)
    if page["status"] != "open":
        raise Refused(
            f'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{page['status']}`.",
        )
    return _end(account, page)


def _end(account: Account, page: Object) -> Object:
    page = account.state.keep(page | {"status": "expired", "url": None})
    account.tell("checkout.session.expired", page)
    return page


def lapse(account: Account) -> None:
    """End the pages whose time has run out."""
    for page in account.state.ended(account.clock.now()):
        if page["status"] == "open":
            _end(account, page)


def pay(account: Account, name: str, *, way: str, later: bool = False) -> Object:
    """Let somebody pay a page, at once or so that the money takes its time.

    Raises ``Refused`` when the page is no longer open, or does not offer that way.
    """
    lapse(account)
    page = account.state.find("checkout.session", name)
    if page["status"] != "open":
        raise Refused(f"This page is {page['status']}.", code="page_not_open")
    if way not in page["allowed_payment_method_types"]:
        raise invalid("way", "This page does not offer that way")
    intent = money.intent_for(account, page, way=way, status="processing")
    page = account.state.keep(
        page
        | {
            "status": "complete",
            "url": None,
            "payment_intent": intent["id"],
            "_due": account.clock.now(),
        }
    )
    if later:
        account.tell("payment_intent.processing", intent)
        account.tell("checkout.session.completed", page)
        return page
    money.arrive(account, intent)
    page = account.state.keep(page | {"payment_status": "paid"})
    account.tell("checkout.session.completed", page)
    return page


def decide_later(account: Account, name: str, *, arrives: bool) -> Object:
    """Say what became of a payment that takes its time."""
    page = account.state.find("checkout.session", name)
    intent = account.state.find("payment_intent", page["payment_intent"] or "")
    if intent["status"] != "processing":
        return page
    if arrives:
        money.arrive(account, intent)
        page = account.state.keep(page | {"payment_status": "paid"})
        account.tell("checkout.session.async_payment_succeeded", page)
    else:
        money.fall_through(account, intent, "The payment did not come about.")
        account.tell("checkout.session.async_payment_failed", page)
    return page


def time_passes(account: Account) -> None:
    """What happens by itself: pages run out, slow money arrives or goes back."""
    lapse(account)
    if account.arrives_after is None:
        return
    before = account.clock.now() - account.arrives_after
    for page in list(account.state.objects["checkout.session"].values()):
        is_slow = page["status"] == "complete" and page["payment_status"] == "unpaid"
        if is_slow and page["_due"] <= before:
            decide_later(account, page["id"], arrives=account.switches.later == "succeeded")
    for refund in list(account.state.objects["refund"].values()):
        if refund["status"] == "pending" and refund["_due"] <= before:
            money.end_refund(account, refund["id"], "succeeded")
