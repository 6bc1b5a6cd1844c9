"""Forms of the city's registrar for a term: its days, its calendar, its next phase."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.domain.phases import NEEDED, Window, out_of_order
from courses.models import Term, TermPhase

NOT_A_DAY = _("Please write a day like 2027-03-11.")
NOT_A_MOMENT = _("Please write day and hour like 2027-01-25 09:00.")
FIRST, LAST = 2000, 2100  # years: beyond them it is a slip of the pen
PHASES = [(phase.value, phase.label) for phase in Term.Phase if phase not in {"draft", "archived"}]


class DayField(forms.DateField):
    """A day of our time."""

    def __init__(self, **options: Any) -> None:
        validators = [MinValueValidator(date(FIRST, 1, 1)), MaxValueValidator(date(LAST, 1, 1))]
        super().__init__(
            validators=validators,
            help_text=_("For example 2027-03-11"),
            error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
            **options,
        )
        for validator in validators:
            validator.message = NOT_A_DAY


class MomentField(forms.DateTimeField):
    """A moment of our time, written without the letter that machines put into it."""

    widget = forms.DateTimeInput(format="%Y-%m-%d %H:%M")

    def __init__(self, **options: Any) -> None:
        first, last = datetime(FIRST, 1, 1, tzinfo=UTC), datetime(LAST, 1, 1, tzinfo=UTC)
        validators = [MinValueValidator(first), MaxValueValidator(last)]
        super().__init__(
            validators=validators,
            input_formats=["%Y-%m-%d %H:%M"],
            error_messages={"required": NOT_A_MOMENT, "invalid": NOT_A_MOMENT},
            **options,
        )
        for validator in validators:
            validator.message = NOT_A_MOMENT


class TermForm(forms.Form):
    """A new term: name and days. The rest of its calendar is proposed from the first day."""

    name = forms.CharField(
        label=_("Name of the term"),
        max_length=120,
        error_messages={"required": _("Please write the name of the term.")},
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    code = forms.SlugField(
        label=_("Code of the term"),
        help_text=_("In web addresses, for example 2027-spring. It does not change any more."),
        max_length=20,
        error_messages=dict.fromkeys(
            ("required", "invalid", "max_length"),
            _("Please write at most 20 letters, digits and hyphens, like 2027-spring."),
        ),
    )
    starts_on = DayField(label=_("First day of teaching"))
    ends_on = DayField(label=_("Last day of teaching"))

    def clean_code(self) -> str:
        """A code names one term."""
        code: str = self.cleaned_data["code"]
        if Term.objects.filter(code=code).exists():
            raise forms.ValidationError(_("Another term has this code. Choose another one."))
        return code

    def clean(self) -> dict[str, Any]:
        """A term ends after it starts, and is no longer than a year."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and not 0 < (last - first).days <= 366:
            self.add_error(
                "ends_on", _("A term ends after its first day, and within a year of it.")
            )
        return cleaned


class WindowsForm(forms.Form):
    """When each phase of a term begins, and until when people can act in it."""

    def __init__(self, *args: Any, windows: Iterable[TermPhase | Window], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = {window.phase: window for window in windows}
        for phase, label in PHASES:
            window = stored.get(phase)
            for end, said in (
                ("opens", gettext("%(phase)s, from")),
                ("closes", gettext("%(phase)s, until")),
            ):
                moment = getattr(window, f"{end}_at", None)
                self.fields[f"{phase}_{end}"] = MomentField(
                    label=said % {"phase": label},
                    required=phase in NEEDED and end == "opens",
                    initial=localtime(moment) if moment else None,
                )

    def clean(self) -> dict[str, Any]:
        """Phases follow each other, and no window closes before it opens."""
        cleaned = super().clean() or self.cleaned_data
        for phase, _label in PHASES:
            opens, closes = cleaned.get(f"{phase}_opens"), cleaned.get(f"{phase}_closes")
            if opens and closes and closes <= opens:
                self.add_error(f"{phase}_closes", _("This is before the phase begins."))
            if closes and not opens and f"{phase}_opens" not in self.errors:
                self.add_error(f"{phase}_opens", _("Please write when this phase begins, too."))
        if not self.errors:
            for phase in out_of_order(self.windows()):
                self.add_error(
                    f"{phase}_opens", _("This phase would begin before the one ahead of it.")
                )
        return cleaned

    def windows(self) -> list[Window]:
        """Return the phases that were given a beginning."""
        said = self.cleaned_data
        return [
            Window(phase, said[f"{phase}_opens"], said.get(f"{phase}_closes"))
            for phase, _label in PHASES
            if said.get(f"{phase}_opens")
        ]


class PhaseForm(forms.Form):
    """Which phase comes now, and why by hand."""

    phase = forms.ChoiceField(
        label=_("The phase that begins now"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Please choose a phase.")),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For example: the prospectus has been printed. Kept with your name."),
        max_length=200,
        error_messages={
            "required": _("Please say why, in a few words. It is kept with your name.")
        },
    )

    def __init__(self, *args: Any, ahead: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phase = self.fields["phase"]
        assert isinstance(phase, forms.ChoiceField)  # noqa: S101 - tells the type checker
        phase.choices = [(one, Term.Phase(one).label) for one in ahead]
