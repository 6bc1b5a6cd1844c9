"""Who has watched how much of a film: for the learner, and for the teacher of the lesson."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts import scope
from accounts.models import Learner
from livestream.models import Recording, WatchState


def watched_to_the_end(learner: Learner, recordings: Iterable[Recording]) -> set[int]:
    """Return which of these films the learner has watched to the end."""
    with scope.learners([learner.pk]):
        states = WatchState.objects.of_learners([learner.pk]).completed()
        return set(states.filter(recording__in=recordings).values_list("recording", flat=True))


def attended_online(recording: Recording) -> list[Learner]:
    """Who has watched so much of a lesson that it counts as attending online, by name.

    Teachers see no office's learners; those of this lesson are opened to them for this list,
    which is apart from the attendance that was noted in the room.
    """
    with scope.system("who attended a lesson online"):
        learners: QuerySet[Learner] = Learner.objects.filter(
            pk__in=recording.states.attended().values("learner")
        )
        return list(learners.order_by("name_pinyin", "pk"))
