"""Money back for a special cause, with a paper that does not stay; and of who has died."""

import os
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEvent
from enrolment import services
from enrolment.models import Refund, RefundPaper
from enrolment.services.money import papers, paying_out, special
from enrolment.services.money.orders import PaymentRefused
from enrolment.services.money.papers import PaperRefused
from enrolment.services.money.refunding import sweep
from tests.enrolment.acts import enrolment_of, withdraw
from tests.enrolment.money.paid import PDF, SHOWN, ask, drawer_with, have_lessons, paid_place
from tests.factories.accounts import StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(minutes=11)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, lessons=True, capacity=5)


# Special causes and their papers


def files(settings):
    root = settings.PAPERS_ROOT
    return sorted(one.name for one in root.iterdir()) if root.is_dir() else []


def test_a_special_cause_brings_back_what_was_not_had_and_its_paper_is_gone_afterwards(
    section, settings
):
    place = paid_place(section)
    have_lessons(section, held=8, after=8)
    (refund,) = ask(enrolment_of(place.learner, section))
    (name,) = files(settings)
    paper = RefundPaper.objects.get()
    assert (refund.amount_fen, refund.state) == (-(-FEE * 8 // 16), "requested")
    assert (name, name.endswith(".pdf"), "x" in name.removesuffix(".pdf")) == (
        paper.name, True, False,
    )  # fmt: skip
    reader = StaffFactory()
    assert papers.read_paper(paper=paper, by=reader, at=TODAY) == (PDF, "application/pdf")
    assert AuditEvent.objects.filter(action="paper read", actor=reader).exists()

    special.approve(refund=refund, by=reader, at=TODAY)
    papers.delete_papers(refund_id=refund.pk, at=TODAY)

    paper.refresh_from_db()
    place.refresh_from_db()
    assert files(settings) == []
    assert (paper.name, paper.deleted_at, len(paper.sha256)) == ("", TODAY, 64)
    assert place.status == "withdrawn", "whoever is too ill to come has left"
    with pytest.raises(FileNotFoundError):
        papers.read_paper(paper=paper, by=reader, at=TODAY)
    sweep(at=LATER)
    assert Refund.objects.count() == 1


def test_a_paper_whose_errand_was_lost_and_a_file_of_nobody_are_swept_away(section, settings):
    place = paid_place(section)
    (refund,) = ask(place)
    settings.PAPERS_ROOT.joinpath("nobodys.pdf").write_bytes(PDF)
    os.utime(settings.PAPERS_ROOT / "nobodys.pdf", (0, 0))
    sweep(at=TODAY)
    assert files(settings) == [RefundPaper.objects.get().name], "not before it is decided"
    special.say_no(refund=refund, by=StaffFactory(), words="not ill enough", at=TODAY)
    sweep(at=TODAY)
    assert files(settings) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ a program", b"<svg onload=alert(1)>", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken"],
)
def test_what_is_no_paper_is_not_kept(section, settings, content):
    place = paid_place(section)
    with pytest.raises(PaperRefused):
        ask(place, upload=SimpleUploadedFile("paper.pdf", content))
    assert (files(settings), Refund.objects.count()) == ([], 0)


def test_a_paper_that_is_too_large_is_not_kept(section, monkeypatch):
    monkeypatch.setattr(papers, "LARGEST", 100)
    with pytest.raises(PaperRefused):
        ask(paid_place(section), content=PDF + b"x" * 100)


def test_a_refused_special_cause_leaves_what_leaving_brings(section):
    place = paid_place(section)
    have_lessons(section, held=3, after=13)
    place = enrolment_of(place.learner, section)
    (refund,) = ask(place)
    withdraw(place)
    sweep(at=LATER)
    assert Refund.objects.count() == 1, "all that could come back is asked for"

    special.say_no(refund=refund, by=StaffFactory(), words="no paper", at=LATER)
    sweep(at=LATER)

    assert Refund.objects.standing().get().amount_fen == -(-FEE * 13 // 16)


def test_asked_for_twice_is_asked_for_once(section):
    place = paid_place(section)
    ask(place)
    with pytest.raises(PaymentRefused):
        ask(place)


# Somebody has died


def test_what_somebody_who_died_had_not_had_goes_to_the_family_by_two_people(section):
    place = paid_place(section)
    clerk, head = StaffFactory.create_batch(2, unit=section.unit)
    services.note_death(learner=place.learner, shown=SHOWN, actor=clerk, at=TODAY)
    place.learner.refresh_from_db()
    services.end_affairs(learner=place.learner, at=TODAY)

    sweep(at=TODAY)

    refund = Refund.objects.get()
    assert (refund.cause, refund.state, refund.way, refund.asked_by) == (
        "died", "requested", "cash", clerk,
    )  # fmt: skip
    with pytest.raises(PaymentRefused):
        special.approve(refund=refund, by=clerk, at=TODAY)
    special.approve(refund=refund, by=head, at=TODAY)
    drawer_with(section, clerk, FEE)
    given = paying_out.give_cash(refund=refund, to="周国强，儿子", by=clerk, at=TODAY)
    assert (given.state, given.paid_to) == ("succeeded", "周国强，儿子")
