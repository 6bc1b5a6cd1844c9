"""What people are told of their form, and a 3 that takes back what a helper did."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts import clock, messaging
from accounts.gateways import Received
from accounts.models import InboundMessage, Message, OutboxMessage
from courses.models import SectionAvailability
from enrolment import services, tasks
from enrolment.models import Application, Channel, PostedHead
from tests.enrolment.test_letters import LONGEST_NAME
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, StaffPostFactory
from tests.factories.applications import apply, classes_of, fill_in, term_with_forms
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
PHONE = "+8613800000299"
ERRANDS = {kind: getattr(tasks, kind) for kind in ("read_sms", "tell_application")}


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def term():
    return term_with_forms()


@pytest.fixture
def anna():
    return LearnerFactory(name="林秀英", phone=PHONE)


@pytest.fixture
def daughter(anna):
    """Somebody who may fill in forms for Anna."""
    return HelperGrantFactory(learner=anna, helper__last_name="王", helper__first_name="慧").helper


def run_errands():
    for row in OutboxMessage.objects.filter(done_at=None, kind__in=ERRANDS).order_by("pk"):
        ERRANDS[row.kind](row.object_id, row.pk)


def texts(to=PHONE):
    """All letters to a phone, each short enough for one SMS."""
    run_errands()
    found = [letter.text for letter in Message.objects.filter(to=to).order_by("created_at")]
    assert all(len(text) <= 70 for text in found), found
    return found


def press(service, form, *, by=None, channel=Channel.WEB):
    return service(
        application=form, actor=by or form.learner.user, channel=channel, at=clock.now()
    )


def by_daughter(daughter, anna, sections):
    """Anna's form with these choices, handed in by her daughter."""
    step = {"actor": daughter, "channel": Channel.WEB, "at": clock.now()}
    draft = services.open_form(term=sections[0].term, learner=anna, **step)
    for section in sections:
        services.choose(application=draft.application, section_id=section.pk, **step)
    return services.hand_in(application=draft.application, **step)


def sms(text, *, sender=PHONE):
    """An SMS comes in and is read; returns the letters written because of it."""
    run_errands()
    before = set(Message.objects.values_list("pk", flat=True))
    key = f"m{InboundMessage.objects.count()}"
    assert messaging.take_in(Received(sender, text, key), gateway="test", at=clock.now())
    run_errands()
    run_errands()  # what the answer left to be told
    return [one.text for one in Message.objects.exclude(pk__in=before).filter(to=sender)]


def test_form_handed_in_is_told_with_number_choices_and_last_day(anna, term):
    form = apply(classes_of(term, 3), learner=anna)
    (text,) = texts()
    assert text.startswith("【")
    for words in ("林秀英", form.number, "共3个志愿", "前可改"):
        assert words in text


def test_each_step_has_its_letter(anna, term):
    one, two = classes_of(term, 2)
    form = apply([one], learner=anna)
    fill_in(anna, [two])
    press(services.hand_in, form)
    press(services.take_back, form)
    press(services.withdraw_application, form)
    said = texts()
    words = ("已收到", "已改好，共2个志愿", "现在算数的有1个志愿", "不参加摇号")
    assert len(said) == len(words)
    assert all(word in text for word, text in zip(words, said, strict=True))


def test_first_form_taken_back_is_told_as_not_handed_in(anna, term):
    form = apply(classes_of(term, 1), learner=anna)
    press(services.take_back, form)
    assert "现在还没交" in texts()[-1]


def test_letters_fit_one_sms_for_the_longest_name(term):
    longest = LearnerFactory(name=LONGEST_NAME, phone=PHONE)
    helper = HelperGrantFactory(learner=longest, helper__first_name=LONGEST_NAME).helper
    form = by_daughter(helper, longest, classes_of(term, 5))
    press(services.take_back, form)
    press(services.hand_in, form)
    press(services.withdraw_application, form)
    assert len(texts()) == 5


def test_helpers_step_is_told_with_the_way_to_take_it_back(anna, daughter, term):
    by_daughter(daughter, anna, classes_of(term, 2))
    said = texts()
    assert any("王慧刚替您交了志愿" in text and "请回3" in text for text in said)


def test_step_of_the_counter_is_told_as_such(anna, term):
    clerk = StaffPostFactory(unit=anna.unit, role="counter").user
    form = fill_in(anna, classes_of(term, 1))
    press(services.hand_in, form, by=clerk, channel=Channel.COUNTER)
    assert any("窗口刚替您交了志愿" in text for text in texts())


def test_three_takes_a_helpers_change_back_after_ten_minutes_too(anna, daughter, term):
    one, two = classes_of(term, 2)
    form = apply([one], learner=anna)
    by_daughter(daughter, anna, [two])
    clock.set_to(TODAY + timedelta(days=1))

    (text,) = sms("回３。")

    form.refresh_from_db()
    assert list(form.current.wishes.values_list("section", flat=True)) == [one.pk]
    assert "上一步已撤回" in text
    assert form.versions.drafts().get().wishes.count() == 2  # nothing is lost
    (again,) = sms("3")
    assert "没有能回3恢复" in again
    form.refresh_from_db()
    assert form.is_handed_in


def test_three_takes_a_form_out_again_that_nobody_asked_for(anna, daughter, term):
    form = by_daughter(daughter, anna, classes_of(term, 1))
    sms("3")
    form.refresh_from_db()
    assert form.state == Application.State.DRAFT


def test_three_changes_nothing_that_one_did_oneself(anna, term):
    form = apply(classes_of(term, 1), learner=anna)
    (text,) = sms("3")
    assert "没有能回3恢复" in text
    form.refresh_from_db()
    assert form.is_handed_in


def test_three_of_a_phone_with_two_such_forms_is_for_people_to_find_out(anna, daughter, term):
    husband = LearnerFactory(name="林建国", phone=PHONE)
    HelperGrantFactory(learner=husband, helper=daughter)
    forms = [by_daughter(daughter, one, classes_of(term, 1)) for one in (anna, husband)]
    sms("3")
    for form in forms:
        form.refresh_from_db()
        assert form.is_handed_in


def test_both_of_two_are_told_and_of_one_number(anna, term):
    ben = LearnerFactory(name="李建国", phone="+8613800000298")
    form = fill_in(anna, classes_of(term, 1))
    services.go_together(
        application=form, companion=ben, actor=anna.user, channel=Channel.WEB, at=TODAY
    )
    press(services.hand_in, form)
    for phone in (anna.phone, ben.phone):
        assert any(form.number in text for text in texts(phone))


def test_evening_posts_the_head_and_says_how_wanted_classes_are(term):
    wanted, other = classes_of(term, 2, capacity=2)
    for _person in range(3):
        apply([wanted])
    for section in (wanted, other):
        SectionAvailability.objects.get_or_create(section=section, defaults={"as_of": TODAY})
    call_command("post_heads")
    assert PostedHead.objects.get().number == 3
    said = dict(SectionAvailability.objects.values_list("section", "warmth"))
    assert said == {wanted.pk: "hot", other.pk: "cool"}
