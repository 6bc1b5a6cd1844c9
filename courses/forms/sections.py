"""Forms of staff who look after classes: open one, give it a room and a teacher."""

from itertools import groupby
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from campus.models import Campus, Room, TimeSlot
from courses.forms.money import YuanField
from courses.models import ClassSection, Course, Teacher, Term
from courses.services import ClassPlan

MOST_SEATS = 500  # of a class; as many as its form on the enrolment floor allows


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


class SlotField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """The hours of the week, said as people say them."""

    def __init__(self, **options: Any) -> None:
        in_order = TimeSlot.objects.order_by("weekday", "starts_at")
        super().__init__(in_order, label=_("Day and hour"), **options)

    def label_from_instance(self, obj: Any) -> str:
        """Return a weekly hour: Tuesday morning 8:30–10:00."""
        return gettext("%(day)s %(half)s %(starts)s–%(ends)s") % {
            "day": WEEKDAYS[obj.weekday - 1],
            "half": obj.get_half_day_display(),
            "starts": time_format(obj.starts_at, "G:i"),
            "ends": time_format(obj.ends_at, "G:i"),
        }


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


class PlaceForm(forms.Form):
    """In which term and at which campus a class is to be opened."""

    term = forms.ModelChoiceField(
        Term.objects.none(),
        label=_("Term"),
        empty_label=None,
        error_messages={"required": _("Please choose a term.")},
    )
    campus = forms.ChoiceField(
        label=_("Campus"), error_messages={"required": _("Please choose a campus.")}
    )

    def __init__(self, *args: Any, units: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        term, campus = self.fields["term"], self.fields["campus"]
        assert isinstance(term, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        assert isinstance(campus, forms.ChoiceField)  # noqa: S101 - tells the type checker
        term.queryset = Term.objects.taking_classes().latest_first()
        places = Campus.objects.open_to_learners().with_rooms().filter(unit__in=units)
        campus.choices = _by_unit(places.select_related("unit").in_order())


class OpenClassForm(forms.Form):
    """Everything the office decides of a class. Its unit is the campus's, its dates the term's."""

    course = forms.ChoiceField(
        label=_("Course"), error_messages={"required": _("Please choose a course.")}
    )
    mode = forms.ChoiceField(
        label=_("How it is taught"),
        choices=ClassSection.Mode.choices,
        initial=ClassSection.Mode.ROOM,
        widget=forms.RadioSelect,
    )
    room = RoomField()
    slot = SlotField(error_messages={"required": _("Please choose a day and hour.")})
    teacher = TeacherField()
    capacity = forms.IntegerField(
        label=_("Number of places"),
        help_text=_("Not more than the room has seats."),
        min_value=1,
        max_value=MOST_SEATS,
        initial=30,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Please write a number from 1 to 500."),
        ),
    )
    min_size = forms.IntegerField(
        label=_("Smallest size"),
        help_text=_("With fewer learners the office decides whether the class is held."),
        min_value=1,
        max_value=MOST_SEATS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Please write a number from 1 to 500."),
        ),
    )
    fee = YuanField(label=_("Fee for the term, in yuan"), help_text=_("0 for a free class."))
    hot = forms.BooleanField(
        label=_("Much wanted: one person may have only so many of these"), required=False
    )
    is_listed = forms.BooleanField(label=_("Shown to the public"), required=False, initial=True)

    def __init__(self, *args: Any, campus: Campus, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        course = self.fields["course"]
        assert isinstance(course, forms.ChoiceField)  # noqa: S101 - tells the type checker
        course.choices = _by_department()
        offer_of(self, campus_id=campus.pk, unit_id=campus.unit_id)

    def clean(self) -> dict[str, Any]:
        """Refuse a class that could not be as large as its smallest size."""
        cleaned = super().clean() or self.cleaned_data
        capacity, least = cleaned.get("capacity"), cleaned.get("min_size")
        if capacity and least and least > capacity:
            self.add_error("min_size", _("The smallest size is more than there are places."))
        return cleaned

    def plan(self) -> ClassPlan:
        """Return what was decided, as the service takes it."""
        said = self.cleaned_data
        return ClassPlan(
            course=Course.objects.select_related("subject").get(pk=said["course"]),
            mode=said["mode"],
            room=said["room"],
            slot=said["slot"],
            teacher=said["teacher"],
            capacity=said["capacity"],
            min_size=said["min_size"],
            fee_fen=said["fee"],
            hot=said["hot"],
            is_listed=said["is_listed"],
        )


def _by_department() -> list[Any]:
    """Return all courses to choose from, under the names of their departments."""
    courses = Course.objects.select_related("subject__department").order_by(
        "subject__department__position", "subject__department", "subject__position", "level"
    )
    grouped = groupby(courses, key=lambda course: course.subject.department)
    return [("", gettext("Please choose"))] + [
        (department.display_name(), [(str(course.pk), course.display_name()) for course in group])
        for department, group in grouped
    ]


def _by_unit(places: QuerySet[Campus]) -> list[Any]:
    """Return campuses to choose from, under the names of their units."""

    def unit_of(place: Campus) -> Unit:
        return place.unit

    return [("", gettext("Please choose"))] + [
        (unit.display_name(), [(place.slug, place.display_name()) for place in group])
        for unit, group in groupby(places, key=unit_of)
    ]


def offer_rooms_and_teachers(form: forms.Form, section: ClassSection) -> None:
    """Offer the rooms of the class's campus and the teachers of its unit, by name."""
    offer_of(form, campus_id=section.campus_id, unit_id=section.unit_id)


def offer_of(form: forms.Form, *, campus_id: int, unit_id: int) -> None:
    """Offer the rooms of a campus and the teachers of a unit, by name."""
    room, teacher = form.fields["room"], form.fields["teacher"]
    assert isinstance(room, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
    assert isinstance(teacher, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
    room.queryset = Room.objects.filter(campus=campus_id).order_by("name")
    teacher.queryset = Teacher.objects.filter(unit=unit_id).order_by("name_pinyin", "pk")
