"""One class of one's own while it is being taught: the next lesson, and what leaving means."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from campus.templatetags.places import day_words
from enrolment import services
from enrolment.models import Enrolment
from enrolment.services.money.settling import settle
from tests.enrolment.acts import claim, enrolment_of
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import attempt_for, order_for, place_to_pay, seen
from tests.factories.livestream import RecordingFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db

TO_THE_NEXT = "过后名额给下一位候补的人"


@pytest.fixture
def mine(app_client):
    """A class of sixteen lessons, the first on 2 March; its learner is signed in."""
    learner = LearnerFactory(name="王秀英")
    app_client.force_login(learner.user)
    section = SectionFactory(with_fee=True, lessons=True)
    claim(section, learner)
    Enrolment.objects.update(status="active", due_at=None)
    return enrolment_of(learner, section)


@pytest.fixture
def paid(app_client):
    """The same, and its fee came by the web."""
    learner = LearnerFactory(name="王秀英")
    app_client.force_login(learner.user)
    place = place_to_pay(SectionFactory(with_fee=True, lessons=True), learner)
    attempt = attempt_for(order_for(place))
    settle(attempt=attempt, seen=seen(attempt), at=TODAY)
    Enrolment.objects.update(status="active")
    return enrolment_of(learner, place.section)


def page(client, name, enrolment, *, after_lessons=0):
    lessons = enrolment.section.lessons.in_order()
    clock.set_to(lessons[after_lessons - 1].during.upper if after_lessons else TODAY)
    return client.get(reverse(f"enrolment:{name}", args=[enrolment.pk])).content.decode()


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (0, "学费全退：¥180"),
        (1, "学费全退：¥180"),
        (4, "退 12 次课的学费：¥135"),
        (5, "已过第五次课，不退学费"),
        (14, "已过第五次课，不退学费"),
    ],
)
def test_what_comes_back_is_said_before_the_button(app_client, paid, after, said):
    whole = page(app_client, "withdraw", paid, after_lessons=after)

    assert whole.index(said) < whole.index('name="press"')
    assert ("按缴费的方式退回" in whole) == (after < 5)


def test_nobody_is_promised_the_place_once_the_line_is_closed(app_client, mine):
    assert TO_THE_NEXT in page(app_client, "withdraw", mine, after_lessons=4)
    assert TO_THE_NEXT not in page(app_client, "withdraw", mine, after_lessons=5)
    assert "名额给下一位" not in page(app_client, "show-enrolment", mine, after_lessons=5)


def test_a_place_that_is_not_paid_for_brings_no_money_back(app_client, mine):
    Enrolment.objects.update(status="offered", due_at=TODAY + timedelta(days=1))

    assert "学费全退" not in page(app_client, "withdraw", mine)


def test_a_class_being_taught_says_its_next_lesson(app_client, mine):
    whole = page(app_client, "show-enrolment", mine, after_lessons=3)

    coming = mine.section.lessons.in_order()[3]
    assert f"<h1>{mine.section.display_name()}</h1>" in whole
    assert "正在上课" in whole
    lesson = whole[whole.index("next-lesson") : whole.index("facts-box")]
    assert day_words(coming.during.lower) in lesson
    assert mine.section.campus.name in lesson
    assert "报名成功" not in whole


def test_a_class_leads_to_its_replays_once_there_are_some(app_client, mine):
    replays = f'class="link-alone" href="{reverse("livestream:list-replays")}"'
    assert replays not in page(app_client, "show-enrolment", mine, after_lessons=3)

    RecordingFactory(
        published=True, lesson=mine.section.lessons.in_order()[0], uploaded_by=mine.learner.user
    )

    assert replays in page(app_client, "show-enrolment", mine, after_lessons=3)


def test_who_joined_late_is_promised_no_money_back(app_client, mine):
    assert "第二次课前退班" in page(app_client, "show-enrolment", mine, after_lessons=1)
    Enrolment.objects.update(source="late")

    whole = page(app_client, "show-enrolment", mine, after_lessons=1)

    assert "插班的学费不退" in whole
    assert "第二次课前退班" not in whole


@pytest.fixture
def lost(app_client):
    """A place that was not paid in time, and the moment in which it was lost."""
    learner, section = LearnerFactory(name="王秀英"), SectionFactory(with_fee=True)
    app_client.force_login(learner.user)
    due_at = claim(section, learner).due_at
    services.lapse_and_promote(at=due_at)
    return enrolment_of(learner, section), due_at


def test_a_place_not_paid_in_time_says_so_and_leads_on_for_some_days(app_client, lost):
    mine, due_at = lost
    clock.set_to(due_at + timedelta(days=6))
    mine_page = reverse("enrolment:my-classes")
    gone = "到期没有缴费，名额没有留住"

    assert gone in app_client.get(mine_page).content.decode()
    address = reverse("enrolment:show-enrolment", args=[mine.pk])
    assert "现在还有名额，可以再报" in app_client.get(address).content.decode()
    for _seat in range(2):
        claim(mine.section, LearnerFactory())
    whole = app_client.get(address).content.decode()
    assert gone in whole
    assert "现在还有名额" not in whole
    clock.set_to(due_at + timedelta(days=7))
    assert gone not in app_client.get(mine_page).content.decode()


def test_a_place_lost_and_had_again_is_not_spoken_of(app_client, lost):
    mine, due_at = lost
    clock.set_to(due_at)
    claim(mine.section, mine.learner, at=due_at)

    whole = app_client.get(reverse("enrolment:my-classes")).content.decode()

    assert "没有留住" not in whole
