"""How somebody wants to pay, and whom they ask to."""

from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PhoneField
from enrolment.forms.desk import CHOOSE


class PayBy(StrEnum):
    """The ways to pay."""

    WEB = "web"
    RELATIVE = "relative"
    COUNTER = "counter"


WAYS = {
    PayBy.WEB: _(
        "WeChat, Alipay or bank card: you leave for the payment company's page and come back"
        " here by yourself when you have paid."
    ),
    PayBy.RELATIVE: _(
        "Somebody of my family pays for me: we send them a message, or you read them a number."
        " They need not sign in."
    ),
    PayBy.COUNTER: _(
        "At the counter of a campus, in cash or by card: we show you where and when. Somebody"
        " may go for you."
    ),
}


class PayForm(forms.Form):
    """By which way. Where nothing can be paid on the web, that way is not offered."""

    way = forms.ChoiceField(
        label=_("How would you like to pay?"), widget=forms.RadioSelect, error_messages=CHOOSE
    )

    def __init__(self, *args: Any, online: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["way"]
        field.choices = [
            (way.value, words) for way, words in WAYS.items() if online or way is not PayBy.WEB
        ]


class RelativeForm(forms.Form):
    """The mobile number of whoever is to pay."""

    phone = PhoneField(
        label=_("Mobile number of your relative"),
        help_text=_("Please phone them first, so that they know that the message is from you."),
    )
