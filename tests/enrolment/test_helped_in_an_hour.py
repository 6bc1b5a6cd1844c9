"""Places for how many others one account may ask for within an hour: a family has a few."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.models import AuditEvent, HelperGrant, StaffPost
from config.embedded.ports import free_port
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel, Outcome
from enrolment.services import SeatRefused, SeveralRefused
from tests.enrolment.acts import claim, claim_several, enrolment_of, swap
from tests.enrolment.test_meter import valkey_at
from tests.factories.accounts import (
    HelperGrantFactory,
    LearnerFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.enrolment import SectionFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NEXT_HOUR = TODAY.replace(minute=0, second=0, microsecond=0) + 60 * MINUTE


@pytest.fixture
def section():
    return SectionFactory(capacity=20)


@pytest.fixture
def helper():
    return UserFactory()


def helped_by(helper, number=1, kind=HelperGrant.Kind.FAMILY):
    grants = [
        HelperGrantFactory(helper=helper, kind=kind, may_withdraw=True) for _ in range(number)
    ]
    return [grant.learner for grant in grants]


def refused(ask):
    with pytest.raises(SeatRefused) as no:
        ask()
    return no.value


@pytest.mark.parametrize("kind", [HelperGrant.Kind.FAMILY, HelperGrant.Kind.VOLUNTEER])
def test_a_helper_asks_for_three_people_within_an_hour(section, helper, kind):
    *three, fourth = helped_by(helper, 4, kind)
    for learner in three:
        assert claim(section, learner, actor=helper).outcome == Outcome.CONFIRMED
    no = refused(lambda: claim(section, fourth, actor=helper))
    assert (no.reason, no.opens_at) == (Refusal.HELPED_ENOUGH, NEXT_HOUR)
    assert not fourth.enrolments.exists()
    assert claim(section, fourth, actor=helper, at=NEXT_HOUR).outcome == Outcome.CONFIRMED


def test_the_same_person_again_does_not_count(section, helper):
    three = helped_by(helper, 3)
    other = SectionFactory(capacity=20, term=section.term, weekday=4)
    for learner in three:
        claim(section, learner, actor=helper)
    for learner in three:
        assert claim(other, learner, actor=helper).outcome == Outcome.CONFIRMED


def test_learners_of_ones_own_do_not_count(section, helper):
    for learner in LearnerFactory.create_batch(5, user=helper):
        assert claim(section, learner).outcome == Outcome.CONFIRMED
    for learner in helped_by(helper, 3):
        assert claim(section, learner, actor=helper).outcome == Outcome.CONFIRMED


def test_what_the_rules_refuse_does_not_count(helper):
    closed = SectionFactory(capacity=20, opens_at=TODAY + 60 * MINUTE)
    section = SectionFactory(term=closed.term, weekday=4)
    people = helped_by(helper, 4)
    assert refused(lambda: claim(closed, people[3], actor=helper)).reason == Refusal.NOT_OPEN_YET
    for learner in people[:3]:
        claim(section, learner, actor=helper)


def test_the_same_press_again_has_the_same_answer(section, helper):
    *three, fourth = helped_by(helper, 4)
    key = uuid4()
    first = claim(section, three[0], actor=helper, key=key)
    for learner in three[1:]:
        claim(section, learner, actor=helper)
    claim(section, fourth, actor=helper, at=NEXT_HOUR)
    for learner in helped_by(helper, 2):
        claim(section, learner, actor=helper, at=NEXT_HOUR)
    again = claim(section, three[0], actor=helper, key=key, at=NEXT_HOUR)
    assert again.enrolment_id == first.enrolment_id


def test_it_counts_for_several_at_once_and_for_a_change(section, helper):
    *three, fourth = helped_by(helper, 4)
    other = SectionFactory(term=section.term, weekday=4)
    claim(other, fourth, actor=helper, at=TODAY - 60 * MINUTE)
    for learner in three:
        claim_several([section, other], [learner], actor=helper)
    new = SectionFactory(term=section.term, weekday=5)
    parts = claim_several([section, new], [fourth], actor=helper)
    assert [part.reason for part in parts] == [Refusal.HELPED_ENOUGH] * 2
    with pytest.raises(SeveralRefused) as no:
        claim_several([section], [fourth], mode="all", actor=helper)
    assert (no.value.reason, no.value.opens_at) == (Refusal.HELPED_ENOUGH, NEXT_HOUR)
    change = refused(lambda: swap(enrolment_of(fourth, other), new, actor=helper))
    assert (change.reason, change.opens_at) == (Refusal.HELPED_ENOUGH, NEXT_HOUR)


def test_the_desk_with_its_written_reasons_is_not_counted(section):
    staff = StaffFactory(unit=section.unit, role=StaffPost.Role.COUNTER)
    for learner in LearnerFactory.create_batch(5, unit=section.unit):
        made = claim(section, learner, actor=staff, channel=Channel.COUNTER, reason="社区统一报名")
        assert made.outcome == Outcome.CONFIRMED


def test_one_too_many_is_written_down(section, helper, as_app):
    *three, fourth = helped_by(helper, 4)
    with as_app():
        for learner in three:
            claim(section, learner, actor=helper)
        assert refused(lambda: claim(section, fourth, actor=helper)).reason == (
            Refusal.HELPED_ENOUGH
        )
    event = AuditEvent.objects.get(action="helper asked for too many people")
    assert (event.actor, event.learner) == (helper, fourth)


def test_without_valkey_nobody_is_kept_from_a_place(section, helper, settings):
    valkey_at(settings, f"redis://127.0.0.1:{free_port()}/0")
    for learner in helped_by(helper, 4):
        assert claim(section, learner, actor=helper).outcome == Outcome.CONFIRMED


def test_the_page_says_when_to_go_on_and_whom_to_phone(app_client, section, helper):
    people = helped_by(helper, 4)
    clock.set_to(TODAY)
    app_client.force_login(helper)
    with translation.override("zh-hans"):
        for learner in people:
            session = app_client.session
            session["acting_for"] = learner.pk
            session.save()
            hold = reverse("enrolment:hold-seat", args=[section.pk])
            answer = app_client.post(hold, {"press": uuid4(), "expects": "seat"}, follow=True)
    page = answer.content.decode()
    assert "一小时内最多帮三位学员报名" in page
    assert f"{NEXT_HOUR.astimezone(TODAY.tzinfo):%-H:%M}" in page or "点" in page
    assert (section.unit.phone or site.SITE_PHONE) in page
    assert section.enrolments.count() == 3
