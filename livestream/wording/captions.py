"""Sentences about captions: what is wrong with a line, and where captions stand."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from livestream.domain.captions import Fault, write_moment
from livestream.domain.webvtt import LineFault
from livestream.models import Captions


def in_file(found: Iterable[LineFault]) -> list[str]:
    """What is wrong with a file of captions, line by line."""
    return [
        _("Line %(line)s: %(fault)s") % {"line": one.line, "fault": _FAULTS[one.fault]()}
        if one.line
        else _FAULTS[one.fault]()
        for one in found
    ]


def in_list(found: Iterable[tuple[int, Fault]]) -> list[str]:
    """What is wrong with captions in the editor, by their numbers."""
    return [of_cue(place + 1, fault) for place, fault in found]


def of_cue(number: int, fault: Fault) -> str:
    """What is wrong with one caption."""
    return _("Caption %(number)s: %(fault)s") % {"number": number, "fault": _FAULTS[fault]()}


_FAULTS = {
    Fault.NOT_CAPTIONS: lambda: _(
        "There are no captions in this file. Please choose a file whose name ends in .srt or .vtt."
    ),
    Fault.TIME_UNREADABLE: lambda: _(
        "we cannot read this time. Please write it like 12:30 or 1:02:03.5."
    ),
    Fault.ENDS_TOO_EARLY: lambda: _("the end is before the beginning."),
    Fault.OUT_OF_ORDER: lambda: _("it begins before the one above it."),
    Fault.AFTER_THE_END: lambda: _("it begins after the film has ended."),
    Fault.NO_TEXT: lambda: _("there are no words in it."),
    Fault.TOO_MANY: lambda: _("there are more captions than a film can have."),
}


def captions_state(captions: Captions) -> str:
    """Where captions stand, in a few words."""
    if captions.is_being_written():
        return _("A machine is writing them. Come back in a while.")
    if captions.is_shown():
        if captions.is_ahead():
            return _("Learners see an older version: publish again to show your changes.")
        return _("Published: learners see them.")
    if captions.machine == Captions.Machine.FAILED:
        return _("The machine could not write them. Please bring a file, or write them yourself.")
    return _("Draft: only you see it.")


def moment(seconds: float) -> str:
    """A moment of a film, as clocks write it."""
    return write_moment(float(int(seconds)))


def no_words_yet() -> str:
    """Captions without a single line."""
    return _("There are no words yet. Write the first caption, or bring a file.")
