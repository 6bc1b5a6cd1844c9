"""Addresses of what is taught."""

from django.urls import path

from courses import views

app_name = "courses"
urlpatterns = [
    path("courses/", views.list_courses, name="list-courses"),
    path("courses/<slug:slug>/", views.show_course, name="show-course"),
]
