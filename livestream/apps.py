"""Watching: recordings, replays, live lessons."""

from django.apps import AppConfig


class LivestreamConfig(AppConfig):
    name = "livestream"
