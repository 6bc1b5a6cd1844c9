"""The web's way in: recordings are served by a short path before Django."""

from config import env

env.prepare(settings="config.settings.dev")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings must be chosen first

from livestream.delivery.wsgi import with_recordings  # noqa: E402 - as above

application = with_recordings(get_wsgi_application())
