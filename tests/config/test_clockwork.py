"""The clockwork calls nothing that is not there."""

from django.conf import settings
from django.core.management import get_commands, load_command_class


def test_the_clockwork_calls_commands_that_exist():
    called = {entry["args"][0] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert called
    assert called <= set(get_commands())


def test_the_seats_are_watched_every_night():
    call = settings.CELERY_BEAT_SCHEDULE["check_seats"]
    assert 3 in call["schedule"].hour
    assert call["args"][0] == "check_seats"
    assert parser_of("check_seats").parse_args(call["args"][1:])


def parser_of(command):
    return load_command_class(get_commands()[command], command).create_parser("", command)
