"""Reading lists as a stranger would: RFC 8216 alone says what stands in them.

The packager writes its lists by other code (``domain.playlists``); nothing is
shared, so that a mistake there cannot hide itself here.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from livestream.domain.conformance.findings import Finding, Rule

QUOTED = frozenset(
    {"URI", "CODECS", "AUDIO", "SUBTITLES", "VIDEO", "GROUP-ID", "NAME", "LANGUAGE", "CHANNELS",
     "ASSOC-LANGUAGE", "CHARACTERISTICS", "BYTERANGE"}
)  # fmt: skip
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^,\s]*)(?:,|$)', re.ASCII)
_LENGTH = re.compile(r"(\d+(?:\.\d+)?),(.*)", re.ASCII)
_RANGE = re.compile(r"(\d+)(?:@(\d+))?", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

MEDIA_ONLY = frozenset(
    {"EXTINF", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-MAP", "EXT-X-BYTERANGE",
     "EXT-X-ENDLIST", "EXT-X-PLAYLIST-TYPE", "EXT-X-I-FRAMES-ONLY", "EXT-X-DISCONTINUITY",
     "EXT-X-PROGRAM-DATE-TIME", "EXT-X-DISCONTINUITY-SEQUENCE"}
)  # fmt: skip
MASTER_ONLY = frozenset({"EXT-X-STREAM-INF", "EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF"})
ONCE = frozenset(
    {"EXTM3U", "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-ENDLIST",
     "EXT-X-PLAYLIST-TYPE", "EXT-X-I-FRAMES-ONLY", "EXT-X-INDEPENDENT-SEGMENTS"}
)  # fmt: skip

Attributes = dict[str, str]


@dataclass(frozen=True)
class Bytes:
    """A part of a file."""

    length: int
    offset: int


@dataclass(frozen=True)
class Entry:
    """One piece as its list states it."""

    uri: str
    seconds: float
    part: Bytes | None = None
    init: str = ""
    init_part: Bytes | None = None
    after_break: bool = False


@dataclass(frozen=True)
class Variant:
    """One line a player may choose in the master, or a list of key frames."""

    uri: str
    said: Attributes


@dataclass
class Listed:
    """What a list says, and what is wrong with the way it says it."""

    name: str
    tags: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    key_lists: list[Variant] = field(default_factory=list)
    media: list[Attributes] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def fault(self, says: str, rule: Rule = Rule.LISTS) -> None:
        self.findings.append(Finding(rule, self.name, says))

    def has(self, tag: str) -> bool:
        return any(name == tag for name, _value in self.tags)

    def number(self, tag: str, otherwise: int = 0) -> int:
        """The number a tag states."""
        value = next((value for name, value in self.tags if name == tag), "")
        return int(value) if value.isascii() and value.isdigit() else otherwise

    def kind(self) -> str:
        return next((value for name, value in self.tags if name == "EXT-X-PLAYLIST-TYPE"), "")

    @property
    def is_master(self) -> bool:
        return any(name in MASTER_ONLY for name, _value in self.tags)

    @property
    def has_ended(self) -> bool:
        return self.has("EXT-X-ENDLIST")

    @property
    def seconds(self) -> float:
        return sum(entry.seconds for entry in self.entries)

    def inside(self, uri: str) -> str | None:
        """The file an address means, from the folder of the stream, or None for one outside."""
        if not uri or _SCHEME.match(uri) or uri[0] in "/?#" or "\\" in uri or "?" in uri:
            return None
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(self.name), uri))
        return None if meant.startswith("..") else meant


def read(name: str, data: bytes) -> Listed:
    """Read a list. What cannot be read is said in its findings; nothing is raised."""
    listed = Listed(name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        listed.fault("is not UTF-8")
        text = data.decode("utf-8", errors="replace")
    lines = text.splitlines()
    if not lines or lines[0] != "#EXTM3U":
        listed.fault("does not begin with #EXTM3U")
    _Reader(listed).read(lines)
    _look_at_tags(listed)
    _look_at_addresses(listed)
    _look_at_version(listed)
    return listed


class _Reader:
    """Goes through the lines once and remembers what the next address is told about."""

    def __init__(self, listed: Listed) -> None:
        self.listed = listed
        self.seconds: float | None = None
        self.part: Bytes | None = None
        self.reached: dict[str, int] = {}
        self.init = ""
        self.init_part: Bytes | None = None
        self.after_break = False
        self.variant: Attributes | None = None

    def read(self, lines: list[str]) -> None:
        for line in lines:
            if line.startswith("#EXT"):
                name, _, value = line[1:].partition(":")
                self.listed.tags.append((name, value))
                self._tag(name, value)
            elif line and not line.startswith("#"):
                self._address(line)
        if self.seconds is not None or self.variant is not None:
            self.listed.fault("ends before the address of its last entry")

    def _tag(self, name: str, value: str) -> None:
        match name:
            case "EXTINF":
                found = _LENGTH.fullmatch(value)
                self.seconds = float(found[1]) if found else 0.0
                if found is None:
                    self.listed.fault(f"states a length that is none: {value!r}")
            case "EXT-X-BYTERANGE":
                self.part = self._bytes(value)
            case "EXT-X-MAP":
                said = self._attributes(value)
                self.init = said.get("URI", "")
                self.init_part = self._bytes(said["BYTERANGE"]) if "BYTERANGE" in said else None
            case "EXT-X-DISCONTINUITY":
                self.after_break = True
            case "EXT-X-STREAM-INF":
                self.variant = self._attributes(value)
            case "EXT-X-I-FRAME-STREAM-INF":
                said = self._attributes(value)
                self.listed.key_lists.append(Variant(said.get("URI", ""), said))
            case "EXT-X-MEDIA":
                self.listed.media.append(self._attributes(value))

    def _address(self, uri: str) -> None:
        if self.variant is not None:
            self.listed.variants.append(Variant(uri, self.variant))
            self.variant = None
            return
        if self.seconds is None:
            self.listed.fault(f"has {uri} without saying what it is")
            return
        part = self.part
        if part is not None:
            offset = part.offset if part.offset >= 0 else self.reached.get(uri, 0)
            part = Bytes(part.length, offset)
            self.reached[uri] = part.offset + part.length
        self.listed.entries.append(
            Entry(uri, self.seconds, part, self.init, self.init_part, self.after_break)
        )
        self.seconds, self.part, self.after_break = None, None, False

    def _bytes(self, value: str) -> Bytes | None:
        found = _RANGE.fullmatch(value)
        if found is None:
            self.listed.fault(f"states a range of bytes that is none: {value!r}")
            return None
        return Bytes(int(found[1]), int(found[2]) if found[2] else -1)

    def _attributes(self, value: str) -> Attributes:
        said: Attributes = {}
        at = 0
        while at < len(value):
            found = _ATTRIBUTE.match(value, at)
            if found is None:
                self.listed.fault(f"has attributes that cannot be read: {value[at : at + 40]!r}")
                break
            name, text = found[1], found[2]
            if name in said:
                self.listed.fault(f"states {name} twice in one line")
            if (name in QUOTED) != text.startswith('"'):
                self.listed.fault(f"has {name} quoted the wrong way")
            said[name] = text.strip('"')
            at = found.end()
        return said


def _look_at_tags(listed: Listed) -> None:
    names = [name for name, _value in listed.tags]
    for name in sorted(ONCE):
        if names.count(name) > 1:
            listed.fault(f"says {name} more than once")
    if listed.is_master:
        mixed = sorted(MEDIA_ONLY.intersection(names))
        if mixed:
            listed.fault(f"is a master and has {', '.join(mixed)}")
        if not listed.variants:
            listed.fault("is a master without a variant")
        return
    if not listed.entries:
        listed.fault("names no piece")
    if listed.number("EXT-X-TARGETDURATION", -1) < 1:
        listed.fault("states no target duration")
    first = names.index("EXTINF") if "EXTINF" in names else len(names)
    late = {"EXT-X-MEDIA-SEQUENCE", "EXT-X-TARGETDURATION"}.intersection(names[first:])
    for name in sorted(late):
        listed.fault(f"says {name} only after its first piece")


def _look_at_addresses(listed: Listed) -> None:
    addresses = [entry.uri for entry in listed.entries]
    addresses += dict.fromkeys(entry.init for entry in listed.entries if entry.init)
    addresses += [variant.uri for variant in (*listed.variants, *listed.key_lists)]
    addresses += [said["URI"] for said in listed.media if "URI" in said]
    for uri in addresses:
        if listed.inside(uri) is None:
            listed.fault(f"sends players to {uri or 'nowhere'}", Rule.RELATIVE)


def _look_at_version(listed: Listed) -> None:
    """RFC 8216, part 7."""
    needed = 1
    for name, value in listed.tags:
        if name == "EXTINF" and "." in value.split(",")[0]:
            needed = max(needed, 3)
        if name in {"EXT-X-BYTERANGE", "EXT-X-I-FRAMES-ONLY"}:
            needed = max(needed, 4)
        if name == "EXT-X-MAP":
            needed = max(needed, 5 if listed.has("EXT-X-I-FRAMES-ONLY") else 6)
    stated = listed.number("EXT-X-VERSION", 1)
    if stated < needed:
        listed.fault(f"states version {stated} and uses tags of version {needed}", Rule.VERSION)
