"""What staff and teachers type about papers and levels."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ConsentRecord, HelperGrant
from courses.models import Course, Subject
from enrolment.domain.refusals import Paper
from enrolment.models import Placement

Kind = ConsentRecord.Kind
Consent = HelperGrant.Consent
# Which records take a missing paper away; any one of them does.
RECORDS_OF: dict[Paper, list[ConsentRecord.Kind]] = {
    Paper.HEALTH: [Kind.HEALTH],
    Paper.FAMILY: [Kind.FAMILY],
    Paper.RESIDENCE: Kind.proofs_of_residence(),
}
A_FEW = 12  # up to so many choices stand side by side


class PapersForm(forms.Form):
    """Which of the papers that are missing lie on the counter, and how they were given."""

    kinds = forms.MultipleChoiceField(
        label=_("Which papers did you see?"),
        help_text=_("Tick what is signed and lies before you. It is kept with your name."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please tick the papers that you saw.")},
    )
    how = forms.ChoiceField(
        label=_("How was it given?"),
        choices=[
            (Consent.PAPER, Consent.PAPER.label),
            (Consent.IN_PERSON, Consent.IN_PERSON.label),
        ],
        initial=Consent.PAPER,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how it was given.")},
    )

    def __init__(self, *args: Any, missing: Collection[Paper], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for paper in missing for kind in RECORDS_OF.get(paper, [])]
        self.fields["kinds"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """Whom, in what, and which level: what a teacher says who has seen somebody."""

    number = forms.CharField(
        label=_("Card number or mobile number"),
        help_text=_("The whole number, from the learner card or as the learner says it."),
        max_length=40,
        error_messages={"required": _("Please write the card number or the mobile number.")},
    )
    subject = forms.ModelChoiceField(
        label=_("Subject"),
        queryset=Subject.objects.none(),
        error_messages={"required": _("Please choose the subject.")},
    )
    level = forms.ChoiceField(
        label=_("Level the learner may join"),
        help_text=_(
            "It counts as if the level below were completed. “Beginners” takes an earlier"
            " placement back."
        ),
        choices=[(level.value, level.label) for level in Placement.LEVELS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose the level.")},
    )
    note = forms.CharField(
        label=_("What you saw"),
        help_text=_("For example: plays from sheet music, three years at home."),
        max_length=200,
        error_messages={"required": _("Please say in a few words what you saw.")},
    )

    def __init__(self, *args: Any, subjects: Sequence[Subject], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["subject"]
        field.queryset = Subject.objects.in_order().filter(pk__in=[one.pk for one in subjects])
        field.label_from_instance = Subject.display_name
        if len(subjects) <= A_FEW:
            field.widget = forms.RadioSelect(choices=field.widget.choices)
            field.empty_label = None

    def clean(self) -> dict[str, Any]:
        """A subject has courses of the level, or nobody could join one."""
        cleaned = super().clean() or self.cleaned_data
        subject, level = cleaned.get("subject"), cleaned.get("level")
        if subject and level and not Course.objects.filter(subject=subject, level=level).exists():
            self.add_error("level", _("This subject has no such level. Please choose another."))
        return cleaned

    def nobody_has_that_number(self) -> None:
        """Say so beside the number."""
        self.add_error(
            "number",
            _("Nobody has this number. Please look at the card again, or ask for the phone."),
        )
