"""Where waivers were not brought to what people owe yet."""

from datetime import datetime
from itertools import chain

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from enrolment.models import Enrolment, Order, OrderLine, Waiver


def learners_with_waivers_to_apply(*, at: datetime) -> list[int]:
    """Return learners whose open orders, or kept places, differ from their waivers in force."""
    priced = _lines_priced_otherwise().values_list("order__learner", flat=True)
    waived = places_wholly_waived(at=at).values_list("learner", flat=True)
    return sorted(set(chain(priced, waived)))


def places_wholly_waived(*, at: datetime, learner_id: int | None = None) -> QuerySet[Enrolment]:
    """Return kept places that cost their learners nothing, and that nobody asks money for.

    Places of the draw and of renewals wait for the learner's yes first.
    """
    kept = Enrolment.objects.awaiting_confirmation().filter(due_at__gt=at, section__fee_fen__gt=0)
    unanswered = Enrolment.objects.by_draw_or_renewal().filter(answered_at=None)
    whole = Waiver.objects.in_force().whole()
    found = kept.filter(
        Exists(
            whole.filter(
                learner=OuterRef("learner"), unit=OuterRef("unit"), term=OuterRef("section__term")
            )
        ),
        ~Exists(OrderLine.objects.that_count().filter(enrolment=OuterRef("pk"))),
    ).exclude(pk__in=unanswered)
    if learner_id is not None:
        found = found.filter(learner=learner_id)
    return found.select_related("learner")


def _lines_priced_otherwise() -> QuerySet[OrderLine]:
    best = Waiver.objects.in_force().filter(
        learner=OuterRef("order__learner"), unit=OuterRef("order__unit"),
        term=OuterRef("order__term"),
    )  # fmt: skip
    percent = Subquery(best.order_by("-percent").values("percent")[:1])
    owed = OrderLine.objects.that_count().for_places().filter(order__in=Order.objects.open())
    priced = owed.annotate(percent=Coalesce(percent, Value(0))).annotate(
        waived=(F("fee_fen") * F("percent") + 99) / 100  # as domain/money/remissions.py rounds
    )
    return priced.exclude(discount_fen=F("waived") + F("voucher_fen"))
