"""Following a course from home: on request, for somebody, no longer; and its printed pack.

Cloud seats that come by themselves are written where their reason is written: ``sql/cloud.sql``.
"""

from __future__ import annotations

from datetime import datetime

from accounts import outbox, scope
from accounts.models import AuditEvent, Learner, User
from campus.models import Campus
from courses.models import ClassSection, Course, Term
from enrolment.domain.cloud import CloudRefusal
from enrolment.models import CloudSeat, DeliveryRequest, Enrolment
from enrolment.services.desk import Word, keep_word

Pack = DeliveryRequest


class CloudRefused(Exception):
    """The rules say no. ``reason`` is what ``wording`` has a sentence for."""

    def __init__(self, reason: CloudRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def follow_online(
    *,
    course: Course,
    term: Term,
    learner: Learner,
    actor: User,
    at: datetime,
    word: Word | None = None,
) -> CloudSeat:
    """Let a learner follow a course from home for a term: free, without limit, once.

    Who follows it already has the same answer. ``word`` is how the office knows that the learner
    wants it, when staff press. Raises ``CloudRefused`` where no class of the course is taught in
    the term, or the learner sits in one.
    """
    taught = ClassSection.objects.running().listed().taught_in(term).filter(course=course)
    if term.is_over or not taught.exists():
        raise CloudRefused(CloudRefusal.NOT_TAUGHT)
    with scope.learners([learner.pk]):
        sits = Enrolment.objects.of(learner).attending().of_term(term)
        if sits.filter(section__course=course).exists():
            raise CloudRefused(CloudRefusal.SITS_IN_CLASS)
        source = CloudSeat.Source.STAFF if word else CloudSeat.Source.REQUEST
        seat, is_new = CloudSeat.objects.select_for_update().get_or_create(
            learner=learner,
            course=course,
            term=term,
            defaults={"source": source, "created_at": at},
        )
        if not is_new and seat.left_at is None:
            return seat
        seat.left_at = None
        seat.save(update_fields=["left_at"])
        AuditEvent.objects.record(actor, "follows from home", seat, at=at, learner=learner)
        outbox.put("tell_cloud", f"{seat.pk}:{at:%m%d%H%M%S}")
    _keep(word, learner, actor, at=at, act="follow_online", course=course.pk)
    return seat


def stop_following(
    *, seat: CloudSeat, actor: User, at: datetime, word: Word | None = None
) -> CloudSeat:
    """Give a cloud seat back; a pack that was asked for is not needed any more either."""
    with scope.learners([seat.learner_id]):
        mine = CloudSeat.objects.select_for_update().get(pk=seat.pk)
        if mine.left_at is not None:
            return mine
        mine.left_at = max(at, mine.created_at)
        mine.save(update_fields=["left_at"])
        for pack in mine.packs.to_print().select_for_update():
            _end(pack, actor, at=at)
        AuditEvent.objects.record(
            actor, "follows from home no more", mine, at=at, learner=mine.learner
        )
    _keep(word, mine.learner, actor, at=at, act="stop_following", course=mine.course_id)
    return mine


def ask_for_pack(
    *,
    seat: CloudSeat,
    campus: Campus | None,
    address: str,
    large_print: bool,
    actor: User,
    at: datetime,
    word: Word | None = None,
) -> DeliveryRequest:
    """Ask for the course's materials on paper, to be fetched at a campus or brought home.

    Raises ``CloudRefused`` when the course is not followed any more, or a pack is on its way.
    """
    with scope.learners([seat.learner_id]):
        # Two presses at once stand in one line here: the second finds the pack of the first.
        mine = CloudSeat.objects.select_for_update().get(pk=seat.pk)
        if not CloudSeat.objects.standing().filter(pk=mine.pk).exists():
            raise CloudRefused(CloudRefusal.NOT_FOLLOWED)
        if mine.packs.under_way().exists():
            raise CloudRefused(CloudRefusal.ON_THE_WAY)
        pack = Pack.objects.create(
            learner=mine.learner,
            cloud_seat=mine,
            campus=campus,
            address="" if campus else address,
            large_print=large_print,
            asked_at=at,
            asked_by=actor,
        )
        AuditEvent.objects.record(
            actor, "printed pack asked for", pack, at=at, learner=mine.learner
        )
    _keep(word, mine.learner, actor, at=at, act="ask_for_pack", course=mine.course_id)
    return pack


def note_printed(*, pack: DeliveryRequest, actor: User, at: datetime) -> bool:
    """Note that a pack lies on the table. Who fetches it is told. False: it was not waiting."""
    with scope.learners([pack.learner_id]):
        waiting = Pack.objects.to_print().filter(pk=pack.pk)
        done = waiting.update(state=Pack.State.PRINTED, printed_at=at)
        if not done:
            return False
        if pack.campus_id:
            outbox.put("tell_pack", pack.pk)
        AuditEvent.objects.record(actor, "pack printed", pack, at=at, learner=pack.learner)
    return True


def note_handed_over(*, pack: DeliveryRequest, actor: User, at: datetime) -> bool:
    """Note that the learner has a pack, or that it was sent off. False: it was not printed."""
    with scope.learners([pack.learner_id]):
        ready = Pack.objects.printed().filter(pk=pack.pk)
        done = ready.update(state=Pack.State.SENT, sent_at=at)
        if done:
            AuditEvent.objects.record(actor, "pack handed over", pack, at=at, learner=pack.learner)
    return bool(done)


def take_pack_back(*, pack: DeliveryRequest, actor: User, at: datetime) -> bool:
    """A pack is not wanted any more. False: it has been handed over or was taken back before."""
    with scope.learners([pack.learner_id]):
        standing = Pack.objects.under_way().select_for_update().filter(pk=pack.pk).first()
        if standing is None:
            return False
        _end(standing, actor, at=at)
    return True


def _end(pack: DeliveryRequest, actor: User, *, at: datetime) -> None:
    pack.state = Pack.State.WITHDRAWN
    pack.save(update_fields=["state"])
    AuditEvent.objects.record(actor, "pack not wanted", pack, at=at, learner=pack.learner)


def _keep(
    word: Word | None, learner: Learner, actor: User, *, at: datetime, act: str, course: int
) -> None:
    """Keep how a learner agreed, where staff pressed for them."""
    if word is not None:
        keep_word(learner, word, unit=learner.unit, actor=actor, at=at, act=act, course=course)
