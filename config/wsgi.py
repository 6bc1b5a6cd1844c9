"""The web's way in: films, players' reports and the waiting room go by short paths."""

from config import env

env.prepare(settings="config.settings.dev", web=True)

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings must be chosen first

_pages = get_wsgi_application()

from enrolment.delivery.wsgi import with_queue  # noqa: E402 - as below
from livestream.delivery.beacons import with_beacons  # noqa: E402
from livestream.delivery.wsgi import with_recordings  # noqa: E402 - its rooms know the records

application = with_queue(with_recordings(with_beacons(_pages)))
