"""What is taught, and when."""

from courses.models.attendance import Attendance, TermRecord
from courses.models.catalogue import Course, Department, Subject
from courses.models.pages import CoursePage, ProspectusPage, SubjectIndexPage
from courses.models.sections import ClassSection, Lesson, SectionAvailability
from courses.models.teachers import Teacher, TeacherSlot
from courses.models.terms import Term, TermPhase, TermPolicy

__all__ = [
    "Attendance",
    "ClassSection",
    "Course",
    "CoursePage",
    "Department",
    "Lesson",
    "ProspectusPage",
    "SectionAvailability",
    "Subject",
    "SubjectIndexPage",
    "Teacher",
    "TeacherSlot",
    "Term",
    "TermPhase",
    "TermPolicy",
    "TermRecord",
]
