"""Staff fill in the form of a term for a learner, on one page, by the services of the web."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEvent, ConsentRecord, LearnerUnit, StaffPost
from enrolment.domain.refusals import Refusal
from enrolment.domain.wishes import FormProblem
from enrolment.models import Application, ChainEntry, Channel
from enrolment.wording import forms_desk as wording
from enrolment.wording import refusal
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, UnitFactory
from tests.factories.applications import CLOSES_AT, apply, classes_of, term_with_forms
from tests.factories.campus import LocalityFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.renewals import sits_in
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
State = Application.State
WORD = {"channel": "counter", "how": "in_person", "reason": "本人来窗口"}


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city():
    return UnitFactory()


@pytest.fixture
def term(city):
    return term_with_forms(unit=city)


@pytest.fixture
def learner(city):
    return LearnerFactory(unit=city, name="王秀英", card_no="Q20260001")


@pytest.fixture
def desk(app_client, city):
    """A browser at the counter of the city's university."""
    app_client.clerk = sign_in(app_client, city)
    return app_client


def page_of(learner):
    return reverse("enrolment:form-for", args=[learner.pk])


def add(desk, learner, line):
    return desk.post(page_of(learner), {"do": "add", "classes": line}, follow=True)


def hand_in(desk, learner, **more):
    said = {"do": "hand_in", "wanted": 1, **WORD, **more}
    return desk.post(page_of(learner), said, follow=True)


def form_of(learner):
    return Application.objects.get(learner=learner)


def listed(version):
    return list(version.wishes.in_order().values_list("section", flat=True))


def main(response):
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def test_form_is_filled_in_by_numbers_and_handed_in_with_two_posts(desk, term, learner):
    one, two, three = classes_of(term, 3)

    add(desk, learner, f"{two.pk}，{one.pk} {three.pk}")
    page = main(hand_in(desk, learner, wanted=2))

    form = form_of(learner)
    assert (form.state, form.current.channel, form.current.wanted) == ("submitted", "counter", 2)
    assert listed(form.current) == [two.pk, one.pk, three.pk]
    assert form.current.actor == desk.clerk
    assert form.spoken_number in page


def test_how_the_learner_agreed_is_kept_with_the_reason_once(desk, term, learner):
    add(desk, learner, str(classes_of(term, 1)[0].pk))
    for _tap in range(2):
        hand_in(desk, learner)
    consent = ConsentRecord.objects.get(learner=learner)
    note = AuditEvent.objects.get(action="acted for a learner")
    assert (consent.how, consent.actor) == ("in_person", desk.clerk)
    assert (note.details["reason"], note.details["act"]) == ("本人来窗口", "hand in")
    assert ChainEntry.objects.filter(application__learner=learner).count() == 1


def test_words_find_classes_by_course_campus_and_day(desk, term, learner):
    wanted = SectionFactory(term=term, weekday=2, campus__name="新校区")
    other_day = SectionFactory(term=term, weekday=3, campus=wanted.campus)
    elsewhere = SectionFactory(term=term, weekday=2)
    page = main(add(desk, learner, "周二 新校区"))
    numbers = [f'value="{section.pk}"' in page for section in (wanted, other_day, elsewhere)]
    assert numbers == [True, False, False]


def test_number_that_means_no_class_is_named_and_stays_in_the_field(desk, term, learner):
    section = classes_of(term, 1)[0]
    page = main(add(desk, learner, f"{section.pk} 999999"))
    assert wording.numbers_not_known([999999]) in page
    assert 'value="999999"' in page
    assert listed(form_of(learner).versions.get()) == [section.pk]


def test_number_with_another_classes_name_before_it_is_refused(desk, term, learner):
    section = classes_of(term, 1)[0]
    add(desk, learner, f"PIANO1-{section.pk}")
    assert not Application.objects.exists()


def test_class_that_is_not_possible_says_why_in_the_words_of_the_rules(desk, term, learner):
    section = SectionFactory(term=term, course__min_age_f=90, weekday=1)
    page = main(add(desk, learner, str(section.pk)))
    assert refusal(Refusal.TOO_YOUNG, section) in page
    assert listed(form_of(learner).versions.get()) == []


def test_class_that_needs_a_paper_stands_on_the_form_with_the_sentence(desk, term, learner):
    section = SectionFactory(term=term, course__level=2, weekday=1)
    page = main(add(desk, learner, str(section.pk)))
    assert refusal(Refusal.LEVEL, section) in page
    assert listed(form_of(learner).versions.get()) == [section.pk]


def test_places_in_the_draw_are_those_nobody_has_renewed(desk, term, learner):
    section = SectionFactory(term=term, weekday=1, capacity=5)
    sits_in(section)
    add(desk, learner, str(section.pk))
    choice = desk.get(page_of(learner)).context["desk"].choices[0]
    assert choice.seats == 4


def test_choices_move_and_go_by_buttons(desk, term, learner):
    one, two, three = classes_of(term, 3)
    add(desk, learner, f"{one.pk} {two.pk} {three.pk}")
    for do in (f"up:{three.pk}", f"down:{one.pk}", f"strike:{two.pk}"):
        assert desk.post(page_of(learner), {"do": do}).status_code == 302
    assert listed(form_of(learner).versions.get()) == [three.pk, one.pk]


def test_like_classes_are_ticked_and_can_be_struck_out(desk, term, learner):
    chosen = SectionFactory(term=term, weekday=1)
    near, far = (
        SectionFactory(term=term, weekday=day, course=chosen.course, campus=chosen.campus)
        for day in (2, 3)
    )
    add(desk, learner, str(chosen.pk))
    page = main(desk.get(page_of(learner)))
    ticked = [f'value="{section.pk}" id' in page and page.count("checked") for section in (near,)]
    assert ticked[0] >= 2
    hand_in(desk, learner, instead=[near.pk])
    form = form_of(learner)
    assert list(form.current.wishes.substitutes().values_list("section", flat=True)) == [near.pk]
    assert far.pk not in listed(form.current)


def test_what_was_handed_in_on_the_web_is_changed_at_the_counter(desk, term, learner):
    one, two = classes_of(term, 2)
    apply([one], learner=learner)
    add(desk, learner, str(two.pk))
    assert listed(form_of(learner).current) == [one.pk]
    hand_in(desk, learner)
    form = form_of(learner)
    assert listed(form.current) == [one.pk, two.pk]
    assert form.current.channel == Channel.COUNTER


def test_form_is_withdrawn_and_put_back(desk, term, learner):
    apply(classes_of(term, 1), learner=learner)
    desk.post(reverse("enrolment:withdraw-form-for", args=[learner.pk]), WORD)
    assert form_of(learner).state == State.WITHDRAWN
    desk.post(reverse("enrolment:undo-form-for", args=[learner.pk]), WORD)
    assert form_of(learner).state == State.SUBMITTED
    assert ConsentRecord.objects.filter(learner=learner).count() == 2


def test_two_go_together_and_part_again(desk, term, learner, city):
    husband = LearnerFactory(unit=city, name="李建国", card_no="Q20260002", sex="m")
    add(desk, learner, str(classes_of(term, 1)[0].pk))
    hand_in(desk, learner)
    join = reverse("enrolment:join-form-for", args=[learner.pk])
    joined = desk.post(join, {**WORD, "who": "q20260002"})
    assert joined.status_code == 302, main(joined)
    other = Application.objects.get(learner=husband)
    assert (other.goes_with, other.state) == (form_of(learner), "submitted")
    assert learner.name in main(desk.get(page_of(husband)))
    desk.post(reverse("enrolment:part-form-for", args=[learner.pk]), WORD)
    other.refresh_from_db()
    assert (other.goes_with, form_of(learner).partner) == (None, None)


def test_like_class_that_one_of_two_cannot_take_is_not_offered(desk, term, learner, city):
    chosen = SectionFactory(term=term, weekday=1)
    tuesday, wednesday = (
        SectionFactory(term=term, weekday=day, course=chosen.course, campus=chosen.campus)
        for day in (2, 3)
    )
    husband = LearnerFactory(unit=city, name="李建国", card_no="Q20260002", sex="m")
    sits_in(SectionFactory(term=term, weekday=2), husband)
    add(desk, learner, str(chosen.pk))
    hand_in(desk, learner)
    desk.post(reverse("enrolment:join-form-for", args=[learner.pk]), {**WORD, "who": "q20260002"})
    shown = desk.get(page_of(learner)).context["form"].fields["instead"].choices
    assert [pk for pk, _label in shown] == [wednesday.pk]
    assert tuesday.pk not in listed(form_of(learner).current)


def test_nobody_is_joined_whom_the_office_does_not_know(app_client, city, term):
    county, other = UnitFactory.create_batch(2, county=True, parent=city)
    learner = LearnerFactory(unit=county)
    LearnerFactory(unit=other, card_no="Q20269999")
    apply(classes_of(term, 1), learner=learner)
    sign_in(app_client, county)
    join = reverse("enrolment:join-form-for", args=[learner.pk])
    answer = app_client.post(join, {**WORD, "who": "Q20269999"})
    assert answer.status_code == 422
    assert wording.nobody_meant() in main(answer)


def test_slip_has_the_number_in_groups_of_four_and_the_choices(desk, term, learner):
    section = classes_of(term, 1)[0]
    form = apply([section], learner=learner)
    page = main(desk.get(reverse("enrolment:form-slip-for", args=[learner.pk])))
    assert form.spoken_number in page
    assert section.display_name() in page


def test_county_counter_files_for_a_class_of_the_city(app_client, city, term):
    """A quarter of the wishes are for the main university; nobody has to travel to say so."""
    county = UnitFactory(county=True, parent=city)
    learner = LearnerFactory(unit=county)
    section = SectionFactory(term=term, campus__unit=city)
    sign_in(app_client, county)
    add(app_client, learner, str(section.pk))
    hand_in(app_client, learner)
    assert listed(form_of(learner).current) == [section.pk]


def test_office_that_knows_a_learner_from_a_class_may_file_too(app_client, city, term):
    county, home = UnitFactory.create_batch(2, county=True, parent=city)
    learner = LearnerFactory(unit=home)
    LearnerUnit.objects.create(learner=learner, unit=county)
    sign_in(app_client, county)
    add(app_client, learner, str(classes_of(term, 1, campus__unit=city)[0].pk))
    hand_in(app_client, learner)
    assert form_of(learner).state == State.SUBMITTED


def test_form_of_somebody_unknown_to_the_office_is_unknown(app_client, city, term):
    one, other = UnitFactory.create_batch(2, county=True, parent=city)
    sign_in(app_client, one, role=StaffPost.Role.HOTLINE)
    assert app_client.get(page_of(LearnerFactory(unit=other))).status_code == 404


def test_after_the_deadline_the_counter_adds_nothing(desk, term, learner):
    clock.set_to(CLOSES_AT + timedelta(minutes=1))
    page = main(add(desk, learner, str(classes_of(term, 1)[0].pk)))
    assert str(wording.FORM_PROBLEMS[FormProblem.TOO_LATE]) in page
    assert not Application.objects.exists()


def test_every_problem_has_a_sentence_for_staff():
    assert set(wording.FORM_PROBLEMS) == set(FormProblem)


def test_way_to_a_like_class_is_said_in_minutes(desk, term, learner):
    chosen = SectionFactory(term=term, weekday=1)
    near = SectionFactory(term=term, weekday=2, course=chosen.course)
    locality = LocalityFactory()
    locality.travel_times.create(campus=near.campus, minutes=12)
    learner.region_code = locality.region_code
    learner.save()
    add(desk, learner, str(chosen.pk))
    assert wording.like_class(near, 12) in main(desk.get(page_of(learner)))
