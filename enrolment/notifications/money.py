"""Letters about what was paid: each one SMS, read without opening a link."""

from datetime import datetime
from typing import Any

from django.utils import translation

from accounts import messaging
from accounts.models import StaffPost
from enrolment.domain.money import codes
from enrolment.models import Difference, Order, Payment
from enrolment.notifications.seats import office_phone, when, yuan

SHORT_NAME, SHORT_CLASS = 5, 6  # characters kept when a letter does not fit otherwise


def tell_paid(order: Order, *, at: datetime) -> None:
    """Tell a learner that the money is there and the places are theirs."""
    event = "fee_paid" if order.amount_fen else "fee_waived"
    _tell(event, order, at=at)


def tell_looked_at(order: Order, *, at: datetime) -> None:
    """Tell a learner that money came which people have to look at."""
    _tell("fee_looked_at", order, at=at)


def tell_late(order: Order, *, at: datetime) -> None:
    """Tell a learner that the money came when the place had gone, and that it goes back."""
    _tell("fee_late", order, at=at)


def tell_voided(payment: Payment, order: Order, *, at: datetime) -> None:
    """Tell a learner that the counter took a payment back, and until when it is to be paid."""
    is_difference = order.lines.filter(tops_up__isnull=False).exists()
    _tell(
        "fee_voided", order, at=at, key=f"fee_voided {payment.pk}", fee_fen=payment.amount_fen,
        due="" if is_difference else when(order.hold_until),
    )  # fmt: skip


def ask_to_pay(order: Order, *, phone: str, link: str, at: datetime) -> None:
    """Ask somebody to pay an order: amount, until when, where; nothing about the person.

    The address goes before the number, which stands in it; without room for either way to write
    it, the number and the telephone.
    """
    code, office = order.pay_code, office_phone()
    params = {
        "fee": yuan(order.amount_fen),
        "due": when(order.hold_until),
        "code": codes.in_groups(code),
        "link": link,
        "phone": office,
    }
    address = link.rsplit("://", maxsplit=1)[-1].removesuffix("/")
    less: list[dict[str, Any]] = [
        {"phone": ""},
        {"code": "", "link": address},
        {"code": params["code"], "link": "", "phone": office},
        {"code": code},
        {"phone": ""},
    ]
    messaging.send(
        template="enrolment/fee_asked",
        to=phone,
        params=fitting("enrolment/fee_asked", params, *less),
        dedupe_key=f"ask {order.pk} {phone} {at:%Y%m%d}",
        at=at,
        valid_until=order.hold_until,
    )


def tell_finance_of_dispute(
    difference: Difference, payment: Payment | None, *, at: datetime
) -> None:
    """Tell finance, of the office and of the city, that a payer disputes a payment.

    The bank gives some days to answer, then the money is gone.
    """
    offices = [one for one in (difference.unit_id, difference.unit.parent_id) if one]
    posts = StaffPost.objects.held().filter(unit__in=offices, role=StaffPost.Role.FINANCE)
    code = payment.order.pay_code if payment and payment.order else ""
    for post in posts.select_related("user").exclude(user__phone=None):
        messaging.send(
            template="enrolment/fee_disputed",
            to=str(post.user.phone),
            params={"fee": yuan(difference.amount_fen or 0), "code": code},
            dedupe_key=f"dispute {difference.pk} {post.user_id}",
            at=at,
        )


def _tell(
    event: str,
    order: Order,
    *,
    at: datetime,
    key: str = "",
    fee_fen: int | None = None,
    **more: Any,
) -> None:
    learner = order.learner
    if not learner.phone or learner.deceased_on:
        return  # the office has them on its call list
    lines = list(order.lines.select_related("section__course").order_by("pk"))
    with translation.override("zh-hans"):
        classes = [f"{line.section.course.name}{line.section.number}班" for line in lines]
    others = f"等{len(classes)}门" if len(classes) > 1 else ""
    template = f"enrolment/{event}"
    params = {
        "name": learner.name,
        "class": f"{classes[0]}{others}",
        "fee": yuan(order.amount_fen if fee_fen is None else fee_fen),
        "phone": office_phone(),
        **more,
    }
    short = {"class": f"{classes[0][:SHORT_CLASS]}…{others}"}
    messaging.send(
        template=template,
        to=learner.phone,
        params=fitting(template, params, short, {"name": f"{learner.name[:SHORT_NAME]}…"}),
        dedupe_key=key or f"{event} {order.pk} {order.paid_at or order.closed_at:%m%d%H%M}",
        at=at,
        learner=learner,
    )


def fitting(template: str, params: dict[str, Any], *less: dict[str, Any]) -> dict[str, Any]:
    """Leave out what matters least until the letter fits into one SMS."""
    for words in less:
        if len(messaging.text_of(template, params)) <= messaging.LONGEST:
            break
        params = params | words
    return params
