"""Signing in by phone: ask for a code, write it in, ask again. Page by page, no script needed."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from accounts import clock, limits, services, sign_in
from accounts.domain import phones
from accounts.forms import AskCodeForm, ChangePhoneForm, CodeForm
from accounts.http import safe_next
from accounts.models import Message

View = Callable[..., HttpResponseBase]
PAGE_1 = "account_request_login_code"
PAGE_2 = "account_confirm_login_code"


def door(view: View) -> View:
    """Answer in words when something was tried too often, or when nobody can count the tries.

    Without its counters the door stays shut: no limit must not mean no end.
    """

    @never_cache
    @sensitive_post_parameters("code", "password")
    @wraps(view)
    def at_the_door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except limits.TooMany:
            return render(request, "429.html", status=429)
        except RedisError:
            return render(request, "accounts/sign_in_away.html", status=503)

    return at_the_door


@door
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Page 1: the number. Known or not, the answer is the same."""
    next_url = safe_next(request)
    if request.user.is_authenticated:
        return redirect(next_url or "accounts:me")
    form = AskCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = sign_in.ask(
            request,
            phone=form.cleaned_data["phone"],
            remember=not form.cleaned_data["elsewhere"],
            next_url=next_url,
            at=clock.now(),
        )
        if not sent:
            _say_it_is_on_its_way(request)
        return redirect(PAGE_2)
    status = 422 if form.errors else 200
    return render(
        request,
        "account/request_login_code.html",
        {"form": form, "next": next_url, "is_demo": settings.DEMO},
        status=status,
    )


@door
def confirm_code(request: HttpRequest) -> HttpResponse:
    """Page 2: the code. Counted before it is judged."""
    at = clock.now()
    waiting = sign_in.pending(request.session, at=at)
    if request.user.is_authenticated and (
        waiting is None or waiting.purpose == sign_in.Purpose.SIGN_IN
    ):
        return redirect("accounts:me")
    if waiting is None:
        if request.method == "POST":
            messages.warning(request, _("This code is too old. Please ask for a new one."))
        return redirect(PAGE_1)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        judgement = sign_in.judge(waiting, form.cleaned_data["code"], at=at)
        if judgement.right:
            return _go_on(request, waiting, at=at)
        if judgement.left == 0:
            sign_in.forget(request.session)
            messages.error(
                request, _("That was the third wrong code. Please ask for a new one below.")
            )
            return redirect(_with_next(PAGE_1, waiting.next))
        form.refuse(judgement.left)
    context = {
        "form": form,
        "phone": phones.for_people(waiting.phone),
        "next": waiting.next,
        "is_demo": settings.DEMO,
    }
    status = 422 if form.errors else 200
    return render(request, "account/confirm_login_code.html", context, status=status)


def _go_on(request: Any, waiting: sign_in.Pending, *, at: datetime) -> HttpResponse:
    """Do what the right code was asked for."""
    match waiting.purpose:
        case sign_in.Purpose.PROVE if _is_the_phone_of(request.user, waiting):
            sign_in.forget(request.session)
            sign_in.note_proven(request.session, at=at)
            return redirect(waiting.next or "accounts:me")
        case sign_in.Purpose.CHANGE_PHONE if request.user.is_authenticated:
            return _change_phone(request, waiting, at=at)
        case sign_in.Purpose.KEEP_PHONE:
            sign_in.forget(request.session)
            sign_in.note_proven_phone(request.session, waiting.phone, at=at)
            return redirect(waiting.next or PAGE_1)
        case sign_in.Purpose.SIGN_IN:
            return sign_in.finish(request, waiting, at=at)
    sign_in.forget(request.session)  # signed out meanwhile: begin again
    return redirect(PAGE_1)


def _is_the_phone_of(user: Any, waiting: sign_in.Pending) -> bool:
    return user.is_authenticated and bool(user.phone == waiting.phone)


def _change_phone(request: Any, waiting: sign_in.Pending, *, at: datetime) -> HttpResponse:
    sign_in.forget(request.session)
    try:
        services.change_phone(user=request.user, phone=waiting.phone, actor=request.user, at=at)
    except services.PhoneTaken:
        messages.error(
            request, _("This number has an account of its own. Please phone us: we join the two.")
        )
        return redirect("accounts:me")
    logout(request)
    messages.success(request, _("Your number is changed. Please sign in with the new one."))
    return redirect(PAGE_1)


@door
@login_required
def prove_phone(request: Any) -> HttpResponse:
    """Send a code before something that only the owner of the phone may do."""
    next_url = safe_next(request)
    if request.method == "POST" and request.user.phone:
        sign_in.ask(
            request,
            phone=request.user.phone,
            next_url=next_url,
            purpose=sign_in.Purpose.PROVE,
            at=clock.now(),
        )
        return redirect(PAGE_2)
    phone = phones.for_people(request.user.phone) if request.user.phone else ""
    return render(request, "accounts/prove_phone.html", {"phone": phone, "next": next_url})


def fresh_code_required(view: View) -> View:
    """Let a view run when its owner's phone was proven a moment ago, else ask for a code."""

    @wraps(view)
    def front_door(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not sign_in.proven_lately(
            request.session, at=clock.now()
        ):
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{resolve_url('accounts:prove-phone')}?{query}")
        return view(request, *args, **kwargs)

    return front_door


@door
@fresh_code_required
@login_required
def change_phone(request: Any) -> HttpResponse:
    """Ask for the new number and send it a code."""
    form = ChangePhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sign_in.ask(
            request,
            phone=form.cleaned_data["phone"],
            purpose=sign_in.Purpose.CHANGE_PHONE,
            at=clock.now(),
        )
        return redirect(PAGE_2)
    status = 422 if form.errors else 200
    return render(request, "accounts/change_phone.html", {"form": form}, status=status)


@door
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Send another code, by SMS or by a voice call; the one before still works."""
    at = clock.now()
    waiting = sign_in.pending(request.session, at=at)
    if waiting is None:
        return redirect(PAGE_1)
    by_voice = request.POST.get("by") == Message.Channel.VOICE
    sent = sign_in.ask(
        request,
        phone=waiting.phone,
        remember=waiting.remember,
        next_url=waiting.next,
        purpose=sign_in.Purpose(waiting.purpose),
        channel=Message.Channel.VOICE if by_voice else Message.Channel.SMS,
        at=at,
    )
    if not sent:
        _say_it_is_on_its_way(request)
    elif by_voice:
        messages.success(request, _("We are calling you now. Please write the code you hear."))
    else:
        messages.success(request, _("We sent another SMS. The code before still works, too."))
    return redirect(PAGE_2)


def _say_it_is_on_its_way(request: HttpRequest) -> None:
    messages.info(
        request,
        _(
            "We sent you a code a moment ago; it still works. If nothing comes, "
            "wait a minute and ask again, or phone us."
        ),
    )


def _with_next(page: str, next_url: str) -> str:
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    return resolve_url(page) + query
