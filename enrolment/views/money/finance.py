"""Doors of finance: the day book, the ledger, what is owed, and what waits for a decision."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import StaffPost, Unit
from enrolment.domain.money.books import Account
from enrolment.forms.money.finance import CodeForm, WordsForm
from enrolment.models import Difference, Order, Payment
from enrolment.queries.money import finance as asked
from enrolment.queries.money.finance import Month
from enrolment.queries.money.prices import prices_of_many
from enrolment.services import money
from enrolment.services.money import PaymentRefused
from enrolment.services.money.corrections import MAY_BE_REVERSED
from enrolment.wording import money_finance as wording

Role = StaffPost.Role
IN_FINANCE = (Role.FINANCE, Role.BRANCH_HEAD, Role.REGISTRAR)
A_PAGE = 50
A_LIST = 100  # to be printed and called from
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)  # books have no others
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def chosen_units(request: StaffRequest) -> tuple[list[int], list[tuple[str, str, bool]]]:
    """Return the offices a page is about, and the choice among those of who asks."""
    named = request.GET.get("unit", "")
    one = int(named) if named.isdecimal() and int(named) in request.units else None
    offices = Unit.objects.filter(pk__in=request.units).in_order()
    options = [(str(unit.pk), unit.display_name(), unit.pk == one) for unit in offices]
    everything = ("", wording.all_units(), one is None)
    return ([one] if one else request.units, [everything, *options] if len(options) > 1 else [])


def chosen_day(request: HttpRequest) -> date:
    """Return the day a page is about: today unless another is named."""
    return _a_day(request.GET.get("day", "")) or localdate(clock.now())


def chosen_month(request: HttpRequest) -> Month:
    """Return the month a page is about: this one unless another is named."""
    return Month.of(_a_day(f"{request.GET.get('month', '')}-01") or localdate(clock.now()))


def _a_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def page_of(request: HttpRequest, rows: Any, length: int = A_PAGE) -> Any:
    """Return the page of a list that was asked for."""
    return Paginator(rows, length).get_page(request.GET.get("page"))


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def show_finance(request: StaffRequest) -> HttpResponse:
    """What waits for finance today, and the ways to everything else."""
    units, options = chosen_units(request)
    at = clock.now()
    return render(
        request,
        "enrolment/money/finance/desk.html",
        {
            "desk": asked.desk_of(units, at=at),
            "sums": _with_words(asked.day_sums(units, localdate(at))),
            "units": options,
        },
    )


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def show_day(request: StaffRequest) -> HttpResponse:
    """The day book: totals by office and way, then payment by payment."""
    units, options = chosen_units(request)
    day = chosen_day(request)
    sums = asked.day_sums(units, day)
    rows = asked.payments_of(units, day, date.fromordinal(day.toordinal() + 1))
    return render(
        request,
        "enrolment/money/finance/day.html",
        {
            "day": day,
            "before": date.fromordinal(day.toordinal() - 1),
            "after": date.fromordinal(day.toordinal() + 1),
            "sums": _with_words(sums),
            "kept": asked.total(sums, "kept"),
            "suspense": asked.total(sums, "suspense"),
            "voided": asked.total(sums, "voided"),
            "back": asked.paid_out_on(units, day),
            "units": options,
            "page": page_of(request, rows),
        },
    )


def _with_words(sums: Sequence[asked.DaySum]) -> list[tuple[asked.DaySum, str]]:
    names = dict(Payment.Method.choices)
    return [(one, str(names[one.method])) for one in sums]


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def show_ledger(request: StaffRequest) -> HttpResponse:
    """The accounts over a month; the entries of one, or of all."""
    units, options = chosen_units(request)
    month = chosen_month(request)
    named = request.GET.get("account", "")
    account = named if named in set(Account) else ""
    return render(
        request,
        "enrolment/money/finance/ledger.html",
        {
            "month": month,
            "account": account,
            "account_words": wording.account(account) if account else "",
            "accounts": [
                (one, wording.account(one.account)) for one in asked.balances(units, month)
            ],
            "units": options,
            "page": page_of(request, asked.entries_of(units, month, account)),
            "may_be_reversed": MAY_BE_REVERSED,
        },
    )


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def list_owed(request: StaffRequest) -> HttpResponse:
    """Who owes what until when: to be called, the most urgent first.

    And whose place is kept without anybody having come to pay (``kept``): no slip, no order yet.
    """
    units, options = chosen_units(request)
    kept = asked.kept_unpaid(units, at=clock.now())
    is_kept = "kept" in request.GET
    page = page_of(request, kept if is_kept else asked.owed(units), A_LIST)
    return render(
        request,
        "enrolment/money/finance/owed.html",
        {
            "page": page,
            "kept": prices_of_many(page) if is_kept else [],
            "is_kept": is_kept,
            "kept_number": kept.count(),
            "units": options,
        },
    )


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def list_differences(request: StaffRequest) -> HttpResponse:
    """What does not agree, the oldest first; and what was explained of late."""
    units, options = chosen_units(request)
    mine = Difference.objects.of_units(units).select_related("unit")
    page = page_of(request, mine.open())
    return render(
        request,
        "enrolment/money/finance/differences.html",
        {
            "page": page,
            "rows": [(one, wording.difference(one)) for one in page],
            "explained": [
                (one, wording.difference(one))
                for one in mine.explained().select_related("closed_by")[:10]
            ],
            "units": options,
        },
    )


@never_cache
@staff_required(*IN_FINANCE)
@get_or_post
def explain_difference(request: StaffRequest, difference_id: int) -> HttpResponse:
    """Close a difference with words. What lies behind it stays as it is."""
    mine = Difference.objects.of_units(request.units).select_related("unit", "closed_by")
    difference = get_object_or_404(mine, pk=difference_id)
    form = WordsForm(sent(request))
    if request.method == "POST" and form.is_valid():
        money.explain_difference(
            difference=difference,
            explanation=form.cleaned_data["words"],
            actor=request.user,
            at=clock.now(),
        )
        messages.success(request, wording.explained_now())
        return redirect("enrolment:list-differences")
    return render(
        request,
        "enrolment/money/finance/explain.html",
        {"difference": difference, "said": wording.difference(difference), "form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def list_suspense(request: StaffRequest) -> HttpResponse:
    """Money that pays nothing: late, twice, another sum, or of somebody unknown."""
    units, options = chosen_units(request)
    return render(
        request,
        "enrolment/money/finance/suspense.html",
        {
            "page": page_of(request, asked.without_a_place(units)),
            "suspense": asked.suspense_of(units),
            "units": options,
        },
    )


@never_cache
@staff_required(*IN_FINANCE, in_parts=True)
@get_or_post
def place_payment(request: StaffRequest, payment_id: UUID) -> HttpResponse:
    """Give money without a place to a fee, by its pay code; or give it back."""
    with request.scope():
        payment = get_object_or_404(asked.without_a_place(request.units), pk=payment_id)
    form = CodeForm(sent(request)) if "code" in request.POST else CodeForm()
    words = WordsForm(sent(request)) if "words" in request.POST else WordsForm()
    if request.method == "POST":
        try:
            if form.is_valid():
                return _placed(request, payment, form.cleaned_data["code"])
            if words.is_valid():
                refund = money.give_back(
                    payment=payment,
                    words=words.cleaned_data["words"],
                    actor=request.user,
                    at=clock.now(),
                )
                messages.success(request, wording.given_back(refund))
                return redirect("enrolment:list-suspense")
        except PaymentRefused as refused:
            messages.warning(request, wording.not_placed(refused.problem))
            return redirect("enrolment:place-payment", payment.pk)
    with request.scope():
        return render(
            request,
            "enrolment/money/finance/place.html",
            {"payment": payment, "form": words if words.errors else form, "code_form": form,
             "words_form": words},
            status=422 if form.errors or words.errors else 200,
        )  # fmt: skip


def _placed(request: StaffRequest, payment: Payment, code: str) -> HttpResponse:
    with request.scope():
        order = Order.objects.of_units(request.units).filter(pay_code=code).first()
    if order is None:
        messages.warning(request, wording.no_such_fee())
        return redirect("enrolment:place-payment", payment.pk)
    money.place_payment(payment=payment, order=order, actor=request.user, at=clock.now())
    messages.success(request, wording.placed_now())
    return redirect("enrolment:list-suspense")
