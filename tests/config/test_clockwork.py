"""The clockwork calls nothing that is not there."""

from django.conf import settings
from django.core.management import get_commands


def test_the_clockwork_calls_commands_that_exist():
    called = {entry["args"][0] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert called
    assert called <= set(get_commands())
