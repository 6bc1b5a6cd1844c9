"""Last numbers of a draw, in tables that everybody reads."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context

from accounts import scope
from accounts.models import Learner
from enrolment import queries, wording
from enrolment.templatetags.seats import who_asks

register = template.Library()


@register.simple_tag
def last_in(outcome: queries.ClassOutcome, bucket: str) -> str:
    """Say up to which number people came into a kind of seat of a class."""
    return wording.last_admitted(outcome.last_in(bucket))


@register.inclusion_tag("enrolment/draw/_note.html", takes_context=True)
def draw_note(context: Context) -> dict[str, Any]:
    """Say that the results are out, from their publication until all places are answered."""
    request: HttpRequest | None = context.get("request")
    at = context["at"]
    draw = queries.draw_in_the_news(at=at)
    if draw is None:
        return {"term": None}
    learner_id = who_asks(request, at) if request else None
    if learner_id is None:
        user = getattr(request, "user", None)
        is_known = user is not None and user.is_authenticated
        return {"term": draw.term, "way": "choose" if is_known else "sign_in"}
    with scope.learners([learner_id]):
        learner = Learner.objects.get(pk=learner_id)
        was_in_it = draw.term in [form.term for form in queries.results_of(learner, at=at)]
    return {"term": draw.term, "way": "own" if was_in_it else "", "name": learner.name}
