"""Doors of an office to the records of its teachers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from courses import services
from courses.forms import TeacherForm
from courses.models import Teacher
from courses.roles import LOOK_AFTER_CLASSES

A_PAGE = 40
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@staff_required(*LOOK_AFTER_CLASSES)
@require_safe
def list_teachers(request: StaffRequest) -> HttpResponse:
    """The teachers of one's own units; ``q`` is a part of a name."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    teachers = Teacher.objects.of_units(request.units).called(words).select_related("unit")
    teachers = teachers.prefetch_related("subjects").order_by("name_pinyin", "pk")
    page = Paginator(teachers, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/desk/list_teachers.html", {"page": page, "words": words})


@staff_required(*LOOK_AFTER_CLASSES)
@get_or_post
def add_teacher(request: StaffRequest) -> HttpResponse:
    """Write down somebody who can teach."""
    return _keep(request, None)


@staff_required(*LOOK_AFTER_CLASSES)
@get_or_post
def edit_teacher(request: StaffRequest, teacher_id: int) -> HttpResponse:
    """Change what is known of a teacher."""
    own = Teacher.objects.of_units(request.units)
    return _keep(request, get_object_or_404(own, pk=teacher_id))


def _keep(request: StaffRequest, teacher: Teacher | None) -> HttpResponse:
    form = TeacherForm(sent(request), units=request.units, teacher=teacher)
    if form.is_valid():
        kept = services.keep_teacher(
            teacher=teacher, facts=form.facts(), actor=request.user, at=clock.now()
        )
        messages.success(
            request, _("%(name)s can now be chosen for classes.") % {"name": kept.name}
        )
        return redirect("courses:staff-list-teachers")
    return render(
        request,
        "courses/desk/edit_teacher.html",
        {"form": form, "teacher": teacher},
        status=422 if form.errors else 200,
    )
