"""The tests: owner role (factories), real PostgreSQL and Valkey of their own."""

from config import env
from config.settings.base import *  # noqa: F403 - a settings module hands on its base
from config.settings.base import DATABASES, STATIC_ROOT, STORAGES

CLOCK_MAY_BE_MOVED = True
DEMO = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Nobody pays on the web but in tests that start the stand-in, whatever the environment says.
STRIPE_SECRET_KEY, STRIPE_API_BASE, STRIPE_WEBHOOK_SECRETS = "", "", []
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there
# The flush after a thread test may empty the audit book; nobody else may.
DATABASES["default"]["OPTIONS"]["options"] = "-c app.books_may_be_emptied=on"
# Copied from a database that has all tables already, where the commands have made one.
DATABASES["default"]["TEST"] = {"TEMPLATE": env.text("TEST_DATABASE_TEMPLATE", "") or None}
