"""The settings of one machine, without the minute that collecting static files takes."""

from config.settings.base import VAR_DIR
from config.settings.dev import *  # noqa: F403 - a settings module hands on its base
from config.settings.dev import STORAGES  # type: ignore[attr-defined]

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing folder
