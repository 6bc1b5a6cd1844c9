"""What learners and staff type about money that goes back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrolment.forms.desk import CHOOSE
from enrolment.models import RefundPaper

ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"
TOO_LARGE = _("This file is larger than 10 MB. Please take a smaller picture.")
NO_PAPER = _("Please choose a photo or a PDF of the paper.")
CHOOSE_AGAIN = _("Please choose the photo once more: a page that is sent back loses it.")


class SpecialForm(forms.Form):
    """A special cause, with a photo of its paper."""

    kind = forms.ChoiceField(
        label=_("Which paper shows the reason?"),
        choices=[one for one in RefundPaper.Kind.choices if one[0] != RefundPaper.Kind.KINSHIP],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    words = forms.CharField(
        label=_("What has happened, in a few words?"),
        help_text=_("For example: in hospital since March. No details of the illness, please."),
        max_length=300,
        error_messages={"required": _("Please write a few words.")},
    )
    paper = forms.FileField(
        label=_("Photo of the paper"),
        help_text=_(
            "A photo or a PDF, up to 10 MB. Only those who decide see it; then it is deleted."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": NO_PAPER, "empty": NO_PAPER, "invalid": NO_PAPER},
    )

    def clean(self) -> dict[str, Any]:
        """Say that a file is gone: browsers do not keep it where something else is wrong."""
        said = super().clean() or self.cleaned_data
        if self.errors and said.get("paper"):
            self.add_error("paper", CHOOSE_AGAIN)
        return said

    def refuse_paper(self, *, too_large: bool) -> None:
        """Say at the field that the file is no paper."""
        self.add_error("paper", TOO_LARGE if too_large else NO_PAPER)

    def asked(self) -> dict[str, Any]:
        """Return what was typed, as ``money.ask_special`` takes it."""
        said = self.cleaned_data
        return {"kind": said["kind"], "words": said["words"], "upload": said.get("paper")}


class SpecialAtDeskForm(SpecialForm):
    """The same at the counter, where the paper itself is shown."""

    seen = forms.BooleanField(
        label=_("I have seen the paper and given it back"),
        required=False,
    )
    field_order = ("kind", "words", "seen", "paper")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].required = False

    def clean(self) -> dict[str, Any]:
        """One of the two: seen here, or a photo."""
        said = super().clean() or self.cleaned_data
        if not said.get("seen") and not said.get("paper") and "paper" not in self.errors:
            self.add_error("seen", _("Tick that you have seen it, or add a photo."))
        return said


class GoodwillForm(forms.Form):
    """An amount that the office gives back by its own decision."""

    amount = forms.DecimalField(
        label=_("Amount in yuan"),
        min_value=Decimal("0.01"),
        max_digits=9,
        decimal_places=2,
        error_messages={
            "required": _("Please type the amount, for example 45.50."),
            "invalid": _("Please type the amount, for example 45.50."),
        },
    )
    words = forms.CharField(
        label=_("Why"),
        max_length=300,
        error_messages={"required": _("Please write why. A second person reads it.")},
    )

    def amount_fen(self) -> int:
        """Return the amount in fen, exactly."""
        return int(self.cleaned_data["amount"] * 100)


class RefusalForm(forms.Form):
    """Why a refund is refused, in words that the learner reads."""

    words = forms.CharField(
        label=_("Why not? The learner reads this."),
        max_length=200,
        error_messages={"required": _("Please write why, so that the learner understands it.")},
    )


class CashOutForm(forms.Form):
    """Who is given the money, and that their identity card was seen."""

    who = forms.ChoiceField(
        label=_("Who receives the money?"), widget=forms.RadioSelect, error_messages=CHOOSE
    )
    name = forms.CharField(
        label=_("Name on the identity card"),
        max_length=40,
        error_messages={"required": _("Please write the name as on the identity card.")},
    )
    seen = forms.BooleanField(
        label=_("I have seen the identity card"),
        error_messages={"required": _("Please look at the identity card first.")},
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = dict(people)
        self.fields["who"].choices = people  # type: ignore[attr-defined]  # a ChoiceField
        if len(people) == 1:
            self.initial.setdefault("who", people[0][0])


class TransferOutForm(forms.Form):
    """That finance has transferred it: to whom, and the reference of the bank."""

    name = forms.CharField(
        label=_("Name of the account"),
        max_length=80,
        error_messages={"required": _("Please write whose account it is.")},
    )
    reference = forms.CharField(
        label=_("Reference of the bank"),
        max_length=80,
        error_messages={"required": _("Please type the reference of the bank.")},
    )
