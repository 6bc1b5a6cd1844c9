"""Doors without a sign-in: the pay slip, for whoever pays for somebody else."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock, limits
from enrolment.domain.money import codes
from enrolment.forms.money.finance import CodeForm
from enrolment.queries.money import fees, slips
from enrolment.services.money import attempts
from enrolment.services.money.orders import PaymentRefused
from enrolment.views.money.pay import return_url
from enrolment.wording import money_till as wording


@never_cache
@require_safe
def find_slip(request: HttpRequest) -> HttpResponse:
    """Type the code of a slip. What cannot be a code is said at once and asks nobody."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("enrolment:pay-slip", form.cleaned_data["code"])
    return _ask(request, form, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_slip(request: HttpRequest, code: str) -> HttpResponse:
    """Amount, code and until when; pay on the web, or bring it to a counter."""
    at = clock.now()
    address = get_adapter().get_client_ip(request)
    form = CodeForm({"code": code})
    try:
        limits.ensure_may_try_code(address, at=at)
    except limits.TooMany:
        form.add_error("code", wording.guessed_too_often())
        return _ask(request, form, status=429)
    typed = codes.as_typed(code)
    slip = slips.slip_of(typed, at=at) if typed else None
    if slip is None:
        if typed:  # a slip of the pen was noticed by its check digit, and is no guess
            limits.note_unknown_code(address, at=at)
            form.add_error("code", wording.no_such_code())
        return _ask(request, form, status=404)
    if request.method == "POST":
        return _pay(request, slip)
    return render(
        request,
        "enrolment/money/slip.html",
        {
            "slip": slip,
            "is_online": attempts.can_pay_online(slip.order, at=at),
            "counters": fees.counters_of(slip.unit),
        },
    )


def _pay(request: HttpRequest, slip: slips.PaySlip) -> HttpResponse:
    try:
        attempt = attempts.begin_attempt(
            order=slip.order,
            return_url=return_url(request, slip.order),
            language=get_language() or "zh-hans",
            at=clock.now(),
        )
    except PaymentRefused as refused:
        messages.warning(request, wording.slip_refused(refused.problem))
        return redirect("enrolment:pay-slip", slip.code)
    return redirect(attempt.url)


def _ask(request: HttpRequest, form: CodeForm, *, status: int) -> HttpResponse:
    return render(request, "enrolment/money/find_slip.html", {"form": form}, status=status)
