"""One machine: ./run and the demo city. Served over plain HTTP on loopback."""

from config.settings.base import *  # noqa: F403 - a settings module hands on its base

CLOCK_MAY_BE_MOVED = True
DEMO = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost: browsers trust it, nothing else
