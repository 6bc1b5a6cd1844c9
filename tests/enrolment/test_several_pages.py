"""The list of classes and its one press; two people who come together: each page and each tap."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import clock
from enrolment import services
from enrolment.models import Claim, Enrolment, ShortlistedClass, WaitlistEntry
from enrolment.services.shortlist import MOST
from tests.enrolment.acts import claim, claim_several, enrolment_of, entry_of
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.enrolment import CourseFactory, SectionFactory, TermFactory
from tests.factories.openings import OpeningFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def anna(app_client):
    learner = LearnerFactory(name="王秀英")
    app_client.force_login(learner.user)
    return learner


@pytest.fixture
def ben(anna):
    """Somebody for whom Anna may enrol."""
    learner = LearnerFactory(name="李建国")
    HelperGrantFactory(learner=learner, helper=anna.user)
    return learner


def at(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def words_of(response):
    return response.content.decode()


def press(client, name, *args, key=None, **data):
    return client.post(at(name, *args), {"press": str(key or uuid4()), **data})


def on_list(learner):
    return list(
        ShortlistedClass.objects.of(learner)
        .order_by("added_at", "pk")
        .values_list("section", flat=True)
    )


def put(client, *sections):
    for section in sections:
        client.post(at("put-aside", section.pk))


def classes(term=None, number=2, **kwargs):
    term = term or TermFactory()
    return [SectionFactory(term=term, weekday=day + 1, **kwargs) for day in range(number)]


def enrol(client, sections, *, key=None, **more):
    return press(
        client, "enrol-from-list", key=key, **{"class": [one.pk for one in sections]}, **more
    )


# The list


def test_a_class_is_put_aside_once_and_taken_off(app_client, anna):
    section = SectionFactory()

    for _tap in range(2):
        answer = app_client.post(at("put-aside", section.pk))

    assert answer.headers["Location"] == at("show-list")
    assert on_list(anna) == [section.pk]
    assert section.display_name() in words_of(app_client.get(at("show-list")))
    for _tap in range(2):
        app_client.post(at("take-off-list", section.pk))
    assert on_list(anna) == []


def test_the_check_page_and_the_course_page_lead_to_the_list_and_back(app_client, anna):
    section = SectionFactory()
    course = reverse("courses:show-course", args=[section.course.slug])
    for address in (at("check-class", section.pk), course):
        assert at("put-aside", section.pk) in words_of(app_client.get(address))
    put(app_client, section)

    for address in (at("check-class", section.pk), course, at("my-classes")):
        page = words_of(app_client.get(address))
        assert at("show-list") in page
        assert at("put-aside", section.pk) not in page


def test_a_visitor_is_shown_no_list_of_their_own(app_client):
    section = SectionFactory()
    page = words_of(app_client.get(reverse("courses:show-course", args=[section.course.slug])))
    assert at("put-aside", section.pk) not in page


def test_a_list_is_a_persons_own(app_client, anna):
    section, other = SectionFactory(), LearnerFactory()
    services.put_aside(section=section, learner=other, at=TODAY)

    assert section.display_name() not in words_of(app_client.get(at("show-list")))
    app_client.post(at("take-off-list", section.pk))
    assert on_list(other) == [section.pk]


def test_what_one_has_or_waits_for_is_on_no_list(app_client, anna):
    had, waited, wanted = classes(number=3, capacity=1)
    claim(waited, LearnerFactory())
    put(app_client, had, waited, wanted)
    claim(had, anna)
    claim(waited, anna)

    page = words_of(app_client.get(at("show-list")))

    assert [at("take-off-list", one.pk) in page for one in (had, waited, wanted)] == [
        *(False, False, True)
    ]


def test_a_list_holds_so_many_and_no_more(app_client, anna):
    term = TermFactory()
    put(app_client, *[SectionFactory(term=term) for _number in range(MOST + 1)])

    assert len(on_list(anna)) == MOST
    assert "notice--warning" in words_of(app_client.get(at("show-list")))


def test_what_stands_against_a_class_is_said_before_the_tap(app_client, anna):
    term = TermFactory()
    one, same_hour = SectionFactory(term=term), SectionFactory(term=term, course__name="国画花鸟")
    steep = SectionFactory(term=term, weekday=4, course=CourseFactory(min_age_f=99, min_age_m=99))
    later = SectionFactory(term=term, weekday=5, not_open_yet=True)
    put(app_client, one, same_hour, steep, later)

    page = words_of(app_client.get(at("show-list")))

    assert page.count("和报名单里的《") == 2
    assert "99" in page
    assert "seat--soon" in page
    asked = [f'name="class" value="{section.pk}"' in page for section in (one, same_hour)]
    assert asked == [True, True]
    assert f'name="class" value="{steep.pk}"' not in page
    assert f'name="class" value="{later.pk}"' not in page


def test_fee_and_due_time_stand_in_one_box_before_the_press(app_client, anna):
    put(app_client, *classes(with_fee=True))

    page = words_of(app_client.get(at("show-list")))

    box = page[page.index('<div class="facts-box">') :]
    assert "¥360" in box
    assert "排到了再缴" not in box
    assert "12月2日" in box


def test_only_what_comes_at_once_is_to_be_paid_now(app_client, anna):
    term = TermFactory()
    first, second, third, fourth = classes(term, number=4, with_fee=True, capacity=1)
    claim(second, LearnerFactory())
    put(app_client, first, second, third, fourth)

    page = words_of(app_client.get(at("show-list")))

    box = page[page.index('<div class="facts-box">') :]
    assert "¥360" in box  # the limit is two, and a place in a line is no class
    assert "排到了再缴" in box


def test_what_is_to_be_paid_stands_first_with_amount_and_counter(app_client, anna):
    term = TermFactory()
    free, paying = SectionFactory(term=term), SectionFactory(term=term, weekday=4, with_fee=True)
    full = SectionFactory(term=term, weekday=5, capacity=1)
    claim(full, LearnerFactory())
    put(app_client, free, full, paying)

    page = words_of(app_client.get(enrol(app_client, [free, full, paying]).headers["Location"]))

    assert "1 个班留好了，1 个班报上了，1 个班候补" in page
    assert f"{paying.unit.display_name()}窗口缴 ¥180" in page
    names = [at("show-enrolment", enrolment_of(anna, one).pk) for one in (paying, free)]
    assert page.index(names[0]) < page.index(names[1])


def test_one_press_asks_for_all_and_its_page_can_be_read_again(
    app_client, anna, nothing_is_broken
):
    free, full = classes(capacity=1)
    claim(full, LearnerFactory())
    put(app_client, free, full)

    answer = enrol(app_client, [free, full])

    assert enrolment_of(anna, free).status == "confirmed"
    assert entry_of(anna, full).state == "waiting"
    assert on_list(anna) == []
    for _reload in range(2):
        page = words_of(app_client.get(answer.headers["Location"]))
        assert at("show-enrolment", enrolment_of(anna, free).pk) in page
        assert at("show-entry", entry_of(anna, full).pk) in page
        assert "候补" in page
    nothing_is_broken()


def test_a_double_tap_on_the_list_is_one_press(app_client, anna, nothing_is_broken):
    sections, key = classes(), uuid4()
    put(app_client, *sections)

    first, second = (enrol(app_client, sections, key=key) for _tap in range(2))

    assert first.headers["Location"] == second.headers["Location"] == at("show-answers", key)
    assert Enrolment.objects.of(anna).count() == 2
    nothing_is_broken()


def test_two_classes_of_one_name_are_told_apart_by_their_day(app_client, anna):
    term = TermFactory()
    course = CourseFactory()
    free, full = (
        SectionFactory(term=term, course=course, number=1, weekday=day, capacity=1)
        for day in (2, 4)
    )
    claim(full, LearnerFactory())
    put(app_client, free, full)

    answer = enrol(app_client, [free, full], mode="all")

    page = words_of(app_client.get(answer.headers["Location"]))
    assert f"《{full.display_name()}（星期四）》没有报上" in page


def test_a_limit_spares_what_stands_first(app_client, anna, nothing_is_broken):
    third, second, first = classes(number=3)
    put(app_client, first, second, third)
    assert "notice--warning" in words_of(app_client.get(at("show-list")))

    answer = enrol(app_client, [first, second, third])

    assert set(Enrolment.objects.of(anna).values_list("section", flat=True)) == {
        *(first.pk, second.pk)
    }
    page = words_of(app_client.get(answer.headers["Location"]))
    assert third.display_name() in page[page.index("还在报名单里") :]
    assert on_list(anna) == [third.pk]
    nothing_is_broken()


def test_all_or_none_leaves_everything_where_it_was(app_client, anna, nothing_is_broken):
    free, full = classes(capacity=1)
    claim(full, LearnerFactory())
    put(app_client, free, full)

    answer = enrol(app_client, [free, full], mode="all")

    assert answer.headers["Location"] == at("show-list")
    page = words_of(app_client.get(answer.headers["Location"]))
    assert full.display_name() in page[page.index("notice--warning") :]
    assert "您的班没有变" not in page
    assert on_list(anna) == [free.pk, full.pk]
    assert not Enrolment.objects.of(anna).exists()
    nothing_is_broken()


@pytest.mark.parametrize("mode", ["each", "all"])
def test_a_second_page_of_a_list_that_was_asked_for_leads_to_the_answers(app_client, anna, mode):
    sections = classes()
    put(app_client, *sections)
    enrol(app_client, sections, mode=mode)

    answer = enrol(app_client, sections, mode=mode)

    assert answer.headers["Location"] == at("my-classes")
    page = words_of(app_client.get(answer.headers["Location"]))
    assert "这些班刚才已经办过了" in page
    assert "一个班也没有" not in page


def test_all_or_none_is_for_one_term(app_client, anna):
    sections = [SectionFactory(weekday=1), SectionFactory(weekday=2)]
    put(app_client, *sections)

    assert 'name="mode"' not in words_of(app_client.get(at("show-list")))
    enrol(app_client, sections, mode="all")

    assert not Enrolment.objects.of(anna).exists()


def test_when_no_class_can_be_had_the_list_says_why(app_client, anna):
    later = SectionFactory(not_open_yet=True)
    put(app_client, later)

    answer = enrol(app_client, [later])

    assert answer.headers["Location"] == at("show-list")
    assert (on_list(anna), Claim.objects.count()) == ([later.pk], 0)


def test_before_a_waiting_room_each_class_of_a_list_has_its_own_door(app_client, anna):
    term = TermFactory()
    behind, open_now = SectionFactory(term=term), SectionFactory(term=term, weekday=4)
    opening = OpeningFactory(term=term, department=behind.course.subject.department, drawn=True)
    open_now.course.subject.department = type(opening.department).objects.create(name="书画")
    open_now.course.subject.save()
    put(app_client, behind, open_now)

    page = words_of(app_client.get(at("show-list")))
    answer = enrol(app_client, [behind, open_now])

    assert at("show-opening", opening.pk) in page
    assert f'name="class" value="{behind.pk}"' not in page
    assert list(Enrolment.objects.of(anna).values_list("section", flat=True)) == [open_now.pk]
    assert at("show-opening", opening.pk) in words_of(app_client.get(answer.headers["Location"]))


def test_answers_are_nobody_elses(app_client, anna):
    section, key, other = SectionFactory(), uuid4(), LearnerFactory()
    claim_several([section], [other], key=key)

    assert app_client.get(at("show-answers", key)).status_code == 404
    assert app_client.get(at("show-together", section.pk, key)).status_code == 404


def test_one_key_for_two_lists_is_refused_with_422(app_client, anna):
    (first, second), key = classes(), uuid4()
    enrol(app_client, [first], key=key)

    assert enrol(app_client, [second], key=key).status_code == 422


@pytest.mark.parametrize("said", ["", "x", "²", "-1", "9" * 40, "1\0", "999999"])
def test_strange_numbers_in_the_form_come_to_nothing(app_client, anna, said):
    answer = press(app_client, "enrol-from-list", **{"class": said, "mode": "<script>"})

    assert answer.headers["Location"] == at("show-list")
    assert Claim.objects.count() == 0


def test_a_class_nobody_sees_is_put_on_no_list(app_client, anna):
    hidden = SectionFactory(is_listed=False)
    assert app_client.post(at("put-aside", hidden.pk)).status_code == 404
    assert on_list(anna) == []


def test_nobody_rewrites_a_list_by_hand(as_app, anna):
    from django.db import ProgrammingError

    services.put_aside(section=SectionFactory(), learner=anna, at=TODAY)
    with as_app(), pytest.raises(ProgrammingError, match="permission denied"):
        ShortlistedClass.objects.update(added_at=TODAY + timedelta(days=1))


# Two people


def test_only_who_may_enrol_somebody_else_is_asked_with_whom(app_client, anna):
    section = SectionFactory()
    assert at("enrol-together", section.pk) not in words_of(
        app_client.get(at("check-class", section.pk))
    )
    assert app_client.get(at("enrol-together", section.pk)).status_code == 302

    HelperGrantFactory(helper=anna.user, may_apply=False)
    HelperGrantFactory(helper=anna.user, kind="staff")
    assert app_client.get(at("enrol-together", section.pk)).status_code == 302


def test_two_people_get_two_places_with_one_press(app_client, anna, ben, nothing_is_broken):
    section, key = SectionFactory(with_fee=True), uuid4()
    assert at("enrol-together", section.pk) in words_of(
        app_client.get(at("check-class", section.pk))
    )
    assert ben.name in words_of(app_client.get(at("enrol-together", section.pk)))

    first, second = (
        press(app_client, "enrol-together", section.pk, key=key, **{"with": ben.pk})
        for _tap in range(2)
    )

    assert first.headers["Location"] == second.headers["Location"]
    page = words_of(app_client.get(first.headers["Location"]))
    assert anna.name in page
    assert ben.name in page
    assert {one.learner for one in Enrolment.objects.all()} == {anna, ben}
    nothing_is_broken()


def test_two_people_wait_as_one_and_their_pages_say_so(app_client, anna, ben, nothing_is_broken):
    section = SectionFactory(capacity=1)

    answer = press(app_client, "enrol-together", section.pk, **{"with": ben.pk})

    assert "panel--waiting" in words_of(app_client.get(answer.headers["Location"]))
    entry = entry_of(anna, section)
    page = words_of(app_client.get(at("show-entry", entry.pk)))
    assert f"您和{ben.name}一起候补" in page
    assert ben.name in words_of(app_client.get(at("leave-waitlist", entry.pk)))
    nothing_is_broken()


def test_who_may_not_act_for_the_other_reads_no_name(app_client, anna, ben):
    section = SectionFactory(capacity=1)
    press(app_client, "enrol-together", section.pk, **{"with": ben.pk})
    app_client.force_login(ben.user)

    page = words_of(app_client.get(at("show-entry", entry_of(ben, section).pk)))

    assert "另外 1 个人一起候补" in page
    assert anna.name not in page


def test_only_who_has_a_phone_is_said_to_get_a_message(app_client, anna, ben):
    section = SectionFactory(capacity=1)
    ben.phone = ""
    ben.save()

    answer = press(app_client, "enrol-together", section.pk, **{"with": ben.pk})

    page = words_of(app_client.get(answer.headers["Location"]))
    assert f"短信发给{anna.name}了" in page
    assert f"{ben.name}没有留手机，请您转告" in page


def test_where_nobody_can_come_along_there_is_no_button(app_client, anna, ben):
    term = TermFactory()
    claim(SectionFactory(term=term, course__name="国画花鸟"), ben)

    page = words_of(app_client.get(at("enrol-together", SectionFactory(term=term).pk)))

    assert f"那个时间{ben.name}在上《国画花鸟" in page
    assert 'name="with"' not in page
    assert 'name="press"' not in page


def test_the_fee_of_two_and_no_due_time_where_two_places_are_not_left(app_client, anna, ben):
    roomy, tight = SectionFactory(with_fee=True), SectionFactory(with_fee=True, capacity=1)

    pages = [words_of(app_client.get(at("enrol-together", one.pk))) for one in (roomy, tight)]

    assert "每人 ¥180，两人 ¥360" in pages[0]
    assert ["12月2日" in page for page in pages] == [True, False]


def test_one_of_two_goes_on_alone(app_client, anna, ben, nothing_is_broken):
    section = SectionFactory(capacity=1)
    press(app_client, "enrol-together", section.pk, **{"with": ben.pk})

    press(app_client, "leave-waitlist", entry_of(anna, section).pk)

    assert entry_of(ben, section).state == "waiting"
    app_client.force_login(ben.user)
    assert "一起候补" not in words_of(app_client.get(at("show-entry", entry_of(ben, section).pk)))
    nothing_is_broken()


def test_a_refusal_says_for_whom_and_why(app_client, anna, ben):
    term = TermFactory()
    claim(SectionFactory(term=term, course__name="国画花鸟"), ben)
    section = SectionFactory(term=term)

    before = words_of(app_client.get(at("enrol-together", section.pk)))
    answer = press(app_client, "enrol-together", section.pk, **{"with": ben.pk})

    assert "国画花鸟" in before
    page = words_of(app_client.get(answer.headers["Location"]))
    notice = page[page.index("notice--warning") :]
    assert ben.name in notice
    assert "国画花鸟" in notice
    assert not Claim.objects.filter(learner=anna).exists()


@pytest.mark.parametrize("said", ["", "x", "0", "9" * 40])
def test_one_comes_with_nobody_whom_one_may_not_enrol(app_client, anna, ben, said):
    stranger, section = LearnerFactory(), SectionFactory()

    for other in (said, str(stranger.pk)):
        answer = press(app_client, "enrol-together", section.pk, **{"with": other})
        assert answer.headers["Location"] == at("enrol-together", section.pk)

    assert not Claim.objects.exists()
    assert not WaitlistEntry.objects.exists()
