"""The settings of one machine, with a naive way of handing out films beside the product's."""

from config.settings.dev import *  # noqa: F403 - a settings module hands on its base
from config.settings.dev import STORAGES

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF = "benchmarks.livestream_views"
