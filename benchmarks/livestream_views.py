"""What the product does not do: ask session and database before every piece of a film."""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path

from config import urls
from livestream.models import Recording


def naive(request: HttpRequest, asset: str, file: str) -> HttpResponse:
    """The way of tutorials: who asks, may they, here is the file."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    recording = Recording.objects.published().get(asset=asset)
    folder = settings.RECORDINGS_ROOT / recording.folder() / "v360"
    return FileResponse((folder / file).open("rb"))


urlpatterns = [
    path("naive/<uuid:asset>/<str:file>", naive),
    *urls.urlpatterns,
]
