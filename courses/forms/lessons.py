"""Forms of staff who look after single lessons."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext_lazy as _

from courses.forms.sections import RoomField, TeacherField, offer_rooms_and_teachers
from courses.models import Lesson

NOT_A_TIME = ("required", "invalid")


class LessonForm(forms.Form):
    """Another time, room or teacher for one lesson."""

    day = forms.DateField(
        label=_("Day"),
        help_text=_("For example 2027-03-11"),
        error_messages={key: _("Please write a day like 2027-03-11.") for key in NOT_A_TIME},
    )
    starts = forms.TimeField(
        label=_("From"),
        help_text=_("For example 14:00"),
        error_messages={key: _("Please write an hour like 14:00.") for key in NOT_A_TIME},
    )
    ends = forms.TimeField(
        label=_("To"),
        help_text=_("For example 15:30"),
        error_messages={key: _("Please write an hour like 14:00.") for key in NOT_A_TIME},
    )
    room = RoomField()
    teacher = TeacherField()
    note = forms.CharField(
        label=_("What changed, and why"),
        max_length=200,
        help_text=_("One sentence, shown with the lesson. The class is told the rest by SMS."),
    )

    def __init__(self, *args: Any, lesson: Lesson, **kwargs: Any) -> None:
        starts, ends = localtime(lesson.during.lower), localtime(lesson.during.upper)
        kwargs.setdefault(
            "initial",
            {
                "day": starts.date().isoformat(),
                "starts": f"{starts:%H:%M}",
                "ends": f"{ends:%H:%M}",
                "room": lesson.room_id,
                "teacher": lesson.teacher_id,
            },
        )
        super().__init__(*args, **kwargs)
        offer_rooms_and_teachers(self, lesson.section)

    def moments(self) -> tuple[datetime, datetime]:
        """Return from when to when the lesson is to be held."""
        day, zone = self.cleaned_data["day"], get_default_timezone()
        starts, ends = self.cleaned_data["starts"], self.cleaned_data["ends"]
        return (
            datetime.combine(day, starts, tzinfo=zone),
            datetime.combine(day, ends, tzinfo=zone),
        )


class CancelLessonForm(forms.Form):
    """Why a lesson does not take place."""

    note = forms.CharField(
        label=_("What changed, and why"),
        max_length=200,
        help_text=_("One sentence, shown with the lesson. The class is told the rest by SMS."),
    )
