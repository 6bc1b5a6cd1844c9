"""What a teacher is asked about captions, chapters and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from livestream import wording
from livestream.domain import webvtt
from livestream.domain.captions import Cue, Fault, faults, read_moment, write_moment
from livestream.models import Captions, Chapter

CUES_A_PAGE = 30
"""So few that a phone draws them at once; an hour of speech has some nine hundred."""

LONGEST_TEXT = 500
LONGEST_TITLE = 80
EMPTY_CHAPTERS = 3
MOST_CHAPTERS = 60


class CaptionsFileForm(forms.Form):
    """A file of captions, and in which language they are."""

    marks_optional = False

    language = forms.ChoiceField(
        label=_("In which language?"),
        choices=Captions.Language.choices,
        initial=Captions.Language.SIMPLIFIED,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose the language.")},
    )
    file = forms.FileField(
        label=_("The file with the captions"),
        help_text=_("Its name ends in .srt or .vtt. It takes the place of the draft here."),
        widget=forms.FileInput(attrs={"accept": ".srt,.vtt,text/vtt"}),
        error_messages={
            "required": _("Please choose a file first."),
            "empty": _("This file is empty. Please choose another."),
        },
    )

    def clean_file(self) -> bytes:
        """Give the bytes of the file."""
        file = self.cleaned_data["file"]
        if file.size > webvtt.LARGEST_FILE:
            raise forms.ValidationError(
                gettext(
                    "This file is too large for captions. Please choose the .srt or .vtt file."
                )
            )
        return bytes(file.read())

    def refuse(self, sentences: Sequence[str]) -> None:
        """Say what is wrong with the file, line by line."""
        self.add_error("file", [forms.ValidationError(sentence) for sentence in sentences])


class NotesForm(forms.Form):
    """The notes of a lesson or lecture."""

    text = forms.CharField(
        label=_("Notes of this film"),
        help_text=_("Learners read and print them beside the film. Empty takes them away."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    marks_optional = False


@dataclass
class TypedCue:
    """One caption as it stands in the form: what was typed, and what is wrong with it."""

    place: int
    starts: str
    ends: str
    text: str
    errors: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def rows(self) -> int:
        return max(2, self.text.count("\n") + 1)

    def cue(self) -> Cue | None:
        """What was typed as a cue, or None while a time cannot be read."""
        starts, ends = read_moment(self.starts), read_moment(self.ends)
        return None if starts is None or ends is None else Cue(starts, ends, self.text)


class CuesForm:
    """One page of the captions of a film: so many cues from ``first`` on."""

    def __init__(
        self,
        cues: Sequence[Cue],
        *,
        first: int,
        typed: Mapping[str, Any] | None = None,
        seconds: float | None,
    ) -> None:
        self.all = tuple(cues)
        self.first = first
        self.seconds = seconds
        self.count = len(self.all[first : first + CUES_A_PAGE])
        self.rows = [self._row(place, typed) for place in range(first, first + self.count)]

    def _row(self, place: int, typed: Mapping[str, Any] | None) -> TypedCue:
        if typed is None:
            cue = self.all[place]
            return TypedCue(place, write_moment(cue.starts), write_moment(cue.ends), cue.text)
        words = str(typed.get(f"text-{place}", ""))[:LONGEST_TEXT].replace("\r\n", "\n").strip()
        return TypedCue(
            place, str(typed.get(f"from-{place}", "")), str(typed.get(f"to-{place}", "")), words
        )

    def is_valid(self) -> bool:
        """Whether what was typed can be kept; says at each caption what cannot.

        A caption without words yet is kept: only publishing asks for them.
        """
        for row in self.rows:
            if row.cue() is None:
                row.errors.append(wording.of_cue(row.number, Fault.TIME_UNREADABLE))
        if self.errors:
            return False
        mine = range(self.first, self.first + self.count)
        for place, fault in faults(self.cues(), seconds=self.seconds):
            if fault is Fault.NO_TEXT:
                continue
            # The next page begins before this one ends: it is this page that was just typed.
            nearest = min(max(place, mine.start), mine.stop - 1)
            self.rows[nearest - self.first].errors.append(wording.of_cue(place + 1, fault))
        return not self.errors

    @property
    def errors(self) -> list[tuple[int, str]]:
        """What has to be put right, with the place of the caption."""
        return [(row.place, error) for row in self.rows for error in row.errors]

    def cues(self) -> tuple[Cue, ...]:
        """All captions of the film, with those of this page as they were typed."""
        typed = [cue for cue in (row.cue() for row in self.rows) if cue is not None]
        return (*self.all[: self.first], *typed, *self.all[self.first + self.count :])


@dataclass
class TypedChapter:
    """One chapter as it stands in the form."""

    place: int
    moment: str
    title: str
    error: str = ""

    @property
    def number(self) -> int:
        return self.place + 1


class ChaptersForm:
    """The chapters of a film, with some empty lines to add more. An emptied line goes."""

    def __init__(
        self,
        chapters: Iterable[Chapter],
        *,
        typed: Mapping[str, Any] | None = None,
        seconds: float | None,
    ) -> None:
        self.seconds = seconds
        if typed is None:
            lines = [(write_moment(one.starts_at_seconds), one.title) for one in chapters]
            lines += [("", "")] * EMPTY_CHAPTERS
        else:
            places = range(min(MOST_CHAPTERS, _whole(typed.get("lines"))))
            lines = [
                (
                    str(typed.get(f"moment-{n}", "")).strip(),
                    str(typed.get(f"title-{n}", "")).strip(),
                )
                for n in places
            ]
        self.rows = [TypedChapter(place, *line) for place, line in enumerate(lines)]

    def is_valid(self) -> bool:
        """Whether these chapters can be kept; says at each line what is missing."""
        taken: set[float] = set()
        for row in self.rows:
            if row.moment or row.title:
                row.error = self._error(row, taken)
        return not self.errors

    def _error(self, row: TypedChapter, taken: set[float]) -> str:
        starts = read_moment(row.moment)
        if starts is None:
            return gettext("Please write when chapter %(number)s begins, like 12:30.") % {
                "number": row.number
            }
        if not row.title:
            return gettext("Please write a name for chapter %(number)s.") % {"number": row.number}
        if self.seconds is not None and starts >= self.seconds:
            return gettext("Chapter %(number)s begins after the film has ended.") % {
                "number": row.number
            }
        if starts in taken:
            return gettext("Chapter %(number)s begins at the same moment as another one.") % {
                "number": row.number
            }
        taken.add(starts)
        return ""

    @property
    def errors(self) -> list[tuple[int, str]]:
        """What has to be put right, with the place of the line."""
        return [(row.place, row.error) for row in self.rows if row.error]

    def chapters(self) -> list[tuple[float, str]]:
        """The chapters in the order of the film."""
        read = ((read_moment(row.moment), row.title[:LONGEST_TITLE]) for row in self.rows)
        return sorted((starts, title) for starts, title in read if starts is not None and title)


def _whole(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
