"""What staff type when they fill in a form for somebody."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrolment.domain.wishes import MOST_WANTED
from enrolment.forms.desk import CHOOSE, WordForm

LONGEST_LINE = 120


class HandInForm(WordForm):
    """The questions besides the classes, asked at once, and how the learner agreed."""

    wanted = forms.TypedChoiceField(
        label=_("How many classes does the learner want this term?"),
        choices=[(1, _("Wants one class")), (MOST_WANTED, _("Wants two classes"))],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    instead = forms.TypedMultipleChoiceField(
        label=_("If none of these comes about: the same course nearby?"),
        help_text=_("Read them out; untick what does not suit."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wants_better = forms.BooleanField(
        label=_("Waits for something better, and gives the lower place back when it comes"),
        required=False,
    )
    split_ok = forms.BooleanField(
        label=_("If only one place is left, one of the two goes alone"), required=False
    )
    field_order = (
        *("wanted", "instead", "wants_better", "split_ok"),
        *("channel", "how", "reason"),
    )

    def __init__(
        self, *args: Any, instead: Sequence[tuple[int, str]], is_joint: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = gettext("fills in the form of the term with us")
        if instead:
            self.fields["instead"].choices = instead  # type: ignore[attr-defined]  # a choice field
        else:
            del self.fields["instead"]
        if not is_joint:
            del self.fields["split_ok"]

    def answers(self) -> dict[str, Any]:
        """Return what was said, as ``services.Said`` takes it."""
        said = self.cleaned_data
        return {
            "wanted": said["wanted"],
            "instead": said.get("instead", []),
            "wants_better": said["wants_better"],
            "split_ok": said.get("split_ok", False),
        }


class JoinForm(WordForm):
    """With whom somebody goes: the whole number of a card or phone, or name and birth."""

    who = forms.CharField(
        label=_("With whom?"),
        help_text=_("Card number, mobile number, or name and date of birth."),
        max_length=LONGEST_LINE,
        error_messages={"required": _("Write the card number or the mobile number.")},
    )
    field_order = ("who", "channel", "how", "reason")
