"""The till: find who pays, see what is owed, take it in one press, print the receipt."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.http import StaffRequest, new_press, press_of, sent, staff_required
from accounts.models import Learner, StaffPost, Unit
from accounts.scope import offices_of
from enrolment import queries
from enrolment.domain.money import cash, codes
from enrolment.domain.money.books import Method
from enrolment.forms.money.till import (
    CashForm,
    FiscalForm,
    MoneyApartForm,
    PosForm,
    TransferForm,
    VoidForm,
)
from enrolment.models import DrawerSession, Order, Payment
from enrolment.queries.money import fees
from enrolment.queries.money import till as tills
from enrolment.services.money import till
from enrolment.services.money.orders import PaymentProblem, PaymentRefused, open_order
from enrolment.views.calls import ON_THE_PHONE
from enrolment.views.desk import learner_of
from enrolment.views.presses import one_key_one_request
from enrolment.wording import money_till as wording

Role = StaffPost.Role
AT_THE_TILL = (Role.COUNTER, Role.FINANCE, Role.BRANCH_HEAD, Role.REGISTRAR)
MOST_PEOPLE = 12
WAYS = {Method.CASH: CashForm, Method.POS: PosForm, Method.TRANSFER: TransferForm}
LAST_TERMINAL = "till_terminal"  # session: the next slip mostly comes from the same one
NO_FEE_IS_OPEN = {
    PaymentProblem.TOO_LATE, PaymentProblem.NOTHING_TO_PAY, PaymentProblem.PAID_ALREADY,
}  # fmt: skip
JUST_TAKEN = "till_just_taken"  # session: the receipt of who stands there; its change is due


@never_cache
@staff_required(*AT_THE_TILL)
@require_safe
def show_till(request: StaffRequest) -> HttpResponse:
    """Whom is it for? By pay code, name, card or phone; and what was taken today."""
    request.session.pop(JUST_TAKEN, None)
    words = request.GET.get("q", "").strip()[:60]
    is_code = codes.looks_like_one(words)
    if is_code:
        code = codes.as_typed(words)
        order = tills.order_of_code(code, request.units) if code else None
        if order is not None:
            return redirect(_till_of(order))
        is_elsewhere = code and tills.is_code_of_another_office(code)
        messages.warning(request, wording.no_such_code(is_elsewhere=bool(is_elsewhere)))
    found = queries.learners_known(words, who_died=True) if words and not is_code else []
    if found and len(found) == 1:
        return redirect("enrolment:till-of", found[0].pk)
    today = localdate(clock.now())
    return render(
        request,
        "enrolment/money/till/find.html",
        {
            "words": words,
            "is_code": is_code,
            "too_little": found is None,
            "people": (found or [])[:MOST_PEOPLE],
            "is_cut": len(found or []) > MOST_PEOPLE,
            "drawer": DrawerSession.objects.of_cashier(request.user),
            "taken": tills.taken_today(request.user, request.units, day=today),
        },
    )


def _till_of(order: Order) -> str:
    """Return the till of whoever owes an order, for exactly its places."""
    here = reverse("enrolment:till-of", args=[order.learner_id])
    places = "&".join(f"place={line.enrolment_id}" for line in order.lines.all())
    return f"{here}?{places}" if order.is_open else here


@never_cache
@staff_required(*AT_THE_TILL, in_parts=True)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def till_of(request: StaffRequest, learner_id: int) -> HttpResponse:
    """What somebody owes, line by line, and one press for each way to pay it."""
    if request.method != "POST":
        return _bills(request, learner_of(learner_id))
    way = next((one for one in WAYS if one == request.POST.get("way")), Method.CASH)
    owed = request.POST.get("amount_fen", "")
    amount_fen = int(owed) if owed.isdecimal() and len(owed) < 12 else 0
    more: dict[str, Any] = {"owed_fen": amount_fen} if way == Method.CASH else {}
    form: Any = WAYS[way](request.POST, prefix=way, **more)
    with request.scope():
        learner = learner_of(learner_id)
        if not form.is_valid():
            return _bills(request, learner, tried=form, status=422)
        places = _chosen(request, learner)
    try:
        payment = till.take_fees(
            learner=learner, places=places, amount_fen=amount_fen, handed=form.handed(),
            by=request.user, key=press_of(request), at=clock.now(),
        )  # fmt: skip
    except PaymentRefused as refused:
        if way != Method.CASH and refused.problem in NO_FEE_IS_OPEN:
            messages.warning(request, wording.write_it_apart())
            return redirect(_apart(learner, way, form))
        messages.warning(request, wording.refused_at_till(refused.problem))
        return redirect(request.get_full_path())
    if way == Method.POS:
        request.session[LAST_TERMINAL] = form.cleaned_data["terminal"]
    return _taken(request, learner, payment)


def _apart(learner: Learner, way: Method, form: Any) -> str:
    """Return the page where money is written down that is there, though its place is not."""
    said = form.cleaned_data
    typed = {"way": str(way), "learner": learner.pk, "reference": said["reference"]}
    if said.get("terminal"):
        typed["terminal"] = said["terminal"]
    return f"{reverse('enrolment:note-money')}?{urlencode(typed)}"


def _taken(request: StaffRequest, learner: Learner, payment: Payment | None) -> HttpResponse:
    if payment is None:
        messages.success(request, wording.nothing_to_pay(learner.name))
        return redirect("enrolment:till-of", learner.pk)
    if payment.state == Payment.State.SUSPENSE:
        messages.warning(request, wording.taken_apart(payment.amount_fen))
        return redirect("enrolment:till-of", learner.pk)
    with request.scope():
        receipt_id = payment.receipt.pk
    messages.success(request, wording.taken(payment.amount_fen, _change(payment)))
    request.session[JUST_TAKEN] = receipt_id
    return redirect("enrolment:till-receipt", receipt_id)


def _change(payment: Payment) -> int:
    if not payment.given_fen:
        return 0
    return cash.change(owed=payment.amount_fen, given=payment.given_fen)


def _numbers(values: Sequence[str]) -> list[int]:
    return [int(one) for one in values if one.isdecimal() and len(one) < 19]


def _chosen(request: StaffRequest, learner: Learner) -> list[Any]:
    """Return the places of one bill that the page had; what is none of theirs is left out."""
    only = _numbers(request.POST.getlist("place"))
    kept = learner.enrolments.filter(pk__in=only)
    return list(kept.of_units(request.units))


def _bills(
    request: StaffRequest, learner: Learner, *, tried: Form | None = None, status: int = 200
) -> HttpResponse:
    only = _numbers(request.GET.getlist("place"))
    at = clock.now()
    bills = tills.bills_of(learner, request.units, only=only, at=at)
    bill = bills[0] if bills else None
    forms: dict[str, Form] = {
        "cash": CashForm(prefix=Method.CASH, owed_fen=0),
        "pos": PosForm(
            prefix=Method.POS, initial={"terminal": request.session.get(LAST_TERMINAL, "")}
        ),
        "transfer": TransferForm(prefix=Method.TRANSFER),
    }
    if tried is not None:
        forms[str(tried.prefix)] = tried
    orders = Order.objects.of(learner).of_units(request.units)
    looked_at = list(orders.to_look_at().prefetch_related("lines"))
    waiting = {
        line.enrolment_id
        for order in looked_at
        if order.state == Order.State.REVIEW
        for line in order.lines.all()
    }
    return render(
        request,
        "enrolment/money/till/bill.html",
        {
            "learner": learner,
            "bill": bill,
            "others": [] if only else bills[1:],
            "is_part": bool(only),
            "forms": forms,
            "tried": tried,
            "form": tried,
            "press": request.POST.get("press") or new_press(),
            "drawer": DrawerSession.objects.of_cashier(request.user),
            "paid": orders.paid().with_all_to_show()[:5],
            "looked_at": looked_at,
            "waits_for_finance": bill is not None
            and any(place.pk in waiting for place in bill.places),
            "may_see_learner": bool(offices_of(request.user, ON_THE_PHONE)),
        },
        status=status,
    )


@never_cache
@staff_required(*AT_THE_TILL, in_parts=True)
@require_POST
def make_slip(request: StaffRequest, learner_id: int) -> HttpResponse:
    """A pay slip to take along: whoever brings it, or opens it on the web, can pay.

    What has no sum in writing yet gets one before a voucher is taken off it, too.
    """
    with request.scope():
        learner = learner_of(learner_id)
        places = _chosen(request, learner)
    try:
        order = open_order(
            learner=learner, enrolments=places, opened_by=request.user, at=clock.now()
        )
    except PaymentRefused as refused:
        messages.warning(request, wording.refused_at_till(refused.problem))
        return redirect("enrolment:till-of", learner.pk)
    if not order.is_open:
        messages.success(request, wording.nothing_to_pay(learner.name))
        return redirect("enrolment:till-of", learner.pk)
    wants_voucher = request.POST.get("then") == "voucher"
    return redirect(
        "enrolment:use-voucher-for" if wants_voucher else "enrolment:print-pay-slip", order.pk
    )


@never_cache
@staff_required(*AT_THE_TILL)
@require_safe
def print_slip(request: StaffRequest, order_id: UUID) -> HttpResponse:
    """The slip on a sheet of its own: amount, code, until when; no word about who and what."""
    order = get_object_or_404(
        Order.objects.of_units(request.units).select_related("unit"), pk=order_id
    )
    if not order.is_open:
        messages.warning(request, wording.nothing_open())
        return redirect("enrolment:till-of", order.learner_id)
    address = request.build_absolute_uri(reverse("enrolment:pay-slip", args=[order.pay_code]))
    return render(
        request,
        "enrolment/money/till/slip.html",
        {
            "order": order,
            "address": address,
            "counters": fees.counters_of(order.unit),
        },
    )


@never_cache
@staff_required(*AT_THE_TILL)
@require_http_methods(["GET", "HEAD", "POST"])
def show_receipt(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """A receipt, to print; the number of the state's receipt is written on it, once."""
    receipt = get_object_or_404(tills.receipts_with_all(request.units), pk=receipt_id)
    form = FiscalForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            till.write_fiscal_no(
                receipt=receipt, by=request.user, at=clock.now(), **form.cleaned_data
            )
        except PaymentRefused as refused:
            messages.warning(request, wording.refused_at_till(refused.problem))
        else:
            messages.success(request, wording.fiscal_written())
        return redirect("enrolment:till-receipt", receipt.pk)
    payment = receipt.payment
    change_fen = _change(payment) if payment else 0
    return render(
        request,
        "enrolment/money/till/receipt.html",
        {
            "receipt": receipt,
            "payment": payment,
            "change_fen": change_fen,
            # Once the next person's turn has come, nobody is told to give change again.
            "give_back_fen": change_fen if request.session.get(JUST_TAKEN) == receipt.pk else 0,
            "may_be_voided": payment is not None
            and payment.state == Payment.State.KEPT
            and payment.method != Payment.Method.ONLINE
            and payment.day == localdate(clock.now()),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*AT_THE_TILL)
@require_http_methods(["GET", "HEAD", "POST"])
def void_payment(request: StaffRequest, payment_id: UUID) -> HttpResponse:
    """Take back what a colleague took or wrote down by mistake."""
    payments = Payment.objects.of_units(request.units).select_related(
        "order__learner", "taken_by", "receipt"
    )
    payment = get_object_or_404(payments, pk=payment_id)
    form = VoidForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            till.void_payment(
                payment=payment, by=request.user, at=clock.now(), **form.cleaned_data
            )
        except PaymentRefused as refused:
            messages.warning(request, wording.refused_at_till(refused.problem))
        else:
            is_paid_again = payment.state == Payment.State.KEPT
            messages.success(request, wording.taken_back(is_paid_again=is_paid_again))
        if payment.order is None:
            return redirect("enrolment:till")
        return redirect("enrolment:till-of", payment.order.learner_id)
    return render(
        request,
        "enrolment/money/till/void.html",
        {"payment": payment, "form": form, "is_own": payment.taken_by_id == request.user.pk},
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*AT_THE_TILL)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def note_money(request: StaffRequest) -> HttpResponse:
    """A transfer of somebody unknown, or a slip whose place has gone: kept apart for finance."""
    form = MoneyApartForm(sent(request), initial=_typed_before(request))
    units = Unit.objects.filter(pk__in=request.units).order_by("position", "pk")
    chosen = request.POST.get("unit", "")
    unit = next((one for one in units if str(one.pk) == chosen), units[0])
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            till.note_money(
                unit=unit, amount_fen=said["amount"], handed=form.handed(), by=request.user,
                key=press_of(request), at=clock.now(),
            )  # fmt: skip
        except PaymentRefused as refused:
            messages.warning(request, wording.refused_at_till(refused.problem))
        else:
            messages.success(request, wording.money_noted(said["amount"]))
        return redirect("enrolment:till")
    return render(
        request,
        "enrolment/money/till/apart.html",
        {
            "form": form,
            "units": units,
            "unit": unit,
            "press": request.POST.get("press") or new_press(),
        },
        status=422 if form.errors else 200,
    )


def _typed_before(request: StaffRequest) -> dict[str, str]:
    """Return what was typed for a fee that is not open any more."""
    typed = {name: request.GET.get(name, "") for name in ("way", "reference", "terminal")}
    if (who := _numbers(request.GET.getlist("learner"))) and (
        learner := Learner.objects.filter(pk=who[0]).first()
    ):
        typed["payer"] = f"{learner.name} {learner.card_no}"
    return {name: said for name, said in typed.items() if said}
