"""Every way in. ``manage.py pages`` prints this as a table of who may go where."""

from django.urls import path  # noqa: F401

urlpatterns: list[object] = []
