"""Things of the demo city by which a door can be tried: one class, one campus, one seat."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from wagtail.models import Page

from accounts import clock
from campus.models import Campus
from config.access import ROWS, Answer, Role, Way
from courses.models import ClassSection, Course, Lesson, Subject, Teacher, Term
from enrolment.models import (
    CloudSeat,
    DeliveryRequest,
    Difference,
    Draw,
    DrawerSession,
    Enrolment,
    Journal,
    Opening,
    Order,
    Payment,
    Receipt,
    Refund,
    Voucher,
    WaitlistEntry,
    Waiver,
)
from livestream.models import Broadcast, Captions, Lecture, Recording, RoomViewing, Upload

# In whose name an example is shown: the first of these that the door lets in.
_ORDER = (
    Role.VISITOR,
    Role.LEARNER,
    Role.HELPER,
    Role.TEACHER,
    Role.COUNTER,
    Role.EDITOR,
    Role.BRANCH_HEAD,
    Role.REGISTRAR,
    Role.FINANCE,
    Role.FACILITATOR,
    Role.DATA_OFFICER,
)


def _first(found: Any, name: str = "pk") -> Any:
    return found.order_by("pk").values_list(name, flat=True).first()


_THINGS: dict[str, Callable[[], Any]] = {
    "section": lambda: (
        _first(ClassSection.objects.listed().filter(term__phase="open_enrolment"))
        or _first(ClassSection.objects.listed())
    ),
    "lesson": lambda: _first(Lesson.objects.all()),
    "enrolment": lambda: _first(Enrolment.objects.holding_a_seat()),
    "learner": lambda: _first(Enrolment.objects.holding_a_seat(), "learner"),
    "entry": lambda: _first(WaitlistEntry.objects.waiting()),
    "viewing": lambda: _first(RoomViewing.objects.taking_place()),
    "viewing_to_come": lambda: _first(RoomViewing.objects.to_come()),
    "cloud_seat": lambda: _first(CloudSeat.objects.standing()),
    "pack": lambda: _first(DeliveryRequest.objects.under_way()),
    "recording": lambda: (
        _first(Recording.objects.filter(captions__stored_as__gt="").distinct())
        or _first(Recording.objects.all())
    ),
    "broadcast": lambda: _first(Broadcast.objects.for_people(), "pk"),
    "live_lesson": lambda: _first(Broadcast.objects.filter(lesson__isnull=False), "lesson"),
    "live_lecture": lambda: _first(Broadcast.objects.filter(lecture__isnull=False), "lecture"),
    "captions": lambda: _first(Captions.objects.shown()),
    "language": lambda: _first(Captions.objects.shown(), "language"),
    "upload": lambda: _first(Upload.objects.unfinished(), "press"),
    "series": lambda: _first(Lecture.objects.filter(series__isnull=False), "series__slug"),
    "series_id": lambda: _first(Lecture.objects.filter(series__isnull=False), "series"),
    "issue": lambda: _first(Lecture.objects.filter(series__isnull=False), "issue"),
    "year": lambda: timezone.localtime(clock.now()).year,
    "shelf": lambda: "letter",
    "teacher": lambda: _first(Teacher.objects.all()),
    "term": lambda: (
        Term.objects.taking_classes().latest_first().values_list("pk", flat=True).first()
    ),
    "term_code": lambda: (
        Term.objects.taking_classes().latest_first().values_list("code", flat=True).first()
    ),
    "drawn_term": lambda: Draw.objects.public().values_list("term__code", flat=True).first(),
    "order": lambda: _first(Order.objects.open()),
    "payment": lambda: _first(Payment.objects.that_pay().exclude(method="online")),
    "receipt": lambda: _first(Receipt.objects.filter(payment__isnull=False)),
    "drawer": lambda: _first(DrawerSession.objects.all()),
    "refund": lambda: _first(Refund.objects.filter(receipt__isnull=False)),
    "pay_code": lambda: _first(Order.objects.open(), "pay_code"),
    "journal": lambda: (
        Journal.objects.of_kind(Journal.Source.INCOME).values_list("pk", flat=True).first()
    ),
    "difference": lambda: _first(Difference.objects.open()),
    "suspense": lambda: _first(Payment.objects.without_a_place()),
    "waiver": lambda: _first(Waiver.objects.all()),
    "voucher": lambda: _first(Voucher.objects.all()),
    "table": lambda: "payments",
    "csv": lambda: "csv",
    "opening": lambda: _first(Opening.objects.not_over()),
    "campus": lambda: _first(Campus.objects.open_to_learners(), "slug"),
    "subject": lambda: _first(Subject.objects.filter(courses__isnull=False), "slug"),
    "course": lambda: _first(Course.objects.filter(sections__isnull=False), "slug"),
}


def thing(name: str) -> Any:
    """What stands for a thing in an example address; None when the city has none yet."""
    return _THINGS[name]() if name in _THINGS else None


def seen_by(way: Way) -> Role | None:
    """The role in whose name the door is best looked at."""
    return next((role for role in _ORDER if way.audience.answer(role) is Answer.SHOWN), None)


def example_pages() -> list[dict[str, str]]:
    """Every kind of page: its name, a role that sees it, and an address to try."""
    rows = []
    for name, way in ROWS.items():
        role = seen_by(way)
        values = {argument: thing(what) for argument, what in way.needs.items()}
        if role is None or way.posts or None in values.values():
            continue
        try:
            path = reverse(name, kwargs=values) if name != "wagtail_serve" else "/"
        except NoReverseMatch:
            continue
        rows.append({"name": way.title, "role": role.value, "path": path})
    return rows + _posters()


def _posters() -> list[dict[str, str]]:
    """One page of each kind that editors write."""
    rows: dict[type[Model], dict[str, str]] = {}
    pages = Page.objects.live().filter(depth__gt=1, locale__language_code="zh-hans")
    for page in pages.order_by("path").select_related("content_type"):
        kind = page.specific_class
        if kind is not None and kind not in rows:
            name = str(kind._meta.verbose_name)
            rows[kind] = {"name": name, "role": Role.VISITOR.value, "path": page.url or "/"}
    return list(rows.values())
