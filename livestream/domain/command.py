"""From a plan to the words ffmpeg is called with.

One process decodes once and writes every size: a fifth less work than one process per size.
Every call names the formats and protocols that may be opened, so a playlist in disguise can
neither read our files nor call other machines.

Stretches made by different workers join without a gap because all of them, and the sound,
stand on one clock: it begins at ``BASE_SECONDS``, so that nothing lies before its zero, and
the fragments carry its time (``frag_discont``) instead of beginning anew in each stretch, and
nothing is moved by an edit list (``negative_cts_offsets``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from livestream.domain import loudness, storyboard, units
from livestream.domain.inspection import FORMATS
from livestream.domain.ladder import AUDIO_KBPS, Rung
from livestream.domain.loudness import Loudness
from livestream.domain.storyboard import Sheet
from livestream.domain.units import SEGMENT_SECONDS, Stretch

KEY_FRAME_SECONDS = 2
SAMPLE_RATE = 48_000
BASE_SECONDS = 10
FIRST_PTS = BASE_SECONDS * 90_000
"""Where every replay begins, on the clock of captions."""

LIST_NAME = "index.m3u8"
INIT_NAME = "init.mp4"
AUDIO_FOLDER = "audio"
FILE_NAME = "film.mp4"
FILE_SIDE = 480
"""The one size that is also kept as a plain file: for phones that play no lists of pieces."""

POSTER_NAME = "poster.jpg"
POSTER_LONG_SIDE = 1280

SOUND_ENDS_EARLIER = 0.03
"""The coder adds a packet in front; with it the sound ends with the last picture, not after."""

SAYS_WHAT_IS_BROKEN = ("-loglevel", "repeat+warning")


@dataclass(frozen=True)
class Plan:
    """What is to be made of one film; decided once, the same for every worker.

    ``lead`` is how many seconds before its beginning a stretch is decoded, for films that show
    one picture for longer than a frame: the one shown when the stretch begins may be older.
    ``ends_at`` is set later, when no more can be made of the film than so many seconds.
    """

    rungs: tuple[Rung, ...]
    has_sound: bool
    seconds: float
    lead: int = 0
    preset: str = "veryfast"
    ends_at: float | None = None

    @property
    def folders(self) -> tuple[str, ...]:
        """The folder of each list."""
        sound = (AUDIO_FOLDER,) if self.has_sound else ()
        return tuple(rung.name for rung in self.rungs) + sound

    @property
    def fps(self) -> float:
        """Pictures a second, the same in all sizes."""
        return self.rungs[0].fps

    @property
    def length(self) -> float:
        """How long the replay is to be: whole frames, and no rest that is not worth a segment."""
        seconds = units.kept(self.seconds)
        return round(seconds * self.fps) / self.fps if self.rungs else seconds

    @property
    def ends(self) -> float:
        """How long the replay will be: as it is to be, or as far as the film could be made."""
        return self.length if self.ends_at is None else self.ends_at

    @property
    def rung_of_file(self) -> Rung | None:
        """The largest size that suits a plain file, else the smallest; None without a picture."""
        fitting = [rung for rung in self.rungs if min(rung.width, rung.height) <= FILE_SIDE]
        return next(iter(fitting or self.rungs[-1:]), None)

    def stored(self) -> dict[str, Any]:
        """The plan as the database keeps it."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Plan:
        """The plan that was kept."""
        known = {name: stored[name] for name in ("has_sound", "seconds", "lead", "preset")}
        rungs = tuple(Rung(**rung) for rung in stored["rungs"])
        return cls(rungs=rungs, ends_at=stored.get("ends_at"), **known)


def opening(source: str) -> list[str]:
    """How a film of unknown origin is opened: by content, from disk, and nothing else."""
    return ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i", f"file:{source}"]


def stretch(plan: Plan, source: str, part: Stretch, *, lead: int | None = None) -> list[str]:
    """The arguments that make one stretch of the picture in all sizes, in the current folder.

    Exactly as many frames as the stretch has: where the film has none, the last one stands.
    """
    before = min(part.starts_at, float(plan.lead if lead is None else lead))
    seek = part.starts_at - before
    words = [*SAYS_WHAT_IS_BROKEN, *(("-ss", f"{seek:.3f}") if seek else ())]
    words += ["-t", f"{before + part.seconds + 1:.3f}", *opening(source)]
    words += ["-filter_complex", _split(plan, before)]
    frames = str(frames_in(plan, part))
    clock = f"{BASE_SECONDS + part.starts_at:.3f}"
    for number, rung in enumerate(plan.rungs):
        words += ["-map", f"[v{number}]", *_picture(rung, plan.preset), "-frames:v", frames]
        words += _pieces(rung.name, clock, part.first_segment)
    return words


def frames_in(plan: Plan, part: Stretch) -> int:
    """How many pictures a stretch has."""
    return max(1, round(part.seconds * plan.fps))


def loudness_of(source: str) -> list[str]:
    """The arguments that measure the loudness of a whole film; the meter reports at the end."""
    meter = f"{_STEREO},ebur128=framelog=quiet:peak=sample"
    return [
        "-loglevel",
        "info",
        *opening(source),
        "-map",
        "0:a:0",
        "-af",
        meter,
        "-f",
        "null",
        "-",
    ]


def sound(plan: Plan, source: str, measured: Loudness | None) -> list[str]:
    """The arguments that make the sound of the whole film, as loud as all others."""
    ends = plan.length - SOUND_ENDS_EARLIER if plan.rungs else plan.length
    chain = f"{_STEREO},volume={loudness.gain(measured)}dB"
    if loudness.needs_holding_back(measured):
        limit = 10 ** (loudness.HIGHEST_PEAK / 20)
        chain += f",alimiter=limit={limit:.4f}:level=false:latency=true"
    if plan.rungs:
        chain += f",apad=whole_dur={ends:.3f}"
    chain += f",atrim=end={ends:.3f}"
    return [
        *opening(source),
        *("-map", "0:a:0", "-af", chain),
        *("-c:a", "aac", "-b:a", f"{AUDIO_KBPS}k", "-ac", "2"),
        *_pieces(AUDIO_FOLDER, str(BASE_SECONDS), 0),
    ]


def copy(folder: str | None, source: str, *, has_sound: bool) -> list[str]:
    """The arguments that cut a film into pieces as it is: nothing is decoded."""
    words = opening(source)
    clock = str(BASE_SECONDS)
    if folder is not None:
        words += ["-map", "0:v:0", "-c:v", "copy", *_pieces(folder, clock, 0)]
    if has_sound:
        words += ["-map", "0:a:0", "-c:a", "copy", *_pieces(AUDIO_FOLDER, clock, 0)]
    return words


def joined(sources: list[str]) -> list[str]:
    """The arguments that put a picture and its sound, as we made them, into one plain file.

    Both begin at the same moment, and are moved to zero each for itself: reading pieces whose
    pictures are out of order, ffmpeg takes them all for two frames later than they are.
    """
    words: list[str] = []
    for source in sources:
        words += opening(source)
    for number in range(len(sources)):
        words += ["-map", f"{number}:0"]
    return [
        *words,
        *("-c", "copy", "-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"),
        FILE_NAME,
    ]


def poster(source: str, after: float, width: int, height: int) -> list[str]:
    """The arguments that take one picture of a film, upright and of the size players want."""
    share = min(1.0, POSTER_LONG_SIDE / max(width, height))
    size = f"{int(width * share)}:{int(height * share)}"
    return [
        *(("-ss", f"{after:.2f}") if after else ()),
        *opening(source),
        *("-map", "0:v:0", "-vf", f"scale={size},setsar=1,format=yuvj420p"),
        *("-frames:v", "1", "-q:v", "3", "-update", "1", POSTER_NAME),
    ]


def cover(source: str) -> list[str]:
    """The arguments that take the picture stuck on a sound file."""
    side = POSTER_LONG_SIDE
    size = f"scale={side}:{side}:force_original_aspect_ratio=decrease,format=yuvj420p"
    return [
        *opening(source),
        *("-map", "0:v:0", "-vf", size, "-frames:v", "1"),
        *("-q:v", "3", "-update", "1", POSTER_NAME),
    ]


def sheet(plan: Sheet, source: str) -> list[str]:
    """The arguments that make a sheet of small pictures.

    Only key frames are decoded, and of those only the first of each stretch that has a picture:
    phones set one every second.
    """
    tiles = (
        f"tpad=stop=-1:stop_mode=clone,fps=1/{plan.every}:start_time=0:round=down,"
        f"scale={plan.width}:{plan.height},setsar=1,format=yuvj420p,tile={plan.columns}x{plan.rows}"
    )
    return [
        *("-skip_frame", "nokey", "-bsf:v", _first_key_frame_every(plan.every), *opening(source)),
        *("-map", "0:v:0", "-vf", tiles),
        *("-frames:v", "1", "-q:v", "5", "-update", "1", storyboard.SHEET_NAME),
    ]


_STEREO = f"aresample={SAMPLE_RATE}:async=1:first_pts=0,aformat=channel_layouts=stereo"


def _first_key_frame_every(seconds: int) -> str:
    """Drop every packet but the first key frame of each stretch; with no time stated, none."""
    stretch_now = f"floor((pts-startpts)*tb/{seconds})"
    is_later = f"if(gte({stretch_now},ld(0)),st(0,{stretch_now}+1)*0,1)"
    return f"noise=drop='if(eq(pts,nopts)+eq(startpts,nopts),0,if(key,{is_later},1))'"


def _split(plan: Plan, before: float) -> str:
    """The filters between the decoder and the sizes: each size is made from the one above it,
    which has fewer pixels to go through than the film.
    """
    steady = f"[0:v:0]fps={plan.fps:g}:start_time=0,tpad=stop=-1:stop_mode=clone"
    if before:
        steady += f",trim=start_frame={round(before * plan.fps)},setpts=PTS-STARTPTS"
    chains = [f"{steady},format=yuv420p[s0]"]
    for number, rung in enumerate(plan.rungs):
        scale = f"scale={rung.width}:{rung.height}:flags=bicubic,setsar=1"
        is_last = number == len(plan.rungs) - 1
        below = "" if is_last else f",split[v{number}][s{number + 1}]"
        chains.append(f"[s{number}]{scale}{below or f'[v{number}]'}")
    return ";".join(chains)


def _picture(rung: Rung, preset: str) -> list[str]:
    frames = str(round(rung.fps * KEY_FRAME_SECONDS))
    return [
        # One thread for each size: with more of them x264 gives other bytes each time, and a
        # stretch that is made again has to be the same. The sizes run beside each other.
        *("-c:v", "libx264", "-threads", "1", "-preset", preset, "-profile:v", "high"),
        *("-b:v", f"{rung.kbps}k", "-maxrate", f"{rung.kbps * 5 // 4}k"),
        *("-bufsize", f"{rung.kbps * 2}k"),
        # Key frames only where every size has one: players change size at segment borders.
        *("-g", frames, "-keyint_min", frames, "-sc_threshold", "0", "-flags", "+cgop"),
    ]


def _pieces(folder: str, clock: str, first: int) -> list[str]:
    return [
        # Nothing of what a phone notes: not where it was, nor who made which program.
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *("-output_ts_offset", clock, "-f", "hls"),
        *("-hls_time", str(SEGMENT_SECONDS), "-hls_list_size", "0"),
        *("-hls_playlist_type", "vod", "-hls_flags", "independent_segments"),
        *("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", INIT_NAME),
        *(
            "-hls_segment_options",
            "movflags=+frag_discont+negative_cts_offsets",
            "-start_number",
            str(first),
        ),
        *("-hls_segment_filename", f"{folder}/%05d.m4s", f"{folder}/{LIST_NAME}"),
    ]
