"""Letters of a draw: what came of it, and reminders to those who have not answered."""

from collections.abc import Iterable, Mapping

from accounts import messaging
from accounts.models import Learner
from courses.models import ClassSection
from enrolment.models import Enrolment
from enrolment.notifications.seats import letter_to, when, yuan


def letters_of_places(
    places: Iterable[Enrolment], numbers: Mapping[int, int], *, draw_id: int, phone: str
) -> list[messaging.Letter]:
    """Compose what a person is told of each place that waits for an answer.

    ``numbers``: what to type before the 1 or 2 of an answer, by place, where the phone has
    several questions. ``phone``: that of the office.
    """
    found = (
        _of_place("drawn", one, numbers, key=f"drawn {draw_id} {one.pk}", phone=phone)
        for one in places
        if one.asks_for_an_answer
    )
    return [letter for letter in found if letter is not None]


def letter_of_nothing(
    learner: Learner,
    section: ClassSection,
    *,
    lottery: int,
    place_in_line: int | None,
    cloud: bool,
    draw_id: int,
    phone: str,
) -> messaging.Letter | None:
    """Compose what somebody is told who got no class: their number, and where they wait."""
    return letter_to(
        "not_drawn",
        learner,
        section,
        key=f"result {draw_id} {learner.pk}",
        lottery=lottery,
        place_in_line=place_in_line,
        cloud=cloud,
        phone=phone,
    )


def reminder(
    place: Enrolment, numbers: Mapping[int, int], *, draw_id: int, day: str, phone: str
) -> messaging.Letter | None:
    """Compose a reminder of one place: to answer, or to pay for what was answered."""
    event = "remind_to_answer" if place.asks_for_an_answer else "remind_to_pay"
    return _of_place(event, place, numbers, key=f"remind {draw_id} {place.pk} {day}", phone=phone)


def _of_place(
    event: str, place: Enrolment, numbers: Mapping[int, int], *, key: str, phone: str
) -> messaging.Letter | None:
    fee = place.section.fee_fen
    return letter_to(
        event,
        place.learner,
        place.section,
        key=key,
        valid_until=place.due_at,
        due=when(place.due_at),
        fee=yuan(fee) if fee else "",
        number=numbers.get(place.pk, ""),
        phone=phone,
    )
