"""A learner's list of classes: put one aside, take one off, ask for them with one press."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts import scope
from accounts.models import Learner
from courses.models import ClassSection
from enrolment.models import Outcome, ShortlistedClass, Together
from enrolment.services.several import Part, hold_several

MOST = 10  # classes on one list: more than anybody may have, few enough to look through


class ListFull(Exception):
    """The list holds as many classes as a page can show at a glance."""


def put_aside(*, section: ClassSection, learner: Learner, at: datetime) -> None:
    """Put a class on a learner's list; one that is there already stays where it is.

    It may be one that has not opened yet. Raises ``ListFull``.
    """
    with scope.learners([learner.pk]):
        mine = ShortlistedClass.objects.of(learner)
        if mine.filter(section=section).exists():
            return
        if mine.still_wanted().count() >= MOST:
            raise ListFull
        row = ShortlistedClass(learner=learner, section=section, added_at=at)
        ShortlistedClass.objects.bulk_create([row], ignore_conflicts=True)  # a twin of this press


def take_off(*, section_id: int, learner: Learner) -> None:
    """Take a class off a learner's list, if it is there."""
    with scope.learners([learner.pk]):
        ShortlistedClass.objects.of(learner).filter(section=section_id).delete()


def enrol_from_list(
    *, sections: Sequence[ClassSection], learner: Learner, mode: Together, **press: Any
) -> list[Part]:
    """Ask for classes of a list with one press; what comes about leaves the list.

    What does not stays there, and the list says why. Promises and raises what ``hold_several``
    does. The list is a note: should it not be brought up to date, it leaves out by itself what
    one has.
    """
    parts = hold_several(sections=sections, learners=[learner], mode=mode, **press)
    had = [
        part.section
        for part in parts
        if part.claim is not None and part.claim.outcome != Outcome.REFUSED
    ]
    with scope.learners([learner.pk]):
        ShortlistedClass.objects.of(learner).filter(section__in=had).delete()
    return parts
