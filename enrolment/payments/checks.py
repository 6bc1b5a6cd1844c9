"""What whoever sets a city up should hear about payments."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Tags, register


@register(Tags.security, deploy=True)
def somebody_should_know_that_nobody_pays_online(
    app_configs: Any, **kwargs: Any
) -> list[CheckMessage]:
    """Say that all fees are taken at the counter. That is a choice, so it is no warning."""
    if settings.STRIPE_SECRET_KEY:
        return []
    return [
        Info(
            "Nobody pays on the web here: all fees are taken at the counter.",
            hint="If that is not what you want, set STRIPE_SECRET_KEY (docs/runbook.md).",
            id="enrolment.I001",
        )
    ]
