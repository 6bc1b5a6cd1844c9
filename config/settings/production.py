"""A city in service. Refuses to start when something it needs is missing."""

from config import env
from config.settings.base import *  # noqa: F403 - a settings module hands on its base
from config.settings.base import (
    STRIPE_API_BASE,
    STRIPE_LIVEMODE,
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRETS,
)

DEMO = False
CLOCK_MAY_BE_MOVED = False

ALLOWED_HOSTS = env.names("ALLOWED_HOSTS")
if not ALLOWED_HOSTS:
    raise env.Missing("ALLOWED_HOSTS is not set: name the addresses of this site.")
SITE_URL = env.text("SITE_URL")
SMS_BACKEND = env.text("SMS_BACKEND")

if STRIPE_API_BASE:
    raise env.Missing("STRIPE_API_BASE is set: a city in service pays at Stripe, not elsewhere.")
if STRIPE_SECRET_KEY and not STRIPE_WEBHOOK_SECRETS:
    raise env.Missing("STRIPE_WEBHOOK_SECRETS is not set: nobody would tell us who has paid.")
if STRIPE_SECRET_KEY and not STRIPE_LIVEMODE and not env.flag("STRIPE_TEST_KEYS_ALLOWED"):
    raise env.Missing(
        "STRIPE_SECRET_KEY is a key for tests: people would have paid with no money. "
        "For a city that only rehearses, set STRIPE_TEST_KEYS_ALLOWED=yes."
    )

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # the proxy in front strips it
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True

# Wagtail's preview shows a page in a frame of ours; frame-ancestors keeps everybody else out.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
