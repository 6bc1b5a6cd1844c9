from datetime import UTC, datetime

import pytest

from livestream.domain.playlists import (
    PlaylistFailed,
    Rendition,
    Segment,
    Words,
    captions_list,
    codec_of,
    key_frame_list,
    master_list,
    media_list,
    peak,
    read_segments,
)

PIECES = (Segment("00000.m4s", 6.0, 600_000), Segment("00001.m4s", 6.0, 300_000))
TAIL = Segment("00002.m4s", 1.0, 200_000)
SOUND = Rendition("audio", "mp4a.40.2", (Segment("00000.m4s", 6.0, 72_000),) * 2)
LARGE = Rendition("v720", "avc1.64001f", PIECES, 1280, 720, 25.0)
SMALL = Rendition("v240", "avc1.640015", (Segment("00000.m4s", 6.0, 150_000),) * 2, 426, 240, 25.0)


def test_media_list_is_exactly_this():
    assert media_list((*PIECES, TAIL)) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXTINF:6.000000,\n00000.m4s\n#EXTINF:6.000000,\n00001.m4s\n"
        "#EXTINF:1.000000,\n00002.m4s\n#EXT-X-ENDLIST\n"
    )


def test_master_list_is_exactly_this_thinnest_first_and_sound_by_itself_last():
    assert master_list([LARGE, SMALL], SOUND, language="zh") == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="zh",LANGUAGE="zh",DEFAULT=YES,'
        'AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=296000,AVERAGE-BANDWIDTH=296000,"
        'CODECS="avc1.640015,mp4a.40.2",RESOLUTION=426x240,FRAME-RATE=25.000,AUDIO="sound"\n'
        "v240/index.m3u8\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=896000,AVERAGE-BANDWIDTH=696000,"
        'CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000,AUDIO="sound"\n'
        "v720/index.m3u8\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=96000,AVERAGE-BANDWIDTH=96000,CODECS="mp4a.40.2",'
        'AUDIO="sound"\naudio/index.m3u8\n'
    )


def test_a_silent_film_has_no_sound_group():
    written = master_list([SMALL], None, language="zh")
    assert "AUDIO" not in written
    assert 'CODECS="avc1.640015"' in written


def test_a_lesson_of_sound_alone_is_one_variant():
    assert master_list([], SOUND, language="zh") == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=96000,AVERAGE-BANDWIDTH=96000,"
        'CODECS="mp4a.40.2"\naudio/index.m3u8\n'
    )


def test_a_short_last_piece_does_not_pass_for_the_peak():
    assert peak(Rendition("v720", "avc1.64001f", (*PIECES, TAIL))) == 800_000
    tail = Segment("00002.m4s", 2.9, 600_000)
    assert peak(Rendition("v720", "avc1.64001f", (*PIECES, tail))) == 808_989


KEYED = (
    Segment("00000.m4s", 6.0, 0, key_offset=76, key_size=9000),
    Segment("00001.m4s", 6.0, 0, key_offset=76, key_size=6000),
)


def test_key_frames_are_named_by_their_bytes():
    assert key_frame_list(KEYED) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-I-FRAMES-ONLY\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXTINF:6.000000,\n#EXT-X-BYTERANGE:9000@76\n00000.m4s\n"
        "#EXTINF:6.000000,\n#EXT-X-BYTERANGE:6000@76\n00001.m4s\n#EXT-X-ENDLIST\n"
    )
    listed = master_list(
        [Rendition("v240", "avc1.640015", KEYED, 426, 240, 25.0)], None, language=""
    )
    assert listed.splitlines()[-1] == (
        "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=12000,AVERAGE-BANDWIDTH=10000,"
        'CODECS="avc1.640015",RESOLUTION=426x240,URI="v240/keyframes.m3u8"'
    )


def test_captions_are_a_group_of_the_master():
    words = [Words("zh-Hans", "简体中文", "zh-Hans-3.m3u8")]
    master = master_list([SMALL], SOUND, language="zh", words=words)
    assert (
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="简体中文",LANGUAGE="zh-Hans",'
        'DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="sub/zh-Hans-3.m3u8"' in master.splitlines()
    )
    assert master.count('SUBTITLES="captions"') == 2
    assert captions_list("zh-Hans-3.vtt", 18.0).splitlines()[-3:] == [
        "#EXTINF:18.000000,",
        "zh-Hans-3.vtt",
        "#EXT-X-ENDLIST",
    ]


LIVE = (
    Segment("00000.m4s", 4.0, begins_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC)),
    Segment("00001.m4s", 4.0),
    Segment("00002.m4s", 3.0, init="init2.mp4", is_after_break=True),
)


def test_a_lesson_that_is_live_says_when_and_where_the_line_broke():
    assert media_list(LIVE, target=5, goes_on=True) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T02:00:00.000+00:00\n"
        "#EXTINF:4.000000,\n00000.m4s\n#EXTINF:4.000000,\n00001.m4s\n"
        '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init2.mp4"\n#EXTINF:3.000000,\n00002.m4s\n'
    )


@pytest.mark.parametrize("segments", [LIVE, KEYED, (*PIECES, TAIL)])
def test_a_list_of_ours_is_read_as_it_was_written(segments):
    bare = [Segment(**{**vars(one), "size": 0}) for one in segments]
    read = read_segments(media_list(segments), key_frame_list(segments))
    assert read == bare


@pytest.mark.parametrize(
    "text",
    ["", "<html>", "#EXTM3U\n00000.m4s\n", "#EXTM3U\n#EXTINF:six,\n00000.m4s\n"],
)
def test_what_is_no_list_is_refused(text):
    with pytest.raises(PlaylistFailed):
        read_segments(text)


def test_an_init_section_without_a_codec_of_ours_is_refused():
    with pytest.raises(PlaylistFailed):
        codec_of(b"\0\0\0\x18ftypiso5")
    with pytest.raises(PlaylistFailed):
        codec_of(b"....esds\0\0\0\0\x03")
