"""Doors for programs: news of the library and of series, podcasts, and lists for partners."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Enclosure, Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from accounts import clock
from campus.models import SiteDetails
from livestream import queries, services, wording
from livestream.delivery import sound
from livestream.domain import feeds
from livestream.domain.library import Choice
from livestream.models import Recording, Series

NEWEST = 50
BUSY_SECONDS = 120
GUIDE_BACK, GUIDE_AHEAD = timedelta(days=7), timedelta(days=60)
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
ATOM_TYPE = "application/rss+xml; charset=utf-8"
for_ten_minutes = cache_control(public=True, max_age=600)


class Podcast(Rss201rev2Feed):
    """RSS with what programs for podcasts ask beyond it."""

    def rss_attributes(self) -> dict[str, str]:
        """Name the vocabulary."""
        return {**super().rss_attributes(), "xmlns:itunes": ITUNES}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        """Whose podcast it is, its picture and its kind."""
        super().add_root_elements(handler)
        handler.addQuickElement("itunes:author", self.feed["school"])
        handler.addQuickElement("itunes:summary", self.feed["description"])
        handler.addQuickElement("itunes:explicit", "false")
        handler.addQuickElement("itunes:image", None, {"href": self.feed["picture"]})
        handler.addQuickElement("itunes:category", None, {"text": "Education"})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """How long it is, and which issue."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("itunes:duration", str(item["seconds"]))
        if item["issue"] is not None:
            handler.addQuickElement("itunes:episode", str(item["issue"]))


@for_ten_minutes
@require_safe
def library_feed(request: HttpRequest) -> HttpResponse:
    """The newest films of the library."""
    return _feed(request, queries.titles()[:NEWEST], title=_("Library of replays"), back="library")


@for_ten_minutes
@require_safe
def library_podcast(request: HttpRequest) -> HttpResponse:
    """The newest films of the library, to listen to."""
    return _podcast(
        request, queries.titles()[:NEWEST], title=_("Library of replays"), back="library"
    )


@for_ten_minutes
@require_safe
def series_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest films of a series."""
    series = get_object_or_404(Series, slug=slug)
    found = queries.titles(Choice(series=slug))[:NEWEST]
    return _feed(request, found, title=series.display_name(), back="show-series", slug=slug)


@for_ten_minutes
@require_safe
def series_podcast(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest films of a series, to listen to."""
    series = get_object_or_404(Series, slug=slug)
    found = queries.titles(Choice(series=slug))[:NEWEST]
    return _podcast(request, found, title=series.display_name(), back="show-series", slug=slug)


@require_safe
def podcast_sound(request: HttpRequest, asset: UUID) -> HttpResponseBase:
    """The sound of a film that is open to everybody, as one file, whole or a stretch of it."""
    recording = get_object_or_404(Recording.objects.open_to_all(), asset=asset, has_sound=True)
    try:
        file = sound.sound_of(recording)
        asked = sound.asked_range(request.headers.get("Range", ""), file.size)
    except sound.NoSound as error:
        raise Http404 from error
    except sound.OutOfRange:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{file.size}"
        return refused
    first, last = asked or (0, file.size - 1)
    try:
        body = sound.Sending(file.read(first, last)) if request.method == "GET" else iter(())
    except sound.Busy:
        return HttpResponse(status=503, headers={"Retry-After": str(BUSY_SECONDS)})
    response = StreamingHttpResponse(
        body, status=206 if asked else 200, content_type="audio/x-m4a"
    )
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{recording.asset.hex}-{recording.generation}"'
    if asked:
        response["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    return response


def for_partners(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a view run for whoever holds the token of a partner; to others it is not there."""

    @never_cache
    @wraps(view)
    def front_door(
        request: HttpRequest, token: str, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if services.partner_of(token) is None:
            raise Http404
        return view(request, token, *args, **kwargs)

    return front_door


@for_partners
@require_safe
def partner_list(request: HttpRequest, token: str) -> HttpResponse:
    """Stations and films, as players of television over the net read them."""
    address = _addresses(request)
    films = (
        feeds.Film(
            id=one.asset.hex,
            title=wording.title(one),
            group=wording.group(one),
            seconds=round(one.seconds or 0),
            url=address("partner-play", token, one.pk),
        )
        for one in queries.titles()
    )
    guide = address("partner-guide", token)
    said = feeds.m3u(_stations(request, token), films, guide=guide)
    return HttpResponse(said, content_type=feeds.M3U_TYPE)


@for_partners
@require_safe
def partner_guide(request: HttpRequest, token: str) -> HttpResponse:
    """The lectures of last week and of the next two months, as XMLTV."""
    at = clock.now()
    programmes = [
        feeds.Programme(
            station=one.series.slug,
            begins=timezone.localtime(one.during.lower),
            ends=timezone.localtime(one.during.upper),
            title=one.display_name(),
            about=one.about,
            speaker=one.speaker,
            episode=one.issue,
        )
        for one in queries.lectures_between(at - GUIDE_BACK, at + GUIDE_AHEAD)
        if one.series is not None
    ]
    said = feeds.xmltv(
        _stations(request, token),
        programmes,
        source=_school(request),
        language=get_language() or "zh-hans",
    )
    return HttpResponse(said, content_type="application/xml; charset=utf-8")


@for_partners
@require_safe
def partner_titles(request: HttpRequest, token: str) -> HttpResponse:
    """Every film with what is known of it, as JSON."""
    address = _addresses(request)
    titles = [
        {
            "id": one.asset.hex,
            "title": wording.what_is_shown(one),
            "group": wording.group(one),
            "issue": one.lecture.issue if one.lecture is not None else None,
            "speaker": one.lecture.speaker if one.lecture is not None else "",
            "held_on": timezone.localtime(one.shown().during.lower).date().isoformat(),
            "seconds": round(one.seconds or 0),
            "has_picture": one.has_picture,
            "page": address("watch", one.pk),
            "play": address("partner-play", token, one.pk),
        }
        for one in queries.titles()
    ]
    said = {"school": _school(request), "count": len(titles), "titles": titles}
    return HttpResponse(json.dumps(said, ensure_ascii=False), content_type="application/json")


@for_partners
@require_safe
def partner_play(request: HttpRequest, token: str, recording_id: int) -> HttpResponse:
    """Lead a player to a film, by a right of its own that lasts some hours."""
    found = Recording.objects.open_to_all().with_all_to_show()
    return _lead_to(get_object_or_404(found, pk=recording_id))


@for_partners
@require_safe
def partner_live(request: HttpRequest, token: str, slug: str) -> HttpResponse:
    """Lead a player to the lecture of a series that goes out now."""
    on_air = queries.live_lectures().filter(lecture__series__slug=slug)
    broadcast = on_air.filter(recording__isnull=False).first()
    if broadcast is None or broadcast.recording is None:
        raise Http404
    return _lead_to(broadcast.recording)


def _lead_to(recording: Recording) -> HttpResponse:
    try:
        right = services.grant(
            recording=recording, user=None, at=clock.now(), signed_at=time.time()
        )
    except services.WatchRefused as refused:
        raise Http404 from refused
    return redirect(right.path())


def _feed(
    request: HttpRequest, found: Iterable[Recording], *, title: str, back: str, slug: str = ""
) -> HttpResponse:
    feed = Rss201rev2Feed(**_head(request, title, back, slug))
    for one in found:
        feed.add_item(**_item(request, one))
    return HttpResponse(feed.writeString("utf-8"), content_type=ATOM_TYPE)


def _podcast(
    request: HttpRequest, found: Iterable[Recording], *, title: str, back: str, slug: str = ""
) -> HttpResponse:
    picture = request.build_absolute_uri(static("img/podcast.png"))
    head = _head(request, title, back, slug)
    feed = Podcast(**head, school=_school(request), picture=picture)
    address = _addresses(request)
    for one in found:
        try:
            size = sound.sound_of(one).size if one.has_sound else 0
        except sound.NoSound:
            size = 0
        if not size:
            continue
        feed.add_item(
            **_item(request, one),
            enclosures=[Enclosure(address("podcast-sound", one.asset), str(size), "audio/x-m4a")],
            seconds=round(one.seconds or 0),
            issue=one.lecture.issue if one.lecture is not None else None,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=ATOM_TYPE)


def _head(request: HttpRequest, title: str, back: str, slug: str) -> dict[str, Any]:
    return {
        "title": f"{title} – {_school(request)}",
        "link": _addresses(request)(back, *([slug] if slug else [])),
        "description": _("Lectures and lessons for everybody. You need not sign in."),
        "language": get_language() or "zh-hans",
        "feed_url": request.build_absolute_uri(request.path),
    }


def _item(request: HttpRequest, one: Recording) -> dict[str, Any]:
    row = [wording.series_and_issue(one), one.lecture.speaker if one.lecture is not None else ""]
    return {
        "title": wording.title(one),
        "link": _addresses(request)("watch", one.pk),
        "description": " · ".join(
            filter(None, [*row, wording.full_day(one.shown()), wording.minutes(one.seconds or 0)])
        ),
        "unique_id": one.asset.urn,
        "unique_id_is_permalink": False,
        "pubdate": one.published_at,
    }


def _stations(request: HttpRequest, token: str) -> list[feeds.Station]:
    address = _addresses(request)
    return [
        feeds.Station(one.slug, one.display_name(), address("partner-live", token, one.slug))
        for one in Series.objects.order_by("name_pinyin", "pk")
    ]


def _addresses(request: HttpRequest) -> Callable[..., str]:
    def address(name: str, *args: Any) -> str:
        return request.build_absolute_uri(reverse(f"livestream:{name}", args=args))

    return address


def _school(request: HttpRequest) -> str:
    return SiteDetails.load(request).said("name") or str(settings.WAGTAIL_SITE_NAME)
