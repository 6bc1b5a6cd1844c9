"""The rules between the renditions of a stream, and what its master says of them."""

from __future__ import annotations

from collections.abc import Iterator

from livestream.domain.conformance.facts import KeyList, Rendition, Stream, peak
from livestream.domain.conformance.findings import Finding, Rule
from livestream.domain.conformance.lists import Attributes, Variant
from livestream.domain.conformance.renditions import (
    of_captions,
    of_key_list,
    of_list,
    of_pieces,
    tolerance,
)

BEGIN_TOGETHER, END_TOGETHER = 0.15, 0.5
"""Seconds between sound and picture: less is not seen at a beginning, nor missed at an end."""
MOST_OVER_PEAK = 1.25
AVERAGE_WITHIN = 0.10
RATE_WITHIN = 0.01


def judge(stream: Stream) -> list[Finding]:
    """Everything the rules have to say of a stream whose files were read."""
    findings: list[Finding] = []
    for rendition in stream.renditions.values():
        findings += of_list(rendition.listed)
        if rendition.pieces:
            findings += of_pieces(rendition, is_copied=stream.is_copied)
    for keys in stream.key_lists.values():
        findings += of_list(keys.listed)
        findings += of_key_list(keys)
    for captions in stream.captions.values():
        findings += of_list(captions.listed)
        findings += of_captions(captions, film=_film(stream))
    findings += _independent(stream)
    findings += _types(stream)
    findings += _aligned(stream)
    findings += _together(stream)
    for variant in stream.master.variants:
        findings += _variant(stream, variant)
    for variant in stream.master.key_lists:
        findings += _key_variant(stream, variant)
    findings += _groups(stream)
    findings += _sound_alone(stream)
    findings += _has_keys(stream)
    return findings


def _film(stream: Stream) -> tuple[float, float]:
    played = stream.pictures or stream.sounds
    if not played:
        return 0.0, 0.0
    return played[0].pieces[0].starts, max(one.pieces[-1].ends for one in played)


def _independent(stream: Stream) -> Iterator[Finding]:
    tag = "EXT-X-INDEPENDENT-SEGMENTS"
    if stream.master.has(tag):
        return
    for rendition in stream.pictures:
        if not rendition.listed.has(tag):
            yield Finding(Rule.INDEPENDENT, rendition.name, f"{tag} stands neither here nor above")


def _types(stream: Stream) -> Iterator[Finding]:
    ended = {one.name: one.listed.has_ended for one in stream.renditions.values()}
    if len(set(ended.values())) > 1:
        open_ones = ", ".join(name for name, has_ended in ended.items() if not has_ended)
        yield Finding(
            Rule.TYPE, stream.master.name, f"leads to lists of which some end, not: {open_ones}"
        )
    for captions in stream.captions.values():
        if stream.has_ended and not captions.listed.has_ended:
            yield Finding(Rule.TYPE, captions.listed.name, "has no end, the film has")


def _aligned(stream: Stream) -> Iterator[Finding]:
    """Players change size where pieces meet, so all sizes must meet there."""
    if len(stream.pictures) < 2:
        return
    first, *others = stream.pictures
    for other in others:
        # The last piece is not followed by a join: where it ends is another rule.
        pairs = list(zip(first.pieces, other.pieces, strict=False))
        for one, same in pairs:
            if abs(one.starts - same.starts) > max(tolerance(one), tolerance(same)):
                says = (
                    f"{same.entry.uri} starts at {same.starts:.3f} s, {one.entry.uri} of"
                    f" {first.name} at {one.starts:.3f} s"
                )
                yield Finding(Rule.ALIGNED, other.name, says)
                break


def _together(stream: Stream) -> Iterator[Finding]:
    played = [*stream.pictures, *stream.sounds]
    if len(played) < 2:
        return
    first, *others = played
    for other in others:
        alike = other.is_picture == first.is_picture
        begin, end = (first.frame, first.frame) if alike else (BEGIN_TOGETHER, END_TOGETHER)
        late = other.pieces[0].starts - first.pieces[0].starts
        if abs(late) > begin:
            says = f"begins {late:+.3f} s beside {first.name}"
            yield Finding(Rule.TOGETHER, other.name, says)
        longer = other.pieces[-1].ends - first.pieces[-1].ends
        if stream.has_ended and abs(longer) > end:
            yield Finding(Rule.TOGETHER, other.name, f"ends {longer:+.3f} s beside {first.name}")


def _variant(stream: Stream, variant: Variant) -> Iterator[Finding]:
    name = stream.master.inside(variant.uri) or ""
    main = stream.renditions.get(name)
    if main is None or not main.pieces:
        return
    said = variant.said
    group = [one for one in _members(stream, "AUDIO", said) if one is not main]
    where = f"{stream.master.name}, {variant.uri}"
    yield from _codecs(where, said, {codec for one in (main, *group) for codec in one.codecs})
    yield from _picture(where, said, main)
    peaks = main.peak + max((one.peak for one in group), default=0.0)
    averages = main.average + max((one.average for one in group), default=0.0)
    yield from _bandwidth(where, said, peaks, is_whole=stream.has_ended)
    average = _number(said, "AVERAGE-BANDWIDTH")
    if stream.has_ended and not _is_near(average, averages, AVERAGE_WITHIN):
        says = f"states {average or 'no'} bits a second on average, measured {averages:.0f}"
        yield Finding(Rule.AVERAGE, where, says)


def _members(stream: Stream, kind: str, said: Attributes) -> list[Rendition]:
    names = [
        stream.master.inside(media["URI"])
        for media in stream.master.media
        if media.get("TYPE") == kind and media.get("GROUP-ID") == said.get(kind) and "URI" in media
    ]
    found = [stream.renditions[name] for name in names if name in stream.renditions]
    return [one for one in found if one.pieces]


def _codecs(where: str, said: Attributes, found: set[str]) -> Iterator[Finding]:
    stated = {word.strip() for word in said.get("CODECS", "").split(",")} - {""}
    if stated != found:
        says = f"states {', '.join(sorted(stated)) or 'nothing'}, found {', '.join(sorted(found))}"
        yield Finding(Rule.CODECS, where, says)


def _picture(where: str, said: Attributes, main: Rendition) -> Iterator[Finding]:
    decoded = [piece.decoded for piece in main.pieces if not piece.decoded.error]
    sizes = sorted({f"{one.width}x{one.height}" for one in decoded}) if main.is_picture else []
    stated = said.get("RESOLUTION", "")
    if decoded and sizes != ([stated] if stated else []):
        says = f"states {stated or 'no size'}, decoded {', '.join(sizes) or 'no picture'}"
        yield Finding(Rule.RESOLUTION, where, says)
    if not main.is_picture or not decoded:
        return
    rate = sum(piece.samples for piece in main.pieces) / main.seconds
    if not _is_near(_number(said, "FRAME-RATE"), rate, RATE_WITHIN):
        says = f"states {said.get('FRAME-RATE', 'no')} frames a second, there are {rate:.3f}"
        yield Finding(Rule.FRAME_RATE, where, says)


def _bandwidth(where: str, said: Attributes, peaks: float, *, is_whole: bool) -> Iterator[Finding]:
    """While pieces are still to come, RFC 8216 asks for the rate of a stretch like them."""
    stated = _number(said, "BANDWIDTH")
    least = peaks - 1 if is_whole else peaks / MOST_OVER_PEAK  # one bit for rounding
    if stated < least or (is_whole and stated > peaks * MOST_OVER_PEAK):
        says = f"states {stated:.0f} bits a second, the peak is {peaks:.0f}"
        yield Finding(Rule.BANDWIDTH, where, says)


def _key_variant(stream: Stream, variant: Variant) -> Iterator[Finding]:
    keys = stream.key_lists.get(stream.master.inside(variant.uri) or "")
    if keys is None or not keys.entries:
        return
    where = f"{stream.master.name}, {variant.uri}"
    yield from _codecs(where, variant.said, set(keys.codecs))
    yield from _key_size(where, variant.said, keys)
    target = keys.listed.number("EXT-X-TARGETDURATION", 1)
    peaks = peak([(key.size, key.entry.seconds) for key in keys.entries], target)
    if not stream.has_ended:
        return  # the first key frames say little of those to come, and nothing hangs on it yet
    yield from _bandwidth(where, variant.said, peaks, is_whole=True)
    missing = _film(stream)[1] - _film(stream)[0] - keys.listed.seconds
    if abs(missing) > END_TOGETHER:
        says = f"lasts {keys.listed.seconds:.3f} s, {missing:+.3f} s to the film"
        yield Finding(Rule.KEY_ENTRIES, keys.listed.name, says)


def _key_size(where: str, said: Attributes, keys: KeyList) -> Iterator[Finding]:
    decoded = [key.decoded for key in keys.entries if key.decoded.frames]
    sizes = {f"{one.width}x{one.height}" for one in decoded}
    if decoded and sizes != {said.get("RESOLUTION", "")}:
        says = f"states {said.get('RESOLUTION', 'no size')}, decoded {', '.join(sorted(sizes))}"
        yield Finding(Rule.RESOLUTION, where, says)


def _groups(stream: Stream) -> Iterator[Finding]:
    master = stream.master
    defined = {_group_of(said) for said in master.media}
    used = {
        (kind, variant.said[kind])
        for variant in master.variants
        for kind in ("AUDIO", "SUBTITLES")
        if kind in variant.said
    }
    for _kind, group in sorted(used - defined):
        yield Finding(Rule.GROUPS, master.name, f"uses a group that it does not have: {group}")
    for _of, group in sorted(defined - used):
        yield Finding(Rule.GROUPS, master.name, f"has a group that no variant uses: {group}")
    for which in sorted(defined):
        members = [said for said in master.media if _group_of(said) == which]
        names = [said.get("NAME", "") for said in members]
        if len(set(names)) < len(names) or not all(names):
            says = f"has members of {which[1]} without a name of their own"
            yield Finding(Rule.GROUPS, master.name, says)
        if sum(said.get("DEFAULT") == "YES" for said in members) > 1:
            yield Finding(Rule.GROUPS, master.name, f"has two defaults in {which[1]}")
        for said in members:
            yield from _member(stream, said)


def _group_of(said: Attributes) -> tuple[str, str]:
    return said.get("TYPE", ""), said.get("GROUP-ID", "")


def _member(stream: Stream, said: Attributes) -> Iterator[Finding]:
    where = f"{stream.master.name}, {said.get('NAME', '')}"
    if said.get("TYPE") == "SUBTITLES" and "URI" not in said:
        yield Finding(Rule.GROUPS, where, "is captions without an address")
    if said.get("DEFAULT") == "YES" and said.get("AUTOSELECT") == "NO":
        yield Finding(Rule.GROUPS, where, "is the default and not to be chosen")
    sound = stream.renditions.get(stream.master.inside(said.get("URI", "")) or "")
    if sound is None or not sound.pieces or said.get("TYPE") != "AUDIO":
        return
    channels = {piece.decoded.channels for piece in sound.pieces if not piece.decoded.error}
    if channels and {said.get("CHANNELS", "")} != {str(number) for number in channels}:
        says = f"states {said.get('CHANNELS', 'no')} channels, decoded {sorted(channels)}"
        yield Finding(Rule.GROUPS, where, says)


def _sound_alone(stream: Stream) -> Iterator[Finding]:
    if not stream.pictures or not stream.sounds:
        return
    alone = {stream.master.inside(variant.uri) for variant in stream.master.variants}
    if not any(sound.name in alone for sound in stream.sounds):
        says = "has sound and no variant for those who take the sound alone"
        yield Finding(Rule.SOUND_ALONE, stream.master.name, says)


def _has_keys(stream: Stream) -> Iterator[Finding]:
    is_due = stream.pictures and stream.has_ended and not stream.is_copied
    if is_due and not stream.master.key_lists:
        says = "leads to no list of key frames, and a film is looked through by them"
        yield Finding(Rule.KEY_LIST, stream.master.name, says)


def _number(said: Attributes, name: str) -> float:
    try:
        return float(said.get(name, "0"))
    except ValueError:
        return 0.0


def _is_near(stated: float, measured: float, within: float) -> bool:
    return abs(stated - measured) <= measured * within
