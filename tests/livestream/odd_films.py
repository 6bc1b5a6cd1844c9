"""The films that come from phones, cameras and desks, each in the smallest form that shows it."""

from pathlib import Path

from tests.livestream.films import make, picture, tone

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac")
SIX = "sine=440:d=8,pan=5.1|FL=c0|FR=c0|FC=c0|LFE=0*c0|BL=c0|BR=c0"
SLIDES = (
    "smptehdbars=s=320x180:r=25:d=66,drawbox=c=white:t=fill:w=200:h=90:enable='lt(mod(t,30),15)'"
)


def variable_rate(path: Path) -> Path:
    """A phone in the dark drops every other frame, and then again none."""
    chosen = "select='gt(mod(n,60),25)+not(mod(n,2))'"
    return make(
        path,
        *("-f", "lavfi", "-i", f"testsrc2=s=320x180:r=30:d=10,{chosen}"),
        *(*tone(10), "-fps_mode", "vfr", *H264, *AAC),
    )


def rotated(path: Path) -> Path:
    """Held upright: stored lying, with a note how to turn it."""
    lying = make(path.with_name("lying.mp4"), *picture(8), *tone(8), *H264, *AAC)
    return make(path, "-display_rotation", "90", "-i", lying.name, "-c", "copy")


def odd_size(path: Path) -> Path:
    """A part of a screen, 321 x 181."""
    part = "testsrc2=s=322x182:r=25:d=8,format=yuv444p,crop=321:181"
    odd = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p")
    return make(path, "-f", "lavfi", "-i", part, *tone(8), *odd, *AAC)


def no_sound(path: Path) -> Path:
    """A microphone that was off."""
    return make(path, *picture(8), *H264)


def six_channels(path: Path) -> Path:
    """A camera with 5.1 sound."""
    return make(path, *picture(8), "-f", "lavfi", "-i", SIX, *H264, "-c:a", "ac3")


def hevc(path: Path) -> Path:
    """What a phone of these days writes by itself."""
    words = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
    return make(path, *picture(8), *tone(8), *words, "-tag:v", "hvc1", *AAC)


def sound_alone(path: Path) -> Path:
    """A lecture on tape."""
    return make(path, *tone(20), *AAC)


def slides(path: Path) -> Path:
    """A minute of pictures that stand."""
    return make(path, "-f", "lavfi", "-i", SLIDES, *tone(66), *H264, *AAC)


def negative_start(path: Path) -> Path:
    """Cut out of a longer film: the times begin before nought."""
    early = ("-avoid_negative_ts", "disabled", "-output_ts_offset", "-1.5")
    return make(path, *picture(8), *tone(8), *H264, *AAC, *early)


def late_start(path: Path) -> Path:
    """From a television card: the times begin somewhere, the sound after the picture."""
    words = (*picture(8), "-itsoffset", "0.4", *tone(7.6), *H264, *AAC)
    return make(path, *words, "-output_ts_offset", "30", "-f", "mpegts")


def sound_ends_early(path: Path) -> Path:
    """A microphone whose battery was empty."""
    return make(path, *picture(8), *tone(5), *H264, *AAC)


def two_units(path: Path) -> Path:
    """Longer than the first unit of work, so that units join in it."""
    return make(path, *picture(27, rate=30), *tone(27), *H264, "-g", "300", *AAC)


def copyable(path: Path) -> Path:
    """A camera that cuts as we do: taken as it comes, and watched at once."""
    return make(path, *picture(20), *tone(20), *H264, "-g", "50", *AAC, "-movflags", "+faststart")


def damaged(path: Path) -> Path:
    """A card with a bad spot: a twentieth of the film is noise."""
    whole = make(path.with_name("whole.mp4"), *picture(20), *tone(20), *H264, *AAC)
    data = bytearray(whole.read_bytes())
    middle, length = len(data) // 2, len(data) // 20
    data[middle : middle + length] = bytes(n * 97 % 256 for n in range(length))
    path.write_bytes(data)
    return path


FILMS = {
    "variable_rate.mp4": variable_rate,
    "rotated.mp4": rotated,
    "odd_size.mp4": odd_size,
    "no_sound.mp4": no_sound,
    "six_channels.mkv": six_channels,
    "hevc.mp4": hevc,
    "sound_alone.m4a": sound_alone,
    "slides.mp4": slides,
    "negative_start.mp4": negative_start,
    "late_start.ts": late_start,
    "sound_ends_early.mp4": sound_ends_early,
    "two_units.mp4": two_units,
    "copyable.mp4": copyable,
    "damaged.mp4": damaged,
}
