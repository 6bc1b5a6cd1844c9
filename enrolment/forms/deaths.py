"""What staff type when a family tells the office that a learner has died."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import DeathRecord
from accounts.services import Shown
from courses.forms.terms import DayField
from enrolment.forms.desk import CHOOSE


class DeathForm(forms.Form):
    """The day, which papers were seen, and who brought them; no copy is kept."""

    died_on = DayField(label=_("Day of death"))
    paper = forms.ChoiceField(
        label=_("Which paper shows the death?"),
        choices=DeathRecord.Paper.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    kinship = forms.ChoiceField(
        label=_("Which paper shows that they are family?"),
        choices=DeathRecord.Kinship.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    brought_by = forms.CharField(
        label=_("Who brought the papers?"),
        help_text=_("Name and how related, for example: Zhou Guoqiang, son."),
        max_length=80,
        error_messages={"required": _("Please write the name of who is here.")},
    )

    def __init__(self, *args: Any, born_on: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.born_on, self.today = born_on, today

    def clean_died_on(self) -> date:
        """A day between their birth and today."""
        day: date = self.cleaned_data["died_on"]
        if not self.born_on < day <= self.today:
            raise forms.ValidationError(gettext("Please look at the day on the paper again."))
        return day

    def shown(self) -> Shown:
        """Return what the family brought."""
        return Shown(**self.cleaned_data)

    def in_words(self) -> list[str]:
        """Return what was typed, a line each, to be looked at once more."""
        said = self.cleaned_data
        return [
            gettext("Day of death: %(day)s") % {"day": said["died_on"].isoformat()},
            str(DeathRecord.Paper(said["paper"]).label),
            str(DeathRecord.Kinship(said["kinship"]).label),
            gettext("Brought by %(who)s") % {"who": said["brought_by"]},
        ]
