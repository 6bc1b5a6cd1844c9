"""What staff type at the counter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

REASON = {"required": _("Please say why, in a few words. It is kept with your name.")}


class ReasonForm(forms.Form):
    """Every act of staff on a seat says why."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("In a few words. Kept with your name."),
        max_length=200,
        error_messages=REASON,
    )


class ResizeForm(ReasonForm):
    """How many seats a class should have."""

    capacity = forms.IntegerField(
        label=_("Number of places"),
        min_value=1,
        max_value=500,
        error_messages={
            "required": _("Please write a number from 1 to 500."),
            "invalid": _("Please write a number from 1 to 500."),
            "min_value": _("Please write a number from 1 to 500."),
            "max_value": _("Please write a number from 1 to 500."),
        },
    )
    field_order = ("capacity", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "For example: moved to a bigger room. Kept with your name."
        )
