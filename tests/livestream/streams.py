"""A tiny good stream made by ffmpeg's own packager, to be spoiled; none of it by our pipeline."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from livestream import ffmpeg
from livestream.domain.conformance import boxes
from tests.livestream.films import LIMITS

SECONDS, RATE = 8, 25
SIZES = {"v180": (320, 180), "v90": (160, 90)}
CAPTIONS = """WEBVTT
X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000

1
00:00:00.500 --> 00:00:02.000
今天学第三课。

00:00:02.500 --> 00:00:07.000 line:85%
请大家打开书。
"""

Files = dict[str, bytes]


@cache
def pieces(piece_seconds: float = 4, key_seconds: float = 2, *more: str) -> Files:
    """Two sizes and the sound in pieces, with the lists ffmpeg writes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        sizes = [f"[s{n}]scale={w}:{h}[v{n}]" for n, (w, h) in enumerate(SIZES.values())]
        graph = f"[0:v]split={len(SIZES)}" + "".join(f"[s{n}]" for n in range(len(SIZES)))
        words = [
            *("-f", "lavfi", "-i", f"testsrc2=s=320x180:r={RATE}:d={SECONDS}"),
            *("-f", "lavfi", "-i", f"sine=440:r=48000:d={SECONDS}"),
            *("-filter_complex", ";".join([graph, *sizes])),
        ]
        keys = str(round(RATE * key_seconds))
        for number, size in enumerate(SIZES):
            (folder / size).mkdir()
            words += ["-map", f"[v{number}]", "-c:v", "libx264", "-preset", "veryfast"]
            words += ["-pix_fmt", "yuv420p", "-b:v", "200k", "-maxrate", "250k"]
            words += ["-bufsize", "250k", "-bf", "0"]
            words += ["-g", keys, "-keyint_min", keys, "-sc_threshold", "0", *more]
            words += _hls(size, piece_seconds)
        (folder / "audio").mkdir()
        words += ["-map", "1:a", "-c:a", "aac", "-b:a", "64k", "-ac", "2"]
        words += _hls("audio", piece_seconds)
        ffmpeg.run(words, limits=LIMITS, folder=folder)
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }


def _hls(folder: str, piece_seconds: float) -> list[str]:
    return [
        *("-f", "hls", "-hls_time", str(piece_seconds), "-hls_playlist_type", "vod"),
        *("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4"),
        *("-hls_flags", "independent_segments"),
        *("-hls_segment_filename", f"{folder}/%d.m4s", f"{folder}/index.m3u8"),
    ]


def good() -> Files:
    """The whole stream, with captions and a list of key frames."""
    return whole(dict(pieces()))


def whole(files: Files) -> Files:
    """Put the master, the captions and the key frames to pieces that are there."""
    files["sub/index.m3u8"] = media_list([("0.vtt", SECONDS)], init="").encode()
    files["sub/0.vtt"] = CAPTIONS.encode()
    files["v90/keys.m3u8"] = key_list(files, "v90").encode()
    files["master.m3u8"] = master(files).encode()
    return files


def media_list(entries, init="init.mp4") -> str:
    """A finished list."""
    target = max(1, *(round(seconds) for _uri, seconds in entries))
    lines = [
        *("#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{target}"),
        *("#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"),
        *([f'#EXT-X-MAP:URI="{init}"'] if init else []),
    ]
    for uri, seconds in entries:
        lines += [f"#EXTINF:{seconds:.6f},", uri]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def entries(files: Files, folder: str) -> list[tuple[str, float]]:
    """What the list of a folder names, with the stated lengths."""
    text = files[f"{folder}/index.m3u8"].decode()
    found = re.findall(r"#EXTINF:([\d.]+),\n([^\n]+)", text)
    return [(uri.rpartition("/")[2], float(seconds)) for seconds, uri in found]


def first_frames(files: Files, folder: str) -> list[tuple[str, int, float]]:
    """Of each piece: its name, the bytes up to the end of its first frame, its stated length."""
    track = boxes.tracks(files[f"{folder}/init.mp4"])[0]
    found = []
    for uri, seconds in entries(files, folder):
        sample = boxes.samples(files[f"{folder}/{uri}"], track)[0]
        found.append((uri, sample.offset + sample.size, seconds))
    return found


def key_list(files: Files, folder: str) -> str:
    """The key frame at the beginning of every piece."""
    lines = []
    for uri, size, seconds in first_frames(files, folder):
        lines += [f"#EXTINF:{seconds:.6f},", f"#EXT-X-BYTERANGE:{size}@0", uri]
    return "\n".join(
        [
            *("#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:4", "#EXT-X-I-FRAMES-ONLY"),
            *("#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"),
            *('#EXT-X-MAP:URI="init.mp4"', *lines, "#EXT-X-ENDLIST", ""),
        ]
    )


def rates(files: Files, folder: str) -> tuple[float, float]:
    """Peak and average of a folder, counted piece by piece."""
    sizes = [(len(files[f"{folder}/{uri}"]), lasts) for uri, lasts in entries(files, folder)]
    each = [size * 8 / lasts for size, lasts in sizes if lasts > 1]
    return max(each), sum(size for size, _ in sizes) * 8 / sum(lasts for _, lasts in sizes)


def master(files: Files, folders=tuple(SIZES)) -> str:
    """The list a player starts from; one twentieth is put on every measured peak."""
    peak, average = rates(files, "audio")
    lines = [
        *("#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"),
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="中文",LANGUAGE="zh",DEFAULT=YES,'
        'AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"',
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="sub",NAME="中文",LANGUAGE="zh",DEFAULT=NO,'
        'AUTOSELECT=YES,URI="sub/index.m3u8"',
    ]
    for folder in folders:
        width, height = SIZES[folder]
        most, usual = rates(files, folder)
        codec = boxes.tracks(files[f"{folder}/init.mp4"])[0].codec
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={(most + peak) * 1.05:.0f},"
            f'AVERAGE-BANDWIDTH={usual + average:.0f},CODECS="{codec},mp4a.40.2",'
            f'RESOLUTION={width}x{height},FRAME-RATE={RATE}.000,AUDIO="sound",SUBTITLES="sub"',
            f"{folder}/index.m3u8",
        ]
    lines += [
        f"#EXT-X-STREAM-INF:BANDWIDTH={peak * 1.05:.0f},AVERAGE-BANDWIDTH={average:.0f},"
        'CODECS="mp4a.40.2",AUDIO="sound",SUBTITLES="sub"',
        "audio/index.m3u8",
        *_key_line(files),
    ]
    return "\n".join([*lines, ""])


def _key_line(files: Files) -> list[str]:
    if "v90/keys.m3u8" not in files:
        return []
    most = max(size * 8 / seconds for _uri, size, seconds in first_frames(files, "v90"))
    codec = boxes.tracks(files["v90/init.mp4"])[0].codec
    return [
        f'#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={most * 1.05:.0f},CODECS="{codec}",'
        'RESOLUTION=160x90,URI="v90/keys.m3u8"'
    ]
