"""The lesson films of the demo: made by a worker after the city stands, sent in like a teacher's.

Each goes the way of every film: received, made into a replay by the real pipeline, published.
Both errands may come twice; a film is known by its press.
"""

import shutil
import uuid
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from wagtail.models import Page

from accounts import outbox
from accounts.errands import TryAgainLater
from accounts.models import User
from config.demo import films, texts
from config.demo.load_posters import Posters
from config.demo.records import CityPlan, SectionPlan
from courses.models import Lesson
from livestream.models import Recording, ReplayPage, SeriesPage
from livestream.services import publish, receive_upload

FOR_EVERYBODY = "wellness.mp4"  # shown as a lecture, without sign-in
BETWEEN_FILMS = timedelta(minutes=2)
MAKING_TAKES = timedelta(seconds=45)
_NAMESPACE = uuid.UUID("3fb5cf1e-8e0f-4f5a-9a0e-2c8f7a1d6b90")


def leave_errands(
    plan: CityPlan, sections: dict[int, int], at: datetime, now: datetime
) -> list[Lesson]:
    """Let the workers make and send the films, one after the other from ``now`` on.

    Returns the lessons that they show.

    The pauses let each film's replay be made before the next film is.
    """
    shown = []
    for n, film in enumerate(films.FILMS):
        section = _class_for(plan, film.subject)
        if section is None:
            continue
        past = Lesson.objects.taking_place().filter(
            section_id=sections[section.no], during__endswith__lt=at
        )
        lesson = past.order_by("-during").first()
        if lesson is not None:
            wait = now + n * BETWEEN_FILMS if n else None
            outbox.put("make_demo_film", f"{film.name}@{lesson.pk}", not_before=wait)
            shown.append(lesson)
    return shown


def _class_for(plan: CityPlan, subject: str) -> SectionPlan | None:
    """The class whose lesson a film shows: the painter's own, else one where a persona sits."""
    term = plan.current_term.code
    named = {person.no for person in plan.learners if person.persona}
    sits = {row.section for row in plan.enrolments if row.term == term and row.learner in named}
    painter = {teacher.no for teacher in plan.teachers if teacher.persona}
    classes = [section for section in plan.sections if section.subject == subject]
    classes.sort(key=lambda s: (s.teacher not in painter, s.no not in sits, s.no))
    return classes[0] if classes else None


def press_of(what: str) -> uuid.UUID:
    """The press of the button that sent a film."""
    return uuid.uuid5(_NAMESPACE, what)


def make_and_send(what: str, *, at: datetime) -> None:
    """Make one film and send it in, as the teacher of the lesson would."""
    name, _, lesson_id = what.partition("@")
    film = next(film for film in films.FILMS if film.name == name)
    path = films.make(film, Path(settings.VAR_DIR) / "demo" / "films")
    lesson = Lesson.objects.select_related("section__teacher__user", "section__unit").get(
        pk=lesson_id
    )
    with closing(_as_sent(path)) as sent:
        receive_upload(
            lesson=lesson,
            film=sent,
            take_what_is_there=False,
            actor=_teacher_of(lesson),
            press=press_of(what),
            at=at,
        )
    outbox.put("publish_demo_film", what, not_before=at + MAKING_TAKES)


def _teacher_of(lesson: Lesson) -> User:
    teacher = lesson.section.teacher
    if teacher is None or teacher.user is None:
        raise LookupError(f"lesson {lesson.pk} has no teacher with an account")
    return teacher.user


def _as_sent(path: Path) -> TemporaryUploadedFile:
    """The film as the browser would have sent it."""
    sent = TemporaryUploadedFile(path.name, "video/mp4", path.stat().st_size, None)
    with path.open("rb") as film, Path(sent.temporary_file_path()).open("wb") as copy:
        shutil.copyfileobj(film, copy)
    return sent


def publish_when_made(what: str, *, at: datetime) -> None:
    """Publish a film's replay once there is one. Raises ``TryAgainLater`` until then."""
    recording = Recording.objects.filter(upload__press=press_of(what)).first()
    if recording is None or recording.is_busy():
        raise TryAgainLater("the replay is not made yet")
    if recording.status != Recording.Status.READY:
        return
    lesson = Lesson.objects.select_related("section__teacher__user").get(recordings=recording)
    for_all = what.startswith(FOR_EVERYBODY)
    publish(recording=recording, to_everybody=for_all, actor=_teacher_of(lesson), at=at)
    if for_all:
        _hang_lecture(recording, at)


def _hang_lecture(recording: Recording, at: datetime) -> None:
    """Hang the poster of a replay that everybody may watch."""
    series = {
        page.locale.language_code: page
        for page in SeriesPage.objects.filter(slug="lectures").select_related("locale")
    }
    if series and not ReplayPage.objects.filter(recording=recording).exists():
        below: dict[str, Page] = dict(series)
        text = texts.fixed_page("wellness")
        Posters(at, {}).hang(ReplayPage, below, text, recording=recording)
