"""Forms of the catalogue desk, and of staff who look after classes and lessons."""

from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from campus.models import Room
from courses.models import ClassSection, Lesson, Teacher
from courses.services import keep_course, keep_department, keep_subject

NOT_A_TIME = ("required", "invalid")


class DepartmentForm(WagtailAdminModelForm):
    """Stores a department through its service."""

    def save(self, commit: bool = True) -> models.Model:
        """Complete names and search keys, too."""
        return keep_department(department=self.instance)


class SubjectForm(WagtailAdminModelForm):
    """Stores a subject through its service."""

    def save(self, commit: bool = True) -> models.Model:
        """Complete names and search keys, too."""
        return keep_subject(subject=self.instance)


class CourseForm(WagtailAdminModelForm):
    """Stores a course through its service."""

    def save(self, commit: bool = True) -> models.Model:
        """Complete names and search keys, too."""
        super().save(commit=False)
        course = keep_course(course=self.instance)
        self.save_m2m()
        return course


class RoomField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """The rooms of one campus, to be set by the form. Classes online leave it open."""

    def __init__(self) -> None:
        super().__init__(
            Room.objects.none(),
            label=_("Room"),
            required=False,
            widget=forms.RadioSelect,
        )

    def label_from_instance(self, obj: Any) -> str:
        """Return a room with what it is for and how many it holds."""
        kind, seats = obj.get_kind_display(), obj.seats
        return gettext("%(room)s (%(kind)s, %(seats)s seats)") % {
            "room": obj.name,
            "kind": kind,
            "seats": seats,
        }


class TeacherField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """The teachers of one unit, to be set by the form."""

    def __init__(self) -> None:
        super().__init__(
            Teacher.objects.none(),
            label=_("Teacher"),
            required=False,
            empty_label=_("nobody yet"),
        )


class SectionForm(forms.Form):
    """Room and teacher of a class. Seats are not changed here: learners hold them."""

    room = RoomField()
    teacher = TeacherField()
    is_listed = forms.BooleanField(label=_("Shown to the public"), required=False)

    def __init__(self, *args: Any, section: ClassSection, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "room": section.room_id,
                "teacher": section.teacher_id,
                "is_listed": section.is_listed,
            },
        )
        super().__init__(*args, **kwargs)
        offer_rooms_and_teachers(self, section)


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


def offer_rooms_and_teachers(form: forms.Form, section: ClassSection) -> None:
    """Offer the rooms of the class's campus and the teachers of its unit, by name."""
    room, teacher = form.fields["room"], form.fields["teacher"]
    assert isinstance(room, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
    assert isinstance(teacher, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
    room.queryset = Room.objects.filter(campus=section.campus_id).order_by("name")
    teacher.queryset = Teacher.objects.filter(unit=section.unit_id).order_by("name_pinyin", "pk")
