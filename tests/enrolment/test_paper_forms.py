"""Forms that came on paper: each sheet once, what is wrong beside its row, the rest stored."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEvent, ConsentRecord, LearnerUnit
from enrolment.models import Application, ChainEntry, Channel, PaperForm, Roster
from enrolment.services import chain, paper_forms
from enrolment.services.paper_forms import PaperProblem
from enrolment.wording.paper import PAPER_PROBLEMS
from tests.enrolment.rush import all_at_once, on_own_connection
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, UnitFactory
from tests.factories.applications import CLOSES_AT, apply, classes_of, term_with_forms
from tests.factories.enrolment import SectionFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
PAGE = "/desk/forms/paper/"
EVENING = CLOSES_AT + timedelta(hours=1, minutes=10)


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city(db):
    return UnitFactory()


@pytest.fixture
def term(city):
    return term_with_forms(unit=city)


@pytest.fixture
def desk(app_client, city):
    app_client.clerk = sign_in(app_client, city)
    return app_client


def learner_at(city, **more):
    return LearnerFactory(unit=city, **more)


def row(name, who, classes, *, key=None, **more):
    said = {"who": who, "classes": classes, "key": key or uuid4(), **more}
    return {f"{name}-{field}": value for field, value in said.items()}


def store(client, *rows):
    sent = {"row": [next(iter(fields)).rpartition("-")[0] for fields in rows]}
    for fields in rows:
        sent |= fields
    return client.post(PAGE, sent)


def numbers(sections):
    return " ".join(str(section.pk) for section in sections)


def listed(form):
    return list(form.current.wishes.in_order().values_list("section", flat=True))


def main(response):
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def test_sheets_are_handed_in_by_card_phone_or_name_and_birth(desk, city, term):
    sections = classes_of(term, 2)
    by_card, by_phone, by_name = (learner_at(city, name=name) for name in ("王一", "王二", "王三"))
    answer = store(
        desk,
        row("a", by_card.card_no, numbers(sections)),
        row("b", by_phone.phone.removeprefix("+86"), numbers(reversed(sections)), two="on"),
        row("c", f"{by_name.name} {by_name.born_on:%Y年%m月%d日}", numbers(sections[:1])),
    )
    assert answer.status_code == 200
    forms = {form.learner: form for form in Application.objects.all()}
    assert [listed(forms[person]) for person in (by_card, by_phone, by_name)] == [
        [sections[0].pk, sections[1].pk],
        [sections[1].pk, sections[0].pk],
        [sections[0].pk],
    ]
    assert {form.current.channel for form in forms.values()} == {Channel.PAPER}
    assert forms[by_phone].current.wanted == 2
    assert all(form.spoken_number in main(answer) for form in forms.values())


def test_signature_is_the_consent_and_stands_in_the_books(desk, city, term):
    learner = learner_at(city)
    store(desk, row("a", learner.card_no, numbers(classes_of(term, 1))))
    consent = ConsentRecord.objects.get(learner=learner)
    note = AuditEvent.objects.get(action="acted for a learner")
    assert (consent.how, consent.actor) == ("paper", desk.clerk)
    assert (note.details["channel"], note.details["act"]) == ("paper", "key in")


def test_sheet_sent_twice_is_keyed_in_once(desk, city, term):
    learner = learner_at(city)
    sheet = row("a", learner.card_no, numbers(classes_of(term, 1)))
    for minutes in (0, 3):  # the line broke, and the row came again
        clock.set_to(TODAY + timedelta(minutes=minutes))
        assert store(desk, sheet).status_code == 200
    assert PaperForm.objects.get().keyed_at < TODAY + timedelta(minutes=1)
    assert ChainEntry.objects.filter(application__learner=learner).count() == 1
    assert ConsentRecord.objects.filter(learner=learner).count() == 1


def test_key_that_comes_with_another_sheet_is_refused(desk, city, term):
    one, two = learner_at(city), learner_at(city)
    section, key = classes_of(term, 1)[0], uuid4()
    store(desk, row("a", one.card_no, str(section.pk), key=key))
    answer = store(desk, row("a", two.card_no, str(section.pk), key=key))
    assert answer.status_code == 422
    assert str(PAPER_PROBLEMS[PaperProblem.OTHER_SHEET]) in main(answer)
    assert not Application.objects.filter(learner=two, current__isnull=False).exists()


def test_wrong_rows_say_why_and_the_right_ones_stay_stored(desk, city, term):
    sections = classes_of(term, 1)
    right, barred = learner_at(city), learner_at(city)
    old = SectionFactory(term=term, course__min_age_f=90)
    answer = store(
        desk,
        row("a", "Q99999999", numbers(sections)),
        row("b", right.card_no, numbers(sections)),
        row("c", right.card_no, "钢琴"),
        row("d", right.card_no, "99999"),
        row("e", barred.card_no, str(old.pk)),
        row("f", right.card_no, "1 2 3 4 5 6"),
        row("g", "", ""),
    )
    assert answer.status_code == 422
    assert [paper.learner for paper in PaperForm.objects.all()] == [right]
    wrong = {form.prefix: list(form.errors) for form in answer.context["wrong"]}
    assert wrong == {
        "a": ["who"],
        "c": ["classes"],
        "d": ["classes"],
        "e": ["classes"],
        "f": ["classes"],
    }
    assert 'value="Q99999999"' in main(answer)


def test_phone_of_two_people_asks_for_the_card(desk, city, term):
    one = learner_at(city)
    two = learner_at(city, phone=one.phone)
    answer = store(desk, row("a", one.phone, numbers(classes_of(term, 1))))
    said = answer.context["wrong"][0].errors["who"][0]
    assert f"错误：{said}" in main(answer)
    assert 'data-in-words="错误：{}"' in main(answer)  # for what the script says
    assert one.card_no in said
    assert two.card_no in said


@pytest.mark.parametrize(
    ("received", "problem"),
    [
        (CLOSES_AT, None),
        (CLOSES_AT + timedelta(minutes=1), PaperProblem.TOO_LATE),
        (TODAY - timedelta(days=8), PaperProblem.TOO_EARLY),
        (EVENING + timedelta(minutes=1), PaperProblem.NOT_YET),
        (None, PaperProblem.TOO_LATE),
    ],
)
def test_paper_received_by_the_deadline_is_keyed_in_until_the_list_is_closed(
    desk, city, term, received, problem
):
    learner, sections = learner_at(city), classes_of(term, 1)
    clock.set_to(EVENING)
    when = received.astimezone(EVENING.tzinfo) if received else None
    typed = f"{when:%m-%d %H:%M}" if when else ""
    answer = store(desk, row("a", learner.card_no, numbers(sections), received=typed))
    if problem is None:
        paper = PaperForm.objects.get()
        assert paper.received_at == received
        assert paper.keyed_at >= EVENING
    else:
        said = answer.context["wrong"][0].errors["received"][0]
        beside = str(PAPER_PROBLEMS[problem]).split("%(moment)s")
        assert all(part in said for part in beside)
        assert not PaperForm.objects.exists()


def test_sheet_older_than_what_the_learner_did_on_the_web_does_not_count(desk, city, term):
    one, two = classes_of(term, 2)
    learner = learner_at(city)
    apply([one], learner=learner, at=TODAY - timedelta(hours=1))
    before = (TODAY - timedelta(hours=2)).astimezone(EVENING.tzinfo)
    answer = store(desk, row("a", learner.card_no, str(two.pk), received=f"{before:%m-%d %H:%M}"))
    assert list(answer.context["wrong"][0].errors) == ["received"]
    assert listed(Application.objects.get(learner=learner)) == [one.pk]


def test_newer_sheet_takes_the_place_of_an_older_one_whenever_it_is_keyed_in(desk, city, term):
    one, two = classes_of(term, 2)
    learner = learner_at(city)
    hours = [(TODAY - timedelta(hours=ago)).astimezone(EVENING.tzinfo) for ago in (3, 2)]
    store(desk, row("a", learner.card_no, str(one.pk), received=f"{hours[0]:%m-%d %H:%M}"))
    store(desk, row("b", learner.card_no, str(two.pk), received=f"{hours[1]:%m-%d %H:%M}"))
    assert listed(Application.objects.get(learner=learner)) == [two.pk]


def test_all_like_classes_are_written_out_where_the_sheet_says_yes(desk, city, term):
    chosen = SectionFactory(term=term, weekday=1)
    like = SectionFactory(term=term, weekday=2, course=chosen.course)
    yes, no = learner_at(city), learner_at(city)
    store(desk, row("a", yes.card_no, str(chosen.pk), any_like="on"))
    store(desk, row("b", no.card_no, str(chosen.pk)))
    assert listed(Application.objects.get(learner=yes)) == [chosen.pk, like.pk]
    assert listed(Application.objects.get(learner=no)) == [chosen.pk]


def test_closed_list_takes_no_sheet(desk, city, term):
    learner, sections = learner_at(city), classes_of(term, 1)
    Roster.objects.create(
        term=term, version=1, frozen_at=TODAY, frozen_by=desk.clerk, sha256="0" * 64,
        count=1, entry=1, head="0" * 64,
    )  # fmt: skip
    assert store(desk, row("a", learner.card_no, numbers(sections))).status_code == 422


def test_script_is_answered_row_by_row_in_json(desk, city, term):
    learner, key = learner_at(city), uuid4()
    sheet = {"row": "a", **row("a", learner.card_no, numbers(classes_of(term, 1)), key=key)}
    said = desk.post(PAGE, sheet, headers={"Accept": "application/json"})
    assert said.json()["wrong"] == []
    assert said.json()["saved"][0]["key"] == str(key)
    bad = {"row": "b", **row("b", "Q99999999", "1")}
    said = desk.post(PAGE, bad, headers={"Accept": "application/json"})
    assert (said.status_code, list(said.json()["wrong"][0]["errors"])) == (422, ["who", "classes"])


def test_office_keys_in_for_people_it_knows_and_nobody_else(app_client, city, term):
    county, other = UnitFactory.create_batch(2, county=True, parent=city)
    known, stranger = learner_at(other), learner_at(other)
    LearnerUnit.objects.create(learner=known, unit=county)
    sign_in(app_client, county)
    sections = classes_of(term, 1)
    answer = store(
        app_client,
        row("a", known.card_no, numbers(sections)),
        row("b", stranger.card_no, numbers(sections)),
    )
    assert [form.prefix for form in answer.context["wrong"]] == ["b"]
    assert PaperForm.objects.get().unit == county


def test_empty_form_lists_the_numbers_of_a_campus(desk, city, term):
    section, elsewhere = (SectionFactory(term=term, campus__unit=city) for _campus in range(2))
    page = main(desk.get(reverse("enrolment:print-paper-form"), {"campus": section.campus.slug}))
    assert f'<th scope="row">{section.pk}</th>' in page
    assert f'<th scope="row">{elsewhere.pk}</th>' not in page


def test_every_problem_of_a_sheet_has_a_sentence():
    assert set(PAPER_PROBLEMS) == set(PaperProblem)


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_one_sheet_sent_ten_times_at_once_is_keyed_in_once(app_client):
    city = UnitFactory()
    term = term_with_forms(unit=city)
    sign_in(app_client, city)
    learner = learner_at(city)
    sheet = row("a", learner.card_no, numbers(classes_of(term, 1)))

    answers = all_at_once([on_own_connection(lambda: store(app_client, sheet))] * 10)

    assert {answer.status_code for answer in answers} == {200}
    assert PaperForm.objects.count() == 1
    assert ChainEntry.objects.filter(application__learner=learner).count() == 1


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_row_whose_connection_is_killed_in_the_middle_is_stored_when_it_comes_again(
    app_client, monkeypatch
):
    city = UnitFactory()
    term = term_with_forms(unit=city)
    sign_in(app_client, city)
    app_client.raise_request_exception = False
    learner = learner_at(city)
    sheet = row("a", learner.card_no, numbers(classes_of(term, 1)))

    def kill(*_words, **_more):
        """The form is handed in by now, and nothing of it is committed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as broken:
        broken.setattr(paper_forms, "keep_word", kill)
        answer = on_own_connection(lambda: store(app_client, sheet))()
    connection.close()
    assert answer.status_code >= 500
    assert not ChainEntry.objects.filter(application__learner=learner).exists()
    assert not PaperForm.objects.exists()

    assert store(app_client, sheet).status_code == 200
    assert PaperForm.objects.count() == 1
    assert ChainEntry.objects.filter(application__learner=learner).count() == 1


@pytest.mark.django_db(transaction=True)
def test_sheets_of_one_press_let_others_hand_in_between_them(app_client, monkeypatch):
    """The page without its script sends them all at once; the term's chain has one lock."""
    city = UnitFactory()
    sections = classes_of(term_with_forms(unit=city), 1)
    sign_in(app_client, city)
    key_in, held = paper_forms.key_in, []

    def chains_held():
        asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
        with connection.cursor() as cursor:
            cursor.execute(asked, [chain.LOCK])
            return cursor.fetchone()[0]

    def watched(**sheet):
        held.append(chains_held())
        paper = key_in(**sheet)
        held.append(chains_held())
        return paper

    monkeypatch.setattr(paper_forms, "key_in", watched)
    sheets = [row(name, learner_at(city).card_no, numbers(sections)) for name in "abc"]
    assert store(app_client, *sheets).status_code == 200
    assert held == [0, 1] * 3
