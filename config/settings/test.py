"""The tests: owner role (factories), real PostgreSQL and Valkey of their own."""

import tempfile

from config import env
from config.settings.base import *  # noqa: F403 - a settings module hands on its base
from config.settings.base import DATABASES, STORAGES, VAR_DIR

CLOCK_MAY_BE_MOVED = True
DEMO = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
_files = tempfile.mkdtemp(prefix="campus-test-")
VAR_DIR = VAR_DIR.__class__(_files)
MEDIA_ROOT = VAR_DIR / "media"
RECORDINGS_ROOT = VAR_DIR / "recordings"
SCRATCH_ROOT = VAR_DIR / "scratch"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir()  # WhiteNoise warns of a folder that is not there
STORAGES["recordings"]["OPTIONS"]["location"] = RECORDINGS_ROOT
FILE_UPLOAD_TEMP_DIR = SCRATCH_ROOT
SCRATCH_ROOT.mkdir()
# The flush after a thread test may empty the audit book; nobody else may.
DATABASES["default"]["OPTIONS"]["options"] = "-c app.books_may_be_emptied=on"
# Copied from a database that has all tables already, where the commands have made one.
DATABASES["default"]["TEST"] = {"TEMPLATE": env.text("TEST_DATABASE_TEMPLATE", "") or None}
