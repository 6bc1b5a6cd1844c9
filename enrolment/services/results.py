"""What a draw came to: seats and lines written at once, answers taken by every way."""

from datetime import datetime
from uuid import UUID

from django.utils.timezone import localtime

from accounts import scope
from accounts.models import User
from enrolment import queries
from enrolment.domain import deadlines
from enrolment.models import Act, Channel, Claim, Draw, Enrolment, ledger
from enrolment.services.refused import answered


def place_the_drawn(*, draw: Draw, at: datetime) -> int:
    """Give everybody what a draw gave them; return how many seats. Again: none.

    Seats are held until the end of ``confirming``, the lists of the draw become lines, who has
    nothing gets a place online, and the letters are left as errands. All of it in one
    transaction, that of the publication, or none: a class that has fewer free seats than were
    drawn stops it with ``IntegrityError``.
    """
    due_at = queries.confirm_until(draw.term, at=at)
    with scope.system("place_the_drawn"):
        return ledger.place_drawn(
            draw_id=draw.pk,
            at=at,
            due_at=due_at,
            reminders=deadlines.reminders(localtime(at), localtime(due_at)),
        )


def say_one_comes(
    *,
    enrolment: Enrolment,
    actor: User | None,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Claim:
    """Say yes to a place of the draw or of a renewal: without a fee it is the learner's now.

    With a fee it stays kept until it is paid, and the yes is written down. Raises
    ``SeatRefused`` when the place has run out or was answered before.
    ``actor`` is None for an answer by SMS of a learner who has no account (``replies.py``).
    """
    return answered(
        ledger.reply(
            enrolment=enrolment,
            act=Act.COME,
            actor=actor,
            key=key,
            at=at,
            channel=channel,
            reason=reason,
        )
    )


def say_one_stays_away(
    *,
    enrolment: Enrolment,
    actor: User | None,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Claim:
    """Say no to such a place; it goes to whoever waits. Raises as ``say_one_comes``."""
    return answered(
        ledger.reply(
            enrolment=enrolment,
            act=Act.STAY_AWAY,
            actor=actor,
            key=key,
            at=at,
            channel=channel,
            reason=reason,
        )
    )
