"""Who gets a seat."""

from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "enrolment"

    def ready(self) -> None:
        from enrolment.payments import checks  # noqa: F401 - registers itself
