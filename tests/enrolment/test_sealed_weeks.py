"""What the office cannot change while a list is closed: each page says so, and until when."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from accounts import clock
from courses import wording
from courses.models import ClassSection, TermPolicy
from courses.models.terms import default_rules
from courses.services import amend_policy, plan_lessons
from enrolment import queries
from tests.courses.test_opening import class_form, errors
from tests.enrolment.test_office import Role, sign_in
from tests.factories.accounts import UnitFactory
from tests.factories.applications import apply, classes_of
from tests.factories.campus import RoomFactory
from tests.factories.draws import FROZEN_AT, close_list, draw_and_publish, registrar, term_to_draw

pytestmark = pytest.mark.django_db


@pytest.fixture
def term():
    return term_to_draw()


@pytest.fixture
def section(term):
    section = classes_of(term, 1)[0]
    apply([section])
    return section


@pytest.fixture
def desk(app_client):
    clock.set_to(FROZEN_AT)
    sign_in(app_client, UnitFactory(), Role.REGISTRAR)
    return app_client


def said_in(answer):
    """The sentences of a form, or those that the next page begins with."""
    form = (answer.context or {}).get("form")
    notes = [str(note) for note in answer.context["messages"]]
    return notes + ([str(e) for found in form.errors.values() for e in found] if form else [])


def test_sentence_names_the_day_and_a_telephone(term):
    said = wording.list_closed(term)
    assert settings.SITE_PHONE in said
    assert "月" in said.partition(settings.SITE_PHONE)[0]
    term.phases.all().delete()
    assert wording.list_closed(term) not in ("", said)


def test_list_is_closed_from_its_first_version_to_the_publication(term, section):
    assert not queries.is_sealed(term)
    close_list(term)
    assert queries.is_sealed(term)


def test_list_is_open_again_once_the_draw_is_published(term, section):
    draw_and_publish(term)
    assert not queries.is_sealed(term)


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        ("seats-of-class", {"capacity": "3", "reason": "换大教室"}),
        ("cancel-class", {"reason": "教室漏水"}),
    ],
)
def test_places_stay_and_the_class_is_held(desk, term, section, page, sent):
    address = reverse(page, args=[section.pk])
    close_list(term)
    before = ClassSection.objects.values("capacity", "status").get(pk=section.pk)
    answer = desk.post(address, sent, follow=True)
    assert answer.status_code == 200
    assert wording.list_closed(term) in said_in(answer)
    assert ClassSection.objects.values("capacity", "status").get(pk=section.pk) == before
    assert wording.list_closed(term) in desk.get(address, follow=True).content.decode()


def test_class_does_not_come_late(desk, term, section):
    close_list(term)
    address = reverse("enrolment:open-class", args=[term.pk, section.campus.slug])
    found = {"campus": section.campus, "room": section.room}
    answer = desk.post(address, class_form(found, capacity="20"))
    assert (answer.status_code, errors(answer)) == (422, [wording.list_closed(term)])
    assert ClassSection.objects.filter(term=term).count() == 1
    assert wording.list_closed(term) in desk.get(address).content.decode()


def test_rules_wait_for_the_draw(desk, term, section):
    close_list(term)
    draft = amend_policy(
        term=term, rules=default_rules() | {"room_classes": 4}, actor=registrar(), at=FROZEN_AT
    )
    address = reverse("courses:staff-publish-rules", args=[term.pk])
    answer = desk.post(address, {"notice": "从今天起"})
    assert (answer.status_code, errors(answer)) == (422, [wording.list_closed(term)])
    assert TermPolicy.objects.get(pk=draft.pk).published_at is None


def test_lessons_keep_their_hours(desk, term, section):
    lesson = plan_lessons(section=section, actor=registrar(), at=FROZEN_AT)[0]
    close_list(term)
    away = {"note": "老师出差"}
    answer = desk.post(reverse("courses:staff-cancel-lesson", args=[lesson.pk]), away)
    assert (answer.status_code, errors(answer)) == (422, [wording.list_closed(term)])
    later = lesson.during.lower + timedelta(hours=1)
    moved = {
        "day": later.date().isoformat(),
        "starts": f"{later:%H:%M}",
        "ends": f"{later + timedelta(hours=1):%H:%M}",
        "room": section.room_id,
        "note": "换时间",
    }
    answer = desk.post(reverse("courses:staff-move-lesson", args=[lesson.pk]), moved)
    assert (answer.status_code, errors(answer)) == (422, [wording.list_closed(term)])
    lesson.refresh_from_db()
    assert lesson.status == "planned"


def test_room_of_a_class_may_change(desk, term, section):
    """The control: what is on no list is as free as ever."""
    close_list(term)
    other = RoomFactory(campus=section.campus)
    address = reverse("courses:staff-edit-class", args=[section.pk])
    desk.post(address, {"room": other.pk, "teacher": "", "is_listed": "on"})
    section.refresh_from_db()
    assert section.room == other
