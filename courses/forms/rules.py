"""The form of the city's registrar for the rules of a term."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import wording
from courses.models.terms import MOST_RESERVED
from courses.wording import Rule

NOT_AN_HOUR = _("Please write an hour like 14:00.")
FROM, TO = "from", "to"
YES, NO = "yes", "no"


class RulesForm(forms.Form):
    """Every rule of a term, in the order in which they are printed, each with its unit."""

    def __init__(self, *args: Any, rules: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in wording.RULES:
            self.fields |= _fields_of(rule, rules.get(rule.name))

    def rules(self) -> dict[str, Any]:
        """Return the rules as they are stored."""
        said = self.cleaned_data
        written: dict[str, Any] = {}
        for rule in wording.RULES:
            if rule.unit == "hours_of_day":
                ends = (said[f"{rule.name}_{end}"] for end in (FROM, TO))
                written[rule.name] = [_hour(end) for end in ends]
            elif rule.unit == "switch":
                written[rule.name] = said[rule.name] == YES
            elif rule.unit == "hour":
                written[rule.name] = _hour(said[rule.name])
            elif rule.unit == "reserves":
                written[rule.name] = {
                    bucket: said[f"{rule.name}_{bucket}"] for bucket in wording.BUCKETS
                }
            else:
                written[rule.name] = said[rule.name]
        return written

    def clean(self) -> dict[str, Any]:
        """Hours have an end after their beginning; reserves leave seats for everybody."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("offer_hours_from"), cleaned.get("offer_hours_to")
        if first and last and last <= first:
            self.add_error("offer_hours_to", _("This is before the first hour."))
        shares = [cleaned.get(f"reserves_{bucket}") or 0 for bucket in wording.BUCKETS]
        if sum(shares) > MOST_RESERVED:
            self.add_error(
                "reserves_M", _("Together more than half of the places would be put aside.")
            )
        return cleaned


class PublishForm(forms.Form):
    """What is said to the public about a version of the rules."""

    notice = forms.CharField(
        label=_("What changed, in a sentence"),
        help_text=_("Shown with the version. It cannot be changed any more."),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write what changed, in a sentence.")},
    )


def _fields_of(rule: Rule, value: Any) -> dict[str, forms.Field]:
    if rule.unit == "hours_of_day":
        first, last = value or ("08:30", "18:00")
        return {
            f"{rule.name}_{FROM}": _hour_field(gettext("%(rule)s, from"), rule, first),
            f"{rule.name}_{TO}": _hour_field(gettext("%(rule)s, to"), rule, last),
        }
    if rule.unit == "hour":
        return {rule.name: _hour_field("%(rule)s", rule, value)}
    if rule.unit == "switch":
        return {rule.name: _switch_field(rule, value)}
    if rule.unit == "order":
        return {
            rule.name: forms.ChoiceField(
                label=rule.label,
                help_text=rule.hint,
                choices=[(key, said) for key, said in wording.ORDERS.items()],
                initial=value,
                widget=forms.RadioSelect,
            )
        }
    if rule.unit == "reserves":
        return {
            f"{rule.name}_{bucket}": _number_field(said, rule, (value or {}).get(bucket))
            for bucket, said in wording.BUCKETS.items()
        }
    return {rule.name: _number_field(rule.label, rule, value)}


def _switch_field(rule: Rule, value: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=rule.label,
        help_text=rule.hint,
        choices=[(YES, wording.SWITCH[True]), (NO, wording.SWITCH[False])],
        initial=YES if value else NO,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )


def _number_field(label: Any, rule: Rule, value: Any) -> forms.IntegerField:
    said = gettext("Please write a number from %(least)s to %(most)s.") % {
        "least": rule.least,
        "most": rule.most,
    }
    return forms.IntegerField(
        label=gettext("%(what)s (%(unit)s)") % {"what": label, "unit": wording.UNITS[rule.unit]},
        help_text=rule.hint,
        min_value=rule.least,
        max_value=rule.most,
        initial=value,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), said),
    )


def _hour_field(label: str, rule: Rule, value: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label % {"rule": rule.label},
        help_text=rule.hint,
        initial=value,
        error_messages={"required": NOT_AN_HOUR, "invalid": NOT_AN_HOUR},
    )


def _hour(said: time) -> str:
    return f"{said:%H:%M}"
