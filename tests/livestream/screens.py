"""What whoever watches in a browser needs: a film that the pipeline made, and a look at it."""

import time

from django.core.files.base import File

from livestream import processing, services
from livestream.services import replays
from tests.factories.livestream import RecordingFactory, UploadFactory
from tests.factories.times import TODAY


def replay_of(film, disk):
    upload = UploadFactory(recording=RecordingFactory(), size=film.stat().st_size)
    with film.open("rb") as bytes_:
        disk.storage.save(upload.stored_as, File(bytes_))
    recording = upload.recording
    processing.take_up(replays.claim(recording.pk, at=TODAY), lambda: TODAY)
    recording.refresh_from_db()
    return services.publish(recording=recording, actor=recording.uploaded_by, at=TODAY)


def video(page, what):
    return page.evaluate(f"document.querySelector('video').{what}")


def wait_for(page, condition, patience=30.0):
    """Look again and again ourselves: the pages allow nobody to run text as script."""
    asked = f"() => {{ const video = document.querySelector('video'); return {condition}; }}"
    until = time.monotonic() + patience
    while not page.evaluate(asked):
        assert time.monotonic() < until, (condition, page.inner_text("main")[:600])
        page.wait_for_timeout(100)
