"""Doors out of a draw whose list is closed: the learner's own, and that of the office."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import clock, scope
from accounts.http import (
    LearnerRequest,
    Right,
    StaffRequest,
    learner_required,
    sent,
    staff_required,
)
from enrolment import queries, services
from enrolment.forms import StepOutForm, WhoStepsOutForm
from enrolment.models import Application, Channel, StruckOut
from enrolment.queries import MyForm
from enrolment.queries.struck_out import out_of_draw, stays_in_the_draw
from enrolment.services import FormRefused, Word, office_forms
from enrolment.views.calls import ON_THE_PHONE, usual_channel
from enrolment.views.desk import learner_of
from enrolment.views.form_steps import why
from enrolment.views.forms_desk import sentence_of
from enrolment.wording import forms_desk as wording

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
SHOW = "enrolment:show-application"


@never_cache
@learner_required(right=Right.WITHDRAW)
@get_or_post
def step_out(request: LearnerRequest) -> HttpResponse:
    """Step out of the draw: first what it means, then one press. It is not taken back."""
    with request.scope():
        mine = queries.my_form(request.learner)
    looks = request.method != "POST"
    if mine is None or mine.application is None or (looks and not mine.may_step_out):
        return redirect(SHOW)
    form = WhoStepsOutForm(sent(request), name=request.learner.name, partner=_may_take_along(mine))
    if not form.is_valid():
        return render(
            request,
            "enrolment/form/step_out.html",
            {"mine": mine, "form": form},
            status=422 if form.errors else 200,
        )
    try:
        services.step_out(
            application=mine.application,
            reason=StruckOut.Reason.OWN_WISH,
            actor=request.user,
            channel=Channel.WEB,
            at=request.at,
            both=form.are_both,
        )
    except FormRefused as refused:
        messages.warning(request, why(request, refused))
    return redirect(SHOW)


def _may_take_along(mine: MyForm) -> str:
    """Return the name of the other of two for whom this form speaks; "" for nobody.

    As with withdrawing: the form that has the choices speaks for both, the other for itself.
    """
    stays = mine.out.other is None and mine.lead is None
    return mine.partner_name if stays else ""


@never_cache
@staff_required(*ON_THE_PHONE)
@get_or_post
def step_out_for(request: StaffRequest, learner_id: int, code: str) -> HttpResponse:
    """The same for somebody at the counter or on the telephone, with the reason."""
    learner = learner_of(learner_id)
    forms = Application.objects.of(learner).select_related("term", "learner", "partner")
    application = get_object_or_404(forms, term__code=code)
    back = redirect("enrolment:form-for", learner.pk)
    back["Location"] += f"?term={code}"
    with scope.learners([learner.pk, *filter(None, [application.partner_id])]):
        is_in = application.state == Application.State.IN_DRAW
        if request.method != "POST" and (not is_in or out_of_draw(application).own is not None):
            return back
        other = stays_in_the_draw(application) if application.goes_with_id is None else None
        form = StepOutForm(
            sent(request),
            name=learner.name,
            partner=other.learner.name if other else "",
            initial={"channel": usual_channel(request)},
        )
    if not form.is_valid():
        return render(
            request,
            "enrolment/desk/forms/step_out.html",
            {"learner": learner, "application": application, "form": form},
            status=422 if form.errors else 200,
        )
    try:
        out = office_forms.step_out_for(
            application=application,
            because=form.cleaned_data["because"],
            both=form.are_both,
            word=Word(**form.word()),
            actor=request.user,
            at=clock.now(),
        )
    except FormRefused as refused:
        messages.warning(request, sentence_of(refused))
    else:
        if out:
            messages.success(request, wording.stepped_out(person.name for person in out))
    return back
