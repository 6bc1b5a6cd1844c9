"""One small city with somebody in every role, and one of each thing a page can be about."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from psycopg.types.multirange import Multirange

from accounts.models import Learner, StaffPost, Unit, User
from accounts.services import grant_post
from accounts.services.posts import CITY_ROLES
from campus.models import Campus
from config.access import Role
from courses.models import ClassSection, Department, Lesson, Term
from enrolment.models import (
    Application,
    Difference,
    Enrolment,
    Objection,
    Order,
    Payment,
    Refund,
    RuleTrial,
    Voucher,
    Waiver,
)
from enrolment.services import money
from enrolment.services.money.papers import keep_paper
from livestream.models import Recording, RoomViewing
from livestream.services import import_captions, publish_captions
from tests.conftest import AppClient
from tests.factories import accounts as people
from tests.factories.applications import apply, classes_of, term_with_forms
from tests.factories.campus import home_page
from tests.factories.clouds import CloudSeatFactory, PackFactory
from tests.factories.draws import draw_and_publish, term_to_draw
from tests.factories.enrolment import (
    CampusFactory,
    SectionFactory,
    TermFactory,
    WaitlistEntryFactory,
)
from tests.factories.fees import order_for, pay_in_cash, place_to_pay
from tests.factories.lectures import LectureFactory, SeriesFactory
from tests.factories.livestream import (
    BroadcastFactory,
    RecordingFactory,
    TeacherFactory,
    UploadFactory,
    seat_in,
)
from tests.factories.openings import OpeningFactory
from tests.factories.results import Drawn, draw_of, held_back
from tests.factories.times import TODAY
from tests.factories.viewings import ViewingFactory

Post = StaffPost.Role
POSTS = {
    Role.VOLUNTEER: Post.VOLUNTEER,
    Role.WITNESS: Post.WITNESS,
    Role.MONITOR: Post.MONITOR,
    Role.FACILITATOR: Post.FACILITATOR,
    Role.COUNTER: Post.COUNTER,
    Role.HOTLINE: Post.HOTLINE,
    Role.FINANCE: Post.FINANCE,
    Role.EDITOR: Post.EDITOR,
    Role.BRANCH_HEAD: Post.BRANCH_HEAD,
    Role.DATA_OFFICER: Post.DATA_OFFICER,
    Role.NO_FACTOR: Post.COUNTER,
}


@dataclass
class World:
    """Things by the names that ``config/access`` uses, and people by role."""

    things: dict[str, Any]
    people: dict[Role, User]
    acting_for: int

    def client(self, role: Role) -> AppClient:
        """Return the browser of somebody in this role, signed in as they would be."""
        client = AppClient(raise_request_exception=False)
        user = self.people.get(role)
        if user is None:
            return client
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        request = HttpRequest()
        request.session = client.session
        if user.is_staff and role is not Role.NO_FACTOR:
            record_authentication(request, user, method="mfa", type="totp")
        if role is Role.HELPER:
            request.session["acting_for"] = self.acting_for
        request.session.save()
        return client


def build() -> World:
    """Make the city. Everything belongs to one county university unless it says otherwise."""
    home_page()
    city = people.UnitFactory()
    county, other = people.UnitFactory.create_batch(2, county=True, parent=city)
    campus = CampusFactory(unit=county)
    teacher = TeacherFactory(user=_staff(Post.TEACHER, county))
    section = SectionFactory(campus=campus, teacher=teacher, lessons=True, capacity=5)
    taught = SectionFactory(
        campus=campus, teacher=teacher, lessons=False, weekday=3, term=section.term
    )
    lesson = Lesson.objects.create(
        section=taught, number=1, during=(TODAY - timedelta(hours=2), TODAY - timedelta(hours=1))
    )
    learner = people.LearnerFactory(unit=county)
    seat_in(taught, learner)
    grant = people.HelperGrantFactory(learner=learner, may_withdraw=True, may_pay=True)
    held = SectionFactory(campus=campus, weekday=4, with_fee=True, term=section.term)
    seat_in(held, learner, Enrolment.Status.CONFIRMED)
    fill_in_a_form(campus, learner)
    order = owe_a_fee(SectionFactory(campus=campus, weekday=7, with_fee=True), learner)
    things = {
        "home": "",
        "no_file": "nothing.jpg",
        "no_press": UUID(int=0),
        "nothing": 999_999,
        "campus": campus.slug,
        "course": section.course.slug,
        "subject": section.course.subject.slug,
        "section": section.pk,
        "lesson": section.lessons.first().pk,
        "enrolment": Enrolment.objects.get(section=held).pk,
        "entry": WaitlistEntryFactory(
            section=SectionFactory(campus=campus, weekday=5, term=section.term), learner=learner
        ).pk,
        "grant": grant.pk,
        "learner": learner.pk,
        "teacher": teacher.pk,
        "term": section.term.pk,
        "drawn_term": hold_a_draw(campus, learner).code,
        **publish_a_draw(campus, learner),
        "term_code": section.term.code,
        "trial": try_rules_out(section.term, teacher.user).pk,
        # Of another department: the class above is nobody's waiting room.
        "opening": OpeningFactory(
            term=section.term, department=Department.objects.create(name="书画")
        ).pk,
        "order": order.pk,
        "pay_code": order.pay_code,
        **take_a_fee(SectionFactory(campus=campus, weekday=7, with_fee=True), county),
        **owe_back_fees(campus, order),
        **look_after_money(order, county, teacher.user),
        **film_with_captions(lesson),
        "upload": UploadFactory(lesson=lesson, arriving=True).press,
        **follow_from_home(section, learner),
        **show_to_rooms(campus, lesson),
    }
    things |= plan_lectures(county)
    return World(things, _people([city, county, other], grant, teacher), learner.pk)


def follow_from_home(section: ClassSection, learner: Learner) -> dict[str, Any]:
    """Somebody follows a course from home, and has asked for its pack."""
    seat = CloudSeatFactory(course=section.course, term=section.term, learner=learner)
    return {"cloud_seat": seat.pk, "pack": PackFactory(cloud_seat=seat).pk}


def show_to_rooms(campus: Campus, lesson: Lesson) -> dict[str, Any]:
    """Afternoons of a room: one shown now, one to begin, to end, to come, and one over."""

    def afternoon(day: int, **more: Any) -> RoomViewing:
        begins, ends = lesson.during
        during = (begins + timedelta(days=day), ends + timedelta(days=day))
        shown: RoomViewing = ViewingFactory(campus=campus, lesson=lesson, during=during, **more)
        return shown

    return {
        "viewing": afternoon(1, running=True).pk,
        "viewing_to_begin": afternoon(2).pk,
        "viewing_to_end": afternoon(3, running=True).pk,
        "viewing_to_come": afternoon(4).pk,
        "viewing_over": afternoon(5, over=True).pk,
        "lecture": ViewingFactory(campus=campus, of_lecture=True).lecture_id,
    }


def plan_lectures(unit: Unit) -> dict[str, Any]:
    """A series of the county university, with a lecture tomorrow."""
    lecture = LectureFactory(series=SeriesFactory(unit=unit), issue=69)
    return {
        "series": lecture.series.slug,
        "series_id": lecture.series.pk,
        "issue": lecture.issue,
        "year": TODAY.year,
        "shelf": "letter",
        "no_token": "nobody",
    }


def owe_a_fee(section: ClassSection, learner: Learner) -> Order:
    """Let a place be kept for the learner until its fee is paid, and the fee be asked for."""
    place = Enrolment.objects.create(
        section=section, learner=learner, unit=section.unit, status=Enrolment.Status.OFFERED,
        source=Enrolment.Source.OPEN, slots=Multirange(), created_at=TODAY,
        due_at=TODAY + timedelta(days=1),
    )  # fmt: skip
    return order_for(place)


def take_a_fee(section: ClassSection, unit: Unit) -> dict[str, Any]:
    """Let somebody have paid in cash: a payment, its receipt, and the drawer it lies in."""
    payment = pay_in_cash(place_to_pay(section, people.LearnerFactory(unit=unit)))
    return {"payment": payment.pk, "receipt": payment.receipt.pk, "drawer": payment.drawer_id}


def owe_back_fees(campus: Campus, order: Order) -> dict[str, Any]:
    """One refund in cash, one that waits with its paper, one the learner has to choose about."""
    paid = [
        pay_in_cash(
            place_to_pay(
                SectionFactory(campus=campus, weekday=7, with_fee=True),
                people.LearnerFactory(unit=campus.unit),
            )
        )
        for _payment in range(2)
    ]
    given, asked = map(a_refund, paid)
    own = Payment.objects.create(
        order=order, unit=order.unit, method=Payment.Method.TRANSFER, amount_fen=1,
        state=Payment.State.SUSPENSE, reference="own", day=TODAY.date(), at=TODAY,
    )  # fmt: skip
    called_off = a_refund(own, choose_until=TODAY + timedelta(days=7))
    money.approve(refund=given, by=_staff(Post.FINANCE, campus.unit), at=TODAY)
    money.give_cash(refund=given, to="-", by=paid[0].taken_by, at=TODAY)
    paper = keep_paper(
        refund=asked, kind="medical", upload=SimpleUploadedFile("a.pdf", b"%PDF-1.7"),
        seen_by=None, at=TODAY,
    )  # fmt: skip
    return {"refund": given.pk, "refund_paper": paper.pk, "refund_to_choose": called_off.pk}


def a_refund(payment: Payment, **more: Any) -> Refund:
    """What somebody at the counter has asked for, and nobody decided."""
    line = payment.order.lines.get()
    return Refund.objects.create(
        **{
            "unit": payment.unit, "order": payment.order, "payment": payment, "line": line,
            "amount_fen": payment.amount_fen, "cause": Refund.Cause.GOODWILL,
            "way": Refund.Way.CASH, "needs_second": True, "requested_at": TODAY,
        } | more
    )  # fmt: skip


def look_after_money(order: Order, unit: Unit, user: User) -> dict[str, Any]:
    """What finance sees to: a difference, money without a place, a waiver, a voucher."""
    difference = Difference.objects.create(
        kind=Difference.Kind.SUM, subject="-", detail="-", unit=unit, first_seen=TODAY,
        last_seen=TODAY,
    )  # fmt: skip
    suspense = Payment.objects.create(
        unit=unit, method=Payment.Method.TRANSFER, state=Payment.State.SUSPENSE, amount_fen=1,
        reference="-", day=TODAY.date(), at=TODAY,
    )  # fmt: skip
    waiver = Waiver.objects.create(
        learner=order.learner, unit=unit, term=order.term, kind=Waiver.Kind.HARDSHIP, percent=50,
        proof="-", asked_by=user, asked_at=TODAY,
    )  # fmt: skip
    voucher = Voucher.objects.create(
        code="100000000008", unit=unit, amount_fen=100, reason="-",
        runs_out_on=TODAY.date() + timedelta(days=30), given_by=user, given_at=TODAY, proof="-",
    )  # fmt: skip
    return {
        "journal": order.journals.get().pk,
        "difference": difference.pk,
        "suspense": suspense.pk,
        "waiver": waiver.pk,
        "voucher": voucher.pk,
        "table": "payments",
        "csv": "csv",
    }


def film_with_captions(lesson: Lesson) -> dict[str, Any]:
    """A replay whose captions its teacher has read through."""
    film = RecordingFactory(lesson=lesson, published=True)
    by = {"actor": film.uploaded_by, "at": TODAY}
    words = b"WEBVTT\n\n00:01.000 --> 00:03.000\nGood morning.\n"
    captions = import_captions(recording=film, language="en", data=words, **by)
    publish_captions(captions=captions, version=captions.version, **by)
    return {
        "recording": film.pk,
        "captions": captions.pk,
        "language": "en",
        **going_out_live(lesson, film),
    }


def going_out_live(lesson: Lesson, film: Recording) -> dict[str, Any]:
    """The lesson on air, and a lecture that is to go out."""
    of_lesson = BroadcastFactory(lesson=lesson, recording=film, live=True)
    of_lecture = BroadcastFactory(lesson=None, lecture=LectureFactory())
    return {
        "broadcast": of_lesson.pk,
        "live_lesson": lesson.pk,
        "live_lecture": of_lecture.lecture_id,
    }


def fill_in_a_form(campus: Campus, learner: Learner) -> None:
    """Let the learner have handed in a form for a term whose forms are open."""
    apply(classes_of(term_with_forms(), 2, campus=campus), learner=learner)


def hold_a_draw(campus: Campus, learner: Learner) -> Term:
    """Let the learner's form have been in a draw whose results are public."""
    term = TermFactory(phase=Term.Phase.CONFIRMING)
    section = SectionFactory(campus=campus, weekday=6, term=term)
    draw_of(term, [Drawn(learner, [held_back(section, 1)])])
    Application.objects.of_term(term).update(state=Application.State.UNALLOCATED)
    return term


def try_rules_out(term: Term, user: User) -> RuleTrial:
    """Let somebody have asked what a queue would come to."""
    tried = {"rule": "first come, first served", "room_classes": 2, "substitutes": True}
    return RuleTrial.objects.create(
        term=term, forms_of=term, present={}, tried=tried, asked_by=user, asked_at=TODAY
    )


def publish_a_draw(campus: Campus, learner: Learner) -> dict[str, Any]:
    """A whole draw day, with a source and a witness, and an objection that was filed."""
    term = term_to_draw()
    form = apply(classes_of(term, 2, campus=campus), learner=learner)
    draw_and_publish(term)
    objection = Objection.objects.create(
        application=form, kind=Objection.Kind.MISSING, words="-", filed_by=form.learner.user,
        filed_at=TODAY,
    )  # fmt: skip
    return {
        "public_draw": term.code,
        "draw_day": term.pk,
        "draw_act": "publish",
        "version": 1,
        "roster_csv": "roster.csv",
        "result_csv": "result.csv",
        "checker": "verify.py",
        "draw_source": term.entropy_sources.first().pk,
        "draw_witness": term.witnesses.first().pk,
        "no_amendment": "nothing",
        "objection": objection.pk,
    }


def _people(offices: list[Unit], grant, teacher) -> dict[Role, User]:
    city, county, other = offices
    found = {
        Role.LEARNER: grant.learner.user,
        Role.STRANGER: people.LearnerFactory(unit=county).user,
        Role.HELPER: grant.helper,
        Role.TEACHER: teacher.user,
        Role.OTHER_TEACHER: TeacherFactory(user=_staff(Post.TEACHER, county)).user,
        Role.OTHER_HEAD: _staff(Post.BRANCH_HEAD, other),
        Role.REGISTRAR: _staff(Post.REGISTRAR, city),
    }
    found |= {
        role: _staff(post, city if post in CITY_ROLES else county) for role, post in POSTS.items()
    }
    for role, user in found.items():
        if user.is_staff and role is not Role.NO_FACTOR:
            Authenticator.objects.create(
                user=user,
                type=Authenticator.Type.TOTP,
                data={"secret": "NEVERUSEDINTHISWORLD234567ABCDEF"},
            )
    return found


def _staff(post: str, unit: Unit) -> User:
    """Somebody who got their post the way everybody does: by the service."""
    user = people.UserFactory(phone=None, phone_verified_at=None)
    grant_post(user=user, unit=unit, role=post, actor=user, at=TODAY)
    user.refresh_from_db()
    return user
