"""What stands in the log after a visit."""

import logging
from io import StringIO
from logging.config import dictConfig

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client

from config import views

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """The handler of the settings, writing where we can read."""
    written, root = StringIO(), logging.getLogger()
    kept, level = root.handlers[:], root.level
    console = settings.LOGGING["handlers"]["console"] | {"stream": written}
    dictConfig(settings.LOGGING | {"handlers": {"console": console}})
    yield lambda: written.getvalue().splitlines()
    root.handlers[:] = kept
    root.setLevel(level)


def visit(path, **headers):
    return Client(raise_request_exception=False).get(path, headers=headers).status_code


@pytest.mark.parametrize(
    ("fault", "status"),
    [(PermissionDenied("for other staff"), 403), (SuspiciousOperation("odd"), 400)],
)
def test_a_refusal_leaves_one_line_and_no_error(log, monkeypatch, fault, status):
    monkeypatch.setattr(views, "_plain", lambda lines: raise_(fault))
    assert visit("/robots.txt") == status
    assert len(log()) == 1
    assert " WARNING django." in log()[0]


def test_what_is_not_there_and_another_name_leave_one_line(log):
    assert (visit("/nosuch/"), visit("/", host="evil.example")) == (404, 400)
    assert [line.split()[2] for line in log()] == ["WARNING", "WARNING"]


def test_a_fault_stands_out_with_its_traceback(log, monkeypatch):
    monkeypatch.setattr(views, "_plain", lambda lines: raise_(ZeroDivisionError("ours")))
    assert visit("/robots.txt") == 500
    assert " ERROR django.request: " in log()[0]
    assert any(line.startswith("Traceback") for line in log())


def raise_(fault):
    raise fault
