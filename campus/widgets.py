"""Input of words in several languages, kept in one JSON column."""

import json
from typing import Any

from django import forms
from django.conf import settings


class OtherLanguages(forms.MultiWidget):
    """One input for each language beside Chinese, instead of raw JSON."""

    template_name = "campus/widgets/other_languages.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        self.codes = [code for code, _name in settings.LANGUAGES[1:]]
        names = [name for _code, name in settings.LANGUAGES[1:]]
        inputs = [forms.TextInput(attrs={"lang": code}) for code in self.codes]
        super().__init__(
            {code.replace("-", "_"): box for code, box in zip(self.codes, inputs, strict=True)},
            attrs,
        )
        self.names = names

    def decompress(self, value: str | None) -> list[str]:
        """Take the JSON of the column apart."""
        words = json.loads(value) if value else {}
        return [words.get(code, "") for code in self.codes]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Put the inputs together as JSON; an empty one is left out."""
        words = super().value_from_datadict(data, files, name)
        return json.dumps(
            {code: word.strip() for code, word in zip(self.codes, words, strict=True) if word}
        )

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Name each input, so that it has a visible label."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for box, label in zip(context["widget"]["subwidgets"], self.names, strict=True):
            box["label"] = label
        return context
