"""From a plan to the words ffmpeg is called with.

One process decodes once and writes every size: a fifth less work than one
process per size. Every call names the formats and protocols that may be opened,
so a playlist in disguise can neither read our files nor call other machines.
"""

from __future__ import annotations

from dataclasses import dataclass

from livestream.domain.inspection import FORMATS
from livestream.domain.ladder import AUDIO_KBPS, Rung

SEGMENT_SECONDS = 6
KEY_FRAME_SECONDS = 2
SAMPLE_RATE = 48_000

LIST_NAME = "index.m3u8"
INIT_NAME = "init.mp4"
AUDIO_FOLDER = "audio"
POSTER_NAME = "poster.jpg"
POSTER_LONG_SIDE = 1280

LOUDNESS = "loudnorm=I=-18:TP=-1.5:LRA=11"
"""Every lesson at one loudness: who turned up a quiet teacher must not be startled by the next."""

REORDERED_FRAMES = 2
"""In fragments the picture starts this late, because frames are stored in another order than they
are shown. The sound waits as long, else lips and drums would run behind it."""


@dataclass(frozen=True)
class Plan:
    """What is to be made of one film."""

    rungs: tuple[Rung, ...]
    has_sound: bool
    seconds: float
    preset: str = "veryfast"

    @property
    def folders(self) -> tuple[str, ...]:
        """The folder of each list, below the folder the process stands in."""
        sound = (AUDIO_FOLDER,) if self.has_sound else ()
        return tuple(rung.name for rung in self.rungs) + sound


def replay(plan: Plan, source: str) -> list[str]:
    """The arguments that turn ``source`` into lists and segments in the current folder.

    The poster is taken on the way, from the picture that is decoded anyhow.
    """
    words = ["-t", f"{plan.seconds:.3f}", *opening(source)]
    if plan.rungs:
        words += ["-filter_complex", _split(plan)]
    for number, rung in enumerate(plan.rungs):
        words += ["-map", f"[v{number}]", *_video(rung, plan.preset), *_pieces(rung.name)]
    if plan.has_sound:
        words += ["-map", "0:a:0", *_audio(plan), *_pieces(AUDIO_FOLDER)]
    if plan.rungs:
        words += ["-map", "[poster]", "-frames:v", "1", "-q:v", "3", "-update", "1", POSTER_NAME]
    return words


def opening(source: str) -> list[str]:
    """How a film of unknown origin is opened: by content, from disk, and nothing else."""
    return ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i", f"file:{source}"]


def _split(plan: Plan) -> str:
    top = plan.rungs[0]
    doors = "".join(f"[s{number}]" for number in range(len(plan.rungs))) + "[still]"
    chains = [f"[0:v:0]fps={top.fps:g}:start_time=0,split={len(plan.rungs) + 1}{doors}"]
    for number, rung in enumerate(plan.rungs):
        scale = f"scale={rung.width}:{rung.height}:flags=bicubic"
        chains.append(f"[s{number}]{scale},setsar=1,format=yuv420p[v{number}]")
    share = min(1.0, POSTER_LONG_SIDE / max(top.width, top.height))
    width, height = int(top.width * share), int(top.height * share)
    after = min(plan.seconds / 10, 30.0)
    chains.append(
        f"[still]select=gte(t\\,{after:.2f}),scale={width}:{height},setsar=1,"
        "format=yuvj420p[poster]"
    )
    return ";".join(chains)


def _video(rung: Rung, preset: str) -> list[str]:
    frames = str(round(rung.fps * KEY_FRAME_SECONDS))
    return [
        *("-c:v", "libx264", "-preset", preset, "-profile:v", "high"),
        *("-b:v", f"{rung.kbps}k", "-maxrate", f"{rung.kbps * 5 // 4}k"),
        *("-bufsize", f"{rung.kbps * 2}k"),
        # Key frames only where every size has one: players change size at segment borders.
        *("-g", frames, "-keyint_min", frames, "-sc_threshold", "0", "-flags", "+cgop"),
    ]


def _audio(plan: Plan) -> list[str]:
    chain = f"{LOUDNESS},aresample={SAMPLE_RATE}:async=1:first_pts=0"
    if plan.rungs:
        chain += f",adelay={round(1000 * REORDERED_FRAMES / plan.rungs[0].fps)}:all=1"
    return [
        *("-af", chain),
        *("-c:a", "aac", "-b:a", f"{AUDIO_KBPS}k", "-ac", "2"),
    ]


def _pieces(folder: str) -> list[str]:
    return [
        *("-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_list_size", "0"),
        *("-hls_playlist_type", "vod", "-hls_flags", "independent_segments"),
        *("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", INIT_NAME),
        *("-hls_segment_filename", f"{folder}/%05d.m4s", f"{folder}/{LIST_NAME}"),
    ]
