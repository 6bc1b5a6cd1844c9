import pytest

from livestream.domain.playlists import (
    PlaylistFailed,
    Rendition,
    Segment,
    codec_of,
    master_list,
    media_list,
    peak,
    read_list,
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
    whole = Rendition("v720", "avc1.64001f", (*PIECES, TAIL))
    assert peak(whole) == 800_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#EXTM3U\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXTINF:6.0,\n0.m4s\n",
        "#EXTM3U\n0.m4s\n#EXT-X-ENDLIST\n",
    ],
)
def test_a_list_that_is_not_whole_is_refused(text):
    with pytest.raises(PlaylistFailed):
        read_list(text)


def test_an_init_section_without_a_codec_of_ours_is_refused():
    with pytest.raises(PlaylistFailed):
        codec_of(b"\0\0\0\x18ftypiso5")
    with pytest.raises(PlaylistFailed):
        codec_of(b"....esds\0\0\0\0\x03")
