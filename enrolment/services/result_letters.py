"""Letters of a draw, a hundred people at a time, and the numbers they are answered by."""

from datetime import datetime

from accounts import messaging
from enrolment import notifications, queries
from enrolment.models import Draw, Enrolment
from enrolment.queries import ToTell
from enrolment.services.replies import number_questions


def tell_results(*, draw_id: int, first: int, last: int, at: datetime) -> int:
    """Write to the people of a draw in a range what came of it; return how many letters.

    The same letters whenever it comes again. Who has no phone is on the list of the office.
    """
    draw = Draw.objects.with_its_list().get(pk=draw_id)
    told = queries.to_tell(draw, first, last, at=at)
    numbers = _numbers_to_type([one for some in told for one in some.places], at)
    phone = notifications.office_phone()
    letters = [letter for one in told for letter in _letters_to(one, numbers, draw_id, phone)]
    return len(messaging.send_all(letters, at=at))


def _letters_to(
    told: ToTell, numbers: dict[int, int], draw_id: int, phone: str
) -> list[messaging.Letter]:
    """Each place with its question; without any, where they stand.

    Who was drawn and has answered before the letter was written gets none: they know.
    """
    if told.places or told.first is None:
        return notifications.letters_of_places(told.places, numbers, draw_id=draw_id, phone=phone)
    letter = notifications.letter_of_nothing(
        told.learner,
        told.first.section,
        lottery=told.number,
        place_in_line=told.place_in_line,
        cloud=told.cloud,
        draw_id=draw_id,
        phone=phone,
    )
    return [letter] if letter is not None else []


def remind_of_results(*, draw_id: int, first: int, last: int, day: str, at: datetime) -> int:
    """Write to those in a range who still owe an answer, or the fee; return how many letters."""
    draw = Draw.objects.select_related("term").get(pk=draw_id)
    places = [one for one in queries.places_to_answer(draw, first, last) if _is_open(one, at)]
    numbers = _numbers_to_type(places, at)
    phone = notifications.office_phone()
    letters = [
        notifications.reminder(one, numbers, draw_id=draw_id, day=day, phone=phone)
        for one in places
    ]
    return len(messaging.send_all([one for one in letters if one is not None], at=at))


def _is_open(place: Enrolment, at: datetime) -> bool:
    return place.due_at is not None and place.due_at > at


def _numbers_to_type(places: list[Enrolment], at: datetime) -> dict[int, int]:
    """What stands before the 1 or 2 of an answer, for each place whose phone has several."""
    phones = {one.learner.phone for one in places if one.learner.phone}
    numbered = number_questions(phones=phones, at=at)
    return {
        one.pk: number
        for asked in numbered.values()
        if len(asked) > 1
        for number, one in asked.items()
        if isinstance(one, Enrolment)
    }
