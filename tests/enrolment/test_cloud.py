"""Following a course from home: by itself, on request, by staff; it takes nobody's place."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import clock, scope
from accounts.models import (
    AuditEvent,
    ConsentRecord,
    Message,
    OutboxMessage,
    StaffPost,
)
from courses.models import Term
from enrolment import queries, services, tasks
from enrolment.domain.cloud import CloudRefusal
from enrolment.models import CloudSeat, DeliveryRequest, Outcome
from enrolment.services import CloudRefused, Word
from tests.enrolment.acts import accept, claim, enrolment_of, entry_of, give_up, withdraw
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.campus import CampusFactory
from tests.factories.clouds import CloudSeatFactory, PackFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.livestream import seat_in
from tests.factories.sign_in import sign_in_staff
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WORD = Word(channel="counter", how="in_person", reason="asks for it at the counter")


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def anna():
    return LearnerFactory(name="吴玉兰")


def follow(section, learner, at=TODAY, **more):
    return services.follow_online(
        course=section.course,
        term=section.term,
        learner=learner,
        actor=more.pop("actor", learner.user),
        at=at,
        **more,
    )


def run(task, errand):
    task(errand.object_id, errand.pk)


def standing(learner):
    return list(CloudSeat.objects.of(learner).standing().values_list("course", "source"))


def ask(seat, **more):
    wish = {"campus": None, "address": "幸福路1号", "large_print": True} | more
    return services.ask_for_pack(seat=seat, actor=seat.learner.user, at=TODAY, **wish)


def test_who_joins_a_waiting_list_may_follow_the_course_meanwhile(anna):
    section = SectionFactory(capacity=1)
    claim(section, LearnerFactory())
    assert claim(section, anna).outcome == Outcome.WAITLISTED
    assert standing(anna) == [(section.course_id, "waitlist")]


def test_a_seat_in_the_room_takes_its_place_and_the_row_says_how_it_began(anna):
    section = SectionFactory(capacity=1)
    ben = LearnerFactory()
    claim(section, ben)
    claim(section, anna)
    withdraw(enrolment_of(ben, section))
    give_up(enrolment_of(ben, section))
    services.promote(section=section, at=TODAY)
    assert standing(anna) == [(section.course_id, "waitlist")]  # offered is not accepted
    accept(entry_of(anna, section))
    assert standing(anna) == []
    kept = CloudSeat.objects.get(learner=anna)
    assert (kept.source, kept.left_at) == ("waitlist", None)
    (count,) = queries.cloud_counts(section.term)
    assert (count.now, count.by_themselves, count.asked, count.sit_in_class) == (0, 0, 0, 1)


def test_who_leaves_the_room_follows_from_home_again(anna):
    section = SectionFactory()
    CloudSeatFactory(learner=anna, course=section.course, term=section.term)
    claim(section, anna)
    assert standing(anna) == []
    withdraw(enrolment_of(anna, section))
    assert standing(anna) == [(section.course_id, "request")]


def test_whose_class_is_called_off_may_follow_another_class_of_it_from_home(anna):
    section = SectionFactory(capacity=3)
    SectionFactory(course=section.course, term=section.term, weekday=5)
    claim(section, anna)
    head = StaffFactory(unit=section.unit, role=StaffPost.Role.BRANCH_HEAD)
    services.cancel_section(section=section, actor=head, at=TODAY, reason="too few")
    services.empty_section(section_id=section.pk, at=TODAY)
    assert standing(anna) == [(section.course_id, "called_off")]


def test_on_request_at_once_without_limit_and_counted_against_nothing(anna):
    sections = [SectionFactory(weekday=day) for day in range(1, 7)]
    for section in sections:
        follow(section, anna)
    assert len(standing(anna)) == 6
    assert claim(sections[0], anna).outcome == Outcome.CONFIRMED  # all six take no class away


def test_asking_twice_is_asking_once_and_told_once(anna):
    section = SectionFactory()
    first, second = follow(section, anna), follow(section, anna, at=TODAY + HOUR)
    assert first == second
    told = OutboxMessage.objects.filter(kind="tell_cloud")
    assert [one.object_id.split(":")[0] for one in told] == [str(first.pk)]
    errand = told.get()
    for _time in range(2):  # handed over twice
        run(tasks.tell_cloud, errand)
    begins = f"【青澜老年大学】吴玉兰您好，{section.course.name}云课堂已开通，免费"
    assert Message.objects.get().text.startswith(begins)
    assert AuditEvent.objects.filter(action="follows from home").count() == 1


def test_who_sits_in_the_room_has_no_double(anna):
    section = SectionFactory()
    seat_in(section, anna)
    with pytest.raises(CloudRefused) as refused:
        follow(section, anna)
    assert refused.value.reason is CloudRefusal.SITS_IN_CLASS


def test_what_is_not_taught_in_the_term_cannot_be_followed(anna):
    section = SectionFactory(status="cancelled")
    with pytest.raises(CloudRefused) as refused:
        follow(section, anna)
    assert refused.value.reason is CloudRefusal.NOT_TAUGHT


def test_it_ends_with_the_term(anna):
    section = SectionFactory()
    follow(section, anna)
    Term.objects.update(phase=Term.Phase.CLOSED)
    assert standing(anna) == []


def test_who_stops_may_begin_again_but_does_not_get_it_back_unasked(anna):
    section = SectionFactory(capacity=1)
    seat = follow(section, anna)
    pack = ask(seat)
    services.stop_following(seat=seat, actor=anna.user, at=TODAY + HOUR)
    pack.refresh_from_db()
    assert (standing(anna), pack.state) == ([], "withdrawn")
    claim(section, LearnerFactory())
    claim(section, anna)  # waits: the cloud seat was given back
    assert standing(anna) == []
    follow(section, anna, at=TODAY + 2 * HOUR)
    assert standing(anna) == [(section.course_id, "request")]


def test_staff_open_it_with_the_word_of_the_learner(anna):
    section = SectionFactory()
    counter = StaffFactory(unit=anna.unit)
    seat = follow(section, anna, actor=counter, word=WORD)
    assert seat.source == "staff"
    assert ConsentRecord.objects.get(learner=anna).actor == counter


def test_a_pack_is_asked_for_once_printed_and_handed_over(anna):
    seat = follow(SectionFactory(), anna)
    campus = CampusFactory(name="城东校区")
    pack = ask(seat, campus=campus)
    assert (pack.address, pack.campus) == ("", campus)
    with pytest.raises(CloudRefused) as refused:
        ask(seat)
    assert refused.value.reason is CloudRefusal.ON_THE_WAY
    staff = StaffFactory()
    assert not services.note_handed_over(pack=pack, actor=staff, at=TODAY)
    assert services.note_printed(pack=pack, actor=staff, at=TODAY)
    run(tasks.tell_pack, OutboxMessage.objects.get(kind="tell_pack"))
    assert "讲义已印好，请到城东校区领取" in Message.objects.get().text
    assert services.note_handed_over(pack=pack, actor=staff, at=TODAY)
    assert not services.take_pack_back(pack=pack, actor=staff, at=TODAY)
    assert ask(seat).state == "asked"  # the next one, of the lessons since


@pytest.mark.parametrize("values", [{"campus": None, "address": ""}, {"address": "幸福路1号"}])
def test_a_pack_is_fetched_or_sent(values):
    with pytest.raises(IntegrityError, match="a_pack_is_fetched_or_sent"), transaction.atomic():
        PackFactory(**values)


def test_my_classes_shows_it_in_as_many_queries_for_one_as_for_three(
    app_client, anna, django_assert_num_queries
):
    def count(number):
        for day in range(number):
            section = SectionFactory(weekday=day + 1, mode="hybrid", lessons=True)
            CloudSeatFactory(learner=anna, course=section.course, term=section.term)
        with django_assert_num_queries(3):
            found = queries.cloud_of(anna, at=TODAY)
            return [one.next_lesson.section.course_id == one.seat.course_id for one in found]

    assert count(1) == [True]
    assert count(2) == [True] * 3


def test_a_learner_follows_asks_for_the_pack_and_stops_in_pages(app_client, anna):
    section = SectionFactory()
    app_client.force_login(anna.user)
    page = app_client.get(reverse("courses:show-course", args=[section.course.slug]))
    assert "开通云课堂" in page.content.decode()
    where = reverse("enrolment:follow-online", args=[section.course.slug, section.term.code])
    page = app_client.post(where, {"meant_for": anna.pk}, follow=True).content.decode()
    assert "我的云课堂" in page
    seat = CloudSeat.objects.get()
    where = reverse("enrolment:ask-for-pack", args=[seat.pk])
    wish = {"meant_for": anna.pk, "way": "bring", "address": "", "large_print": "yes"}
    assert app_client.post(where, wish).status_code == 422
    page = app_client.post(where, {**wish, "address": "幸福路1号"}, follow=True).content.decode()
    assert "您的纸质讲义正在印。" in page
    where = reverse("enrolment:take-pack-back", args=[DeliveryRequest.objects.get().pk])
    app_client.post(where, {"meant_for": anna.pk})
    assert DeliveryRequest.objects.get().state == "withdrawn"
    where = reverse("enrolment:stop-following", args=[seat.pk])
    assert "真的要停看云课堂吗" in app_client.get(where).content.decode()
    app_client.post(where, {"meant_for": anna.pk})
    assert standing(anna) == []


def test_staff_follow_for_somebody_and_work_off_the_list(app_client, anna):
    section = SectionFactory(course__search_key="|太极拳剑|taijiquanjian|tjqj|")
    counter = app_client
    sign_in_staff(counter, StaffFactory(unit=anna.unit, role=StaffPost.Role.COUNTER))
    page = counter.get(
        reverse("enrolment:choose-course", args=[anna.pk]), {"q": "太极"}
    ).content.decode()
    where = reverse("enrolment:follow-for", args=[anna.pk, section.course.slug, section.term.code])
    assert where in page
    said = {"channel": "counter", "how": "in_person", "reason": "asks for it"}
    counter.post(where, said)
    seat = CloudSeat.objects.get()
    wish = {"way": "bring", "address": "幸福路1号", "large_print": "no"}
    counter.post(reverse("enrolment:pack-for", args=[seat.pk]), said | wish)
    pack = DeliveryRequest.objects.get()
    note = reverse("enrolment:note-pack", args=[pack.pk])
    assert note in counter.get(reverse("enrolment:staff-list-packs")).content.decode()
    for what, state in (("printed", "printed"), ("sent", "sent")):
        counter.post(note, {"what": what})
        pack.refresh_from_db()
        assert pack.state == state
    page = counter.get(reverse("enrolment:count-followers")).content.decode()
    assert "全市共有 1 个云课堂资格" in page
    counter.post(reverse("enrolment:stop-for", args=[seat.pk]), said)
    assert standing(anna) == []


def test_another_office_sees_neither_seat_nor_pack(as_app):
    ours, other = UnitFactory.create_batch(2, county=True)
    pack = PackFactory(cloud_seat__learner__unit=ours, campus=None, address="幸福路1号")
    for unit, seen in ((ours, 1), (other, 0)):
        user = StaffFactory(unit=unit, role=StaffPost.Role.COUNTER)
        with as_app(), scope.staff(user):
            assert CloudSeat.objects.filter(pk=pack.cloud_seat_id).count() == seen
            assert queries.packs_to_do([unit.pk]).count() == seen
