"""Files as they were published, byte for byte."""

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "py": "text/x-python; charset=utf-8",
    "html": "application/octet-stream",  # to be kept, not opened: it runs script of its own
    "zip": "application/zip",
}
FOR_A_DAY = "public, max-age=86400, immutable"
FOR_AN_HOUR = "public, max-age=3600"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same files give the same archive


def attached(content: bytes, name: str) -> HttpResponse:
    """Return a file to be kept under its own name."""
    kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(len(content))
    return response


def lasting(
    request: HttpRequest,
    name: str,
    digest: str,
    content: Callable[[], bytes],
    *,
    keep: str = FOR_A_DAY,
) -> HttpResponse:
    """Return a file that everybody gets alike, or 304 to whoever has it: then it is not read.

    On the day of a draw a whole city asks for the same files; browsers, and a proxy in front,
    keep them. What has the same address and may change with the program is kept ``FOR_AN_HOUR``.
    """
    etag = quote_etag(digest)
    has_it = get_conditional_response(request, etag=etag)
    response = attached(content(), name) if has_it is None else has_it
    response["ETag"], response["Cache-Control"] = etag, keep
    return response


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as one archive; the same files give the same bytes."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), files[name], zipfile.ZIP_DEFLATED)
    return held.getvalue()
