"""The app that knows all the others: commands and checks that span the floors."""

from django.apps import AppConfig


class ProductConfig(AppConfig):
    """Top floor of the house."""

    name = "config"
    label = "config"
    verbose_name = "senior university"

    def ready(self) -> None:
        from config import celery  # noqa: F401 - who sends a task needs to know our broker
