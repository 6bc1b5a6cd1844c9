"""Errands of this floor, and the one task that the clockwork (beat) calls."""

import logging
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.core.management import call_command

from accounts import clock, health, messaging
from accounts.errands import errand

log = logging.getLogger(__name__)


@errand("send_message")
def send_message(message_id: str) -> None:
    """Send one letter."""
    messaging.deliver(message_id=UUID(message_id), at=clock.now())


def _run_command(*command: str, **_future: object) -> None:
    """Run a management command inside the warm worker; the schedule lists which may be run."""
    health.note_heartbeat()
    if list(command) not in [entry["args"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]:
        log.error("the clockwork asked for %r, which the schedule does not know", command)
        return
    call_command(*command)


run_command = shared_task(name="run_command", ignore_result=True, acks_late=False)(_run_command)
