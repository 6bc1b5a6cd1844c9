"""Who steps out between the closed list and the draw: struck through, never taken off."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from accounts import clock, scope
from accounts.models import AuditEvent, ConsentRecord, Message, OutboxMessage, StaffPost
from courses.models import Term
from enrolment import queries, services, tasks
from enrolment.domain.wishes import FormProblem
from enrolment.models import (
    Application,
    ChainEntry,
    Enrolment,
    StruckOut,
    WaitlistEntry,
    ledger,
)
from enrolment.queries.struck_out import struck_lines
from enrolment.services import FormRefused
from tests.enrolment.acts import entry_of
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.applications import apply, classes_of, learner_of_age
from tests.factories.draws import (
    DRAWN_AT,
    FROZEN_AT,
    close_list,
    draw_and_publish,
    finish_list,
    read_all,
    registrar,
    sign_all,
    term_to_draw,
)
from tests.factories.enrolment import SectionFactory, TermFactory
from tests.factories.results import Drawn, draw_of, held_back
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
State = Application.State
Reason = StruckOut.Reason
NEXT_MORNING = FROZEN_AT + timedelta(hours=21)


@pytest.fixture
def term():
    return term_to_draw()


@pytest.fixture
def section(term):
    """The class everybody wants: two places."""
    return SectionFactory(term=term, capacity=2)


@pytest.fixture
def forms(section):
    """Five people for two places."""
    return [apply([section]) for _person in range(5)]


@pytest.fixture
def couple(section):
    """Two who go together, on the form of the first."""
    lead, other = apply([section]), learner_of_age(name="李建国")
    services.go_together(
        application=lead, companion=other, actor=lead.learner.user, channel="web", at=TODAY
    )
    lead.refresh_from_db()
    return lead, Application.objects.get(learner=other)


def step_out(form, *, by=None, at=NEXT_MORNING, reason=Reason.OWN_WISH, **more):
    actor = by or form.learner.user
    press = {"reason": reason, "actor": actor, "channel": "web", "at": at, **more}
    return services.step_out(application=form, **press)


def drawn_and_held(term):
    """The draw is made and signed, and not public yet."""
    finish_list(term)
    return read_sign_draw(term)


def read_sign_draw(term):
    """All that comes between the final list and the publication."""
    read_all(term)
    sign_all(term)
    draw = services.run_draw(term=term, actor=registrar(), at=DRAWN_AT)
    sign_all(term)
    return draw


def publish(term):
    return services.publish_draw(term=term, actor=registrar(), at=DRAWN_AT)


def winners(draw, forms):
    """Those of these forms to whom the draw gave the class."""
    won = {line.split(",")[0] for line in result_of(draw)}
    return [form for form in forms if form.number in won]


def result_of(draw):
    return queries.package_of(draw)["result.csv"].decode().splitlines()[1:]


def with_a_place():
    return set(Enrolment.objects.filter(source="draw").values_list("learner", flat=True))


def letters(event):
    for kind in ("tell_struck_out", "tell_results"):
        for row in OutboxMessage.objects.filter(done_at=None, kind=kind).order_by("pk"):
            getattr(tasks, kind)(row.object_id, row.pk)
    found = Message.objects.filter(template=f"enrolment/{event}").select_related("learner")
    assert all(len(letter.text) <= 70 for letter in found)
    return list(found)


# The draw


def test_a_place_that_was_drawn_is_not_assigned_and_goes_to_the_next_in_line(
    term, section, forms, nothing_is_broken
):
    draw = drawn_and_held(term)
    gone, stays = winners(draw, forms)
    step_out(gone, at=DRAWN_AT)
    publish(term)
    assert with_a_place() == {stays.learner_id}
    assert not WaitlistEntry.objects.filter(learner=gone.learner_id).exists()
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.state, stays.state) == (State.UNALLOCATED, State.ALLOCATED)
    nothing_is_broken(DRAWN_AT)

    first = WaitlistEntry.objects.filter(section=section).in_order().first()
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.WAITLISTING)
    section.refresh_from_db()
    services.promote(section=section, at=DRAWN_AT + timedelta(days=1, hours=-5))
    assert entry_of(first.learner, section).state == "offered"


def test_who_would_have_waited_stands_in_no_line(term, section, forms, nothing_is_broken):
    draw = drawn_and_held(term)
    lost = next(form for form in forms if form not in winners(draw, forms))
    step_out(lost, at=DRAWN_AT)
    publish(term)
    assert WaitlistEntry.objects.filter(section=section).count() == 2
    assert not WaitlistEntry.objects.filter(learner=lost.learner_id).exists()
    nothing_is_broken(DRAWN_AT)


def test_package_is_the_same_to_the_last_byte(term, forms):
    """The same list and the same chance, with somebody out and with nobody."""
    finish_list(term)
    with_all = services.rehearse(term=term, at=NEXT_MORNING).drawn.files
    step_out(forms[0])
    assert services.rehearse(term=term, at=NEXT_MORNING).drawn.files == with_all
    draw = read_sign_draw(term)
    files = queries.package_of(draw)
    assert files["roster.csv"] == with_all["roster.csv"]
    assert len(files["numbers.csv"].splitlines()) == 1 + len(forms)
    publish(term)
    assert queries.package_of(draw) == files
    assert queries.what_differs(term) == []


def test_result_says_what_it_would_have_said_without_anybody_stepping_out(term, forms):
    draw = drawn_and_held(term)
    said = queries.package_of(draw)
    for form in forms:
        step_out(form, at=DRAWN_AT)
    publish(term)
    assert queries.package_of(draw) == said
    assert with_a_place() == set()
    assert queries.what_differs(term) == []


def test_who_died_before_the_publication_is_struck_out_by_rule(term, forms, nothing_is_broken):
    draw = drawn_and_held(term)
    gone = winners(draw, forms)[0]
    gone.learner.deceased_on = DRAWN_AT.date()
    gone.learner.save(update_fields=["deceased_on"])
    publish(term)
    row = StruckOut.objects.get()
    assert (row.application, row.reason, row.channel, row.actor) == (gone, "died", "system", None)
    assert gone.learner_id not in with_a_place()
    assert [line.number for line in struck_lines(term)] == [gone.number]
    assert letters("stepped_out") == []
    nothing_is_broken(DRAWN_AT)


def test_the_check_of_every_night_finds_a_place_of_who_stepped_out(term, forms):
    draw = drawn_and_held(term)
    gone, stays = winners(draw, forms)
    step_out(gone, at=DRAWN_AT)
    publish(term)
    Enrolment.objects.filter(learner=stays.learner).update(learner=gone.learner)
    rules = {rule for rule, _subject in ledger.broken_rules(at=DRAWN_AT, offer_hours=False)}
    assert "who stepped out of a draw has no place of it" in rules


def test_figures_count_who_was_in_the_draw_to_the_end(term, forms):
    step = drawn_and_held(term)
    step_out(winners(step, forms)[0], at=DRAWN_AT)
    publish(term)
    people = queries.people_drawn(term)
    assert (len(people), sum(one.seats for one in people)) == (4, 1)


# Two who go together


def test_one_of_two_stays_and_has_a_place_alone(term, section, couple, nothing_is_broken):
    lead, other = couple
    drawn_and_held(term)
    step_out(lead, at=DRAWN_AT)
    publish(term)
    assert with_a_place() == {other.learner_id}
    states = Application.objects.in_bulk([lead.pk, other.pk])
    assert (states[lead.pk].state, states[other.pk].state) == ("unallocated", "allocated")
    nothing_is_broken(DRAWN_AT)


def test_who_stays_of_two_waits_as_one_person(nothing_is_broken):
    term = TermFactory(phase=Term.Phase.CONFIRMING)
    section = SectionFactory(term=term)
    wife, husband = LearnerFactory.create_batch(2)
    line = Drawn(wife, [held_back(section, 1)], partner=husband)
    draw = draw_of(term, [line], published_at=None)
    step_out(Application.objects.get(learner=husband), at=TODAY)
    draw.published_at = TODAY
    draw.save(update_fields=["published_at"])
    services.place_the_drawn(draw=draw, at=TODAY)
    (entry,) = WaitlistEntry.objects.filter(section=section)
    assert (entry.learner, entry.together) == (wife, None)
    nothing_is_broken()


def test_both_step_out_by_one_press_of_whose_form_it_is(term, couple):
    lead, other = couple
    finish_list(term)
    assert {row.application_id for row in step_out(lead, both=True)} == {lead.pk, other.pk}
    assert step_out(lead, both=True) == []
    draw = read_sign_draw(term)
    publish(term)
    assert with_a_place() == set()
    assert len(result_of(draw)) == 1
    (line,) = struck_lines(term)
    assert (line.number, line.stays_one) == (lead.number, False)


def test_the_second_of_two_speaks_for_nobody_else(term, couple):
    lead, other = couple
    finish_list(term)
    with pytest.raises(FormRefused) as said:
        step_out(other, both=True)
    assert said.value.problem == FormProblem.WITH_SOMEBODY
    step_out(other)
    (line,) = struck_lines(term)
    assert (line.number, line.stays_one) == (lead.number, True)


# When, and by whom


def test_not_before_the_list_is_closed(term, forms):
    with pytest.raises(FormRefused) as said:
        step_out(forms[0], at=TODAY)
    assert said.value.problem == FormProblem.NOT_ON_THE_LIST


def test_not_once_the_draw_is_public(term, forms):
    draw_and_publish(term)
    with pytest.raises(FormRefused) as said:
        step_out(forms[0], at=DRAWN_AT)
    assert said.value.problem == FormProblem.DRAW_IS_PUBLIC
    assert not StruckOut.objects.exists()


def test_twice_is_once(term, forms):
    close_list(term)
    (row,) = step_out(forms[0])
    assert step_out(forms[0], reason=Reason.MOVED) == []
    assert StruckOut.objects.get() == row
    assert row.reason == Reason.OWN_WISH
    assert AuditEvent.objects.filter(action="struck out of the draw").count() == 1


def test_it_stands_in_the_chain_and_the_chain_holds(term, forms):
    close_list(term)
    step_out(forms[0])
    entry = ChainEntry.objects.of_term(term).last()
    assert (entry.act, entry.application) == ("strike", forms[0])
    assert entry.content["application"] == forms[0].number
    assert "reason" not in entry.content
    finish_list(term)
    assert queries.what_differs(term) == []


@pytest.mark.parametrize("change", [{"reason": "moved"}, {"at": TODAY}, {"application": None}])
def test_the_database_refuses_a_change_of_the_row(term, forms, as_app, change):
    close_list(term)
    step_out(forms[0])
    if "application" in change:
        change = {"application": forms[1]}
    for act in (lambda: StruckOut.objects.update(**change), StruckOut.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
        with pytest.raises(DatabaseError), as_app(), scope.system("attack"):
            act()


@pytest.mark.parametrize("stage", [None, draw_and_publish])
def test_the_database_takes_no_row_before_the_list_or_after_the_draw(term, forms, stage):
    if stage is not None:
        stage(term)
    row = {"reason": "moved", "channel": "web", "actor": registrar(), "at": TODAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        StruckOut.objects.create(application=forms[0], **row)


def test_only_who_died_is_struck_out_by_nobody(term, forms):
    close_list(term)
    row = {"reason": "moved", "channel": "system", "at": TODAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        StruckOut.objects.create(application=forms[0], **row)


def test_a_stranger_sees_and_writes_no_row(term, forms, as_app):
    close_list(term)
    step_out(forms[0])
    stranger = LearnerFactory()
    with as_app(), scope.learners([stranger.pk]):
        assert not StruckOut.objects.exists()
    with as_app(), scope.learners([forms[0].learner_id]):
        assert StruckOut.objects.count() == 1


# Letters


def test_person_hears_of_it_and_no_result_is_written_to_them(term, forms):
    draw = drawn_and_held(term)
    gone, stays = winners(draw, forms)
    step_out(gone, at=DRAWN_AT)
    clock.set_to(DRAWN_AT)
    (letter,) = letters("stepped_out")
    assert letter.learner == gone.learner
    assert gone.number in letter.text
    publish(term)
    told = [*letters("drawn"), *letters("not_drawn")]
    assert gone.learner not in [one.learner for one in told]
    assert stays.learner in [one.learner for one in told]
    assert len(told) == 4


def test_who_stays_of_two_hears_that_they_are_alone(term, couple):
    lead, other = couple
    finish_list(term)
    step_out(lead)
    assert [letter.learner for letter in letters("stepped_out")] == [lead.learner]
    (letter,) = letters("goes_on_alone")
    assert letter.learner == other.learner
    assert lead.learner.name[:4] in letter.text


def test_both_out_hear_it_once_each(term, couple):
    lead, other = couple
    finish_list(term)
    step_out(lead, both=True)
    assert {letter.learner for letter in letters("stepped_out")} == {lead.learner, other.learner}
    assert letters("goes_on_alone") == []


@pytest.mark.parametrize("knows", ["office", "record"])
def test_nobody_writes_to_who_has_died(term, forms, knows):
    close_list(term)
    if knows == "record":
        forms[0].learner.deceased_on = NEXT_MORNING.date()
        forms[0].learner.save(update_fields=["deceased_on"])
    step_out(forms[0], reason=Reason.DIED if knows == "office" else Reason.OTHER)
    assert letters("stepped_out") == []


def test_who_has_no_phone_and_stepped_out_is_not_called_about_the_result(term, forms):
    for form in forms[:2]:
        form.learner.phone = ""
        form.learner.save(update_fields=["phone"])
    drawn_and_held(term)
    step_out(forms[0], at=DRAWN_AT)
    publish(term)
    units = {form.unit_id for form in forms}
    told = queries.results_to_tell(units, at=DRAWN_AT)
    assert [form.pk for form in told] == [forms[1].pk]


# The pages


@pytest.fixture
def browser(app_client, forms):
    """The first of them on the web, the morning after the list was closed."""
    app_client.force_login(forms[0].learner.user)
    return app_client


def at(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def words(response):
    assert response.status_code == 200, response.headers.get("Location")
    return response.content.decode()


def test_the_web_asks_once_more_and_then_says_what_follows(term, forms, browser):
    close_list(term)
    clock.set_to(NEXT_MORNING)
    assert at("step-out") in words(browser.get(at("show-application")))
    asked = words(browser.get(at("step-out")))
    assert "退出以后不能再改回来" in asked
    assert not StruckOut.objects.exists()
    done = words(browser.post(at("step-out"), follow=True))
    assert "您已退出这次摇号" in done
    row = StruckOut.objects.get()
    assert (row.application, row.channel, row.reason) == (forms[0], "web", "own_wish")
    assert browser.get(at("step-out")).headers["Location"] == at("show-application")
    assert "您已退出这次摇号" in words(browser.post(at("step-out"), follow=True))


def test_no_page_to_step_out_while_forms_are_open_or_after_the_draw(term, forms, browser):
    clock.set_to(TODAY)
    assert at("step-out") not in words(browser.get(at("show-application")))
    assert browser.get(at("step-out")).headers["Location"] == at("show-application")
    browser.post(at("step-out"))
    draw_and_publish(term)
    clock.set_to(DRAWN_AT)
    assert at("step-out") not in words(browser.get(at("show-application")))
    assert "摇号结果已经公布" in words(browser.post(at("step-out"), follow=True))
    assert not StruckOut.objects.exists()


def test_a_helper_steps_out_for_somebody_with_the_right_to_withdraw(term, forms, app_client):
    close_list(term)
    clock.set_to(NEXT_MORNING)
    allowed, not_allowed = forms[1], forms[2]
    for form, may in ((allowed, True), (not_allowed, False)):
        helper = HelperGrantFactory(learner=form.learner, may_withdraw=may).helper
        app_client.force_login(helper)
        session = app_client.session
        session["acting_for"] = form.learner_id
        session.save()
        answer = app_client.post(at("step-out"), {"meant_for": form.learner_id})
        assert answer.status_code == (302 if may else 403)
    row = StruckOut.objects.get()
    assert row.application == allowed
    assert row.actor != allowed.learner.user


def test_of_two_the_page_asks_who(term, couple, app_client):
    lead, other = couple
    finish_list(term)
    clock.set_to(DRAWN_AT - timedelta(hours=1))
    app_client.force_login(lead.learner.user)
    asked = words(app_client.get(at("step-out")))
    assert 'value="both"' in asked
    assert app_client.post(at("step-out")).status_code == 422
    app_client.post(at("step-out"), {"who": "one"})
    assert StruckOut.objects.get().application == lead
    done = words(app_client.get(at("show-application")))
    assert f"报名编号{lead.spoken_number}留在公开的名单上，旁边注明" in done
    app_client.force_login(other.learner.user)
    stays = words(app_client.get(at("show-application")))
    assert "已退出摇号。您还在名单上" in stays
    assert 'value="both"' not in words(app_client.get(at("step-out")))


def test_of_two_on_two_lines_each_is_told_their_own_number(term, section, app_client):
    lead, other = apply([section], split_ok=True), learner_of_age(name="李建国")
    services.go_together(
        application=lead, companion=other, actor=lead.learner.user, channel="web", at=TODAY
    )
    own = Application.objects.get(learner=other)
    close_list(term)
    step_out(own)
    clock.set_to(NEXT_MORNING)
    app_client.force_login(other.user)
    assert f"报名编号{own.spoken_number}留在公开的名单上，划一道线" in words(
        app_client.get(at("show-application"))
    )
    (line,) = struck_lines(term)
    assert (line.number, line.stays_one) == (own.number, False)


def test_result_page_says_that_nothing_was_assigned(term, forms, browser):
    close_list(term)
    step_out(forms[0])
    finish_list(term)
    read_sign_draw(term)
    publish(term)
    clock.set_to(DRAWN_AT)
    result = words(browser.get(at("show-result", term.code)))
    assert "您在摇号前退出了，没有分配名额" in result
    assert "seat--open" not in result
    assert at("show-result", term.code) in words(browser.get(at("show-application")))


def test_everybody_sees_the_number_and_the_moment_and_nothing_more(term, forms, app_client):
    close_list(term)
    page = at("show-draw", term.code)
    assert forms[0].number not in words(app_client.get(page))
    step_out(forms[0], reason=Reason.ILL)
    for stage in (lambda: None, lambda: draw_after(term)):
        stage()
        shown = words(app_client.get(page))
        assert f"<s>{forms[0].number}</s>" in shown
        assert "生病" not in shown
        assert forms[0].learner.name not in shown


def draw_after(term):
    finish_list(term)
    read_sign_draw(term)
    publish(term)


# The desk


@pytest.fixture
def desk(app_client, forms):
    """The counter of the office that knows these people."""
    clerk = sign_in(app_client, forms[0].unit, StaffPost.Role.COUNTER)
    app_client.clerk = clerk
    return app_client


def say(form, **more):
    address = at("step-out-for", form.learner_id, form.term.code)
    said = {"because": "ill", "channel": "counter", "how": "in_person", "reason": "来窗口说的"}
    return address, said | more


def test_the_desk_chooses_a_reason_and_keeps_how_they_agreed(term, forms, desk):
    close_list(term)
    clock.set_to(NEXT_MORNING)
    form = forms[0]
    address, said = say(form)
    assert address in words(desk.get(at("form-for", form.learner_id)))
    assert "退出以后不能再改回来" in words(desk.get(address))
    shown = words(desk.post(address, said, follow=True))
    row = StruckOut.objects.get()
    assert (row.reason, row.channel, row.actor) == ("ill", "counter", desk.clerk)
    consent = ConsentRecord.objects.get(learner=form.learner)
    assert consent.how == "in_person"
    assert "已退出" in shown
    assert desk.get(address).status_code == 302


def test_the_desk_needs_to_know_how_they_agreed_unless_they_died(term, forms, desk):
    close_list(term)
    clock.set_to(NEXT_MORNING)
    address, said = say(forms[0], how="")
    assert desk.post(address, said).status_code == 422
    desk.post(address, said | {"because": "died", "reason": "女儿来电话"})
    assert StruckOut.objects.get().reason == "died"
    assert not ConsentRecord.objects.filter(learner=forms[0].learner).exists()
    assert letters("stepped_out") == []


def test_the_desk_says_that_the_draw_is_public(term, forms, desk):
    draw_and_publish(term)
    clock.set_to(DRAWN_AT)
    address, said = say(forms[0])
    assert "摇号结果已经公布" in words(desk.post(address, said, follow=True))
    assert not StruckOut.objects.exists()


def test_classes_of_other_people_are_left_alone(term):
    """A person with two choices loses both, and nobody else one."""
    one, two = classes_of(term, 2, capacity=3)
    both, other = apply([one, two], wanted=2), apply([two, one])
    drawn_and_held(term)
    step_out(both, at=DRAWN_AT)
    publish(term)
    assert with_a_place() == {other.learner_id}
