"""What is the same everywhere. The other modules of this folder hold only differences.

Numbers that staff may change (days an offer holds, reserves, fees) are term policy in the
database, not settings.
"""

from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF

from config import env

ROOT = env.ROOT
VAR_DIR = env.var_dir()

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "config.apps.ProductConfig",
    "livestream",
    "enrolment",
    "courses",
    "campus",
    "accounts",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_prometheus",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # without it allauth's passkey page is a 500
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.editors_policy",
    "config.middleware.personal_pages_are_not_kept",
    "enrolment.views.passes.passes_last",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.staff_sessions_end",
    "accounts.middleware.staff_need_a_second_factor",
    "config.middleware.bodies_have_an_end",
    "config.middleware.admin_is_shut_to_others",
    "accounts.middleware.staff_see_their_units",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES: dict[str, dict[str, Any]] = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "config.cache.SharedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "campus",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    },
    "renditions": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 600,
    },
}
# In the database: the code of a sign-in stands in the session in clear.
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Language and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("en", "English"),
]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
RECORDINGS_ROOT = VAR_DIR / "recordings"
QUEUE_URL = "/queue/"
QUEUE_ROOT = VAR_DIR / "queue"
# Papers for refunds, until they are decided: a view hands them to few, the web server to nobody.
PAPERS_ROOT = VAR_DIR / "papers"
SCRATCH_ROOT = VAR_DIR / "scratch"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "recordings": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": RECORDINGS_ROOT, "base_url": "/v/"},
    },
    # What the waiting room publishes: read by every page that waits, replaced every second
    "queue": {
        "BACKEND": "config.storage.WholeFilesStorage",
        "OPTIONS": {"location": QUEUE_ROOT, "base_url": QUEUE_URL},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = SCRATCH_ROOT  # the same disk as the films: a move, never a copy
SCRATCH_ROOT.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# What a request may bring, checked before it is read (config/middleware.py); films have their own
LARGEST_FORM = 3_000_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
LARGEST_UPLOAD_OF_EDITORS = WAGTAILDOCS_MAX_UPLOAD_SIZE + LARGEST_FORM
# What a teacher's films, and those of one university, may take; unfinished ones count in full
FILMS_OF_A_TEACHER = env.number("FILMS_OF_A_TEACHER_GB", 200) * 1024**3
FILMS_OF_A_UNIT = env.number("FILMS_OF_A_UNIT_GB", 2000) * 1024**3
# A program that writes down what is said in a film (livestream/speech.py); empty: there is none
CAPTIONS_COMMAND = env.text("CAPTIONS_COMMAND", "")
FFMPEG = env.text("FFMPEG", "")  # empty: the one that imageio-ffmpeg brings

# Who hands out films: python (this product) or nginx, which has to know the keys of the day
WATCH_FRONT = env.text("WATCH_FRONT", "python")
WATCH_FRONT_PID = env.text("WATCH_FRONT_PID", "")  # its file; empty: something else reloads it
WATCH_ROOT = VAR_DIR / "watch"

# Live: where pictures come in, and what the server that takes them in has to know
LIVE_INGEST = env.text("LIVE_INGEST", "embedded")  # or nginx-rtmp, mediamtx
LIVE_LISTEN = env.text("LIVE_LISTEN", "127.0.0.1")
LIVE_PORT = env.number("LIVE_PORT", 1935)
LIVE_READ_PORT = env.number("LIVE_READ_PORT", 1936)  # of the embedded server, for the packager
LIVE_ADDRESS = env.text("LIVE_ADDRESS", f"rtmp://127.0.0.1:{LIVE_PORT}/live")
LIVE_HOOK_SECRET = env.text("LIVE_HOOK_SECRET", "")  # empty: nobody is let in by a hook
LIVE_ROOT = VAR_DIR / "live"

# Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "accounts:me"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
# allauth signs staff in, by user name, password and second factor. Learners sign in by phone
# code, which is ours from end to end (accounts/sign_in.py): allauth's own codes are off.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # sign-up itself is shut (adapter)
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_RATE_LIMITS = {
    # Tight for a number, wide for an address: a hall of 300 elders shares one.
    "request_login_code": "600/h/ip,1/60s/key,3/15m/key,10/d/key",
    "login_failed": "10/m/ip,5/300s/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
ACCOUNT_FORMS = {
    "login": "accounts.staff_forms.StaffSignInForm",
    "reauthenticate": "accounts.staff_forms.PasswordAgainForm",
}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.staff_forms.ShowFactorForm",
    "reauthenticate": "accounts.staff_forms.ShowFactorAgainForm",
    "activate_totp": "accounts.staff_forms.SetUpAppForm",
    "add_webauthn": "accounts.staff_forms.AddPasskeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # half a minute more: a teacher of 71 types slowly
MFA_TOTP_ISSUER = "senior-university"

# Messages. A backend is one class with send() and receive(); outbox writes to VAR_DIR/outbox.
SMS_BACKEND = env.text("SMS_BACKEND", "accounts.gateways.outbox.OutboxGateway")
SMS_HTTP_URL = env.text("SMS_HTTP_URL", "")
SMS_HTTP_TOKEN = env.text("SMS_HTTP_TOKEN", "")
SMS_INBOUND_TOKEN = env.text("SMS_INBOUND_TOKEN", SMS_HTTP_TOKEN)  # empty: nobody is let in
SMS_DAILY_BUDGET = 30  # letters to one number a day, sign-in codes included

# Payments on the web. Without a key there are none, and pages offer the counter alone.
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
STRIPE_LIVEMODE = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
STRIPE_WEBHOOK_SECRETS = env.names("STRIPE_WEBHOOK_SECRETS")  # two while one is replaced
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "")  # the stand-in's address; empty: Stripe's own
# Where browsers are sent to pay. A form of ours that leads there must be allowed to.
STRIPE_PAGES = env.names("STRIPE_PAGES", STRIPE_API_BASE or "https://checkout.stripe.com")

# Shown when the database, which knows the number, is away, or knows none
SITE_PHONE = env.text("SITE_PHONE", "8888 0001")
SITE_PHONE_TO_DIAL = env.text("SITE_PHONE_TO_DIAL", "+8657788880001")
# Where finders of weaknesses write: mailto:, https: or tel: (security.txt)
SECURITY_CONTACT = env.text("SECURITY_CONTACT", f"tel:{SITE_PHONE_TO_DIAL}")

# Wagtail
WAGTAIL_SITE_NAME = "青澜老年大学"
WAGTAILADMIN_BASE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_request_login_code"
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}  # its form is a second sign-in
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_IMAGE_MODEL = "campus.CampusImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "campus.forms.ImageForm"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "txt", "xlsx"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []  # saved, never opened in our name
WAGTAILEMBEDS_FINDERS: list[dict[str, Any]] = []  # no page fetches anything from elsewhere
TAGGIT_CASE_INSENSITIVE = True

# Errands
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 4 * 3600,
    "queue_order_strategy": "priority",  # a worker empties its queues in the order it names them
}
CELERY_TASK_DEFAULT_QUEUE = "quick"
CELERY_TASK_ROUTES = {
    "errands.process_recording": {"queue": "fastpath"},
    "errands.make_short_unit": {"queue": "units-short"},
    "errands.make_unit": {"queue": "units"},
    "errands.make_demo_film": {"queue": "units"},
    "errands.write_captions": {"queue": "units"},
}
CELERY_TIMEZONE = TIME_ZONE
# The clockwork calls commands in the worker. A call that comes late is dropped: the next is near.
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    command: {
        "task": "run_command",
        "schedule": seconds,
        "args": command.split(),
        "options": {"expires": seconds},
    }
    for command, seconds in {
        "lapse_and_promote": 15.0,
        "end_rights": 30.0,
        "write_watching": 30.0,
        "sweep_payments": 60.0,
        "prune_uploads": 60.0,
        "reconcile_films": 60.0,
        "tell_subscribers": 300.0,
        "dispatch --once": 60.0,  # should the dispatcher itself be away
    }.items()
}
if WATCH_FRONT == "nginx":
    CELERY_BEAT_SCHEDULE["render_watch_keys --reload"] = {
        "task": "run_command",
        "schedule": 15.0,
        "args": ["render_watch_keys", "--reload"],
        "options": {"expires": 15.0},
    }
# At night all rules of seats; before noon also those that hold only while places are offered.
CELERY_BEAT_SCHEDULE["check_seats"] = {
    "task": "run_command",
    "schedule": crontab(hour="3,11", minute=40),
    "args": ["check_seats", "--again-after", "20"],
    "options": {"expires": 3600.0},
}
# The same for money; and reconciliation, of some hours every hour, of all time at night.
CELERY_BEAT_SCHEDULE["check_money"] = {
    "task": "run_command",
    "schedule": crontab(hour="4,12", minute=10),
    "args": ["check_money", "--again-after", "20"],
    "options": {"expires": 3600.0},
}
CELERY_BEAT_SCHEDULE["reconcile_payments"] = {
    "task": "run_command",
    "schedule": crontab(minute=20),
    "args": ["reconcile_payments"],
    "options": {"expires": 3000.0},
}
CELERY_BEAT_SCHEDULE["reconcile_payments --full"] = {
    "task": "run_command",
    "schedule": crontab(hour="2", minute=30),
    "args": ["reconcile_payments", "--full"],
    "options": {"expires": 3600.0},
}

# While forms are open: every evening the head of their chain is posted.
CELERY_BEAT_SCHEDULE["post_heads"] = {
    "task": "run_command",
    "schedule": crontab(hour="18", minute=0),
    "args": ["post_heads"],
    "options": {"expires": 3600.0},
}

# The waiting room: how many people a second this installation can serve when enrolment opens.
# The pacer begins with seven tenths and never goes past it (docs/performance.md, "The rush").
WAITING_ROOM_CAPACITY = env.number("WAITING_ROOM_CAPACITY", 15)

# The one clock (accounts/clock.py): may staff of the demo and tests move it?
CLOCK_MAY_BE_MOVED = False

# Browser
CSRF_FAILURE_VIEW = "config.faults.form_too_old"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview shows a page in a frame
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF, *(STRIPE_PAGES if STRIPE_SECRET_KEY else [])],
        "frame-ancestors": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "worker-src": [SELF, "blob:"],
    }
}
METRICS_ALLOWED_FROM = env.names("METRICS_ALLOWED_FROM", "127.0.0.1,::1")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"refusals": {"()": "config.logs.RefusalsInOneLine"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["refusals"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"stripe": {"level": "WARNING"}},  # two lines a request else
}
