"""Addresses of what is taught."""

from django.urls import path

from courses.views import catalogue, desk

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
    path("desk/calendar/", desk.show_calendar, name="staff-calendar"),
]
