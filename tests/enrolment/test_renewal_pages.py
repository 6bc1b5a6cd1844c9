"""One press for going on, on the web and at the desk; the lot for everybody to read."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import ConsentRecord, Learner, Message, OutboxMessage
from courses.models import ClassSection, Course, Term
from enrolment import tasks
from enrolment.domain.renewal import RenewalProblem
from enrolment.models import Renewal, RenewalLot
from enrolment.services import renewals
from enrolment.wording import renewals as wording
from tests.enrolment.test_letters import LONGEST_COURSE, LONGEST_NAME
from tests.enrolment.test_office import sign_in
from tests.enrolment.test_renewals import ask, close
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, UnitFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.renewals import WINDOW_CLOSES, programme, repeatable, sits_in, terms_that_meet
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
PAGE = "/my/renewal/"
WORD = {"channel": "phone", "how": "voice", "reason": "电话里说续报"}


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city():
    return UnitFactory()


@pytest.fixture
def terms(city):
    return terms_that_meet(unit=city)


def main(response):
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def signed_in(client, learner):
    client.force_login(learner.user)
    return client


def press(client, enrolment, section, key=None):
    address = reverse("enrolment:renew", args=[enrolment.pk])
    sent = {"press": key or str(uuid4()), "section": section.pk}
    return client.post(address, sent, follow=True)


def test_one_press_goes_on_and_the_page_says_until_when_to_pay(app_client, terms):
    first, second = programme(*terms, with_fee=True)
    enrolment = sits_in(first)
    client = signed_in(app_client, enrolment.learner)
    assert second.display_name() in main(client.get(PAGE))
    page = main(press(client, enrolment, second))
    row = Renewal.objects.get()
    assert wording.renewed(row) in page
    assert reverse("enrolment:show-enrolment", args=[row.enrolment_id]) in page


def test_double_tap_renews_once(app_client, terms):
    first, second = programme(*terms)
    enrolment, key = sits_in(first), str(uuid4())
    client = signed_in(app_client, enrolment.learner)
    for _tap in range(2):
        assert press(client, enrolment, second, key).status_code == 200
    assert Renewal.objects.count() == 1


def test_class_that_ends_says_what_comes_after(app_client, terms):
    last = programme(*terms)[0]
    last.course.level = 3
    last.course.save()
    enrolment = sits_in(last)
    page = main(signed_in(app_client, enrolment.learner).get(PAGE))
    assert str(wording.PROBLEMS[RenewalProblem.PROGRAMME_OVER]) in page


def test_asking_shows_the_number_and_can_be_taken_back(app_client, terms):
    first, again = repeatable(*terms)
    enrolment = sits_in(first)
    client = signed_in(app_client, enrolment.learner)
    page = main(press(client, enrolment, again))
    assert Renewal.objects.get().spoken_number in page
    client.post(reverse("enrolment:take-back-renewal", args=[enrolment.pk]))
    assert Renewal.objects.get().state == Renewal.State.TAKEN_BACK


def test_helper_with_the_right_renews_and_a_stranger_finds_nothing(app_client, terms):
    first, second = programme(*terms)
    enrolment = sits_in(first)
    grant = HelperGrantFactory(learner=enrolment.learner)
    stranger = LearnerFactory()
    assert press(signed_in(app_client, stranger), enrolment, second).status_code == 404
    app_client.force_login(grant.helper)
    session = app_client.session
    session["acting_for"] = enrolment.learner_id
    session.save()
    press(app_client, enrolment, second)
    assert Renewal.objects.get().actor == grant.helper


def test_desk_renews_for_somebody_and_keeps_how_they_agreed(app_client, city, terms):
    first, second = programme(*terms, with_fee=True)
    enrolment = sits_in(first, LearnerFactory(unit=city))
    clerk = sign_in(app_client, city)
    address = reverse("enrolment:renew-for", args=[enrolment.learner_id])
    goes = f"{enrolment.pk}:{second.pk}"
    assert goes in main(app_client.get(address))
    sent = {"press": str(uuid4()), "goes": goes, **WORD}
    for _tap in range(2):
        assert app_client.post(address, sent).status_code == 302
    row = Renewal.objects.get()
    assert (row.channel, row.actor) == ("phone", clerk)
    assert ConsentRecord.objects.filter(learner=enrolment.learner).count() == 1


def test_desk_is_told_to_choose_a_class_first(app_client, city, terms):
    enrolment = sits_in(programme(*terms)[0], LearnerFactory(unit=city))
    sign_in(app_client, city)
    address = reverse("enrolment:renew-for", args=[enrolment.learner_id])
    assert app_client.post(address, {"press": str(uuid4()), **WORD}).status_code == 422


def test_desk_is_shown_no_form_when_renewal_is_over_and_reads_why(app_client, city, terms):
    enrolment = sits_in(programme(*terms)[0], LearnerFactory(unit=city))
    clock.set_to(WINDOW_CLOSES)
    sign_in(app_client, city)
    page = main(app_client.get(reverse("enrolment:renew-for", args=[enrolment.learner_id])))
    assert "续报已经结束" in page
    assert "<form" not in page


def test_lot_shows_its_digest_first_and_the_order_without_names_after(client, terms):
    first, again = repeatable(*terms)
    rows = ask(again, first, 3)
    address = reverse("enrolment:show-lot", args=[again.term.code])
    lot = RenewalLot.objects.get()
    before = main(client.get(address))
    assert lot.digest in before
    assert rows[0].spoken_number not in before

    close(again.term)

    after = main(client.get(address))
    lot.refresh_from_db()
    assert lot.seed in after
    assert all(row.spoken_number in after for row in rows)
    assert not any(row.learner.name in after for row in rows)


def test_who_is_not_drawn_is_told_by_letter(terms):
    first, again = repeatable(*terms)
    rows = ask(again, first, 3)
    close(again.term)
    lost = next(row for row in rows if Renewal.objects.get(pk=row.pk).place == 3)
    errand = OutboxMessage.objects.get(kind="tell_not_renewed", object_id=f"{lost.pk}:full")
    tasks.tell_not_renewed(errand.object_id, errand.pk)
    assert "抽签没有抽到您" in Message.objects.get(learner=lost.learner).text


def called_off(row, terms):
    ClassSection.objects.filter(pk=row.section_id).update(status="cancelled")


def has_another_at_that_hour(row, terms):
    other, second = programme(*terms)
    before = sits_in(SectionFactory(term=terms[0], course=other.course, weekday=4), row.learner)
    renewals.renew(enrolment=before, section=second, actor=row.learner.user, key=uuid4(), at=TODAY)


@pytest.mark.parametrize(
    ("stop", "words"),
    [(called_off, "这个班不再收人"), (has_another_at_that_hour, "与您别的课时间冲突")],
)
def test_who_is_stopped_by_something_else_is_told_what_and_not_of_the_lot(terms, stop, words):
    first, again = repeatable(*terms, number=120)
    (row,) = ask(again, first, 1)
    Course.objects.filter(pk=again.course_id).update(name=LONGEST_COURSE)
    Learner.objects.filter(pk=row.learner_id).update(name=LONGEST_NAME)
    stop(row, terms)
    close(again.term)
    errand = OutboxMessage.objects.get(kind="tell_not_renewed")
    tasks.tell_not_renewed(errand.object_id, errand.pk)
    letter = Message.objects.get(learner=row.learner).text
    assert len(letter) <= 70
    assert words in letter
    assert "抽签" not in letter
    assert "88880001" in letter


def test_my_classes_and_the_first_page_lead_there_while_the_window_is_open(app_client, terms):
    enrolment = sits_in(programme(*terms)[0])
    client = signed_in(app_client, enrolment.learner)
    assert PAGE in main(client.get("/my/classes/"))
    clock.set_to(WINDOW_CLOSES)
    assert PAGE not in main(client.get("/my/classes/"))


def test_after_the_window_the_page_still_says_how_it_stands(app_client, terms):
    first, second = programme(*terms)
    enrolment = sits_in(first)
    renewals.renew(
        enrolment=enrolment, section=second, actor=enrolment.learner.user, key=uuid4(), at=TODAY
    )
    clock.set_to(WINDOW_CLOSES)
    client = signed_in(app_client, enrolment.learner)
    assert second.display_name() in main(client.get(PAGE))
    Term.objects.filter(pk=second.term_id).update(phase=Term.Phase.WISHES_OPEN)
    assert client.get(PAGE).status_code == 200


def test_every_problem_has_a_sentence():
    assert set(wording.PROBLEMS) == set(RenewalProblem)
