"""The form of a term on the web: each page, each press, and who may do it for whom."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from courses.models import SectionAvailability, Term, TermPhase
from enrolment import services
from enrolment.domain.wishes import FormProblem
from enrolment.models import Application, Channel
from enrolment.wording import forms as said
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.applications import (
    CLOSES_AT,
    apply,
    classes_of,
    fill_in,
    learner_of_age,
    term_with_forms,
)
from tests.factories.draws import name_sources
from tests.factories.enrolment import CourseFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db

QUESTIONS = (
    "list-questions",
    "list-choices",
    "choose-subject",
    "say-how-many",
    "take-instead",
    "say-better",
    "go-together",
    "check-application",
)


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def term():
    return term_with_forms()


@pytest.fixture
def anna(app_client):
    learner = LearnerFactory(name="王秀英")
    app_client.force_login(learner.user)
    return learner


@pytest.fixture
def ben(anna):
    """Somebody for whom Anna may fill in forms."""
    learner = LearnerFactory(name="李建国")
    HelperGrantFactory(learner=learner, helper=anna.user)
    return learner


def at(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def words_of(response):
    assert response.status_code == 200, response.headers.get("Location")
    return response.content.decode()


def page(client, name, *args):
    return words_of(client.get(at(name, *args)))


def press(client, name, *args, **data):
    """Press a button and see the page it leads to."""
    return words_of(client.post(at(name, *args), data, follow=True))


def form_of(learner):
    return Application.objects.get(learner=learner)


def counted(learner):
    form = form_of(learner)
    return list(form.current.wishes.in_order().values_list("section", flat=True))


def filled_in(client, sections):
    """A form of whoever is signed in, with these choices, by presses alone."""
    press(client, "begin-application")
    for section in sections:
        press(client, "add-choice", section.pk)


# The road


def test_form_is_begun_filled_in_and_handed_in_by_presses_alone(app_client, anna, term):
    one, two = classes_of(term, 2)
    start = page(app_client, "show-application")
    assert anna.name in start
    assert at("begin-application") in start

    filled_in(app_client, [one, two])
    press(app_client, "move-choice", two.pk, to="up")
    press(app_client, "say-how-many", wanted="2")
    press(app_client, "take-instead")
    check = press(app_client, "say-better", better="no")

    assert at("hand-in") in check
    done = press(app_client, "hand-in")
    assert counted(anna) == [two.pk, one.pk]
    assert form_of(anna).spoken_number in done
    assert form_of(anna).current.wanted == 2


def test_each_question_says_whose_form_it_is(app_client, anna, term):
    section = classes_of(term, 1)[0]
    filled_in(app_client, [section])
    for name in QUESTIONS:
        assert anna.name in page(app_client, name)
    assert anna.name in page(app_client, "choose-wish", section.course.subject.slug)


def test_unanswered_question_is_said_and_none_is_forced(app_client, anna, term):
    filled_in(app_client, classes_of(term, 1))
    listed = page(app_client, "list-questions")
    assert (listed.count("tasks__state--done"), listed.count("tasks__state--open")) == (1, 3)
    press(app_client, "hand-in")
    assert form_of(anna).is_handed_in


def test_what_is_to_be_done_is_said_once(app_client, anna, term):
    filled_in(app_client, classes_of(term, 1))
    assert page(app_client, "show-application").count("志愿表还没交") == 1


def test_empty_answer_is_an_error_with_a_summary(app_client, anna, term):
    filled_in(app_client, classes_of(term, 1))
    for name in ("say-how-many", "say-better"):
        answer = app_client.post(at(name), {})
        assert answer.status_code == 422
        assert "data-error-summary" in answer.content.decode()


def test_from_the_check_page_one_comes_back_to_it(app_client, anna, term):
    filled_in(app_client, classes_of(term, 1))
    answer = app_client.post(at("say-how-many"), {"wanted": "2", "back": "check"})
    assert answer.headers["Location"] == at("check-application")


def test_check_page_asks_for_like_classes_only_where_there_are_some(app_client, anna, term):
    section = classes_of(term, 1)[0]
    filled_in(app_client, [section])
    nothing, better = "没有同样的课，不用填", "还没填。填了，选上的机会更大"
    alone = page(app_client, "check-application")
    assert nothing in alone
    assert better not in alone
    SectionFactory(term=term, weekday=4, course=section.course)
    beside = page(app_client, "check-application")
    assert better in beside
    assert nothing not in beside


def test_who_comes_after_the_last_day_reads_where_the_draw_stands(app_client, anna, term):
    assert "2027" not in page_without_a_form(app_client, term)
    name_sources(term)
    over = page_without_a_form(app_client, term)
    assert "已经结束" in over
    assert reverse("enrolment:show-draw", args=[term.code]) in over


def page_without_a_form(app_client, term):
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.FROZEN)
    return page(app_client, "show-application")


def test_question_without_a_form_leads_to_its_first_page(app_client, anna, term):
    for name in QUESTIONS:
        assert app_client.get(at(name)).headers["Location"] == at("show-application")


def test_back_and_second_taps_change_nothing(app_client, anna, term):
    one, two = classes_of(term, 2)
    filled_in(app_client, [one, two, one])
    for _tap in range(2):
        press(app_client, "strike-choice", one.pk)
    for _tap in range(2):
        press(app_client, "hand-in")
    assert counted(anna) == [two.pk]
    assert form_of(anna).entries.count() == 1


def test_move_to_nowhere_strikes_nothing(app_client, anna, term):
    section = classes_of(term, 1)[0]
    filled_in(app_client, [section])
    press(app_client, "move-choice", section.pk, to="sideways")
    press(app_client, "hand-in")
    assert counted(anna) == [section.pk]


def test_sixth_class_is_refused_in_words(app_client, anna, term):
    sections = classes_of(term, 6)
    filled_in(app_client, sections[:5])
    assert "notice--warning" in press(app_client, "add-choice", sections[5].pk)
    press(app_client, "hand-in")
    assert len(counted(anna)) == 5


# What may be chosen


def test_class_that_is_impossible_is_shown_with_why_and_without_a_button(app_client, anna, term):
    level_two = SectionFactory(term=term, course=CourseFactory(level=2))
    young = SectionFactory(term=term, course__min_age_f=90, course__min_age_m=90)
    filled_in(app_client, classes_of(term, 1))
    shown = page(app_client, "choose-wish", young.course.subject.slug)
    assert young.display_name() in shown
    assert at("add-choice", young.pk) not in shown
    assert "notice--warning" in press(app_client, "add-choice", young.pk)
    needs_placement = page(app_client, "choose-wish", level_two.course.subject.slug)
    assert at("add-choice", level_two.pk) in needs_placement  # a paper may follow


def test_like_classes_are_all_ticked_until_some_are_struck(app_client, anna, term):
    chosen = SectionFactory(term=term)
    like = [SectionFactory(term=term, course=chosen.course, weekday=day) for day in (2, 3)]
    filled_in(app_client, [chosen])
    asked = page(app_client, "take-instead")
    assert asked.count(" checked") == 2
    press(app_client, "take-instead", classes=[like[0].pk])
    assert page(app_client, "take-instead").count(" checked") == 1
    press(app_client, "hand-in")
    assert counted(anna) == [chosen.pk, like[0].pk]


def test_another_choice_asks_for_its_like_classes_again(app_client, anna, term):
    one, two = classes_of(term, 2)
    SectionFactory(term=term, course=two.course, weekday=4)
    filled_in(app_client, [one])
    press(app_client, "take-instead")
    press(app_client, "add-choice", two.pk)
    assert page(app_client, "take-instead").count(" checked") == 1


def test_list_goes_on_the_form_with_one_press(app_client, anna, term):
    one, two = classes_of(term, 2)
    for section in (two, one):
        services.put_aside(section=section, learner=anna, at=TODAY)
    assert at("fill-from-list") in page(app_client, "show-list")
    press(app_client, "fill-from-list")
    press(app_client, "hand-in")
    assert sorted(counted(anna)) == sorted([one.pk, two.pk])


# After it was handed in


def test_change_that_was_not_handed_in_is_said_loudly(app_client, anna, term):
    one, two = classes_of(term, 2)
    with_one = fill_in(anna, [one])
    services.hand_in(application=with_one, actor=anna.user, channel=Channel.WEB, at=TODAY)
    press(app_client, "add-choice", two.pk)
    for name in ("show-application", "list-questions", "my-classes"):
        assert "band--warning" in page(app_client, name)
    press(app_client, "drop-changes")
    assert "band--warning" not in page(app_client, "show-application")
    assert counted(anna) == [one.pk]


def test_step_is_taken_back_within_ten_minutes(app_client, anna, term):
    filled_in(app_client, classes_of(term, 1))
    assert at("take-back") in press(app_client, "hand-in")
    press(app_client, "take-back")
    assert form_of(anna).state == Application.State.DRAFT

    press(app_client, "hand-in")
    clock.set_to(TODAY + timedelta(minutes=11))
    assert at("take-back") not in page(app_client, "show-application")
    assert "notice--warning" in press(app_client, "take-back")
    assert form_of(anna).is_handed_in


def test_form_is_withdrawn_after_a_page_that_says_what_it_means(app_client, anna, term):
    apply(classes_of(term, 1), learner=anna)
    assert at("withdraw-application") in page(app_client, "withdraw-application")
    assert at("take-back") in press(app_client, "withdraw-application")
    assert form_of(anna).state == Application.State.WITHDRAWN
    press(app_client, "take-back")
    assert form_of(anna).is_handed_in


def test_slip_shows_number_choices_and_check_code(app_client, anna, term):
    sections = classes_of(term, 2)
    form = apply(sections, learner=anna)
    slip = page(app_client, "print-application")
    for words in (form.spoken_number, form.entries.get().check_code, sections[1].display_name()):
        assert words in slip


def test_after_the_last_day_the_form_can_be_read_and_not_changed(app_client, anna, term):
    one, two = classes_of(term, 2)
    apply([one], learner=anna)
    clock.set_to(CLOSES_AT + timedelta(hours=1))
    shown = page(app_client, "show-application")
    assert one.display_name() in shown
    for name in ("begin-application", "take-back", "withdraw-application", "hand-in"):
        assert f'"{at(name)}"' not in shown
    press(app_client, "add-choice", two.pk)
    press(app_client, "withdraw-application")
    assert counted(anna) == [one.pk]


def test_form_open_at_the_deadline_is_taken_half_an_hour_longer(app_client, anna, term):
    section = classes_of(term, 1)[0]
    filled_in(app_client, [section])
    clock.set_to(CLOSES_AT + timedelta(minutes=20))
    assert at("hand-in") in page(app_client, "check-application")
    press(app_client, "hand-in")
    assert form_of(anna).is_handed_in


@pytest.mark.parametrize("phase", ["published", "open_enrolment"])
def test_before_and_between_forms_there_is_a_page_that_says_so(app_client, anna, phase):
    TermFactory(phase=phase)
    assert at("begin-application") not in page(app_client, "show-application")


def test_before_the_first_day_the_page_says_from_when(app_client, anna):
    term = term_with_forms()
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.PUBLISHED)
    shown = page(app_client, "show-application")
    assert at("begin-application") not in shown
    assert at("show-list") in shown


# Others


def test_two_of_one_account_stand_on_one_form(app_client, anna, ben, term):
    section = classes_of(term, 1)[0]
    filled_in(app_client, [section])
    alone = press(app_client, "go-together", companion=ben.pk)
    assert ben.name in alone
    press(app_client, "go-alone", split="yes")
    press(app_client, "hand-in")
    assert (form_of(ben).goes_with, form_of(ben).state) == (form_of(anna), "submitted")
    assert form_of(anna).current.split_ok

    press(app_client, "begin-application")
    press(app_client, "go-together", companion="nobody")
    assert form_of(ben).goes_with is None


def test_companion_reads_the_form_of_both_and_cannot_change_it(app_client, anna, ben, term):
    section = classes_of(term, 1)[0]
    form = apply([section], learner=anna)
    services.go_together(
        application=form, companion=ben, actor=anna.user, channel=Channel.WEB, at=TODAY
    )
    app_client.force_login(ben.user)
    shown = page(app_client, "show-application")
    assert section.display_name() in shown
    assert anna.name in shown
    assert at("withdraw-application") not in shown
    press(app_client, "add-choice", section.pk)
    assert not form_of(ben).versions.exists()


def test_class_impossible_for_one_of_two_is_refused_by_name(app_client, anna, ben, term):
    section = SectionFactory(term=term, course__min_age_f=90, course__min_age_m=90)
    fine = SectionFactory(term=term, weekday=4)
    filled_in(app_client, [fine])
    press(app_client, "go-together", companion=ben.pk)
    answer = press(app_client, "add-choice", section.pk)
    assert "notice--warning" in answer


def test_helper_fills_in_the_form_of_the_one_they_act_for(app_client, anna, ben, term):
    section = classes_of(term, 1)[0]
    session = app_client.session
    session["acting_for"] = ben.pk
    session.save()
    filled_in(app_client, [section])
    press(app_client, "hand-in")
    assert counted(ben) == [section.pk]
    assert not Application.objects.filter(learner=anna).exists()
    assert form_of(ben).last_step_by == anna.user


def test_helper_who_may_only_look_changes_nothing(app_client, anna, term):
    ben = LearnerFactory(name="李建国")
    HelperGrantFactory(learner=ben, helper=anna.user, may_apply=False)
    session = app_client.session
    session["acting_for"] = ben.pk
    session.save()
    assert app_client.post(at("begin-application")).status_code == 403
    assert not Application.objects.exists()


def test_page_of_somebody_else_on_a_shared_phone_does_nothing(app_client, anna, term):
    section = classes_of(term, 1)[0]
    husband = LearnerFactory(name="王建", user=anna.user)
    session = app_client.session
    session["chosen_learner"] = anna.pk
    session.save()
    filled_in(app_client, [section])
    app_client.post(at("hand-in"), {"meant_for": husband.pk})
    assert form_of(anna).state == Application.State.DRAFT


def test_answers_outlive_the_session(app_client, anna, term):
    section = classes_of(term, 1)[0]
    filled_in(app_client, [section])
    app_client.logout()
    answer = app_client.post(at("say-how-many"), {"wanted": "2"})
    assert answer.headers["Location"].startswith(reverse("account_request_login_code"))
    app_client.force_login(anna.user)
    assert section.display_name() in page(app_client, "list-choices")


def test_two_forms_in_turn_are_two(app_client, anna, term):
    """The same surname, the same birthday: what stands on one never stands on the other."""
    section, other = classes_of(term, 2)
    twin = learner_of_age(name="王秀兰", born_on=anna.born_on)
    apply([section], learner=twin)
    filled_in(app_client, [other])
    press(app_client, "hand-in")
    assert (counted(anna), counted(twin)) == ([other.pk], [section.pk])


# Ways in, and what is said


def test_while_forms_are_open_classes_lead_to_the_form_and_show_no_counts(app_client, anna, term):
    section = SectionFactory(term=term, capacity=30, course__name="古筝初级")
    SectionAvailability.objects.create(section=section, seats_left=30, waiting=7, as_of=TODAY)
    SectionAvailability.objects.filter(section=section).update(warmth="hot")
    course = reverse("courses:show-course", args=[section.course.slug])
    for address in (course, at("check-class", section.pk)):
        shown = words_of(app_client.get(address))
        assert at("add-choice", section.pk) in shown
        assert at("hold-seat", section.pk) not in shown
        assert "30 个名额参加摇号" in shown
    for address in (course, reverse("courses:list-courses")):
        shown = words_of(app_client.get(address))
        assert "想上的人很多" in shown
        assert "前面 7 人" not in shown


def test_visitor_is_led_to_the_form_from_the_course_page(app_client, term):
    section = SectionFactory(term=term)
    shown = words_of(app_client.get(reverse("courses:show-course", args=[section.course.slug])))
    assert at("show-application") in shown


@pytest.mark.parametrize("name", ["accounts:me", "courses:list-courses"])
def test_pages_on_the_way_say_how_the_form_stands(app_client, anna, term, name):
    """Not begun, begun, changed and not handed in: each with its one next step."""
    one, two = classes_of(term, 2)
    assert at("show-application") in words_of(app_client.get(reverse(name)))
    filled_in(app_client, [one])
    assert at("list-questions") in words_of(app_client.get(reverse(name)))
    press(app_client, "hand-in")
    assert "band--warning" not in words_of(app_client.get(reverse(name)))
    press(app_client, "add-choice", two.pk)
    assert "band--warning" in words_of(app_client.get(reverse(name)))


def test_paper_that_is_missing_is_said_until_when_and_can_be_given(app_client, anna, term):
    TermPhase.objects.create(
        term=term, phase=Term.Phase.FROZEN, opens_at=CLOSES_AT + timedelta(hours=19)
    )
    lively = SectionFactory(term=term, course__vigorous=True)
    filled_in(app_client, [lively])
    shown = page(app_client, "check-application")
    declare = at("declare-health", lively.pk)
    assert f"{declare}?next=" in shown
    assert "前补上就行" in shown
    answer = app_client.post(declare, {"next": at("check-application")})
    assert answer.headers["Location"] == at("check-application")
    assert declare not in page(app_client, "check-application")


@pytest.mark.parametrize("problem", FormProblem)
def test_every_problem_has_a_sentence_of_its_own(problem):
    sentence = said.form_problem(problem)
    assert len(sentence) > 10
    if problem not in {FormProblem.UNKNOWN_CLASS, FormProblem.NOT_POSSIBLE}:
        assert sentence != said.form_problem(FormProblem.UNKNOWN_CLASS)


def test_class_refused_when_the_form_is_handed_in_is_named_with_why(app_client, anna, term):
    one, two = classes_of(term, 2)
    filled_in(app_client, [one, two])
    two.status = "cancelled"
    two.save(update_fields=["status"])
    shown = press(app_client, "hand-in")
    assert "notice--warning" in shown
    assert form_of(anna).state == Application.State.DRAFT
    assert form_of(anna).versions.get().wishes.count() == 2  # kept as it was
