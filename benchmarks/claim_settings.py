"""The settings of one machine, with the doors of the benchmark beside the product's."""

from config.settings.dev import *  # noqa: F403 - a settings module hands on its base
from config.settings.dev import STORAGES

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
ROOT_URLCONF = "benchmarks.claim_views"
