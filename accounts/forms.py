"""Questions about people and numbers."""

import re
import unicodedata
from datetime import date, datetime
from typing import Any, TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.domain import phones
from accounts.models import Learner, Unit

OLDEST = 120


class PhoneField(forms.CharField):
    """A mobile number in any way of writing; its value is the one way we keep it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mobile number"))
        kwargs.setdefault("max_length", phones.LONGEST)
        kwargs.setdefault(
            "widget",
            forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
        )
        kwargs.setdefault(
            "error_messages", {"required": _("Please write your mobile number, 11 digits.")}
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return phones.canonical(text)
        except phones.NotAMobile:
            raise forms.ValidationError(
                _("This is a landline. Please write a mobile number, or phone us.")
            ) from None
        except phones.NotAPhone:
            raise forms.ValidationError(
                _("Please write all 11 digits of your mobile number.")
            ) from None


class AskCodeForm(forms.Form):
    """Page 1 of signing in."""

    phone = PhoneField(help_text=_("We send you a code by SMS. You need no password."))
    elsewhere = forms.BooleanField(
        label=_("This is somebody else's phone: sign me out when I close the page"),
        required=False,
    )


class ChangePhoneForm(forms.Form):
    """Another number for the same account."""

    phone = PhoneField(
        label=_("Your new mobile number"), help_text=_("We send a code to the new number.")
    )


class CodeForm(forms.Form):
    """Page 2 of signing in: six digits in one field."""

    code = forms.CharField(
        label=_("Code of 6 digits"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
        error_messages={"required": _("Please write the 6 digits from the SMS.")},
    )

    def clean_code(self) -> str:
        """Take full-width digits, blanks and dashes as they come."""
        code = re.sub(r"\D", "", unicodedata.normalize("NFKC", self.cleaned_data["code"]))
        if len(code) != 6 or not code.isascii():
            raise forms.ValidationError(_("The code has 6 digits. Please look at the SMS again."))
        return code

    def refuse(self, left: int) -> None:
        """Say that the code was wrong, and what is left to do."""
        self.add_error(
            "code",
            ngettext(
                "This is not the code we sent. You can try %(left)d more time.",
                "This is not the code we sent. You can try %(left)d more times.",
                left,
            )
            % {"left": left},
        )


def _part_of_date(length: int, autocomplete: str) -> forms.TextInput:
    return forms.TextInput(
        attrs={"inputmode": "numeric", "maxlength": length, "autocomplete": autocomplete}
    )


class BirthdayWidget(forms.MultiWidget):
    """Year, month, day: three fields to type, no calendar to page through."""

    template_name = "accounts/_birthday.html"
    use_fieldset = True

    def __init__(self) -> None:
        super().__init__(
            {
                "year": _part_of_date(4, "bday-year"),
                "month": _part_of_date(2, "bday-month"),
                "day": _part_of_date(2, "bday-day"),
            }
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        words = (_("Year"), _("Month"), _("Day of the month"))
        context["parts"] = list(zip(words, context["widget"]["subwidgets"], strict=True))
        return context

    def decompress(self, value: date | None) -> list[Any]:
        return [value.year, value.month, value.day] if value else [None, None, None]

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_year"


class BirthdayField(forms.MultiValueField):
    """A date of birth that exists and lies behind us."""

    widget = BirthdayWidget

    def __init__(self, **kwargs: Any) -> None:
        wrong = _("Please write year, month and day in figures, for example 1954 3 5.")
        part = {"invalid": wrong, "required": wrong, "incomplete": wrong}
        super().__init__(
            fields=[forms.IntegerField(error_messages=part) for _part in range(3)],
            error_messages=part,
            require_all_fields=True,
            **kwargs,
        )

    def compress(self, data_list: list[int]) -> date | None:
        if not data_list:
            return None
        try:
            return date(*data_list)
        except (ValueError, OverflowError):
            raise forms.ValidationError(
                _("There is no such day. Please look at year, month and day again.")
            ) from None


class AboutMeForm(forms.Form):
    """Who a learner is: asked when first needed, and never again."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As on your identity card."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Please write your name.")},
    )
    sex = forms.ChoiceField(
        label=_("Your sex"),
        help_text=_("Some classes begin at another age for women and men."),
        choices=Learner.Sex.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose woman or man.")},
    )
    born_on = BirthdayField(label=_("Your date of birth"))
    unit = forms.ModelChoiceField(
        label=_("Which senior university is yours?"),
        help_text=_("The one near you. You may take classes at the others, too."),
        queryset=Unit.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose your senior university.")},
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = at.date()
        self.fields["unit"].queryset = Unit.objects.in_order()  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = lambda unit: unit.display_name()  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return " ".join(unicodedata.normalize("NFC", self.cleaned_data["name"]).split())

    def clean_born_on(self) -> date:
        born_on: date = self.cleaned_data["born_on"]
        if not 0 < self.today.year - born_on.year <= OLDEST or born_on > self.today:
            raise forms.ValidationError(_("Please look at the year again."))
        return born_on


class Rights(TypedDict):
    """What a helper may do besides seeing."""

    may_apply: bool
    may_withdraw: bool


class HelperForm(forms.Form):
    """Whom a learner lets act for them, and in what."""

    phone = PhoneField(
        label=_("Mobile number of the person who helps you"),
        help_text=_("They sign in with their own phone and then act for you."),
    )
    rights = forms.MultipleChoiceField(
        label=_("What may this person do for you?"),
        choices=[
            ("may_apply", _("ask for classes")),
            ("may_withdraw", _("give a place back")),
        ],
        help_text=_("Seeing your classes is always part of it."),
        widget=forms.CheckboxSelectMultiple,
        initial=["may_apply"],
        required=False,
    )

    def as_granted(self) -> Rights:
        """Return the rights as the grant keeps them."""
        chosen = self.cleaned_data["rights"]
        return Rights(
            may_apply="may_apply" in chosen,
            may_withdraw="may_withdraw" in chosen,
        )
