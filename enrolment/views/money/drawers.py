"""Drawers: open one, count it at the end of the day, sign what a colleague counted."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from enrolment.domain.money import cash
from enrolment.forms.money.till import CountForm, OpenDrawerForm
from enrolment.models import DrawerSession
from enrolment.queries.money import till as tills
from enrolment.services.money import drawers
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.views.money.till import AT_THE_TILL
from enrolment.wording import money_till as wording

SHOWN_FOR = timedelta(days=14)


@never_cache
@staff_required(*AT_THE_TILL)
@require_http_methods(["GET", "HEAD", "POST"])
def my_drawer(request: StaffRequest) -> HttpResponse:
    """One's own drawer: open it in the morning, count it in the evening."""
    drawer = DrawerSession.objects.of_cashier(request.user)
    return _open(request) if drawer is None else _count(request, drawer)


def _open(request: StaffRequest) -> HttpResponse:
    last = DrawerSession.objects.filter(cashier=request.user).order_by("-opened_at").first()
    form = OpenDrawerForm(
        sent(request),
        campuses=tills.campuses_for_a_drawer(request.user, request.units),
        initial={"campus": last.campus_id, "float": last.float_fen} if last else None,
    )
    if request.method == "POST" and "campus" in request.POST and form.is_valid():
        said = form.cleaned_data
        try:
            drawers.open_drawer(
                campus=said["campus"], float_fen=said["float"], by=request.user, at=clock.now()
            )
        except PaymentRefused as refused:
            messages.warning(request, wording.refused_at_till(refused.problem))
        else:
            messages.success(request, wording.drawer_opened())
        return redirect("enrolment:till")
    return render(
        request,
        "enrolment/money/till/open_drawer.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


def _count(request: StaffRequest, drawer: DrawerSession) -> HttpResponse:
    form = CountForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            counted = drawers.count_drawer(
                drawer=drawer, pieces=form.pieces(), by=request.user, at=clock.now(),
                explanation=form.cleaned_data["explanation"],
            )  # fmt: skip
        except PaymentRefused as refused:
            if refused.problem is not PaymentProblem.NOT_EXPLAINED:
                raise
            missing = drawer.float_fen - cash.counted(form.pieces())
            form.add_error(
                "explanation",
                wording.change_is_missing(drawer.float_fen)
                if missing > 0
                else wording.differs(int(refused.what)),
            )
        else:
            difference = (counted.counted_fen or 0) - (counted.expected_fen or 0)
            messages.success(request, wording.drawer_counted(difference))
            return redirect("enrolment:show-drawer", counted.pk)
    return render(
        request,
        "enrolment/money/till/count_drawer.html",
        {"form": form, "drawer": drawer},
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*AT_THE_TILL)
@require_safe
def list_drawers(request: StaffRequest) -> HttpResponse:
    """Drawers that are open or not signed, and those of the last days."""
    since = localdate(clock.now()) - SHOWN_FOR
    return render(
        request,
        "enrolment/money/till/drawers.html",
        {
            "waiting": tills.drawers_to_see_to(request.units),
            "done": tills.drawers_signed(request.units, since=since),
        },
    )


@never_cache
@staff_required(*AT_THE_TILL)
@require_http_methods(["GET", "HEAD", "POST"])
def show_drawer(request: StaffRequest, drawer_id: UUID) -> HttpResponse:
    """The sheet of a drawer, to print and to sign."""
    found = DrawerSession.objects.of_units(request.units).select_related(
        "unit", "campus", "cashier", "signed_by"
    )
    drawer = get_object_or_404(found, pk=drawer_id)
    if request.method == "POST":
        try:
            drawers.sign_drawer(drawer=drawer, by=request.user, at=clock.now())
        except PaymentRefused as refused:
            messages.warning(request, wording.refused_at_till(refused.problem))
        else:
            messages.success(request, wording.drawer_signed())
        return redirect("enrolment:show-drawer", drawer.pk)
    return render(
        request,
        "enrolment/money/till/drawer.html",
        {
            "drawer": drawer,
            "sheet": tills.sheet_of(drawer),
            "may_sign": drawer.closed_at is not None
            and drawer.signed_at is None
            and drawer.cashier_id != request.user.pk,
        },
    )
