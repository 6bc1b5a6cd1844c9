"""What is typed about the draw: sources of chance, witnesses, objections, amendments."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from courses.forms.terms import MomentField
from enrolment.domain.draws import RightForm
from enrolment.domain.entropy import SourcePlan
from enrolment.forms.desk import CHOOSE
from enrolment.models import EntropySource, Objection

OTHERS = (1, 2, 3)
PLEASE_SAY = {"required": _("Please write this in a few words.")}
PLAIN_NAME = RegexValidator(
    r"^[a-z][a-z0-9-]{0,31}$", _("Please write small letters a to z, digits and dashes.")
)
NOT_ONE_LINE = _("Please write each class on a line of its own, as the list names it: PIANO1-371.")
KINDS = [
    ("", _("none")),
    (EntropySource.Kind.DIGITS.value, EntropySource.Kind.DIGITS.label),
    (EntropySource.Kind.BEACON.value, EntropySource.Kind.BEACON.label),
]


class SourcesForm(forms.Form):
    """Where the chance of a draw will come from: the witnesses' dice, and others."""

    due_at = MomentField(
        label=_("When all of them are known"), help_text=_("Like 2026-12-30 15:00.")
    )
    dice_what = forms.CharField(
        label=_("The dice: who throws them, where it can be seen"),
        max_length=300,
        error_messages=PLEASE_SAY,
    )
    dice_fallback = forms.CharField(
        label=_("What counts if they cannot be thrown"), max_length=300, error_messages=PLEASE_SAY
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in OTHERS:
            self._add_source(number)

    def _add_source(self, number: int) -> None:
        with_number = {"number": number}
        self.fields[f"kind_{number}"] = forms.ChoiceField(
            label=_("Source %(number)s") % with_number,
            choices=KINDS,
            required=False,
            widget=forms.RadioSelect,
        )
        for name, label, most in (
            ("name", _("Its short name in the files"), 32),
            ("what", _("What it is, and where anybody can read it"), 300),
            ("fallback", _("What counts if it is missing"), 300),
        ):
            self.fields[f"{name}_{number}"] = forms.CharField(
                label=label,
                max_length=most,
                required=False,
                validators=[PLAIN_NAME] if name == "name" else [],
            )
        self.fields[f"address_{number}"] = forms.URLField(
            label=_("Address to read it from, if the computer reads it itself"),
            required=False,
            assume_scheme="https",
        )

    def clean(self) -> dict[str, Any]:
        """A source that is named is named whole."""
        said = super().clean() or {}
        for number in OTHERS:
            if said.get(f"kind_{number}"):
                for name in ("name", "what", "fallback"):
                    if not said.get(f"{name}_{number}") and f"{name}_{number}" not in self.errors:
                        self.add_error(f"{name}_{number}", PLEASE_SAY["required"])
        return said

    def plans(self) -> list[SourcePlan]:
        """Return the sources that were named."""
        said, due_at = self.cleaned_data, self.cleaned_data["due_at"]
        dice = SourcePlan(
            kind="dice", name="dice", what=said["dice_what"],
            fallback=said["dice_fallback"], due_at=due_at,
        )  # fmt: skip
        return [dice, *(self._plan(number, due_at) for number in OTHERS if said[f"kind_{number}"])]

    def _plan(self, number: int, due_at: datetime) -> SourcePlan:
        parts = ("kind", "name", "what", "fallback", "address")
        said = {part: self.cleaned_data[f"{part}_{number}"] for part in parts}
        return SourcePlan(**said, due_at=due_at)


def of_sources(sources: Iterable[EntropySource]) -> dict[str, Any]:
    """Return the sources that stand, as ``SourcesForm`` shows them."""
    initial: dict[str, Any] = {}
    others = iter(OTHERS)
    for source in sources:
        initial["due_at"] = source.due_at
        if source.kind == EntropySource.Kind.DICE:
            initial |= {"dice_what": source.what, "dice_fallback": source.fallback}
        elif (number := next(others, None)) is not None:
            for part in ("kind", "name", "what", "fallback", "address"):
                initial[f"{part}_{number}"] = getattr(source, part)
    return initial


class ReadingForm(forms.Form):
    """What a source gave, or what counts because it gave nothing."""

    typed = forms.CharField(
        label=_("What it gave"),
        help_text=_("Blanks and dashes do not matter."),
        max_length=200,
        error_messages=PLEASE_SAY,
    )
    proof = forms.CharField(
        label=_("Where anybody can see that"),
        help_text=_("For example: the film of the draw, minute 12; the newspaper of 30 December."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages=PLEASE_SAY,
    )
    is_fallback = forms.BooleanField(
        label=_("The source is missing: this is what was named to count instead"), required=False
    )


class WitnessForm(forms.Form):
    """Who sees the draw."""

    name = forms.CharField(
        label=_("Name of the witness"), max_length=80, error_messages=PLEASE_SAY
    )
    office = forms.CharField(
        label=_("On whose behalf"),
        help_text=_("For example: learners of the city; the notary's office."),
        max_length=120,
        error_messages=PLEASE_SAY,
    )


class ObjectionForm(forms.Form):
    """What is wrong with the list about a form."""

    kind = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=Objection.Kind.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    words = forms.CharField(
        label=_("In your own words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        error_messages=PLEASE_SAY,
    )


class DecisionForm(forms.Form):
    """The registrar's answer, and what the form should have said."""

    upheld = forms.ChoiceField(
        label=_("Is it right?"),
        choices=[("yes", _("Yes, the list is wrong")), ("no", _("No, the list is right"))],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    answer = forms.CharField(
        label=_("What was decided, and why"),
        help_text=_("The person reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages=PLEASE_SAY,
    )
    choices = forms.CharField(
        label=_("The classes as the form had them, the first choice first"),
        help_text=_("One a line, as the list names them. Only for a form that is put right."),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
    )
    wanted = forms.TypedChoiceField(
        label=_("How many classes are wanted"),
        choices=[(1, _("one")), (2, _("two"))],
        coerce=int,
        initial=1,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )

    def __init__(self, *args: Any, codes: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = codes

    def clean_choices(self) -> list[int]:
        """Return the classes that the lines name."""
        lines = [line.strip().upper() for line in self.cleaned_data["choices"].splitlines()]
        named = [line for line in lines if line]
        if any(line not in self.codes for line in named):
            raise forms.ValidationError(NOT_ONE_LINE)
        return [self.codes[line] for line in named]

    def right_form(self) -> RightForm | None:
        """Return what the form should have said, if it was written."""
        said = self.cleaned_data
        if not said["choices"]:
            return None
        return RightForm(choices=said["choices"], wanted=said["wanted"])


class AmendmentForm(forms.Form):
    """A change of a final list: what, why, and what it is about."""

    what = forms.CharField(
        label=_("What is changed"),
        help_text=_("Everybody reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages=PLEASE_SAY,
    )
    why = forms.CharField(
        label=_("Why it must be"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages=PLEASE_SAY,
    )
    without_seats = forms.CharField(
        label=_("Classes that give no seats in this draw"),
        help_text=_("One a line, as the list names them."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    applications = forms.CharField(
        label=_("Application numbers that are asked again"),
        help_text=_("One a line."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def clean_without_seats(self) -> list[str]:
        """Return the codes, a line each."""
        return [line.strip() for line in self.cleaned_data["without_seats"].split() if line]

    def clean_applications(self) -> list[str]:
        """Return the numbers, a line each; people write them in groups."""
        lines = self.cleaned_data["applications"].splitlines()
        return [number for line in lines if (number := line.replace(" ", ""))]
