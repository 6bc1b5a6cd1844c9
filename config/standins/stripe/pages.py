"""The page on which somebody pays: plain, without scripts, nothing from elsewhere."""

from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlsplit

from config.standins.stripe import checkout, money
from config.standins.stripe.account import Account
from config.standins.stripe.refusals import Refused
from config.standins.stripe.state import Object

WAYS = {"wechat_pay": "微信支付", "alipay": "支付宝", "card": "银行卡"}


@dataclass(frozen=True)
class Shown:
    """A page, or where the browser goes on."""

    html: str = ""
    status: int = 200
    to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def answer(account: Account, name: str, pressed: dict[str, str]) -> Shown:
    """Show a page of payment, and do what its buttons say."""
    with account.state.lock:
        checkout.lapse(account)
        try:
            page = account.state.find("checkout.session", name)
        except Refused:
            return _shown(
                None, "找不到这个付款页面", "<p>请回到学校的网页，重新点“缴费”。</p>", 404
            )
        if page["status"] != "open":
            return _over(page)
        match pressed.get("do"):
            case "pay" | "later":
                return _paid(account, page, pressed)
            case "decline":
                return _declined(account, page, pressed)
            case "cancel":
                return Shown(to=page["cancel_url"] or page["success_url"])
        return _form(page)


def _paid(account: Account, page: Object, pressed: dict[str, str]) -> Shown:
    try:
        page = checkout.pay(
            account, page["id"], way=pressed.get("way", ""), later=pressed["do"] == "later"
        )
    except Refused:
        return _form(page, "请先选一种付款方式。")
    return Shown(to=_back(page))


def _back(page: Object) -> str:
    address: str = page["success_url"]
    return address.replace("{CHECKOUT_SESSION_ID}", page["id"])


def _declined(account: Account, page: Object, pressed: dict[str, str]) -> Shown:
    way = pressed.get("way", "card")
    intent = money.intent_for(account, page, way=way, status="processing")
    money.fall_through(account, intent, "Your card was declined.")
    return _form(page, "付款没有成功，银行没有同意。没有扣钱。可以再试一次，或者换一种方式。")


def _over(page: Object) -> Shown:
    if page["status"] == "expired":
        body = "<p>这个付款页面已经过期，没有扣钱。</p>"
        where = page["cancel_url"] or page["success_url"]
    else:
        is_paid = page["payment_status"] == "paid"
        body = f"<p>{'这笔费用已经付过' if is_paid else '钱已经在路上'}，不用再付。</p>"
        where = _back(page)
    link = f'<p><a class="button" href="{escape(where)}">回到学校的网页</a></p>'
    return _shown(page, "这个页面已经用过了", body + link)


def _form(page: Object, problem: str = "") -> Shown:
    lines = "".join(
        f"<li>{escape(name)}{f' × {count}' if count > 1 else ''}</li>"
        for name, count in page["_lines"]
    )
    ways = "".join(
        f'<label class="way"><input type="radio" name="way" value="{way}" required'
        f"{' checked' if place == 0 else ''}> {WAYS[way]}</label>"
        for place, way in enumerate(
            way for way in WAYS if way in page["allowed_payment_method_types"]
        )
    )
    said = f'<p class="problem" role="alert">{problem}</p>' if problem else ""
    body = f"""
{said}
<p class="amount">{page["amount_total"] / 100:,.2f} 元</p>
<ul>{lines}</ul>
<form method="post">
<fieldset><legend>怎么付</legend>{ways}</fieldset>
<button name="do" value="pay">付款</button>
<button name="do" value="cancel" class="quiet" formnovalidate>不付了，回到学校的网页</button>
<details><summary>试一试别的情形</summary>
<button name="do" value="decline" class="quiet">银行不同意</button>
<button name="do" value="later" class="quiet">钱过一会儿才到</button>
</details>
</form>"""
    return _shown(page, "付款", body)


def _shown(page: Object | None, title: str, body: str, status: int = 200) -> Shown:
    html = f"""<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · 演示</title><link rel="stylesheet" href="/pay.css"></head>
<body><p class="demo">这是演示用的付款页面，不会真的扣钱。</p>
<main><h1>{title}</h1>{body}</main></body></html>
"""
    # A form that is answered with a redirect counts as sent to where that leads.
    after = {
        f"{parts.scheme}://{parts.netloc}"
        for address in ([page["success_url"], page["cancel_url"]] if page else [])
        if address
        for parts in [urlsplit(address)]
    }
    led_to = " ".join(sorted(after))
    policy = "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            f"form-action 'self' {led_to}",
        ]
    )
    return Shown(
        html, status, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    )
