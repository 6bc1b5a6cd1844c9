"""Feeds: RSS, podcasts with one file of sound, lists and guides for partners."""

import io
import json
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import av
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from livestream.delivery import sound
from livestream.domain.playlists import Segment, media_list
from livestream.models import FeedPartner
from tests.factories.lectures import LectureFactory, LectureFilmFactory
from tests.factories.livestream import RecordingFactory
from tests.factories.times import TODAY
from tests.livestream import films

pytestmark = pytest.mark.usefixtures("today")
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="session")
def pieces_of_sound(film_folder):
    """Sound as the pipeline leaves it: an init section, pieces of two seconds, a list."""
    folder = film_folder / "pieces"
    folder.mkdir()
    films.make(
        folder / "index.m3u8", *films.tone(), "-c:a", "aac", "-hls_time", "2",
        "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod",
        "-hls_segment_filename", str(folder / "%05d.m4s"), "-f", "hls",
    )  # fmt: skip
    return folder


@pytest.fixture
def lecture_film(disk, pieces_of_sound):
    """The film of a lecture with its sound in the storage."""
    film = LectureFilmFactory(lecture__issue=68, lecture__series__slug="silver")
    folder = f"{film.folder()}/audio"
    for path in pieces_of_sound.iterdir():
        disk.storage.save(f"{folder}/{path.name}", ContentFile(path.read_bytes()))
    said = (pieces_of_sound / "index.m3u8").read_text()
    lengths = [float(line[8:-1]) for line in said.splitlines() if line.startswith("#EXTINF")]
    ours = media_list([Segment(f"{n:05}.m4s", seconds) for n, seconds in enumerate(lengths)])
    disk.storage.delete(f"{folder}/index.m3u8")
    disk.storage.save(f"{folder}/index.m3u8", ContentFile(ours.encode()))
    film.whole_seconds = sum(lengths)
    return film


@pytest.fixture
def token(capsys):
    call_command("feed_partners", add="华数")
    return capsys.readouterr().out.splitlines()[1].split("/")[2]


def sound_at(browser, film, **headers):
    return browser.get(f"/en/podcast/{film.asset}.m4a", headers=headers)


def channel_of(browser, address):
    said = browser.get(address)
    assert said.status_code == 200
    assert said.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    return ET.fromstring(said.content).find("channel")  # noqa: S314 - our own


@pytest.mark.parametrize("address", ["/en/library/feed.xml", "/en/series/silver/feed.xml"])
def test_news_have_what_rss_asks_for(address, app_client, lecture_film):
    RecordingFactory(published=True)  # of a class: not for everybody
    channel = channel_of(app_client, address)
    assert [bool(channel.findtext(name)) for name in ("title", "link", "description")] == [
        True
    ] * 3
    assert channel.find(f"{ATOM}link").get("rel") == "self"
    items = channel.findall("item")
    assert [item.findtext("guid") for item in items] == [lecture_film.asset.urn]
    assert items[0].find("guid").get("isPermaLink") == "false"
    assert items[0].findtext("link") == f"http://testserver/en/replays/{lecture_film.pk}/"
    assert parsedate_to_datetime(items[0].findtext("pubDate")) == TODAY


@pytest.mark.parametrize("address", ["/en/library/podcast.xml", "/en/series/silver/podcast.xml"])
def test_a_podcast_has_what_programs_ask_for_and_its_length_is_true(
    address, app_client, lecture_film
):
    channel = channel_of(app_client, address)
    wanted = [f"{ITUNES}{name}" for name in ("author", "explicit", "image", "category")]
    assert [name for name in wanted if channel.find(name) is None] == []
    assert channel.find(f"{ITUNES}image").get("href").startswith("http://")
    item = channel.find("item")
    enclosure = item.find("enclosure")
    assert (enclosure.get("type"), item.findtext(f"{ITUNES}episode")) == ("audio/x-m4a", "68")
    whole = app_client.get(enclosure.get("url").removeprefix("http://testserver"))
    assert len(b"".join(whole.streaming_content)) == int(enclosure.get("length"))


def test_the_sound_is_one_file_that_opens_seeks_and_has_its_whole_length(app_client, lecture_film):
    said = sound_at(app_client, lecture_film)
    assert (said.status_code, said.headers["Content-Type"]) == (200, "audio/x-m4a")
    body = b"".join(said.streaming_content)
    assert int(said.headers["Content-Length"]) == len(body)
    with av.open(io.BytesIO(body)) as opened:
        (stream,) = opened.streams
        assert stream.type == "audio"
        decoded = sum(frame.samples for frame in opened.decode(stream)) / stream.rate
    assert decoded == pytest.approx(lecture_film.whole_seconds, abs=0.1)
    with av.open(io.BytesIO(body)) as opened:
        opened.seek(int(3 * av.time_base))
        frame = next(opened.decode(audio=0))
        assert 1.5 < frame.time <= 3.1


def test_a_stretch_is_the_same_bytes_wherever_it_begins(app_client, lecture_film):
    whole = b"".join(sound_at(app_client, lecture_film).streaming_content)
    for first, last in ((0, 0), (5, 900), (600, len(whole) - 1), (len(whole) - 7, len(whole) - 1)):
        said = sound_at(app_client, lecture_film, Range=f"bytes={first}-{last}")
        assert said.status_code == 206
        assert said.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
        assert b"".join(said.streaming_content) == whole[first : last + 1]
    assert sound_at(app_client, lecture_film, Range=f"bytes={len(whole)}-").status_code == 416


def test_slow_downloads_leave_threads_for_everybody_else(app_client, lecture_film):
    slow = [sound_at(app_client, lecture_film) for _one in range(sound.AT_ONCE)]
    refused = sound_at(app_client, lecture_film)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "120")
    assert b"".join(slow[0].streaming_content)
    again = sound_at(app_client, lecture_film)
    assert again.status_code == 200
    for one in (*slow[1:], again):
        assert b"".join(one.streaming_content)
    assert len(b"".join(sound_at(app_client, lecture_film).streaming_content)) > 1000


def test_a_podcast_looks_at_the_pieces_of_a_film_once(app_client, lecture_film, disk):
    def length():
        item = channel_of(app_client, "/en/library/podcast.xml").find("item")
        return item.find("enclosure").get("length")

    before = length()
    folder = f"{lecture_film.folder()}/audio"
    for name in disk.storage.listdir(folder)[1]:
        disk.storage.delete(f"{folder}/{name}")
    assert length() == before


def test_only_what_is_open_to_everybody_is_heard(app_client, lecture_film):
    lecture_film.is_public = False
    lecture_film.save()
    assert sound_at(app_client, lecture_film).status_code == 404
    assert channel_of(app_client, "/en/library/podcast.xml").findall("item") == []


def test_a_film_that_still_grows_has_no_sound_to_fetch(app_client, lecture_film, disk):
    name = f"{lecture_film.folder()}/audio/index.m3u8"
    with disk.storage.open(name) as stored:
        said = stored.read().replace(b"#EXT-X-ENDLIST\n", b"")
    disk.storage.delete(name)
    disk.storage.save(name, ContentFile(said))
    assert sound_at(app_client, lecture_film).status_code == 404


def test_a_partner_reads_stations_and_films_and_plays_them(app_client, lecture_film, token):
    said = app_client.get(f"/en/partners/{token}/list.m3u").content.decode().splitlines()
    assert said[0].startswith("#EXTM3U x-tvg-url=")
    entries = dict(zip(said[1::2], said[2::2], strict=True))
    assert all(line.startswith("#EXTINF:") for line in entries)
    (film,) = [url for line, url in entries.items() if line.startswith("#EXTINF:600 ")]
    playing = app_client.get(film.removeprefix("http://testserver"))
    assert playing.status_code == 302
    assert playing.headers["Location"].endswith("/master.m3u8")


def test_the_guide_says_when_which_lecture_is(app_client, token):
    LectureFactory(issue=69, series__slug="silver", speaker="Dr Lin")
    LectureFactory(issue=70, series__slug="other", status="cancelled")
    guide = ET.fromstring(app_client.get(f"/en/partners/{token}/guide.xml").content)  # noqa: S314 - ours
    stations = {one.get("id") for one in guide.findall("channel")}
    (programme,) = guide.findall("programme")
    assert programme.get("channel") in stations
    assert (programme.get("start"), programme.get("stop")) == (
        "20261202140000 +0800",
        "20261202153000 +0800",
    )
    assert programme.findtext("credits/presenter") == "Dr Lin"
    assert programme.findtext("episode-num") == ".68."


def test_titles_are_told_as_json(app_client, lecture_film, token):
    said = json.loads(app_client.get(f"/en/partners/{token}/titles.json").content)
    assert said["count"] == 1
    assert said["titles"][0]["held_on"] == "2026-11-30"
    assert said["titles"][0]["issue"] == 68


def test_a_token_is_stored_nowhere_and_ends_at_once(app_client, token, capsys):
    assert token not in str(FeedPartner.objects.values())
    with pytest.raises(CommandError, match="has a token already"):
        call_command("feed_partners", add="华数")
    call_command("feed_partners")
    assert capsys.readouterr().out.startswith("华数, since")
    call_command("feed_partners", end="华数")
    assert app_client.get(f"/en/partners/{token}/list.m3u").status_code == 404
    with pytest.raises(CommandError, match="no partner"):
        call_command("feed_partners", end="华数")
