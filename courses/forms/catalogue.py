"""Forms of the catalogue desk in the CMS: what is taught."""

from django.db import models
from wagtail.admin.forms import WagtailAdminModelForm

from courses.services import keep_course, keep_department, keep_subject


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
