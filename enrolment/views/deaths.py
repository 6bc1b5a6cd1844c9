"""Doors for staff when a family comes: a learner has died, or it was somebody else."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from accounts import services as people
from accounts.http import StaffRequest, sent, staff_required
from accounts.services import DeathRefused
from enrolment import services
from enrolment.forms.deaths import DeathForm
from enrolment.views.desk import learner_of
from enrolment.views.office import AT_THE_COUNTER
from enrolment.wording import deaths as wording


@never_cache
@staff_required(*AT_THE_COUNTER)
@require_http_methods(["GET", "HEAD", "POST"])
def note_death(request: StaffRequest, learner_id: int) -> HttpResponse:
    """What the family shows; the name and all of it once more; then it is noted."""
    learner, at = learner_of(learner_id), clock.now()
    back = redirect("enrolment:show-learner", learner.pk)
    if learner.deceased_on is not None:
        return back
    form = DeathForm(sent(request), born_on=learner.born_on, today=localdate(at))
    is_said = request.method == "POST" and form.is_valid()
    if is_said and request.POST.get("confirmed") == "yes":
        services.note_death(learner=learner, shown=form.shown(), actor=request.user, at=at)
        messages.success(request, wording.death_noted(learner))
        return back
    return render(
        request,
        "enrolment/office/note_death.html",
        {"learner": learner, "form": form, "shown": form.in_words() if is_said else None},
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*AT_THE_COUNTER)
@require_POST
def put_death_right(request: StaffRequest, learner_id: int) -> HttpResponse:
    """It was somebody else: said by another member of staff than who noted it."""
    learner = learner_of(learner_id)
    try:
        people.put_death_right(learner=learner, actor=request.user, at=clock.now())
    except DeathRefused:
        messages.warning(request, wording.another_puts_it_right())
    else:
        messages.success(request, wording.death_put_right(learner))
    return redirect("enrolment:show-learner", learner.pk)
