"""Addresses of what is taught."""

from django.urls import path

from courses.views import catalogue, desk, teachers, terms

app_name = "courses"
urlpatterns = [
    path("courses/", catalogue.list_courses, name="list-courses"),
    path("courses/<slug:slug>/", catalogue.show_course, name="show-course"),
    path("desk/classes/", desk.list_classes, name="staff-list-classes"),
    path("desk/classes/<int:section_id>/edit/", desk.edit_class, name="staff-edit-class"),
    path("desk/classes/<int:section_id>/lessons/", desk.list_lessons, name="staff-list-lessons"),
    path("desk/classes/<int:section_id>/plan/", desk.plan_lessons, name="staff-plan-lessons"),
    path("desk/lessons/<int:lesson_id>/move/", desk.move_lesson, name="staff-move-lesson"),
    path("desk/lessons/<int:lesson_id>/cancel/", desk.cancel_lesson, name="staff-cancel-lesson"),
    path("desk/teachers/", teachers.list_teachers, name="staff-list-teachers"),
    path("desk/teachers/add/", teachers.add_teacher, name="staff-add-teacher"),
    path("desk/teachers/<int:teacher_id>/", teachers.edit_teacher, name="staff-edit-teacher"),
    path("desk/terms/", terms.list_terms, name="staff-list-terms"),
    path("desk/terms/add/", terms.add_term, name="staff-add-term"),
    path("desk/terms/<int:term_id>/", terms.show_term, name="staff-show-term"),
    path("desk/terms/<int:term_id>/dates/", terms.edit_windows, name="staff-edit-windows"),
    path("desk/terms/<int:term_id>/rules/", terms.edit_rules, name="staff-edit-rules"),
    path(
        "desk/terms/<int:term_id>/rules/publish/",
        terms.publish_rules,
        name="staff-publish-rules",
    ),
    path("desk/calendar/", desk.show_calendar, name="staff-calendar"),
]
