"""What finance staff type, and the code of a voucher."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from courses.forms.money import YuanField
from courses.models import Term
from enrolment.domain.money import codes
from enrolment.forms.counter import REASON
from enrolment.models import Waiver

LEAST = {"required": _("Please choose one of these."), "invalid_choice": REASON["required"]}
SHARES = [(100, _("the whole fee")), (75, "75%"), (50, "50%"), (25, "25%")]


class WordsForm(forms.Form):
    """A reason or an explanation, kept with the name."""

    words = forms.CharField(label=_("In a few words"), max_length=200, error_messages=REASON)


class CodeForm(forms.Form):
    """Twelve digits off a piece of paper: of a pay slip or a voucher."""

    code = forms.CharField(
        label=_("Pay code"),
        help_text=_("12 digits, on the pay slip. Blanks do not matter."),
        max_length=40,
        error_messages={"required": _("Please write the twelve digits of the code.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        """Only what may be a code: a wrong digit is noticed here."""
        typed = self.cleaned_data["code"]
        code = codes.as_typed(typed)
        if not codes.looks_like_one(typed):
            raise forms.ValidationError(self.fields["code"].error_messages["required"])
        if not code:
            raise forms.ValidationError(_("One digit is not right. Please check the code."))
        return code


class VoucherCodeForm(CodeForm):
    """The code of a voucher."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of the voucher")
        self.fields["code"].help_text = _("Twelve digits. Blanks do not matter.")


class WaiverForm(forms.Form):
    """For which term, why and how much somebody need not pay, and which proof was seen."""

    term = forms.ModelChoiceField(
        Term.objects.none(), label=_("Term"), widget=forms.RadioSelect, empty_label=None,
        error_messages=LEAST,
    )  # fmt: skip
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Unit"), widget=forms.RadioSelect, empty_label=None,
        error_messages=LEAST,
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("Reason"), choices=Waiver.Kind.choices, widget=forms.RadioSelect,
        error_messages=LEAST,
    )  # fmt: skip
    percent = forms.TypedChoiceField(
        label=_("How much is not to be paid"), choices=SHARES, coerce=int,
        widget=forms.RadioSelect, error_messages=LEAST,
    )  # fmt: skip
    proof = forms.CharField(
        label=_("Proof that was seen"),
        help_text=_(
            "For example: card of minimum living allowance, number. Only finance reads it."
        ),
        max_length=200,
        error_messages={"required": _("Please write down which paper you saw.")},
    )

    def __init__(self, *args: Any, units: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms: Any = self.fields["term"]
        offices: Any = self.fields["unit"]
        terms.queryset = Term.objects.on_show().latest_first()
        terms.label_from_instance = Term.display_name
        offices.queryset = Unit.objects.filter(pk__in=units).in_order()
        offices.label_from_instance = Unit.display_name
        if len(units) == 1:
            self.initial.setdefault("unit", units[0])


class DecideForm(forms.Form):
    """Yes or no."""

    agreed = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("agreed")), ("no", _("not agreed"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
        error_messages=LEAST,
    )


class VoucherForm(forms.Form):
    """An amount, why, by which paper, and until when."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Unit"), widget=forms.RadioSelect, empty_label=None,
        error_messages=LEAST,
    )  # fmt: skip
    amount = YuanField(label=_("Amount, in yuan"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For example: class called off in autumn. Kept with your name."),
        max_length=200,
        error_messages=REASON,
    )
    proof = forms.CharField(
        label=_("Paper it rests on"),
        help_text=_("For example: decision of the head, number. Only finance reads it."),
        max_length=200,
        error_messages={"required": _("Please write down which paper it rests on.")},
    )
    runs_out_on = forms.DateField(
        label=_("May be used until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Please write a date."),
            "invalid": _("Please write a date like 2027-03-31."),
        },
    )

    def __init__(self, *args: Any, units: list[int], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        offices: Any = self.fields["unit"]
        offices.queryset = Unit.objects.filter(pk__in=units).in_order()
        offices.label_from_instance = Unit.display_name
        if len(units) == 1:
            self.initial.setdefault("unit", units[0])

    def clean_amount(self) -> int:
        """Something."""
        amount: int = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(_("Please write an amount in yuan, like 180 or 180.50."))
        return amount

    def clean_runs_out_on(self) -> date:
        """A day to come."""
        until: date = self.cleaned_data["runs_out_on"]
        if until < self.today:
            raise forms.ValidationError(_("This day is over. Please choose a later one."))
        return until
