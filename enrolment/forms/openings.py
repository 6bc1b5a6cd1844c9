"""What staff type about openings: days, decisions on a room, whom they bring to it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from courses.forms.terms import MomentField
from courses.models import Department
from enrolment.forms.counter import REASON
from enrolment.forms.desk import CHANNELS, CHOOSE, LONGEST_REASON
from enrolment.models import Opening

A_NUMBER = _("Please write a whole number from 1 to 1000, or leave it empty.")
ACTS = (
    ("hold", _("Let nobody in for now")),
    ("go_on", _("Let people in again")),
    ("limit", _("Set how many come in a second at most")),
    ("end", _("End the waiting room: nobody needs to stand in line any more")),
)


class OpeningsForm(forms.Form):
    """Day and hour for each department; empty: it does not open by itself."""

    def __init__(
        self,
        *args: Any,
        departments: Iterable[Department],
        planned: Iterable[Opening],
        proposed: Mapping[int, datetime],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.departments = list(departments)
        stored = {opening.department_id: opening for opening in planned}
        for department in self.departments:
            opening = stored.get(department.pk)
            drawn = opening is not None and opening.shuffled_at is not None
            moment = opening.opens_at if opening else None
            if not drawn:
                moment = proposed.get(department.pk, moment)
            self.fields[_name(department)] = MomentField(
                label=department.display_name(),
                required=False,
                disabled=drawn,
                help_text=_("The order has been made: this day stays.") if drawn else "",
                initial=localtime(moment) if moment else None,
            )

    def moments(self) -> dict[Department, datetime | None]:
        """Return what was asked for, by department."""
        return {one: self.cleaned_data[_name(one)] for one in self.departments}

    def refuse(self, department: int | None, why: str) -> None:
        """Say beside a department, or on top, why the plan cannot be kept."""
        self.add_error(f"department_{department}" if department else None, why)


class SteerForm(forms.Form):
    """What the registrar's office decides about a room, and why."""

    act = forms.ChoiceField(
        label=_("What to do"), choices=ACTS, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    most_per_second = forms.IntegerField(
        label=_("People a second at most"),
        help_text=_("Only for the limit. Empty: as fast as the machines hold."),
        required=False,
        min_value=1,
        max_value=1000,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), A_NUMBER),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For example: the network of a campus is down. Kept with your name."),
        max_length=LONGEST_REASON,
        error_messages=REASON,
    )


class RoomPlaceForm(forms.Form):
    """By which way somebody came to the office whom it brings to a waiting room, and why."""

    channel = forms.ChoiceField(
        label=_("Where does the learner speak to you?"),
        choices=CHANNELS,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For example: phoned the hotline, has no smartphone. Kept with your name."),
        max_length=LONGEST_REASON,
        error_messages=REASON,
    )


def _name(department: Department) -> str:
    return f"department_{department.pk}"
