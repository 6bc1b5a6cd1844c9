"""What and when: catalogue, terms, classes, lessons."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
