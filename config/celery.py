"""Celery: rows in PostgreSQL are the queue of record, the broker only wakes the workers."""

from celery import Celery

from config import env

env.prepare(settings="config.settings.dev")

app = Celery("campus")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
