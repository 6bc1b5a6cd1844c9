"""That one can go on next term, for pages of every floor."""

from typing import Any

from django import template
from django.template.context import Context

from accounts import scope
from accounts.models import Learner
from enrolment.queries import renewals as queries
from enrolment.templatetags.seats import who_asks

register = template.Library()


@register.inclusion_tag("enrolment/renewal/_note.html", takes_context=True)
def renewal_note(context: Context) -> dict[str, Any]:
    """Show the way to renewal to who has a class that may go on, while the window is open."""
    request, at = context.get("request"), context["at"]
    term = queries.term_to_renew_into()
    window = queries.renewal_window(term) if term else None
    learner_id = who_asks(request, at) if request and window else None
    if term is None or window is None or learner_id is None or not window.is_open(at):
        return {"count": 0}
    with scope.learners([learner_id]):
        learner = Learner.objects.get(pk=learner_id)
        count = len(queries.classes_of_last_term(learner, term))
    return {"count": count, "term": term, "window": window, "name": learner.name}
