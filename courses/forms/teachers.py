"""The form of an office for its teachers."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffPost, Unit, User
from campus.models import Campus
from courses.forms.money import YuanField
from courses.forms.sections import SlotField
from courses.models import Subject, Teacher
from courses.services import TeacherFacts


class AccountField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """Accounts that hold a teacher's post, to be set by the form."""

    def label_from_instance(self, obj: Any) -> str:
        """Return a name with the user name: two people may have the same."""
        return f"{obj.shown_name} ({obj.username})"


class SlotsField(SlotField, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """Several hours of the week."""


class TeacherForm(forms.Form):
    """What an office writes down of somebody who can teach."""

    name = forms.CharField(
        label=_("Name of the teacher"),
        max_length=120,
        error_messages={"required": _("Please write the teacher's name.")},
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Unit"),
        empty_label=None,
        error_messages={"required": _("Please choose a unit.")},
    )
    user = AccountField(
        User.objects.none(),
        label=_("Account"),
        required=False,
        empty_label=_("none"),
        help_text=_(
            "With an account a teacher sends films of lessons. It needs a teacher's post."
        ),
    )
    subjects = forms.ModelMultipleChoiceField(
        Subject.objects.none(),
        label=_("Subjects"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose a subject, or several.")},
    )
    campuses = forms.ModelMultipleChoiceField(
        Campus.objects.none(),
        label=_("Campuses"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose a campus, or several.")},
    )
    slots = SlotsField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("When they could teach."),
    )
    spare_sections = forms.IntegerField(
        label=_("Classes they could add"),
        min_value=0,
        max_value=20,
        initial=0,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Please write a number from 0 to 20."),
        ),
    )
    lesson_pay = YuanField(label=_("Pay for a lesson, in yuan"), initial=0)

    def __init__(
        self, *args: Any, units: list[int], teacher: Teacher | None = None, **kwargs: Any
    ) -> None:
        if teacher is not None:
            kwargs.setdefault("initial", _as_stored(teacher))
        super().__init__(*args, **kwargs)
        self.fields["slots"].label = _("Free hours")
        posts = StaffPost.objects.held().filter(role=StaffPost.Role.TEACHER, unit__in=units)
        free = Q(teacher=None) | Q(teacher=teacher) if teacher else Q(teacher=None)
        campuses = Campus.objects.open_to_learners().with_rooms()
        offers: dict[str, Any] = {
            "unit": Unit.objects.filter(pk__in=units).in_order(),
            "user": User.objects.filter(free, posts__in=posts).distinct().order_by("username"),
            "subjects": Subject.objects.order_by("department__position", "position", "pk"),
            "campuses": campuses.filter(unit__in=units).in_order(),
        }
        for name, queryset in offers.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
            field.queryset = queryset

    def facts(self) -> TeacherFacts:
        """Return what was written, as the service takes it."""
        said = dict(self.cleaned_data)
        said["lesson_pay_fen"] = said.pop("lesson_pay")
        return TeacherFacts(**said)


def _as_stored(teacher: Teacher) -> dict[str, Any]:
    return {
        "name": teacher.name,
        "name_en": teacher.name_i18n.get("en", ""),
        "unit": teacher.unit_id,
        "user": teacher.user_id,
        "subjects": list(teacher.subjects.values_list("pk", flat=True)),
        "campuses": list(teacher.campuses.values_list("pk", flat=True)),
        "slots": list(teacher.free_slots.values_list("slot", flat=True)),
        "spare_sections": teacher.spare_sections,
        "lesson_pay": teacher.lesson_pay_fen,
    }
