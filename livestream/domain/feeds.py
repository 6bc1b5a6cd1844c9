"""Lists for other people's programs: what each format wants, written out.

M3U for players of television over the net, XMLTV for their guide, JSON for everybody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

XMLTV_TIME = "%Y%m%d%H%M%S %z"
M3U_TYPE = "audio/x-mpegurl; charset=utf-8"


@dataclass(frozen=True)
class Station:
    """A channel of the guide: one series of lectures, live while a lecture goes out."""

    id: str
    name: str
    url: str


@dataclass(frozen=True)
class Programme:
    """One lecture in the guide."""

    station: str
    begins: datetime
    ends: datetime
    title: str
    about: str = ""
    speaker: str = ""
    episode: int | None = None


@dataclass(frozen=True)
class Film:
    """One film that can be watched at any time."""

    id: str
    title: str
    group: str
    seconds: int
    url: str


def m3u(stations: Iterable[Station], films: Iterable[Film], *, guide: str) -> str:
    """The list a television player reads: stations first, then films by group."""
    lines = [f'#EXTM3U x-tvg-url="{_quoted(guide)}"']
    for station in stations:
        lines.append(
            f'#EXTINF:-1 tvg-id="{_quoted(station.id)}" tvg-name="{_quoted(station.name)}"'
            f' group-title="live",{_line(station.name)}'
        )
        lines.append(station.url)
    for film in films:
        lines.append(
            f'#EXTINF:{film.seconds} tvg-id="{_quoted(film.id)}"'
            f' group-title="{_quoted(film.group)}",{_line(film.title)}'
        )
        lines.append(film.url)
    return "\n".join([*lines, ""])


def xmltv(
    stations: Sequence[Station], programmes: Iterable[Programme], *, source: str, language: str
) -> bytes:
    """The guide: every station, then every programme in order. After xmltv.dtd."""
    root = ET.Element("tv", {"source-info-name": source, "generator-info-name": source})
    for station in stations:
        channel = ET.SubElement(root, "channel", {"id": station.id})
        ET.SubElement(channel, "display-name", {"lang": language}).text = _line(station.name)
    for one in programmes:
        entry = ET.SubElement(
            root,
            "programme",
            {
                "start": one.begins.strftime(XMLTV_TIME),
                "stop": one.ends.strftime(XMLTV_TIME),
                "channel": one.station,
            },
        )
        ET.SubElement(entry, "title", {"lang": language}).text = _line(one.title)
        if one.about:
            ET.SubElement(entry, "desc", {"lang": language}).text = one.about
        if one.speaker:
            credits = ET.SubElement(entry, "credits")
            ET.SubElement(credits, "presenter").text = one.speaker
        if one.episode is not None:
            number = ET.SubElement(entry, "episode-num", {"system": "xmltv_ns"})
            number.text = f".{one.episode - 1}."
    said: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    head, _, rest = said.partition(b"\n")
    return head + b'\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n' + rest


def _line(text: str) -> str:
    """Words that stay on their line: titles are typed by people."""
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return _line(text).replace('"', "'")
