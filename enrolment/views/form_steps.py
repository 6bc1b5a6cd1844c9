"""The road through a form: which questions there are, which comes next, what refuses to go on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.http import LearnerRequest
from accounts.models import Learner
from enrolment import queries
from enrolment.domain.wishes import FormProblem
from enrolment.queries import MyForm
from enrolment.services import FormRefused
from enrolment.wording import forms as said

# The questions in the order in which one comes to them, and how the list of them calls each.
QUESTIONS = (
    ("enrolment:list-choices", _("Which classes, and in which order")),
    ("enrolment:say-how-many", _("One class or two")),
    ("enrolment:take-instead", _("Like classes nearby")),
    ("enrolment:say-better", _("A better class later")),
    ("enrolment:go-together", _("Who goes together")),
)
TOGETHER = "enrolment:go-together"
CHECK = "check"
NO_MORE_CHANGES = {FormProblem.TOO_LATE, FormProblem.FROZEN, FormProblem.TOO_EARLY}


def tasks_of(form: MyForm, *, may_go_together: bool) -> list[tuple[str, str, bool]]:
    """Return the questions of a form: words, page, whether it has been answered."""
    draft = form.draft
    done = {
        "enrolment:list-choices": bool(form.own),
        "enrolment:say-how-many": bool(draft and draft.wanted_asked),
        "enrolment:take-instead": bool(draft and draft.substitutes_asked),
        "enrolment:say-better": bool(draft and draft.better_asked),
        TOGETHER: True,  # nobody has to
    }
    return [
        (str(label), reverse(name), done[name])
        for name, label in QUESTIONS
        if name != TOGETHER or may_go_together
    ]


def after(request: LearnerRequest, before: MyForm) -> str:
    """Return the page to go on to after an answer: back to the checking, or the next question.

    Who came from the page of checking goes back there; others to the first open question.
    """
    if came_from(request) == CHECK:
        return reverse("enrolment:check-application")
    with request.scope():
        form = queries.my_form(request.learner) or before
        tasks = tasks_of(form, may_go_together=False)
    open_ones = [url for _label, url, done in tasks if not done and url != request.path]
    return open_ones[0] if open_ones else reverse("enrolment:check-application")


def came_from(request: LearnerRequest) -> str:
    """Return ``CHECK`` for who came from the page of checking, to go back there; else ""."""
    return CHECK if CHECK in {request.GET.get("back"), request.POST.get("back")} else ""


def say_why(request: LearnerRequest, refused: FormRefused) -> HttpResponse:
    """Say why the form stays as it is, and lead to where something can be done about it."""
    with request.scope():
        messages.warning(request, why(request, refused))
    if refused.problem in NO_MORE_CHANGES or refused.problem is FormProblem.WITH_SOMEBODY:
        return redirect("enrolment:show-application")
    if refused.problem is FormProblem.LINKED_ALREADY:
        return redirect(TOGETHER)
    return redirect("enrolment:list-choices")


def why(request: LearnerRequest, refused: FormRefused) -> str:
    """Say why the form stays as it is: of the reader, or by name of whoever it is about."""
    section = queries.section_to_show(refused.section) if refused.section else None
    objection = refused.objection
    another = _name_of_another(request, refused.of)
    other = None
    if objection is not None and objection.other_section and not another:
        other = queries.section_to_show(objection.other_section)
    return said.form_problem(
        refused.problem, section=section, objection=objection, other=other, of=another
    )


def _name_of_another(request: LearnerRequest, person: Learner | None) -> str:
    return person.name if person is not None and person.pk != request.learner_id else ""
