"""What a printed pack of a course holds: its lessons, and what was said in the filmed ones."""

from __future__ import annotations

from dataclasses import dataclass

from courses.models import ClassSection, CoursePage, Lesson
from enrolment.models import DeliveryRequest
from livestream.models import Recording
from livestream.queries.reading import Reading, reading_of


@dataclass(frozen=True)
class Pack:
    """Everything that is printed for somebody who follows a course from home."""

    request: DeliveryRequest
    poster: CoursePage | None
    lessons: list[Lesson]
    films: list[tuple[Recording, Reading]]


def pack_of(request: DeliveryRequest, *, language: str) -> Pack:
    """Gather the materials of a course: of the class of which most can be read.

    With each lesson that has a replay comes what was written of it: notes and transcript.
    """
    seat = request.cloud_seat
    sections = ClassSection.objects.running().listed().taught_in(seat.term)
    films: dict[int, list[Recording]] = {}
    published = Recording.objects.published().with_all_to_show()
    of_course = published.filter(
        lesson__section__course=seat.course_id, lesson__section__term=seat.term_id
    )
    for film in of_course.order_by("lesson__during", "pk"):
        if film.lesson is not None:
            films.setdefault(film.lesson.section_id, []).append(film)
    of_class = sections.filter(course=seat.course_id).values_list("pk", flat=True).order_by("pk")
    chosen = max(of_class, key=lambda pk: len(films.get(pk, [])), default=None)
    lessons = Lesson.objects.filter(section=chosen).taking_place().in_order()
    posters = CoursePage.objects.live().filter(course=seat.course_id)
    poster = posters.filter(locale__language_code=language).first() or posters.first()
    return Pack(
        request=request,
        poster=poster,
        lessons=list(lessons) if chosen is not None else [],
        films=[(one, reading_of(one, language=language)) for one in films.get(chosen or 0, [])],
    )
