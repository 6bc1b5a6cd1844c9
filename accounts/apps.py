"""Who, and for which office."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
