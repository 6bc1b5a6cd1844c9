"""Every rule has copies of a good stream that are spoiled in one place, and catches them alone."""

import struct
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from livestream import checking
from livestream.domain.conformance import Rule, boxes
from tests.livestream import streams

LISTS = (
    "v180/index.m3u8",
    "v90/index.m3u8",
    "audio/index.m3u8",
    "v90/keys.m3u8",
    "sub/index.m3u8",
)
MUTANTS = {}


def spoiled(rule, name):
    """Put a way of spoiling a good stream down under the rule that has to notice."""

    def keep(spoil):
        assert (rule, name) not in MUTANTS
        MUTANTS[rule, name] = spoil
        return spoil

    return keep


def swapped(rule, name, file, old, new):
    """The commonest way: other words in one file."""
    files = (file,) if isinstance(file, str) else file

    @spoiled(rule, name)
    def spoil(stream):
        for one in files:
            text = stream[one].decode()
            assert old in text, f"{one} does not say {old}"
            stream[one] = text.replace(old, new).encode()


def check(stream, **more):
    def read(name):
        if name not in stream:
            raise FileNotFoundError(name)
        return stream[name]

    return checking.check(read, **more)


MASTER, PICTURE, SOUND = "master.m3u8", "v180/index.m3u8", "audio/index.m3u8"
CAPTIONS, KEYS = "sub/0.vtt", "v90/keys.m3u8"

V7, SUBS = "#EXT-X-VERSION:7", 'SUBTITLES="sub"'

swapped(Rule.LISTS, "no first line", PICTURE, "#EXTM3U\n", "")
swapped(Rule.LISTS, "a piece without a length", PICTURE, "#EXT-X-ENDLIST", "x.m4s\n#EXT-X-ENDLIST")
swapped(Rule.LISTS, "no target", SOUND, "#EXT-X-TARGETDURATION:4\n", "")
swapped(Rule.LISTS, "quoted wrongly", MASTER, "RESOLUTION=320x180", 'RESOLUTION="320x180"')
swapped(Rule.LISTS, "unreadable attributes", MASTER, SUBS, SUBS + ",=")
swapped(Rule.LISTS, "a target in the master", MASTER, V7, "#EXT-X-TARGETDURATION:4\n" + V7)
swapped(Rule.LISTS, "said twice", SOUND, V7, V7 + "\n" + V7)
swapped(
    Rule.VERSION, "too low for lengths with decimals", "sub/index.m3u8", "VERSION:7", "VERSION:2"
)
swapped(Rule.VERSION, "too low for an init section", PICTURE, "VERSION:7", "VERSION:5")
swapped(Rule.RELATIVE, "another machine", "sub/index.m3u8", "0.vtt", "https://cdn.example/0.vtt")
swapped(Rule.RELATIVE, "from the root", "sub/index.m3u8", "0.vtt", "/sub/0.vtt")
swapped(Rule.RELATIVE, "out of the folder", "sub/index.m3u8", "0.vtt", "../../sub/0.vtt")
swapped(Rule.TYPE, "one of the lists goes on", PICTURE, "#EXT-X-ENDLIST\n", "")
swapped(Rule.TYPE, "no such type", PICTURE, "TYPE:VOD", "TYPE:LIVE")
swapped(Rule.TYPE, "all go on and forget", LISTS, "#EXT-X-ENDLIST\n", "")
swapped(Rule.TARGET, "stated too short", PICTURE, "TARGETDURATION:4", "TARGETDURATION:3")
swapped(Rule.LENGTH, "stated too short", PICTURE, "EXTINF:4.000000", "EXTINF:3.960000")
swapped(Rule.LENGTH, "the sound too long", SOUND, "EXTINF:4.010667", "EXTINF:4.030000")
swapped(Rule.CODECS, "another profile", MASTER, "avc1.64000c", "avc1.4d401f")
swapped(Rule.CODECS, "another sound", MASTER, "mp4a.40.2", "mp4a.40.5")
swapped(Rule.RESOLUTION, "larger", MASTER, "320x180", "640x360")
swapped(
    Rule.RESOLUTION, "of the key frames", MASTER, "RESOLUTION=160x90,URI", "RESOLUTION=320x180,URI"
)
swapped(
    Rule.RESOLUTION,
    "of the sound",
    MASTER,
    'CODECS="mp4a.40.2"',
    'CODECS="mp4a.40.2",RESOLUTION=160x90',
)
swapped(Rule.FRAME_RATE, "faster", MASTER, "FRAME-RATE=25.000", "FRAME-RATE=30.000")
swapped(Rule.FRAME_RATE, "not stated", MASTER, "FRAME-RATE=25.000,", "")
swapped(Rule.AVERAGE, "not stated", MASTER, ",AVERAGE-BANDWIDTH=", ",X-AVERAGE=")
swapped(Rule.GROUPS, "a group there is not", MASTER, SUBS, 'SUBTITLES="other"')
swapped(Rule.GROUPS, "six channels", MASTER, 'CHANNELS="2"', 'CHANNELS="6"')
swapped(
    Rule.GROUPS,
    "a default not to be chosen",
    MASTER,
    "DEFAULT=YES,AUTOSELECT=YES",
    "DEFAULT=YES,AUTOSELECT=NO",
)
swapped(
    Rule.GROUPS,
    "no name",
    MASTER,
    'SUBTITLES,GROUP-ID="sub",NAME="中文",',
    'SUBTITLES,GROUP-ID="sub",',
)
swapped(Rule.KEY_ENTRIES, "not said to be key frames", KEYS, "#EXT-X-I-FRAMES-ONLY\n", "")
swapped(Rule.KEY_ENTRIES, "longer than the film", KEYS, "EXTINF:4.000000", "EXTINF:4.400000")
swapped(Rule.KEY_ENTRIES, "cut in the wrong place", KEYS, "@0", "@8")
swapped(Rule.CAPTIONS, "no first line", CAPTIONS, "WEBVTT", "1")
swapped(Rule.CAPTIONS, "a minute of 61 seconds", CAPTIONS, "00:00:02.500", "00:00:61.500")
swapped(Rule.CAPTIONS, "a map without a time", CAPTIONS, "MPEGTS:0,", "")
swapped(Rule.CUES, "ends before it begins", CAPTIONS, "00:00:02.000", "00:00:00.200")
swapped(Rule.CUES, "after the end", CAPTIONS, "00:00:07.000", "00:00:09.000")
swapped(
    Rule.CUES,
    "in another order",
    CAPTIONS,
    "00:00:00.500 --> 00:00:02.000",
    "00:00:03.500 --> 00:00:04.000",
)
swapped(Rule.CUES, "moved by ten seconds", CAPTIONS, "MPEGTS:0", "MPEGTS:900000")


@spoiled(Rule.LISTS, "not UTF-8")
def _(stream):
    stream["sub/index.m3u8"] += "#班".encode("gb18030")


@spoiled(Rule.LISTS, "no init section")
def _(stream):
    stream[KEYS] = stream[KEYS].replace(b'#EXT-X-MAP:URI="init.mp4"\n', b"")


@spoiled(Rule.FILES, "missing")
def _(stream):
    del stream[CAPTIONS]


@spoiled(Rule.FILES, "empty")
def _(stream):
    stream[CAPTIONS] = b""


@spoiled(Rule.FILES, "shorter than its range")
def _(stream):
    said = f"#EXT-X-BYTERANGE:{len(stream['audio/2.m4s']) + 1}@0\n2.m4s"
    stream[SOUND] = stream[SOUND].replace(b"2.m4s", said.encode())


@spoiled(Rule.INDEPENDENT, "said nowhere")
def _(stream):
    for name in (MASTER, PICTURE, "v90/index.m3u8"):
        stream[name] = stream[name].replace(b"#EXT-X-INDEPENDENT-SEGMENTS\n", b"")


@spoiled(Rule.BOXES, "cut off")
def _(stream):
    stream["audio/2.m4s"] = stream["audio/2.m4s"][:-10]


@spoiled(Rule.BOXES, "no time in a fragment")
def _(stream):
    stream["audio/2.m4s"] = stream["audio/2.m4s"].replace(b"tfdt", b"free")


@spoiled(Rule.EDITS, "the first ten seconds left out")
def _(stream):
    init = stream["v180/init.mp4"]
    listed = struct.pack(">I4sIIIiI", 28, b"elst", 0, 1, 0, 10 * 12_800, 0x10000)
    listed = struct.pack(">I4s", 8 + len(listed), b"edts") + listed
    trak = next(box for box in boxes.boxes(init) if box.kind == "trak")
    edited = bytearray(init.replace(b"edts", b"free"))
    edited[trak.start : trak.start] = listed
    for kind in ("moov", "trak"):
        box = next(box for box in boxes.boxes(init) if box.kind == kind)
        edited[box.at : box.at + 4] = struct.pack(">I", box.end - box.at + len(listed))
    stream["v180/init.mp4"] = bytes(edited)


@spoiled(Rule.DECODES, "noise in the middle")
def _(stream):
    data, sample = bytearray(stream["v180/1.m4s"]), frames(stream, "v180", "1.m4s")[30]
    data[sample.offset + 12 : sample.offset + sample.size] = bytes(sample.size - 12)
    stream["v180/1.m4s"] = bytes(data)


@spoiled(Rule.DECODES, "the picture's parameters are not in its init section")
def _(stream):
    init = bytearray(stream["v180/init.mp4"])
    at = init.index(b"avcC") + 12
    init[at + 4 : at + 20] = bytes(16)
    stream["v180/init.mp4"] = bytes(init)


@spoiled(Rule.KEY_FIRST, "the boxes call it none")
def _(stream):
    data = bytearray(stream["v180/1.m4s"])
    trun = next(box for box in boxes.boxes(bytes(data)) if box.kind == "trun")
    assert data[trun.start + 1 : trun.start + 4] == b"\x00\x06\x01"  # offset; sizes, flags
    data[trun.start + 16 : trun.start + 20] = struct.pack(">I", 0x1010000)
    stream["v180/1.m4s"] = bytes(data)


@spoiled(Rule.KEY_FIRST, "a frame is shown before it")
def _(stream):
    stream.update(streams.whole(dict(streams.pieces(4, 2, "-bf", "2"))))
    shown = [sample.shown_at for sample in frames(stream, "v180", "1.m4s")]
    second = shown.index(sorted(shown)[1])
    data = bytearray(stream["v180/1.m4s"])
    trun = next(box for box in boxes.boxes(bytes(data)) if box.kind == "trun")
    assert data[trun.start + 1 : trun.start + 4] == b"\x00\x0e\x01"  # and how much later shown
    one = boxes.tracks(stream["v180/init.mp4"])[0].timescale // streams.RATE
    for number, moved in ((0, one), (second, -one)):
        at = trun.start + 12 + number * 12 + 8
        data[at : at + 4] = struct.pack(">i", int.from_bytes(data[at : at + 4]) + moved)
    stream["v180/1.m4s"] = bytes(data)


@spoiled(Rule.KEY_OFTEN, "every four seconds")
def _(stream):
    stream.update(streams.whole(dict(streams.pieces(4, 4))))


@spoiled(Rule.JOINS, "a gap")
def _(stream):
    for size in streams.SIZES:
        move(stream, size, "1.m4s", 0.2)


@spoiled(Rule.JOINS, "an overlap, as units leave that start at nought")
def _(stream):
    for size in (*streams.SIZES, "audio"):
        move(stream, size, "1.m4s", -0.2)
    move(stream, "audio", "2.m4s", -0.2)


@spoiled(Rule.ALIGNED, "pieces of two seconds beside four")
def _(stream):
    shorter = streams.pieces(2, 2)
    of_one = {name: data for name, data in shorter.items() if name.startswith("v180/")}
    stream.update(streams.whole(dict(streams.pieces()) | of_one))


@spoiled(Rule.TOGETHER, "the end of one size is missing")
def _(stream):
    first = streams.entries(stream, "v180")[:1]
    stream[PICTURE] = streams.media_list(first).encode()
    stream[MASTER] = streams.master(stream).encode()


@spoiled(Rule.TOGETHER, "the sound begins late")
def _(stream):
    for uri, _seconds in streams.entries(stream, "audio"):
        move(stream, "audio", uri, 0.3)


@spoiled(Rule.BANDWIDTH, "below the peak")
def _(stream):
    rate(stream, b"BANDWIDTH=", 0.9, only=b"RESOLUTION=320x180")


@spoiled(Rule.BANDWIDTH, "twice the peak")
def _(stream):
    rate(stream, b"BANDWIDTH=", 2.0, only=b"RESOLUTION=320x180")


@spoiled(Rule.BANDWIDTH, "of the key frames")
def _(stream):
    rate(stream, b"BANDWIDTH=", 0.9, only=b"I-FRAME")


@spoiled(Rule.AVERAGE, "a fifth too much")
def _(stream):
    rate(stream, b"AVERAGE-BANDWIDTH=", 1.2)


@spoiled(Rule.SOUND_ALONE, "not in the master")
def _(stream):
    without(stream, b'CODECS="mp4a.40.2",AUDIO', lines=2)


@spoiled(Rule.KEY_LIST, "not in the master")
def _(stream):
    without(stream, b"I-FRAME", lines=1)


@spoiled(Rule.KEY_ENTRIES, "two frames in one entry")
def _(stream):
    first, second = frames(stream, "v90", "0.m4s")[:2]
    one, two = first.offset + first.size, second.offset + second.size
    stream[KEYS] = stream[KEYS].replace(b"RANGE:%d@0" % one, b"RANGE:%d@0" % two)
    share = two / max(size for _uri, size, _seconds in streams.first_frames(stream, "v90"))
    rate(stream, b"BANDWIDTH=", max(1.0, share), only=b"I-FRAME")


@spoiled(Rule.CAPTIONS, "not UTF-8")
def _(stream):
    stream[CAPTIONS] = stream[CAPTIONS].decode().encode("gb18030")


@spoiled(Rule.CUES, "in another piece than its own")
def _(stream):
    stream["sub/index.m3u8"] = streams.media_list(
        [("0.vtt", 4.0), ("1.vtt", 4.0)], init=""
    ).encode()
    stream["sub/1.vtt"] = b"WEBVTT\n\n00:01.000 --> 00:02.000\nzu\n"


def frames(stream, folder, uri):
    track = boxes.tracks(stream[f"{folder}/init.mp4"])[0]
    return boxes.samples(stream[f"{folder}/{uri}"], track)


def move(stream, folder, uri, seconds):
    """Let every fragment of a piece begin earlier or later."""
    timescale = boxes.tracks(stream[f"{folder}/init.mp4"])[0].timescale
    data = bytearray(stream[f"{folder}/{uri}"])
    for box in boxes.boxes(bytes(data)):
        if box.kind == "tfdt":
            time = int.from_bytes(data[box.start + 4 : box.end]) + round(seconds * timescale)
            data[box.start + 4 : box.end] = time.to_bytes(box.end - box.start - 4)
    stream[f"{folder}/{uri}"] = bytes(data)


def rate(stream, attribute, share, only=b""):
    """State another rate in the lines of the master that hold some words."""
    lines = stream[MASTER].split(b"\n")
    for number, line in enumerate(lines):
        at = line.find(b":" + attribute) if attribute[:1] == b"B" else line.find(attribute)
        if at >= 0 and only in line:
            start = line.index(b"=", at) + 1
            end = line.index(b",", start)
            stated = b"%d" % round(int(line[start:end]) * share)
            lines[number] = line[:start] + stated + line[end:]
    stream[MASTER] = b"\n".join(lines)


def without(stream, words, *, lines):
    kept = stream[MASTER].split(b"\n")
    at = next(number for number, line in enumerate(kept) if words in line)
    del kept[at : at + lines]
    stream[MASTER] = b"\n".join(kept)


def test_a_good_stream_keeps_every_rule():
    assert check(streams.good()) == []


@pytest.mark.parametrize(
    ("rule", "name"), MUTANTS, ids=[f"{rule.name.lower()}: {name}" for rule, name in MUTANTS]
)
def test_a_spoiled_stream_is_caught_by_its_rule_alone(rule, name):
    stream = streams.good()
    MUTANTS[rule, name](stream)
    assert {finding.rule for finding in check(stream)} == {rule}


def test_every_rule_has_a_stream_that_it_catches():
    assert {rule for rule, _name in MUTANTS} == set(Rule)


def test_a_copied_picture_may_have_its_key_frames_four_seconds_apart_and_no_list_of_them():
    stream = streams.whole(dict(streams.pieces(4, 4)))
    without(stream, b"I-FRAME", lines=1)
    assert check(stream, is_copied=True) == []


def growing():
    """Of the good stream what is there halfway, with no end and no list of key frames yet."""
    stream = streams.good()
    without(stream, b"I-FRAME", lines=1)
    for name in LISTS:
        text = stream[name].replace(b"#EXT-X-ENDLIST\n", b"").replace(b"TYPE:VOD", b"TYPE:EVENT")
        stream[name] = text
    stream[SOUND] = stream[SOUND][: stream[SOUND].index(b"#EXTINF:4.0") + 30]
    stream[MASTER] = stream[MASTER].replace(b",AVERAGE-BANDWIDTH=", b",X-AVERAGE=")
    return stream


def test_a_stream_that_still_grows_owes_no_end_no_average_and_an_estimate_of_its_peak():
    stream = growing()
    assert check(stream) == []
    rate(stream, b"BANDWIDTH=", 0.9)
    assert check(stream) == []
    rate(stream, b"BANDWIDTH=", 0.7)
    assert {finding.rule for finding in check(stream)} == {Rule.BANDWIDTH}


def test_the_command_says_in_sentences_what_is_wrong(tmp_path, db):
    for name, data in streams.good().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    said = StringIO()
    call_command("check_stream", str(tmp_path), stdout=said)
    assert said.getvalue() == "The stream keeps every rule.\n"

    (tmp_path / CAPTIONS).unlink()
    said = StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("check_stream", str(tmp_path / MASTER), stdout=said)
    assert ended.value.returncode == 1
    assert said.getvalue() == "sub/index.m3u8: sub/0.vtt is not there [every file is there]\n"


@pytest.mark.parametrize("what", ["/nowhere/at/all", "4711"])
def test_the_command_says_when_there_is_nothing_to_check(what, db):
    with pytest.raises(CommandError, match="There is"):
        call_command("check_stream", what)
