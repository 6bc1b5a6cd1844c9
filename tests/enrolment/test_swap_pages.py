"""Changing one class for another: choosing, checking, the press, and what the pages say of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import clock
from courses.models import Term
from enrolment import services
from enrolment.domain.changes import Difference, Money, difference
from enrolment.models import Claim, Enrolment
from tests.enrolment.acts import claim, enrolment_of, entry_of, give_up, withdraw
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.enrolment import STARTS_ON, SectionFactory, TermFactory
from tests.factories.fees import pay_in_cash
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
def term():
    return TermFactory()


@pytest.fixture
def old(term, anna):
    """A class Anna is in."""
    section = SectionFactory(term=term, course__name="国画花鸟", capacity=1)
    claim(section, anna)
    return section


def at(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def words_of(response):
    return response.content.decode()


def change(client, enrolment, section, *, key=None, expects="seat"):
    address = at("change-class", enrolment.pk, section.pk)
    return client.post(address, {"press": str(key or uuid4()), "expects": expects})


def filled(term, **kwargs):
    section = SectionFactory(term=term, capacity=1, **kwargs)
    claim(section, LearnerFactory())
    return section


def paid(enrolment):
    pay_in_cash(enrolment)


@pytest.mark.parametrize(
    ("old_fen", "new_fen", "is_paid", "said"),
    [
        (0, 0, True, Difference(Money.NOTHING)),
        (18000, 18000, True, Difference(Money.SAME)),
        (18000, 12000, True, Difference(Money.BACK, 6000)),
        (18000, 0, True, Difference(Money.BACK, 18000)),
        (12000, 18000, True, Difference(Money.MORE, 6000)),
        (0, 18000, True, Difference(Money.TO_PAY, 18000)),
        (12000, 18000, False, Difference(Money.TO_PAY, 18000)),
        (18000, 0, False, Difference(Money.NOTHING)),
    ],
)
def test_the_difference_is_somebodys(old_fen, new_fen, is_paid, said):
    assert difference(old_fen=old_fen, new_fen=new_fen, is_paid=is_paid) == said


def test_ones_class_leads_to_classes_like_it(app_client, anna, old, term):
    enrolment = enrolment_of(anna, old)
    same = SectionFactory(term=term, course=old.course, weekday=4)
    full = filled(term, course=old.course, weekday=5)
    SectionFactory(course=old.course)  # of another term
    claim(mine := SectionFactory(term=term, course=old.course, weekday=3), anna)
    at_my_hour = SectionFactory(term=term, course=old.course, weekday=3)
    assert at("choose-change", enrolment.pk) in words_of(
        app_client.get(at("show-enrolment", enrolment.pk))
    )

    page = words_of(app_client.get(at("choose-change", enrolment.pk)))

    links = [at("change-class", enrolment.pk, one.pk) for one in (same, full)]
    assert [link in page for link in links] == [True, True]
    assert page.index(links[0]) < page.index(links[1])
    for other in (mine, at_my_hour):
        assert at("change-class", enrolment.pk, other.pk) not in page


def test_nothing_like_it_leads_on(app_client, anna, old):
    page = words_of(app_client.get(at("choose-change", enrolment_of(anna, old).pk)))
    assert reverse("courses:list-courses") in page


def test_a_change_ends_one_class_and_shows_the_other(
    app_client, anna, old, term, nothing_is_broken
):
    enrolment, new = enrolment_of(anna, old), SectionFactory(term=term)
    before = words_of(app_client.get(at("change-class", enrolment.pk, new.pk)))
    assert "换了不能撤回" in before
    assert old.display_name() in before

    answer = change(app_client, enrolment, new)

    assert answer.headers["Location"] == at("show-enrolment", enrolment_of(anna, new).pk)
    page = words_of(app_client.get(answer.headers["Location"]))
    said = f"《{old.display_name()}》换成了《{new.display_name()}》"
    assert page.index("<h1>") < page.index(said)
    assert "notice--success" not in page
    ended = words_of(app_client.get(at("show-enrolment", enrolment.pk)))
    assert "已换班" in ended
    assert at("show-enrolment", enrolment_of(anna, new).pk) in ended
    assert at("check-class", old.pk) not in ended
    assert enrolment_of(anna, old).status == "transferred"
    nothing_is_broken()


def test_a_double_tap_and_back_change_once(app_client, anna, old, term, nothing_is_broken):
    enrolment, new, key = enrolment_of(anna, old), SectionFactory(term=term), uuid4()

    first, second = (change(app_client, enrolment, new, key=key) for _tap in range(2))
    back = app_client.get(at("change-class", enrolment.pk, new.pk))

    assert first.headers["Location"] == second.headers["Location"]
    assert back.headers["Location"] == at("show-enrolment", enrolment.pk)
    assert Enrolment.objects.of(anna).holding_a_seat().count() == 1
    other = SectionFactory(term=term, weekday=4)
    assert change(app_client, enrolment, other, key=key).status_code == 422
    nothing_is_broken()


def test_when_the_last_place_went_the_old_class_is_safe(app_client, anna, old, term):
    enrolment, full = enrolment_of(anna, old), filled(term)

    answer = change(app_client, enrolment, full)

    assert answer.headers["Location"] == at("change-class", enrolment.pk, full.pk)
    page = words_of(app_client.get(answer.headers["Location"]))
    assert "notice--info" in page
    assert 'value="line"' in page
    assert enrolment_of(anna, old).status == "confirmed"


def test_one_waits_to_change_and_the_offer_says_what_ends(
    app_client, anna, old, term, nothing_is_broken
):
    enrolment, full = enrolment_of(anna, old), filled(term)

    answer = change(app_client, enrolment, full, expects="line")

    entry = entry_of(anna, full)
    assert answer.headers["Location"] == at("show-entry", entry.pk)
    assert old.display_name() in words_of(app_client.get(answer.headers["Location"]))
    holder = Enrolment.objects.select_related("learner__user", "section__term").get(section=full)
    withdraw(holder)
    give_up(holder)
    services.promote(section=full, at=TODAY)
    offer = words_of(app_client.get(at("show-entry", entry.pk)))
    assert f"《{old.display_name()}》马上结束" in offer
    app_client.post(at("accept-offer", entry.pk), {"press": str(uuid4())})
    assert enrolment_of(anna, old).status == "transferred"
    assert enrolment_of(anna, full).status == "confirmed"
    nothing_is_broken(offer_hours=True)


def test_who_waits_to_change_is_told_to_pay_for_the_class_of_now(app_client, anna, term):
    paying = SectionFactory(term=term, course__name="国画花鸟", with_fee=True)
    claim(paying, anna)
    enrolment, full = enrolment_of(anna, paying), filled(term)
    said = f"现在的《{paying.display_name()}》还没缴费"

    assert said in words_of(app_client.get(at("change-class", enrolment.pk, full.pk)))
    answer = change(app_client, enrolment, full, expects="line")
    assert said in words_of(app_client.get(answer.headers["Location"]))
    paid(enrolment)
    assert said not in words_of(app_client.get(answer.headers["Location"]))


def test_a_clash_leads_to_the_change(app_client, anna, old, term):
    new = SectionFactory(term=term)
    page = words_of(app_client.get(at("check-class", new.pk)))
    assert at("change-class", enrolment_of(anna, old).pk, new.pk) in page


def test_a_limit_leads_to_a_change_of_each_class_that_alone_would_do(app_client, anna, old, term):
    claim(second := SectionFactory(term=term, weekday=3), anna)
    third, at_the_second_hour = (SectionFactory(term=term, weekday=day) for day in (4, 3))
    first, other = (enrolment_of(anna, one).pk for one in (old, second))

    page = words_of(app_client.get(at("check-class", third.pk)))
    assert at("change-class", first, third.pk) in page
    assert at("change-class", other, third.pk) in page
    page = words_of(app_client.get(at("check-class", at_the_second_hour.pk)))
    assert at("change-class", first, at_the_second_hour.pk) not in page
    assert at("change-class", other, at_the_second_hour.pk) in page


@pytest.mark.parametrize(
    ("new_fen", "words"),
    [(18000, "学费一样"), (12000, "便宜¥60"), (30000, "贵¥120")],
)
def test_the_money_is_said_before(app_client, anna, term, new_fen, words):
    old = SectionFactory(term=term, with_fee=True)
    claim(old, anna)
    paid(enrolment_of(anna, old))
    new = SectionFactory(term=term, fee_fen=new_fen, weekday=4)
    enrolment = enrolment_of(anna, old)

    page = words_of(app_client.get(at("change-class", enrolment.pk, new.pk)))
    answer = change(app_client, enrolment, new)

    assert words in page
    is_dearer = new_fen > 18000
    assert ('name="press"' in page) is not is_dearer
    assert (enrolment_of(anna, old).status == "confirmed") is is_dearer
    if is_dearer:
        assert answer.headers["Location"] == at("change-class", enrolment.pk, new.pk)


def test_a_held_place_is_changed_for_one_with_its_own_due_time(app_client, anna, term):
    old = SectionFactory(term=term, with_fee=True)
    claim(old, anna)
    new = SectionFactory(term=term, fee_fen=30000, weekday=4)

    page = words_of(app_client.get(at("change-class", enrolment_of(anna, old).pk, new.pk)))

    assert "¥300" in page
    assert "12月2日" in page


@pytest.mark.parametrize("weeks", [0, 1, 2])
def test_in_the_first_two_weeks_of_lessons_one_may_change(app_client, anna, old, term, weeks):
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.TEACHING)
    day = TODAY.replace(year=STARTS_ON.year, month=STARTS_ON.month, day=STARTS_ON.day)
    clock.set_to(day + timedelta(weeks=weeks, days=1))
    services.lapse_and_promote(at=clock.now())
    new, enrolment = SectionFactory(term=term, weekday=4), enrolment_of(anna, old)

    page = words_of(app_client.get(at("change-class", enrolment.pk, new.pk)))
    change(app_client, enrolment, new)

    assert ('name="press"' in page) is (weeks < 2)
    assert enrolment_of(anna, old).status == ("transferred" if weeks < 2 else "active")


def test_nobody_changes_what_is_anothers(app_client, anna, old, term):
    ben = LearnerFactory()
    claim(his := SectionFactory(term=term, weekday=4), ben)
    number, new = enrolment_of(ben, his).pk, SectionFactory(term=term, weekday=5)

    assert app_client.get(at("choose-change", number)).status_code == 404
    assert app_client.get(at("change-class", number, new.pk)).status_code == 404
    answer = app_client.post(at("change-class", number, new.pk), {"press": str(uuid4())})
    assert answer.status_code == 404
    assert enrolment_of(ben, his).status == "confirmed"


def test_hidden_other_and_ended_classes_are_no_choice(app_client, anna, old, term):
    enrolment = enrolment_of(anna, old)
    hidden, elsewhere = SectionFactory(term=term, is_listed=False), SectionFactory(weekday=4)
    for number in (hidden.pk, 10**9):
        assert app_client.get(at("change-class", enrolment.pk, number)).status_code == 404

    assert 'name="press"' not in words_of(
        app_client.get(at("change-class", enrolment.pk, elsewhere.pk))
    )
    withdraw(enrolment)
    for name, args in (("choose-change", ()), ("change-class", (SectionFactory(term=term).pk,))):
        answer = app_client.get(at(name, enrolment.pk, *args))
        assert answer.headers["Location"] == at("show-enrolment", enrolment.pk)


def test_a_press_without_a_key_changes_nothing(app_client, anna, old, term):
    new, enrolment = SectionFactory(term=term, weekday=4), enrolment_of(anna, old)
    answer = app_client.post(at("change-class", enrolment.pk, new.pk), {"press": "x"})
    assert (answer.status_code, Claim.objects.filter(act="swap").count()) == (400, 0)


def test_a_helper_needs_the_right_to_withdraw(app_client, anna, old, term):
    grant = HelperGrantFactory(learner=anna)
    app_client.force_login(grant.helper)
    session = app_client.session
    session["acting_for"] = anna.pk
    session.save()
    enrolment = enrolment_of(anna, old)

    assert app_client.get(at("choose-change", enrolment.pk)).status_code == 403
    assert change(app_client, enrolment, SectionFactory(term=term, weekday=4)).status_code == 403
    assert enrolment_of(anna, old).status == "confirmed"
