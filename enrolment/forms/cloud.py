"""What is asked of somebody who wants a course's materials on paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campus.models import Campus
from enrolment.forms.desk import WordForm

FETCH, BRING = "fetch", "bring"
CHOOSE = {
    "required": _("Please choose one of these."),
    "invalid_choice": _("Please choose one of these."),
}


class PackForm(forms.Form):
    """How the pack comes to the learner, and in which print."""

    way = forms.ChoiceField(
        label=_("How do you get it?"),
        choices=[
            (FETCH, _("I fetch it at a campus")),
            (BRING, _("Please bring or send it to me")),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    campus = forms.ModelChoiceField(
        label=_("At which campus?"),
        queryset=Campus.objects.none(),
        required=False,
        empty_label=None,
        error_messages=CHOOSE,
    )
    address = forms.CharField(
        label=_("Address"),
        help_text=_("Street, house and door, as a person on foot finds it."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    large_print = forms.ChoiceField(
        label=_("Which print?"),
        choices=[("yes", _("Large print")), ("no", _("Usual print"))],
        initial="yes",
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campus: Any = self.fields["campus"]
        campus.queryset = Campus.objects.open_to_learners().with_rooms().in_order()
        campus.label_from_instance = lambda one: one.display_name()

    def clean(self) -> dict[str, Any]:
        """One of the two ways, with what it needs."""
        said = super().clean() or {}
        way = said.get("way")
        if way == FETCH and not said.get("campus") and "campus" not in self.errors:
            self.add_error("campus", CHOOSE["required"])
        if way == BRING and not said.get("address"):
            self.add_error("address", _("Please write where we bring it."))
        return said

    def pack(self) -> dict[str, Any]:
        """Return what was asked for, as ``services.ask_for_pack`` takes it."""
        said = self.cleaned_data
        fetches = said["way"] == FETCH
        return {
            "campus": said["campus"] if fetches else None,
            "address": "" if fetches else said["address"],
            "large_print": said["large_print"] == "yes",
        }


class PackForForm(PackForm, WordForm):
    """The same, asked for by staff, with the learner's word."""

    field_order = ("way", "campus", "address", "large_print", "channel", "how", "reason")
