"""The settings of one machine as it is in service: no demo, and a clock that stays."""

from config.settings.base import VAR_DIR
from config.settings.dev import *  # noqa: F403 - a settings module hands on its base
from config.settings.dev import STORAGES  # type: ignore[attr-defined]

CLOCK_MAY_BE_MOVED = False
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing folder
