"""Files of captions: what comes in from other programs, and what another reader makes of ours."""

from io import StringIO

import pytest
import webvtt as judge
from hypothesis import given
from hypothesis import strategies as st

from livestream.domain import webvtt
from livestream.domain.captions import Cue, Fault
from livestream.domain.webvtt import CaptionsRefused, LineFault

VTT = """WEBVTT - 第三课
Kind: captions

STYLE
::cue { color: red }

NOTE made by hand

intro
00:01.000 --> 00:03.500 line:90% align:start
<v 何老师>大家好，&amp; <i>欢迎</i>
第二行

01:00:00.000 --> 01:00:02.000
好
"""
SRT = """1
00:00:01,000 --> 00:00:03,500
{\\an8}<i>大家好</i>

2
00:00:04,000 --> 00:00:05,000
再见
""".replace("\n", "\r\n")


def test_webvtt_is_read_without_its_markup():
    assert webvtt.read(VTT) == (
        Cue(1.0, 3.5, "大家好，& 欢迎\n第二行"),
        Cue(3600.0, 3602.0, "好"),
    )


@pytest.mark.parametrize(
    "data",
    [
        SRT.encode(),
        SRT.encode("utf-8-sig"),
        SRT.encode("gb18030"),
        SRT.encode("utf-16"),
        SRT.replace("\r\n", "\r").encode(),
    ],
    ids=["utf-8", "mark", "gb18030", "utf-16", "old mac"],
)
def test_srt_is_read_whatever_program_wrote_it(data):
    assert webvtt.read_file(data) == (Cue(1.0, 3.5, "大家好"), Cue(4.0, 5.0, "再见"))


def test_a_forgotten_blank_line_does_not_put_numbers_into_the_words():
    run_on = "1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n"
    assert [cue.text for cue in webvtt.read(run_on)] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [LineFault(0, Fault.NOT_CAPTIONS)]),
        ("hello\nworld", [LineFault(0, Fault.NOT_CAPTIONS)]),
        ("WEBVTT\n\n00:05.000 --> 00:02.000\nx", [LineFault(3, Fault.ENDS_TOO_EARLY)]),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\nx", [LineFault(3, Fault.TIME_UNREADABLE)]),
        (
            "WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:01.000 --> 00:02.000\ny",
            [LineFault(6, Fault.OUT_OF_ORDER)],
        ),
        ("WEBVTT\n\n01:05.000 --> 01:06.000\nx", [LineFault(3, Fault.AFTER_THE_END)]),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, found):
    with pytest.raises(CaptionsRefused) as refused:
        webvtt.read(text, seconds=60.0)
    assert list(refused.value.faults) == found


def test_a_film_is_no_file_of_captions():
    with pytest.raises(CaptionsRefused):
        webvtt.read_file(b"\x00\x00\x00\x20ftypisom" + bytes(range(256)))


WORDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\ufeff"),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip() == text)
TIMES = st.lists(
    st.tuples(st.integers(0, 10_000_000), st.integers(1, 60_000)), min_size=1, max_size=8
)


def thousandths(time):
    return ((time.hours * 60 + time.minutes) * 60 + time.seconds) * 1000 + time.milliseconds


@given(TIMES, st.data())
def test_what_we_write_two_readers_read_alike(times, data):
    cues = tuple(
        Cue(starts / 1000, (starts + length) / 1000, data.draw(WORDS))
        for starts, length in sorted(times)
    )
    written = webvtt.write(cues)

    assert webvtt.reread(written) == cues
    seen = judge.from_buffer(StringIO(written)).captions
    assert [(thousandths(one.start_time), thousandths(one.end_time)) for one in seen] == [
        (round(cue.starts * 1000), round(cue.ends * 1000)) for cue in cues
    ]


def test_a_strict_reader_finds_the_same_words():
    cues = (Cue(0.0, 1.5, "a < b & c --> d"), Cue(1.5, 2.0, "第一行\n第二行"))
    seen = judge.from_buffer(StringIO(webvtt.write(cues))).captions
    assert [one.raw_text for one in seen] == ["a &lt; b &amp; c --&gt; d", "第一行\n第二行"]


def test_a_piece_has_every_caption_that_touches_it_and_ties_it_to_the_film():
    cues = (Cue(1.0, 2.0, "one"), Cue(5.0, 7.0, "over the edge"), Cue(11.0, 12.0, "three"))
    first, second = webvtt.slices(cues, [6.0, 6.0], first_pts=900_000)

    assert [cue.text for cue in webvtt.reread(first)] == ["one", "over the edge"]
    assert [cue.text for cue in webvtt.reread(second)] == ["over the edge", "three"]
    assert second.splitlines()[1] == "X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000"
