"""Files as they were published, byte for byte."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

from django.http import HttpResponse

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "py": "text/x-python; charset=utf-8",
    "html": "application/octet-stream",  # to be kept, not opened: it runs script of its own
    "zip": "application/zip",
}
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same files give the same archive


def attached(content: bytes, name: str) -> HttpResponse:
    """Return a file to be kept under its own name."""
    kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(len(content))
    return response


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as one archive; the same files give the same bytes."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), files[name], zipfile.ZIP_DEFLATED)
    return held.getvalue()
