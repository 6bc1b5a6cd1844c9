"""Somebody has died: what they held, waited for and asked for ends, without a letter to them."""

from datetime import datetime

from django.db import transaction

from accounts import outbox
from accounts import services as people
from accounts.models import DeathRecord, Learner, User
from accounts.services import Shown
from enrolment.models import Application, Channel, ledger
from enrolment.services.applications import FormRefused, withdraw_application
from enrolment.services.company import part_forms

END_AFFAIRS = "end_affairs"
OPEN = (Application.State.DRAFT, Application.State.SUBMITTED)


@transaction.atomic
def note_death(*, learner: Learner, shown: Shown, actor: User, at: datetime) -> DeathRecord:
    """Note that a learner has died, and leave the errand that ends what they had. Twice is once.

    The errand, and not this office: their places may be anywhere in the city.
    """
    record = people.note_death(learner=learner, shown=shown, actor=actor, at=at)
    outbox.put(END_AFFAIRS, learner.pk)
    return record


def end_affairs(*, learner: Learner, at: datetime) -> int:
    """End places, offers, waiting and open forms of who has died; return how many. Safe to repeat.

    A form on a closed list is struck through when the draw is published (``struck_out.py``):
    until then a second person can still say that it was somebody else. What was paid is given
    back to the family by the rules of refunds; the enrolment's end is what those go by.
    """
    if learner.deceased_on is None:
        return 0  # put right before the errand came
    ended = ledger.end_for_the_dead(learner=learner, at=at)
    forms = Application.objects.of(learner).select_related("term", "learner")
    return ended + sum(_end_form(form, at) for form in forms.in_state(*OPEN))


def _end_form(form: Application, at: datetime) -> bool:
    """Whoever goes with them stands alone again and hears of it; the form itself is withdrawn."""
    try:
        if form.partner_id is not None:
            part_forms(application=form, actor=None, channel=Channel.SYSTEM, at=at)
        withdraw_application(application=form, actor=None, channel=Channel.SYSTEM, at=at)
    except FormRefused:
        return False  # never handed in, or too late: the closing of the list asks who lives
    return True
