"""Who am I, and for whom do I act: my page, my card, my helpers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import clock, queries, scope, services
from accounts.forms import AboutMeForm, HelperForm
from accounts.http import (
    LearnerRequest,
    Right,
    learner_required,
    note_name,
    safe_next,
    turn_back,
    turn_to,
    turned_to,
)
from accounts.models import HelperGrant, Learner
from accounts.views.sign_in import fresh_code_required


@never_cache
@login_required
def show_me(request: Any) -> HttpResponse:
    """What one can do once signed in."""
    at = clock.now()
    allowed = queries.learners_of(request.user, at=at)
    with scope.learners([*allowed.own, *allowed.grants]):
        people = list(Learner.objects.for_user(request.user, at).in_order())
    own = [learner for learner in people if learner.pk in allowed.own]
    current = next((one for one in people if one.pk == turned_to(request, allowed)), None)
    if current is not None:
        note_name(request, current)
    return render(
        request,
        "accounts/me.html",
        {
            "current": current,
            "own": own,
            "helped": [learner for learner in people if learner.pk in allowed.grants],
            "roles": set(request.user.posts.held().values_list("role", flat=True)),
        },
    )


@never_cache
@login_required
def describe_me(request: Any) -> HttpResponse:
    """Ask who a new learner is, once, when it is first needed."""
    at = clock.now()
    form = AboutMeForm(request.POST or None, at=at)
    next_url = safe_next(request)
    if request.method == "POST" and form.is_valid():
        try:
            learner = services.make_learner(
                **form.cleaned_data, user=request.user, actor=request.user, at=at
            )
        except services.LearnerRefused:
            messages.error(
                request, _("This phone already has all the learners it can have. Please phone us.")
            )
            return redirect("accounts:me")
        turn_to(request, learner, helped=False)
        return redirect(next_url or "accounts:me")
    context = {"form": form, "next": next_url}
    return render(request, "accounts/about_me.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
def choose_learner(request: Any) -> HttpResponse:
    """Ask which of several people this is, or whom a helper acts for."""
    at = clock.now()
    allowed = queries.learners_of(request.user, at=at)
    with scope.learners([*allowed.own, *allowed.grants]):
        people = list(Learner.objects.for_user(request.user, at).in_order())
    next_url = safe_next(request)
    if request.method == "POST":
        chosen = next((one for one in people if str(one.pk) == request.POST.get("learner")), None)
        if chosen is not None:
            helped = chosen.pk in allowed.grants
            turn_to(request, chosen, helped=helped)
            if helped:
                services.note_helping_began(learner=chosen, actor=request.user, at=at)
            return redirect(next_url or "accounts:me")
        messages.error(request, _("Please choose one of the names."))
    return render(
        request,
        "accounts/choose_learner.html",
        {
            "own": [learner for learner in people if learner.pk in allowed.own],
            "helped": [learner for learner in people if learner.pk in allowed.grants],
            "next": next_url,
        },
        status=422 if request.method == "POST" else 200,
    )


@require_POST
@login_required
def stop_helping(request: Any) -> HttpResponse:
    """Turn back to one's own affairs."""
    learner_id = turn_back(request)
    at = clock.now()
    if learner_id in queries.learners_of(request.user, at=at).grants:
        with scope.learners([learner_id]):
            learner = Learner.objects.get(pk=learner_id)
        services.note_helping_ended(learner=learner, actor=request.user, at=at)
        messages.success(request, _("You no longer act for %(name)s.") % {"name": learner.name})
    return redirect("accounts:me")


@never_cache
@learner_required
def show_card(request: LearnerRequest) -> HttpResponse:
    """The learner card, to show or to print."""
    return render(request, "accounts/card.html", {"learner": request.learner})


@never_cache
@learner_required(right=Right.SELF)
def list_helpers(request: LearnerRequest) -> HttpResponse:
    """Who may act for me, until when, and in what."""
    grants = (
        HelperGrant.objects.live(request.at)
        .filter(learner=request.learner)
        .select_related("helper")
        .order_by("expires_at")
    )
    return render(request, "accounts/helpers.html", {"grants": grants})


@never_cache
@fresh_code_required
@learner_required(right=Right.SELF)
def add_helper(request: LearnerRequest) -> HttpResponse:
    """Let somebody act for me. Needs a code that was written in a moment ago."""
    form = HelperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        helper = services.account_to_help(phone=form.cleaned_data["phone"], at=at)
        try:
            with request.scope():
                services.grant_help(
                    learner=request.learner,
                    helper=helper,
                    kind=HelperGrant.Kind.FAMILY,
                    how_consented=HelperGrant.Consent.SMS,
                    actor=request.user,
                    at=at,
                    **form.as_granted(),
                )
        except services.GrantRefused:
            form.add_error("phone", _("This is your own number. Please write the helper's."))
        else:
            messages.success(request, _("This person may act for you for a year."))
            return redirect("accounts:list-helpers")
    status = 422 if form.errors else 200
    return render(request, "accounts/add_helper.html", {"form": form}, status=status)


@require_POST
@learner_required(right=Right.SELF)
def end_helper(request: LearnerRequest, grant_id: int) -> HttpResponse:
    """End a grant at once."""
    with request.scope():
        grant = get_object_or_404(HelperGrant, pk=grant_id, learner=request.learner)
        services.revoke_help(grant=grant, actor=request.user, at=clock.now())
    messages.success(request, _("This person can no longer act for you."))
    return redirect("accounts:list-helpers")
