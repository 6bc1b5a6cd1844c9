"""Places that were paid, lessons that were held, and who asks for money back."""

from datetime import date, timedelta
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.services import Shown
from courses.models import Lesson
from enrolment.models import LedgerEntry
from enrolment.services.money import special
from enrolment.services.money.drawers import open_drawer
from enrolment.services.money.settling import settle
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, order_for, pay_in_cash, place_to_pay, seen
from tests.factories.times import TODAY

PDF = b"%PDF-1.7 a certificate"
SHOWN = Shown(
    died_on=date(2026, 11, 1), paper="certificate", kinship="household", brought_by="周国强，儿子"
)


def paid_place(section, *, method="card", at=TODAY, learner=None):
    """A place that was paid on the web."""
    place = place_to_pay(section, learner or LearnerFactory())
    order = order_for(place, at=at)
    attempt = attempt_for(order, session=f"cs_{uuid4().hex}")
    settle(attempt=attempt, seen=seen(attempt, way=method), at=at)
    place.refresh_from_db()
    assert place.status == "confirmed"
    return place


def place_paid_in_cash():
    """A place of a class of its own, paid at the counter."""
    place = place_to_pay(SectionFactory(fee_fen=FEE), LearnerFactory())
    pay_in_cash(place)
    place.refresh_from_db()
    return place


def balances():
    return {name: fen for name, fen in LedgerEntry.objects.balances().items() if fen}


def have_lessons(section, *, held, lost=0, after=0):
    """So many lessons of a class took place before TODAY, so many were lost, so many come."""
    section.lessons.all().delete()
    states = ["planned"] * held + ["lost"] * lost + ["planned"] * after
    for number, status in enumerate(states, 1):
        begins = TODAY + timedelta(days=number - held - lost) - timedelta(hours=3)
        Lesson.objects.create(
            section=section, number=number, status=status,
            during=(begins, begins + timedelta(hours=1)),
        )  # fmt: skip


def ask(place, *, content=PDF, by=None, **more):
    upload = SimpleUploadedFile("../../x.exe", content) if content else None
    return special.ask_special(
        **{
            "enrolment": place, "kind": "medical", "upload": upload, "seen_by": None,
            "words": "in hospital", "asked_by": by or place.learner.user, "at": TODAY,
        } | more
    )  # fmt: skip


def drawer_with(section, clerk, fen):
    return open_drawer(campus=section.campus, float_fen=fen, by=clerk, at=TODAY)
