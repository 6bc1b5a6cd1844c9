"""One row of the page for forms on paper: what stands on one sheet."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Learner
from enrolment.domain import typed
from enrolment.domain.wishes import MOST_WISHES
from enrolment.forms.desk_forms import LONGEST_LINE

HALF_A_YEAR = 180  # days


class SheetForm(forms.Form):
    """Who, which classes in order, one or two, like classes or not, and when it was received."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    who = forms.CharField(
        label=gettext_lazy("Learner"),
        max_length=LONGEST_LINE,
        error_messages={
            "required": gettext_lazy("Write a card number, a mobile number, or name and birth.")
        },
    )
    classes = forms.CharField(
        label=gettext_lazy("Numbers of the classes"),
        max_length=LONGEST_LINE,
        error_messages={"required": gettext_lazy("Write the numbers of the classes, in order.")},
    )
    two = forms.BooleanField(label=gettext_lazy("Wants two classes"), required=False)
    any_like = forms.BooleanField(label=gettext_lazy("Like classes, too"), required=False)
    received = forms.CharField(
        label=gettext_lazy("Received"), max_length=LONGEST_LINE, required=False
    )

    def __init__(self, data: QueryDict | None = None, *, at: datetime, **kwargs: Any) -> None:
        super().__init__(data, auto_id="%s", **kwargs)
        self.at = at
        for name in ("who", "classes", "received"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["classes"].widget.attrs["inputmode"] = "text"

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into the row."""
        typed_in = (self.data.get(self.add_prefix(name), "") for name in ("who", "classes"))
        return not any(text.strip() for text in typed_in)

    @property
    def shown_key(self) -> UUID | str:
        """The key of the sheet, as it was sent or as it was given to an empty row."""
        value: UUID | str = self["key"].value()
        return value

    def clean_who(self) -> typed.Person:
        """Who is meant, as far as it can be read."""
        who = typed.person(self.cleaned_data["who"])
        if who is None:
            raise forms.ValidationError(
                _("Write a card number, a mobile number, or name and birth.")
            )
        return who

    def clean_classes(self) -> list[typed.ClassNumber]:
        """The classes in order; words that are no numbers are named."""
        numbers, words = typed.class_numbers(self.cleaned_data["classes"])
        if words:
            raise forms.ValidationError(
                _("“%(word)s” is no number of a class.") % {"word": words[0]}
            )
        if len(numbers) > MOST_WISHES:
            raise forms.ValidationError(
                _("A form has five choices at most. Like classes are written down by themselves.")
            )
        return numbers

    def clean_received(self) -> datetime | None:
        """When the sheet was received; None for just now."""
        text = self.cleaned_data["received"]
        if not text:
            return None
        read = typed.moment(text, now=localtime(self.at).replace(tzinfo=None))
        if read is None:
            raise forms.ValidationError(_("Write day and hour like this: 12-27 16:30."))
        received = make_aware(read)
        if (received - self.at).days > HALF_A_YEAR:  # in January, a sheet of December
            received = received.replace(year=received.year - 1)
        return received

    def refuse(self, field: str | None, sentence: str) -> None:
        """Keep what was said against the sheet beside the field it is about."""
        self.add_error(field, sentence)

    @staticmethod
    def meant(people: list[Learner]) -> Learner | None:
        """The one person that is meant, if it is one."""
        return people[0] if len(people) == 1 else None
