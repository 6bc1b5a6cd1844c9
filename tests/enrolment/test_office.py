"""The counter's pages inside the editors' rooms, the commands, and the words."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts import clock
from accounts import services as accounts_services
from accounts.models import StaffPost, User
from enrolment import wording
from enrolment.domain.refusals import Refusal
from enrolment.domain.waitlist import Length
from enrolment.models import Seat
from tests.enrolment.acts import claim, enrolment_of, seats_of
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import pay_in_cash
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city():
    return UnitFactory()


def sign_in(client, unit, role=Role.COUNTER):
    user = StaffFactory(unit=unit, role=role)
    accounts_services.grant_post(user=user, unit=unit, role=role, at=TODAY)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client.force_login(User.objects.get(pk=user.pk))
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "type": "totp", "at": TODAY.timestamp()}
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()
    return user


@pytest.fixture
def held(city):
    """A held place at the county, and one at another."""
    here, there = UnitFactory.create_batch(2, county=True, parent=city)
    enrolments = []
    for unit, name in ((here, "王秀英"), (there, "李建国")):
        section = SectionFactory(with_fee=True, campus__unit=unit, weekday=len(enrolments) + 1)
        learner = LearnerFactory(name=name, unit=unit)
        claim(section, learner)
        enrolments.append(enrolment_of(learner, section))
    return enrolments


def test_the_counter_sees_its_own_units_held_places(app_client, held):
    mine, theirs = held
    sign_in(app_client, mine.unit)

    page = app_client.get(reverse("held-places")).content.decode()

    assert mine.learner.name in page
    assert theirs.learner.name not in page


def test_the_counter_finds_by_name_card_and_end_of_phone(app_client, held, city):
    sign_in(app_client, city)
    for words in ("秀英", held[0].learner.card_no, held[0].learner.phone[-4:]):
        page = app_client.get(reverse("held-places"), {"q": words}).content.decode()
        assert held[0].learner.name in page
        assert (held[1].learner.name in page) is held[1].learner.phone.endswith(words)


def test_the_counter_is_told_of_places_that_are_confirmed_already(app_client, held, city):
    user = sign_in(app_client, city)
    held[0].learner.refresh_from_db()
    pay_in_cash(held[0], by=user)

    page = app_client.get(reverse("held-places"), {"q": held[0].learner.card_no}).content.decode()

    assert "已经确认过" in page
    assert held[0].learner.name in page


def test_the_desk_of_a_counter_begins_with_the_places_that_wait(app_client, held, city):
    sign_in(app_client, city)

    page = app_client.get(reverse("wagtailadmin_home")).content.decode()

    assert f'href="{reverse("held-places")}"' in page.partition('class="desk-panel')[2]
    assert reverse("wagtail_localize:translations_report") not in page


def test_the_counter_goes_from_a_held_place_to_the_till(app_client, held):
    sign_in(app_client, held[0].unit)
    page = app_client.get(reverse("held-places")).content.decode()
    assert f'href="{reverse("enrolment:till-of", args=[held[0].learner_id])}"' in page


def test_a_class_grows_and_is_called_off_by_those_in_charge(app_client, city, nothing_is_broken):
    section = SectionFactory(campus__unit=city)
    learner = LearnerFactory()
    claim(section, learner)
    sign_in(app_client, city, Role.BRANCH_HEAD)
    seats, cancel = (
        reverse(name, args=[section.pk]) for name in ("seats-of-class", "cancel-class")
    )

    lessons = reverse("courses:staff-list-lessons", args=[section.pk])
    assert f'href="{seats}"' in app_client.get(lessons).content.decode()
    assert app_client.post(seats, {"capacity": "4", "reason": "换大教室"}).status_code == 302
    assert seats_of(section) == ["taken", "free", "free", "free"]
    assert app_client.post(seats, {"capacity": "many", "reason": ""}).status_code == 422
    assert app_client.get(cancel).status_code == 200
    assert app_client.post(cancel, {}).status_code == 422
    assert app_client.post(cancel, {"reason": "老师病了"}).status_code == 302
    section.refresh_from_db()
    assert section.status == "cancelled"
    nothing_is_broken()


def test_a_class_called_off_has_no_forms_and_says_so_to_a_late_press(app_client, city):
    section = SectionFactory(campus__unit=city, status="cancelled")
    sign_in(app_client, city, Role.BRANCH_HEAD)
    seats, cancel = (
        reverse(name, args=[section.pk]) for name in ("seats-of-class", "cancel-class")
    )

    late = app_client.post(seats, {"capacity": "9", "reason": "换大教室"}, follow=True)

    assert wording.class_called_off() in late.content.decode()
    assert f'action="{seats}"' not in app_client.get(seats).content.decode()
    assert app_client.get(cancel).headers["Location"] == seats
    assert seats_of(section) == ["free", "free"]


def test_the_counter_does_not_change_classes(app_client, city):
    section = SectionFactory(campus__unit=city)
    sign_in(app_client, city)

    answer = app_client.post(
        reverse("seats-of-class", args=[section.pk]), {"capacity": "9", "reason": "x"}
    )

    assert answer.headers["Location"] == reverse("wagtailadmin_home")  # Wagtail's way to say no
    assert seats_of(section) == ["free", "free"]


# Commands


def run(command, *args):
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue().strip()


def test_the_round_says_what_it_did_and_is_silent_when_nothing_happened():
    section, learner = SectionFactory(with_fee=True), LearnerFactory()
    claim(section, learner)
    run("lapse_and_promote")
    assert run("lapse_and_promote") == ""
    clock.set_to(TODAY + timedelta(days=3))
    assert run("lapse_and_promote").startswith("1 seats freed, 0 offered")


def test_the_night_watch_finds_what_is_broken():
    section, learner = SectionFactory(), LearnerFactory()
    claim(section, learner)
    assert run("check_seats") == "all rules hold"

    Seat.objects.filter(section=section, no=2).delete()
    with pytest.raises(CommandError, match=r"1 rules are broken"):
        run("check_seats")


def test_rows_written_in_bulk_get_their_history():
    section, learner = SectionFactory(), LearnerFactory()
    enrolment = section.enrolments.create(
        learner=learner, unit=section.unit, status="confirmed", source="draw",
        slots=section.meets, created_at=TODAY,
    )  # fmt: skip
    Seat.objects.filter(section=section, no=1).update(
        state="taken", learner=learner, enrolment=enrolment
    )
    with pytest.raises(CommandError):
        run("check_seats")
    assert run("check_seats", "--mend-import") == "1 movements noted\nall rules hold"
    assert run("refresh_availability") == "1 rows changed"


# Words


@pytest.mark.parametrize("reason", list(Refusal))
def test_every_refusal_has_its_sentence_with_and_without_a_class(reason):
    sentence = wording.refusal(reason)
    assert wording.refusal(reason, SectionFactory())
    assert len(sentence) > 10
    assert sentence.endswith((".", "。"))
    assert reason not in sentence


def test_the_functions_know_no_refusal_that_has_no_sentence():
    import re
    from pathlib import Path

    # What a payment came to is told to a service, in words of its own.
    presses = {*Path("enrolment/sql").glob("*.sql")} - {Path("enrolment/sql/money.sql")}
    sql = "".join(path.read_text() for path in presses)
    answered = set(
        re.findall(r"RETURN '([a-z_]+)'|(?:ELSE|THEN) '([a-z_]+_late|already_in)'", sql)
    )
    words = {one or other for one, other in answered}
    words |= set(re.findall(r"'refused',\s*'([a-z_]+)'", sql))
    words |= set(re.findall(r"seat_unkept\([^;]*'(not_yours|other_request)'", sql))
    assert words <= {str(reason) for reason in Refusal}
    assert {"clash", "limit", "too_late", "not_yours", "other_request"} <= words


@pytest.mark.parametrize("length", list(Length))
def test_every_length_of_a_line_is_said(length):
    assert wording.line_length(length)
