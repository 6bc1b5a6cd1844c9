"""Money as people write it: yuan, with at most two places; stored in fen."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_YUAN = 99_999
NOT_YUAN = ("required", "invalid", "min_value", "max_value", "max_digits", "max_decimal_places",
            "max_whole_digits")  # fmt: skip
BESIDE = re.compile(r"[\s,¥\u5143]")  # blanks and the words for yuan may stand around the digits
AMOUNT = re.compile(r"\d+(\.\d*)?")


class YuanField(forms.DecimalField):
    """An amount in yuan; its clean value is the whole number of fen.

    A field of text: one for numbers drops full-width digits without a word, and turns its
    amount when somebody scrolls.
    """

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        said = _("Please write an amount in yuan, like 180 or 180.50.")
        super().__init__(
            min_value=0,
            max_value=MOST_YUAN,
            max_digits=7,
            decimal_places=2,
            error_messages=dict.fromkeys(NOT_YUAN, said),
            **options,
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Ask a telephone for its keys of digits."""
        return {"inputmode": "decimal", "autocomplete": "off", **super().widget_attrs(widget)}

    def to_python(self, value: Any) -> Any:
        """Read digits of either width, with or without the sign of yuan."""
        if isinstance(value, str):
            plain = BESIDE.sub("", unicodedata.normalize("NFKC", value)).replace("\u3002", ".")
            if plain and not AMOUNT.fullmatch(plain):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            value = plain
        return super().to_python(value)

    def run_validators(self, value: Any) -> None:
        """Say once what an amount looks like, however much is wrong with this one."""
        try:
            super().run_validators(value)
        except ValidationError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def clean(self, value: Any) -> Any:
        """Return fen."""
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)

    def prepare_value(self, value: Any) -> Any:
        """Show what is stored as fen in yuan; what somebody typed stays as it is."""
        if isinstance(value, int):
            return f"{value // 100}.{value % 100:02}" if value % 100 else str(value // 100)
        return value
