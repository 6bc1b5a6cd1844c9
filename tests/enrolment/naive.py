"""The control: the same claim as anybody would write it first, served by the same server.

It asks whether a seat is left and then takes one. Between question and answer others do the
same. If this ever stops overselling, the rush in ``test_rush.py`` proves nothing.
"""

import time

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from config import env

env.prepare(settings="config.settings.test")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings must be chosen first

django_application = get_wsgi_application()

from accounts import clock  # noqa: E402 - as above
from accounts.models import Learner  # noqa: E402 - as above
from courses.models import ClassSection  # noqa: E402 - as above
from enrolment.models import Enrolment, WaitlistEntry  # noqa: E402 - as above
from enrolment.models.waitlist import IN_LINE  # noqa: E402 - as above


def hold_seat(request: HttpRequest, section_id: int) -> HttpResponse:
    """Read, then write."""
    learner = Learner.objects.get(user=request.user)
    section = ClassSection.objects.get(pk=section_id)
    at = clock.now()
    seat_is_left = section.enrolments.holding_a_seat().count() < section.capacity
    time.sleep(0.05)  # what any real page does between question and answer, made plain to see
    if seat_is_left:
        Enrolment.objects.create(
            section=section, learner=learner, unit_id=section.unit_id, status="confirmed",
            source="open", slots=section.meets, created_at=at,
        )  # fmt: skip
    else:
        last = section.waitlist.filter(state__in=IN_LINE).count()
        WaitlistEntry.objects.create(
            section=section, learner=learner, unit_id=section.unit_id,
            ticket=last + 1 + learner.pk * 1000, joined_at=at,
        )  # fmt: skip
    return HttpResponseRedirect("/")


urlpatterns = [path("classes/<int:section_id>/hold/", hold_seat)]


def application(environ, start_response):
    """Serve the naive view under the address of the real one, with all of its middleware."""
    from django.conf import settings

    settings.ROOT_URLCONF = __name__
    return django_application(environ, start_response)
