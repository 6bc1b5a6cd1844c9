"""The web's way in: recordings are served by a short path before Django."""

from config import env

env.prepare(settings="config.settings.dev")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings must be chosen first

application = get_wsgi_application()
