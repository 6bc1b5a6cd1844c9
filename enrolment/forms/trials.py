"""The form with which a registrar tries rules out before they are published."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Term
from courses.models.terms import MOST_RESERVED
from enrolment.domain.simulation import PRESETS, Crowd

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


OPEN_TO = {
    "N": _("Made up: newcomers, in 100 people"),
    "C": _("Made up: in need of care, in 100 people"),
    "M": _("Made up: missed before, in 100 people"),
}
USUAL_CROWD = {"N": 40, "C": 12, "M": 8}
MADE_UP = "made_up"
MOST_PEOPLE = 30_000


class TrialForm(forms.Form):
    """What may be different: the way of giving out, reserves and their order, the limit.

    Tried on forms of a term that has some, or on people who are made up.
    """

    forms_of = forms.TypedChoiceField(
        label=_("On whom to try them"),
        coerce=lambda said: None if said == MADE_UP else int(said),
        widget=forms.RadioSelect,
    )
    people = forms.IntegerField(
        label=_("Made up: how many people"), min_value=10, max_value=MOST_PEOPLE
    )
    uneven = forms.TypedChoiceField(
        label=_("Made up: how they wish for subjects"),
        choices=[
            (0.0, _("each as much as the other")),
            (0.8, _("some much more than others, as most cities see it")),
            (1.2, _("nearly all the same few")),
        ],
        coerce=float,
        widget=forms.RadioSelect,
    )
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
        self.terms = {term.pk: term for term in terms}
        for letter, label in SHARES.items():
            self.fields[f"reserves_{letter}"] = forms.IntegerField(
                label=label, min_value=0, max_value=MOST_RESERVED
            )
            self.fields[f"open_to_{letter}"] = forms.IntegerField(
                label=OPEN_TO[letter], min_value=0, max_value=100
            )
        made_up = ["people", "uneven", *(f"open_to_{letter}" for letter in SHARES)]
        reserves = [f"reserves_{letter}" for letter in SHARES]
        self.order_fields(["rule", *reserves, "reserve_from_open", "order", "room_classes",
                           "substitutes", "forms_of", *made_up])  # fmt: skip
        self.fields["forms_of"].choices = [  # type: ignore[attr-defined]
            *(
                (term.pk, _("the forms of the %(term)s") % {"term": term.display_name()})
                for term in terms
            ),
            (MADE_UP, _("people who are made up, for the classes of this term")),
        ]

    def clean(self) -> dict[str, Any]:
        """At least half of a class stays open to everybody."""
        cleaned = super().clean() or self.cleaned_data
        if sum(cleaned.get(f"reserves_{letter}") or 0 for letter in SHARES) > MOST_RESERVED:
            self.add_error(
                "reserves_M", _("Together more than half of the places would be put aside.")
            )
        return cleaned

    @property
    def chosen_term(self) -> Term | None:
        """The term whose forms to take; None to make people up."""
        return self.terms.get(self.cleaned_data["forms_of"])

    @property
    def crowd(self) -> Crowd | None:
        """The people to make up, where no term's forms are taken."""
        if self.chosen_term is not None:
            return None
        said = self.cleaned_data
        return Crowd(
            people=said["people"],
            reserves={letter: said[f"open_to_{letter}"] for letter in SHARES},
            uneven=said["uneven"],
        )

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


def first_answers(
    rules: Mapping[str, Any], *, forms_of: Term | None, people: int
) -> dict[str, Any]:
    """Return what stands on the form when it is opened: the rules as they are."""
    return {
        "forms_of": forms_of.pk if forms_of else MADE_UP,
        "people": min(max(people, 10), MOST_PEOPLE),
        "uneven": 0.8,
        **{f"open_to_{letter}": share for letter, share in USUAL_CROWD.items()},
        "rule": "draw",
        **{f"reserves_{letter}": rules["reserves"].get(letter, 0) for letter in SHARES},
        "reserve_from_open": rules["reserve_from_open"],
        "order": "open",
        "room_classes": min(2, rules["room_classes"]),
        "substitutes": "yes",
    }
