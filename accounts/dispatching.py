"""The hand that gives errands to the workers."""

import logging
from datetime import datetime

from celery import current_app
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError as BrokerAway

from accounts import outbox
from accounts.models import OutboxMessage

log = logging.getLogger(__name__)


def publish(row: OutboxMessage) -> None:
    """Wake a worker for one errand. Raises ``BrokerAway`` at once when nobody listens."""
    current_app.send_task(
        f"errands.{row.kind}",
        args=[row.object_id],
        kwargs={"outbox_id": row.pk},
        retry=False,
        ignore_result=True,
    )


def hand_over_all(*, at: datetime) -> int:
    """Hand over what is due, batch by batch; return how many. Survives broker and database.

    Whatever could not be handed over stays due and is taken at a later look.
    """
    handed = 0
    try:
        while batch := outbox.hand_over(publish=publish, at=at):
            handed += batch
    except BrokerAway as away:
        log.warning("the broker is away, errands wait: %s", away)
    except DatabaseError as away:
        log.warning("the database is away: %s", away)
        connection.close()
    return handed
