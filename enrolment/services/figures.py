"""The figures of a term are counted once, at the moment they tell of, and published."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import scope
from courses.models import Term
from enrolment import queries
from enrolment.domain import statistics
from enrolment.models import TermFigures


@transaction.atomic
def count_figures(*, term: Term, stage: str, at: datetime) -> TermFigures:
    """Count a term's figures and publish them; counted once, again they are returned."""
    with scope.system("count figures"):
        made = TermFigures.objects.filter(term=term, stage=stage).first()
        if made is not None:
            return made
        content = _content(term)
        figures, _is_new = TermFigures.objects.get_or_create(
            term=term, stage=stage, defaults={"as_of": at, "content": content}
        )
        return figures


def _content(term: Term) -> dict[str, Any]:
    people = queries.people_drawn(term)
    return {
        "all": asdict(statistics.of_all(people)),
        "groups": {
            by: [asdict(row) for row in statistics.grouped(people, by)]
            for by in statistics.GROUPED_BY
        },
        "parity": [asdict(row) for row in statistics.parity(people)],
        "seats": queries.seats_drawn(term),
    }
