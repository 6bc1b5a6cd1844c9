"""A teacher says which level somebody may join."""

from datetime import datetime

from accounts import scope
from accounts.domain import phones
from accounts.models import AuditEvent, Learner, StaffPost, User
from courses.models import Subject, Teacher
from enrolment.models import Placement

# Offices write down what a teacher of theirs has told them.
OFFICES = (
    StaffPost.Role.REGISTRAR,
    StaffPost.Role.BRANCH_HEAD,
    StaffPost.Role.COUNTER,
)


class PlacementRefused(Exception):
    """Teachers place people in the subjects they teach, and nobody else does but the office."""


def people_known_by(number: str, *, actor: User, at: datetime) -> list[Learner]:
    """Return whose whole card number or whole mobile number this is; several may share a phone.

    A teacher sees no records of people. Who has the card in hand is shown by name, from
    anywhere in the city, and that somebody looked stands in the books.
    """
    with scope.system("place_learner"):
        found = list(Learner.objects.known_by(number, _as_phone(number)).in_order())
        for learner in found:
            AuditEvent.objects.record(
                actor, "looked up by number", learner, at=at, learner=learner, unit=learner.unit
            )
    return found


def place_learner(
    *, learner: Learner, subject: Subject, level: int, note: str, actor: User, at: datetime
) -> Placement:
    """Let a learner join a level of a subject as if the one below were completed.

    The latest word counts; saying it again changes nothing and returns what stands. Raises
    ``PlacementRefused`` when the actor neither teaches the subject nor works at an office.
    """
    if not _may_place(actor, subject):
        raise PlacementRefused
    with scope.system("place_learner"):
        Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)  # one press at a time
        stands = Placement.objects.standing(learner, subject, at)
        if stands is not None and stands.level == level:
            return stands
        placement = Placement.objects.create(
            learner=learner, subject=subject, level=level, placed_by=actor, at=at, note=note
        )
        AuditEvent.objects.record(
            actor, "learner placed", placement, at=at, learner=learner, unit=learner.unit,
            taught=subject.pk, level=level,
        )  # fmt: skip
    return placement


def subjects_to_place_in(actor: User) -> list[Subject]:
    """Return the subjects in which the actor may place people, in the order of the prospectus."""
    subjects = Subject.objects.in_order()
    if not scope.offices_of(actor, OFFICES):
        subjects = subjects.filter(teachers__user=actor)
    return list(subjects)


def _may_place(actor: User, subject: Subject) -> bool:
    teaches = Teacher.objects.filter(user=actor, subjects=subject).exists()
    return teaches or bool(scope.offices_of(actor, OFFICES))


def _as_phone(number: str) -> str:
    try:
        return phones.canonical(number)
    except phones.NotAPhone:
        return ""
