"""Small real films for the tests of the cloud classroom, and spoiled ones."""

from pathlib import Path

from livestream import ffmpeg

LIMITS = ffmpeg.Limits(wall_seconds=120, cpu_seconds=120, stall_seconds=60)


def picture(seconds=4, size="320x180", rate=25):
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}"]


def tone(seconds=4):
    return ["-f", "lavfi", "-i", f"sine=440:d={seconds}"]


def make(path: Path, *words: str) -> Path:
    """Let ffmpeg write one file."""
    ffmpeg.run([*words, path.name], limits=LIMITS, folder=path.parent)
    return path


def film(path: Path, *, seconds=4, size="320x180", rate=25, index_first=True) -> Path:
    """A short H.264 and AAC film, as a phone writes it."""
    return make(
        path,
        *picture(seconds, size, rate),
        *tone(seconds),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "aac"),
        *(("-movflags", "+faststart") if index_first else ()),
    )


def cut(path: Path, whole: Path, share=0.5) -> Path:
    """The beginning of a film, as an upload leaves it that broke off."""
    data = whole.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path
