"""The rules that one list and its pieces keep by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from livestream.domain.conformance.facts import CaptionsTrack, KeyList, Piece, Rendition
from livestream.domain.conformance.findings import Finding, Rule
from livestream.domain.conformance.lists import Listed

KEY_SECONDS, KEY_SECONDS_COPIED = 2.0, 4.0
OVER_TARGET_SECONDS = 0.5
LEAST_TOLERANCE = 0.012
"""Half a frame of 42 a second: what rounding to a timescale may leave is not seen."""
KEY_ENTRY_TOLERANCE = 0.5
CUE_TOLERANCE = 0.5


def of_list(listed: Listed) -> Iterator[Finding]:
    """What a media list says of itself and of the lengths of its pieces."""
    kind, ended = listed.kind(), listed.has_ended
    if kind not in {"", "VOD", "EVENT"}:
        yield Finding(Rule.TYPE, listed.name, f"is of no type there is: {kind}")
    elif kind == "VOD" and not ended:
        yield Finding(Rule.TYPE, listed.name, "is called VOD and has no end")
    elif not kind and not ended:
        yield Finding(Rule.TYPE, listed.name, "has no end and may forget its beginning")
    target = listed.number("EXT-X-TARGETDURATION")
    for entry in listed.entries:
        if target and int(entry.seconds + 0.5) > target:
            says = f"{entry.uri} is stated as {entry.seconds:.3f} s, the target is {target} s"
            yield Finding(Rule.TARGET, listed.name, says)


def of_pieces(rendition: Rendition, *, is_copied: bool) -> Iterator[Finding]:
    """What the pieces of one rendition really are, each and one after the other."""
    for piece in rendition.pieces:
        yield from _of_piece(rendition, piece)
    for before, after in pairwise(rendition.pieces):
        yield from _of_join(rendition, before, after)
    if rendition.is_picture:
        yield from _of_keys(rendition, KEY_SECONDS_COPIED if is_copied else KEY_SECONDS)


def _of_piece(rendition: Rendition, piece: Piece) -> Iterator[Finding]:
    name, uri, decoded = rendition.name, piece.entry.uri, piece.decoded
    target = rendition.listed.number("EXT-X-TARGETDURATION")
    if target and piece.seconds > target + OVER_TARGET_SECONDS:
        says = f"{uri} lasts {piece.seconds:.3f} s, the target is {target} s"
        yield Finding(Rule.TARGET, name, says)
    if abs(piece.seconds - piece.entry.seconds) > tolerance(piece):
        says = f"{uri} is stated as {piece.entry.seconds:.3f} s and lasts {piece.seconds:.3f} s"
        yield Finding(Rule.LENGTH, name, says)
    if decoded.error:
        yield Finding(Rule.DECODES, name, f"{uri} does not decode: {decoded.error}")
    elif not decoded.frames or (rendition.is_picture and decoded.frames != piece.samples):
        says = f"{uri} holds {piece.samples} frames, and {decoded.frames} came out"
        yield Finding(Rule.DECODES, name, says)
    elif rendition.is_picture and abs(decoded.seconds - piece.seconds) > 1.5 * tolerance(piece):
        says = f"{uri} decodes to {decoded.seconds:.3f} s, its boxes say {piece.seconds:.3f} s"
        yield Finding(Rule.LENGTH, name, says)
    if rendition.is_picture:
        if not piece.begins_with_key or not (decoded.first_is_key or decoded.error):
            yield Finding(Rule.KEY_FIRST, name, f"{uri} does not begin with a key frame")
        elif piece.shows_earlier:
            says = f"{uri} shows frames before its key frame, which need the piece before"
            yield Finding(Rule.KEY_FIRST, name, says)


def _of_join(rendition: Rendition, before: Piece, after: Piece) -> Iterator[Finding]:
    """Two readings must agree: when frames are shown, and when they are decoded."""
    if after.entry.after_break:
        return
    for gap, allowed in (
        (after.starts - before.ends, tolerance(before)),
        (after.decoded_from - before.decoded_to, tolerance(before)),
    ):
        if abs(gap) > allowed:
            kind = "a gap" if gap > 0 else "an overlap"
            says = f"{after.entry.uri} joins with {kind} of {abs(gap):.3f} s"
            yield Finding(Rule.JOINS, rendition.name, says)
            return


def _of_keys(rendition: Rendition, most: float) -> Iterator[Finding]:
    for piece in rendition.pieces:
        times = [*sorted(piece.keys), piece.ends]
        gap = max((after - before for before, after in pairwise(times)), default=piece.seconds)
        if gap > most + tolerance(piece):
            says = f"{piece.entry.uri} has {gap:.3f} s without a key frame, more than {most:g} s"
            yield Finding(Rule.KEY_OFTEN, rendition.name, says)


def tolerance(piece: Piece) -> float:
    """Times are true when they are closer than half of a frame.

    A piece of sound is cut where its frames are, which its list rounds to whole ones.
    """
    return max(piece.frame / 2, LEAST_TOLERANCE)


def of_key_list(keys: KeyList) -> Iterator[Finding]:
    """Each entry is one key frame, cut out exactly, and lasts until the next."""
    name = keys.listed.name
    if not keys.listed.has("EXT-X-I-FRAMES-ONLY"):
        yield Finding(Rule.KEY_ENTRIES, name, "does not say EXT-X-I-FRAMES-ONLY")
    for number, key in enumerate(keys.entries, 1):
        where = f"entry {number} ({key.entry.uri})"
        if key.frames != 1 or not key.is_key:
            says = f"{where} holds {key.frames} frames" if key.is_key else f"{where} is none"
            yield Finding(Rule.KEY_ENTRIES, name, says)
        elif key.decoded.error or key.decoded.frames != 1 or not key.decoded.first_is_key:
            said = key.decoded.error or f"{key.decoded.frames} frames came out"
            yield Finding(Rule.KEY_ENTRIES, name, f"{where} does not decode: {said}")
    for key, following in pairwise(keys.entries):
        lasts = following.shown_at - key.shown_at
        if abs(lasts - key.entry.seconds) > KEY_ENTRY_TOLERANCE:
            says = f"{key.entry.uri} is stated as {key.entry.seconds:.3f} s, the next key frame"
            yield Finding(Rule.KEY_ENTRIES, name, f"{says} comes after {lasts:.3f} s")


def of_captions(track: CaptionsTrack, *, film: tuple[float, float]) -> Iterator[Finding]:
    """Cues in order, inside the film, and inside their piece where there is more than one."""
    name = track.listed.name
    at = film[0]
    shown = film[0]
    for entry, cues in track.pieces:
        until = at + entry.seconds
        for cue in cues:
            says = f"{entry.uri} has a caption from {cue.starts:.3f} s to {cue.ends:.3f} s"
            if cue.ends <= cue.starts:
                yield Finding(Rule.CUES, name, f"{says}, which is no time")
            elif cue.starts < film[0] - CUE_TOLERANCE or cue.ends > film[1] + CUE_TOLERANCE:
                around = f"the film goes from {film[0]:.3f} s to {film[1]:.3f} s"
                yield Finding(Rule.CUES, name, f"{says}; {around}")
            elif len(track.pieces) > 1 and (cue.ends <= at or cue.starts >= until):
                yield Finding(Rule.CUES, name, f"{says}, outside of its piece")
            elif cue.starts < shown and len(track.pieces) == 1:
                yield Finding(Rule.CUES, name, f"{says}, after one that begins later")
            shown = max(shown, cue.starts)
        at = until
