"""A film as a teacher's phone makes it: moving picture, a voice that is a tone, H.264 and AAC."""

import subprocess
from pathlib import Path

import imageio_ffmpeg

SECONDS = 26


def a_film(folder: Path, *, seconds: int = SECONDS) -> Path:
    """Make a small real film of a lesson; by default a little longer than four pieces."""
    film = folder / "太极拳剑 第十二课.mp4"
    picture = f"testsrc2=size=640x360:rate=25:duration={seconds}"
    sound = f"sine=frequency=220:sample_rate=48000:duration={seconds}"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            *("-loglevel", "error", "-nostdin", "-f", "lavfi", "-i", picture),
            *("-f", "lavfi", "-i", sound, "-c:v", "libx264", "-preset", "ultrafast"),
            *("-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", film),
        ],
        check=True,
        timeout=60,
    )
    return film
