"""What is asked about afternoons at viewing points: by the desk that plans, and in the room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext_lazy as _
from psycopg.types.range import Range

from accounts.models import StaffPost, User
from campus.models import Campus, Room
from livestream import queries
from livestream.models import HeadCount, RoomViewing
from livestream.models.viewings import MOST_PEOPLE

DAY = {
    "required": _("Please write the day, for example 2027-03-09."),
    "invalid": _("Please write the day like this: 2027-03-09."),
}
HOUR = {
    "required": _("Please write the hour, for example 14:00."),
    "invalid": _("Please write the hour like this: 14:00."),
}
CHOOSE = {
    "required": _("Please choose one of these."),
    "invalid_choice": _("Please choose one of these."),
}
LONGEST_DAY = 86_400 * 2


class ViewingForm(forms.Form):
    """Where, when, and who looks after it."""

    campus = forms.ModelChoiceField(
        label=_("At which viewing point?"),
        queryset=Campus.objects.none(),
        empty_label=None,
        error_messages=CHOOSE,
    )
    room = forms.ModelChoiceField(
        label=_("Room"),
        help_text=_("Only where the place has several."),
        queryset=Room.objects.none(),
        required=False,
        empty_label=_("no room of its own"),
        error_messages=CHOOSE,
    )
    day = forms.DateField(label=_("Day"), error_messages=DAY)
    begins = forms.TimeField(label=_("From"), error_messages=HOUR)
    ends = forms.TimeField(label=_("To"), error_messages=HOUR)
    facilitator = forms.ModelChoiceField(
        label=_("Who looks after it?"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("not decided yet"),
        error_messages=CHOOSE,
    )
    notes = forms.CharField(
        label=_("Notes"),
        help_text=_("For example: bring the loudspeaker, chairs for forty."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, units: Iterable[int], viewing: RoomViewing, **kwargs: Any
    ) -> None:
        self.viewing = viewing
        kwargs["initial"] = _answers(viewing)
        super().__init__(*args, **kwargs)
        units = list(units)
        places = [place.pk for place in queries.viewing_points(units)]
        campus: Any = self.fields["campus"]
        campus.queryset = Campus.objects.filter(pk__in=places).in_order()
        campus.label_from_instance = lambda one: one.display_name()
        room: Any = self.fields["room"]
        room.queryset = Room.objects.filter(campus__in=places).select_related("campus")
        room.label_from_instance = lambda one: f"{one.campus.display_name()} · {one.name}"
        facilitator: Any = self.fields["facilitator"]
        posts = StaffPost.objects.held().filter(unit__in=units, role=StaffPost.Role.FACILITATOR)
        facilitator.queryset = User.objects.filter(posts__in=posts).distinct().order_by("pk")
        facilitator.label_from_instance = lambda one: one.shown_name

    def clean(self) -> dict[str, Any]:
        """The room belongs to the place, and the end comes after the beginning."""
        said = super().clean() or {}
        if said.get("room") and said.get("campus") and said["room"].campus != said["campus"]:
            self.add_error("room", _("This room belongs to another place."))
        if said.get("begins") and said.get("ends") and said["ends"] <= said["begins"]:
            self.add_error("ends", _("The end comes after the beginning."))
        return said

    def planned(self) -> RoomViewing:
        """Return the afternoon as it was typed, not written yet."""
        said = self.cleaned_data
        for name in ("campus", "room", "facilitator", "notes"):
            setattr(self.viewing, name, said[name])
        begins = make_aware(datetime.combine(said["day"], said["begins"]))
        ends = make_aware(datetime.combine(said["day"], said["ends"]))
        self.viewing.during = Range(begins, ends)
        return self.viewing


class HeadCountForm(forms.Form):
    """How many people sit in the room; how long ago they were counted, where there was no line."""

    key = forms.UUIDField()
    moment = forms.ChoiceField(choices=HeadCount.Moment.choices)
    people = forms.IntegerField(min_value=0, max_value=MOST_PEOPLE)
    ago = forms.FloatField(min_value=0, max_value=LONGEST_DAY, required=False)


class EndForm(forms.Form):
    """That it is over, and how long ago, where there was no line."""

    ago = forms.FloatField(min_value=0, max_value=LONGEST_DAY, required=False)
    notes = forms.CharField(max_length=1000, required=False)


def _answers(viewing: RoomViewing) -> dict[str, Any]:
    """What is known already: of an afternoon entered before, or the hours of what is shown."""
    during = viewing.during or viewing.shows.during
    begins, ends = localtime(during.lower), localtime(during.upper)
    return {
        "campus": viewing.campus_id,
        "room": viewing.room_id,
        "day": begins.date(),
        "begins": f"{begins:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "facilitator": viewing.facilitator_id,
        "notes": viewing.notes,
    }
