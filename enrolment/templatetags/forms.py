"""How somebody's form of choices stands, for pages of every floor."""

from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context

from accounts import scope
from accounts.models import Learner
from courses.models import Term
from enrolment import queries
from enrolment.queries import MyForm
from enrolment.templatetags.seats import who_asks

register = template.Library()

ASKED = frozenset({"open", "under_way"})
"""What is asked of people who may have one more class; to others every class is refused."""


@register.inclusion_tag("enrolment/form/_note.html", takes_context=True)
def form_note(context: Context) -> dict[str, Any]:
    """Show what is to be done about the form while choices are open; nothing at other times."""
    request: HttpRequest | None = context.get("request")
    at = context["at"]
    open_now = [
        term for term in queries.terms_with_forms() if term.phase == Term.Phase.WISHES_OPEN
    ]
    if not open_now:
        return {"stands": ""}
    window = queries.window_of(open_now[0])
    learner_id = who_asks(request, at) if request else None
    shared = {"request": request, "term": open_now[0], "window": window}
    if learner_id is None:
        return shared | {
            "stands": "open" if window.takes(at, channel="web", begun_at=None) else ""
        }
    with scope.learners([learner_id]):
        learner = Learner.objects.get(pk=learner_id)
        mine = queries.my_form(learner)
        stands = _stands(mine, at)
        has = queries.classes_that_fill(learner, open_now[0], at=at) if stands in ASKED else []
    return shared | {
        "stands": "full" if has else stands,
        "has": has,
        "mine": mine,
        "name": learner.name,
    }


def _stands(mine: MyForm | None, at: datetime) -> str:
    """Say in a word how a form stands, the most urgent first; "" where nothing can be done."""
    if mine is None or not mine.may_change(at):
        return ""
    if mine.has_unsent_changes:
        return "unsent"
    if mine.is_handed_in:
        return "handed_in"
    return "under_way" if mine.own else "open"
