"""From the sound of a replay to a first draft of its captions, where a machine can do that."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.storage import storages

from livestream import ffmpeg, services, speech
from livestream.domain import command, webvtt
from livestream.domain.command import AUDIO_FOLDER, INIT_NAME
from livestream.models import Captions, Recording

log = logging.getLogger(__name__)

WAVE = ("-vn", "-ac", "1", "-ar", "16000", "sound.wav")


def write_captions(captions: Captions, now: Callable[[], datetime]) -> None:
    """Let the machine write the draft that was asked for; a person reads it afterwards.

    Safe to call twice: what a person has brought in the meantime stays.
    """
    listener = speech.listener()
    recording = captions.recording
    limits = ffmpeg.Limits.for_film(recording.seconds or 0)
    try:
        if listener is None:
            raise speech.SpeechFailed("no program is named")
        with TemporaryDirectory(dir=settings.SCRATCH_ROOT, prefix="hearing-") as folder:
            sound = _sound_of(recording, Path(folder), limits)
            said = listener.listen(
                sound, language=captions.language, wall_seconds=limits.wall_seconds
            )
        cues = webvtt.read(said)
    except (speech.SpeechFailed, ffmpeg.FfmpegFailed, webvtt.CaptionsRefused, OSError) as error:
        log.warning("captions %s could not be written: %s", captions.pk, error)
        services.machine_failed(captions, at=now())
    else:
        services.machine_wrote(captions, cues, at=now())


def _sound_of(recording: Recording, folder: Path, limits: ffmpeg.Limits) -> Path:
    """The sound of the replay as a wave file: its pieces one after another are one film."""
    storage = storages["recordings"]
    lies_in = f"{recording.folder()}/{AUDIO_FOLDER}"
    names = sorted(name for name in storage.listdir(lies_in)[1] if name.endswith(".m4s"))
    with (folder / "sound.mp4").open("wb") as whole:
        for name in (INIT_NAME, *names):
            with storage.open(f"{lies_in}/{name}", "rb") as piece:
                shutil.copyfileobj(piece, whole)
    ffmpeg.run([*command.opening("sound.mp4"), *WAVE], limits=limits, folder=folder)
    return folder / "sound.wav"
