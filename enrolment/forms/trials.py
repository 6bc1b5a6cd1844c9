"""The form with which a registrar tries rules out before they are published."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Term
from courses.models.terms import MOST_RESERVED
from enrolment.domain.simulation import PRESETS

RULES = {
    "draw": _("one draw for all classes, as here"),
    "first come, first served": _("first come, first served"),
    "a separate draw per class": _("a draw for each class by itself"),
    "success number": _("wish by wish, whoever has won before stands back"),
}
SHARES = {
    "N": _("for newcomers, in 100 places"),
    "C": _("for people who need care, in 100 places"),
    "M": _("for people who missed before, in 100 places"),
}


class TrialForm(forms.Form):
    """What may be different: the way of giving out, reserves and their order, the limit."""

    forms_of = forms.ModelChoiceField(
        queryset=Term.objects.none(), label=_("On the forms of"), empty_label=None,
        widget=forms.RadioSelect,
    )  # fmt: skip
    rule = forms.ChoiceField(
        label=_("How places are given out"),
        choices=[(name, RULES[name]) for name in RULES if name in PRESETS],
        widget=forms.RadioSelect,
    )
    reserve_from_open = forms.IntegerField(
        label=_("Places are put aside in classes with at least this many left"),
        min_value=0, max_value=500,
    )  # fmt: skip
    order = forms.ChoiceField(
        label=_("Which places are filled first"),
        choices=[
            ("open", _("those open to everybody: whoever has a reserve has it on top")),
            ("reserves", _("those put aside: whoever has a reserve has at least so many")),
        ],
        widget=forms.RadioSelect,
    )
    room_classes = forms.TypedChoiceField(
        label=_("Classes one person can win"),
        choices=[(1, _("one")), (2, _("two"))],
        coerce=int,
        widget=forms.RadioSelect,
    )
    substitutes = forms.TypedChoiceField(
        label=_("Like classes on the form"),
        choices=[("yes", _("take part in the draw")), ("no", _("are left out"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, terms: Sequence[Term], **more: Any) -> None:
        super().__init__(*args, **more)
        for letter, label in SHARES.items():
            self.fields[f"reserves_{letter}"] = forms.IntegerField(
                label=label, min_value=0, max_value=MOST_RESERVED
            )
        self.order_fields(["forms_of", "rule", *(f"reserves_{letter}" for letter in SHARES)])
        known = Term.objects.filter(pk__in=[term.pk for term in terms]).latest_first()
        self.fields["forms_of"].queryset = known  # type: ignore[attr-defined]
        self.fields["forms_of"].label_from_instance = Term.display_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """At least half of a class stays open to everybody."""
        cleaned = super().clean() or self.cleaned_data
        if sum(cleaned.get(f"reserves_{letter}") or 0 for letter in SHARES) > MOST_RESERVED:
            self.add_error(
                "reserves_M", _("Together more than half of the places would be put aside.")
            )
        return cleaned

    def rules(self) -> dict[str, Any]:
        """Return the rules to be tried, as a policy is kept."""
        said = self.cleaned_data
        return {
            "rule": said["rule"],
            "reserves": {letter: said[f"reserves_{letter}"] for letter in SHARES},
            "reserve_from_open": said["reserve_from_open"],
            "open_first": said["order"] == "open",
            "room_classes": said["room_classes"],
            "substitutes": said["substitutes"],
        }


def first_answers(rules: Mapping[str, Any], forms_of: Term) -> dict[str, Any]:
    """Return what stands on the form when it is opened: the rules as they are."""
    return {
        "forms_of": forms_of.pk,
        "rule": "draw",
        **{f"reserves_{letter}": rules["reserves"].get(letter, 0) for letter in SHARES},
        "reserve_from_open": rules["reserve_from_open"],
        "order": "open",
        "room_classes": min(2, rules["room_classes"]),
        "substitutes": "yes",
    }
