"""Forms of the catalogue desk, and of staff who look after classes, teachers and terms."""

from courses.forms.catalogue import CourseForm, DepartmentForm, SubjectForm
from courses.forms.lessons import CancelLessonForm, LessonForm
from courses.forms.rules import PublishForm, RulesForm
from courses.forms.sections import OpenClassForm, PlaceForm, SectionForm
from courses.forms.teachers import TeacherForm
from courses.forms.terms import PhaseForm, TermForm, WindowsForm

__all__ = [
    "CancelLessonForm",
    "CourseForm",
    "DepartmentForm",
    "LessonForm",
    "OpenClassForm",
    "PhaseForm",
    "PlaceForm",
    "PublishForm",
    "RulesForm",
    "SectionForm",
    "SubjectForm",
    "TeacherForm",
    "TermForm",
    "WindowsForm",
]
