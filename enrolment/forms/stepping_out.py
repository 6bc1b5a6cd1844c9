"""What is asked of somebody who steps out of a draw, and what staff type for them."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrolment.forms.desk import CHOOSE, WordForm
from enrolment.models import StruckOut

ONE, BOTH = "one", "both"


class WhoStepsOutForm(forms.Form):
    """Of two who go together: one of them, or both. Without a second person nothing is asked."""

    who = forms.ChoiceField(
        label=_("Who steps out?"), widget=forms.RadioSelect, error_messages=CHOOSE
    )

    def __init__(self, *args: Any, name: str, partner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_who(self, name, partner)

    @property
    def are_both(self) -> bool:
        """Whether both step out."""
        return bool(self.cleaned_data.get("who") == BOTH)


class StepOutForm(WordForm):
    """The same at the office, with the reason; of who has died nobody asks how they agreed."""

    because = forms.ChoiceField(
        label=_("Why does the learner step out?"),
        help_text=_("Only the office sees it. The public list says nothing about it."),
        choices=StruckOut.Reason.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    who = forms.ChoiceField(
        label=_("Who steps out?"), widget=forms.RadioSelect, error_messages=CHOOSE
    )
    field_order = ("who", "because", "channel", "how", "reason")

    def __init__(self, *args: Any, name: str, partner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].label = _("Where does the learner, or the family, speak to you?")
        self.fields["how"].required = False
        self.fields["how"].help_text = _("Leave it empty for who has died.")
        self.fields["reason"].help_text = _(
            "For example: the son has phoned, in hospital until spring. Kept with your name."
        )
        ask_who(self, name, partner)

    def clean(self) -> dict[str, Any]:
        """Whoever lives has agreed somehow."""
        said = super().clean() or {}
        if said.get("because") not in {None, StruckOut.Reason.DIED} and not said.get("how"):
            self.add_error("how", gettext("Please choose one of these."))
        return said

    @property
    def are_both(self) -> bool:
        """Whether both of two step out."""
        return bool(self.cleaned_data.get("who") == BOTH)


def ask_who(form: forms.Form, name: str, partner: str) -> None:
    """Ask by names which of two steps out; ask nothing where ``partner`` is empty."""
    if not partner:
        del form.fields["who"]
        return
    field: Any = form.fields["who"]
    named = {"name": name, "partner": partner}
    field.choices = [
        (ONE, gettext("Only %(name)s. %(partner)s stays in the draw alone.") % named),
        (BOTH, gettext("Both: %(name)s and %(partner)s") % named),
    ]
