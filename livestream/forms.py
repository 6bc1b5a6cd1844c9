"""What a teacher is asked who sends a film, and what the pairing of a television asks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Lesson
from livestream import queries, wording
from livestream.domain.inspection import Problem
from livestream.models import Lecture

NEWEST = 3
CODE_DIGITS = 6


class LessonRadios(forms.RadioSelect):
    """The newest; the earlier ones behind one word, lest the button be a long way down."""

    template_name = "livestream/_lessons.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        groups = context["widget"]["optgroups"]
        lessons = [option for _group, options, _number in groups for option in options]
        return {
            **context,
            "newest": lessons[:NEWEST],
            "earlier": lessons[NEWEST:],
            "earlier_is_chosen": any(one["selected"] for one in lessons[NEWEST:]),
        }


def _has_film(meeting: Lesson | Lecture) -> bool:
    return bool(getattr(meeting, "has_film", False))


def _said(meeting: Lesson | Lecture, *, at: datetime) -> str:
    words = wording.choice(meeting, at=at)
    return wording.has_film(words) if _has_film(meeting) else words


class UploadForm(forms.Form):
    """The film of a lesson or a lecture."""

    marks_optional = False
    offers_the_cut = False

    lesson = forms.ChoiceField(
        label=_("Which lesson or lecture is it?"),
        widget=LessonRadios,
        error_messages={
            "required": _("Please choose the lesson or lecture."),
            "invalid_choice": _("This one is not among yours. Please choose another."),
        },
    )
    film = forms.FileField(
        label=_("The film"),
        help_text=_(
            "Any film your phone or camera makes, up to 4 GB and 6 hours. A recording of the "
            "sound alone works too."
        ),
        widget=forms.FileInput(attrs={"accept": "video/*,audio/*"}),
        error_messages={
            "required": _("Please choose a film first."),
            "empty": _(
                "This file is empty. Please play the film on your device first. If it plays, "
                "choose it once more."
            ),
            "missing": _("Please choose a film first."),
        },
    )
    take_what_is_there = forms.BooleanField(
        label=_("Use what is there: the film ends earlier than what was filmed"), required=False
    )

    def __init__(
        self, *args: Any, meetings: Sequence[Lesson | Lecture], at: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.meetings = {queries.key_of(one): one for one in meetings}
        field = self.fields["lesson"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(key, _said(one, at=at)) for key, one in self.meetings.items()]
        # One filmed already is never chosen unasked: without another, they choose.
        unfilmed = (key for key, one in self.meetings.items() if not _has_film(one))
        field.initial = next(unfilmed, None)

    def clean_lesson(self) -> Lesson | Lecture:
        """Take what was chosen, not its name."""
        return self.meetings[self.cleaned_data["lesson"]]

    @property
    def forgets_the_film(self) -> bool:
        """Whether a film came and was refused: the browser does not keep it for the next try."""
        errors = self.errors.as_data().get("film", [])
        return bool(errors) and all(error.code != "required" for error in errors)

    def refuse(self, problem: Problem, seconds: float | None = None) -> None:
        """Say what is wrong with the film, at its field; a cut one may be taken as it is."""
        self.offers_the_cut = problem is Problem.CUT_OFF
        self.add_error("film", wording.problem(problem, seconds=seconds))

    def say_only(self, sentence: str) -> None:
        """Say one thing about the film, whatever else is missing: it was not looked into."""
        self.errors.clear()
        self.add_error("film", sentence)


class PairForm(forms.Form):
    """The six digits that a television shows."""

    code = forms.CharField(
        label=_("The 6 digits on the television"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Please write the 6 digits on the television.")},
    )

    def clean_code(self) -> str:
        """Take full-width digits, blanks and dashes as they come."""
        code = re.sub(r"\D", "", unicodedata.normalize("NFKC", self.cleaned_data["code"]))
        if len(code) != CODE_DIGITS or not code.isascii():
            raise forms.ValidationError(
                _("The code has 6 digits. Please look at the television again.")
            )
        return code

    def refuse(self) -> None:
        """Say that no television shows this code now."""
        self.add_error(
            "code",
            _(
                "No television shows this code now. Please look at its screen: after ten minutes "
                "it shows another one."
            ),
        )


class DialInForm(forms.Form):
    """The number by which a live lesson can be heard on a telephone."""

    marks_optional = False

    dial_in = forms.CharField(
        label=_("Number to listen by telephone"),
        help_text=_("Leave it empty if there is none."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
