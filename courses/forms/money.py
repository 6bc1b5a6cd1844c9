"""Money as people write it: yuan, with at most two places; stored in fen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_YUAN = 99_999
NOT_YUAN = ("required", "invalid", "min_value", "max_value", "max_digits", "max_decimal_places",
            "max_whole_digits")  # fmt: skip


class YuanField(forms.DecimalField):
    """An amount in yuan; its clean value is the whole number of fen."""

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

    def clean(self, value: Any) -> Any:
        """Return fen."""
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)

    def prepare_value(self, value: Any) -> Any:
        """Show what is stored as fen in yuan; what somebody typed stays as it is."""
        if isinstance(value, int):
            return f"{value // 100}.{value % 100:02}" if value % 100 else str(value // 100)
        return value
