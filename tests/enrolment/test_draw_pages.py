"""The pages of a draw: the registrar's day, what everybody reads, files byte for byte."""

import io
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from django.urls import reverse

from accounts import clock
from enrolment import queries, services
from enrolment.domain import verify
from enrolment.models import Draw, EntropySource, Objection, Roster, Witness
from tests.factories.applications import apply, classes_of, learner_of_age
from tests.factories.draws import (
    DICE,
    DRAWN_AT,
    FINAL_AT,
    FROZEN_AT,
    close_list,
    draw_and_publish,
    finish_list,
    registrar,
    term_to_draw,
)
from tests.factories.sign_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def term():
    return term_to_draw()


@pytest.fixture
def forms(term):
    section = classes_of(term, 1)[0]
    return [apply([section]) for _person in range(3)]


@pytest.fixture
def desk(app_client):
    """The registrar's browser."""
    sign_in_staff(app_client, registrar())
    return app_client


def path(view, /, **arguments):
    return reverse(f"enrolment:{view}", kwargs=arguments)


def body(response):
    return response.content.decode()


def test_whole_day_on_the_desk(term, forms, desk):
    day = path("staff-draw-day", term_id=term.pk)

    def press(act):
        return desk.post(path("staff-draw-act", term_id=term.pk, act=act), follow=True)

    clock.set_to(FROZEN_AT)
    assert "day__step--now" in body(desk.get(day))
    press("freeze")
    clock.set_to(FINAL_AT)
    press("finalise")
    clock.set_to(DRAWN_AT)
    desk.post(
        path("staff-name-witness", term_id=term.pk), {"name": "周公证员", "office": "公证处"}
    )
    witness = Witness.objects.get()
    desk.post(path("staff-sign", witness_id=witness.pk))
    values = {"dice": DICE, "lottery": "03111722253208", "index": "389127"}
    for source in EntropySource.objects.all():
        page = path("staff-read-source", source_id=source.pk)
        desk.post(page, {"typed": values[source.name], "proof": "现场录像"})
    press("run")
    assert Draw.objects.get().published_at is None
    desk.post(path("staff-sign", witness_id=witness.pk))
    answer = press("publish")
    assert Draw.objects.get().published_at is not None
    assert "day__step--now" not in body(answer)


def test_step_that_cannot_be_done_says_why_and_does_nothing(term, forms, desk):
    clock.set_to(FROZEN_AT)
    answer = desk.post(path("staff-draw-act", term_id=term.pk, act="run"), follow=True)
    assert "名单还没有定稿" in body(answer)
    assert Draw.objects.count() == 0


def test_while_forms_come_in_the_day_says_from_when_the_list_can_be_closed(term, forms, desk):
    clock.set_to(FROZEN_AT - timedelta(days=3))
    shown = body(desk.get(path("staff-draw-day", term_id=term.pk)))
    assert "起可以封存名单" in shown
    assert path("staff-draw-act", term_id=term.pk, act="freeze") not in shown
    clock.set_to(FROZEN_AT)
    shown = body(desk.get(path("staff-draw-day", term_id=term.pk)))
    assert path("staff-draw-act", term_id=term.pk, act="freeze") in shown


def test_sources_are_called_what_the_registrar_called_them(term, forms, desk):
    shown = body(desk.get(path("staff-draw-day", term_id=term.pk)))
    for source in EntropySource.objects.all():
        assert source.what in shown


def test_throws_that_cannot_be_are_told_beside_the_field(term, forms, desk):
    finish_list(term)
    clock.set_to(DRAWN_AT)
    source = EntropySource.objects.get(name="dice")
    answer = desk.post(
        path("staff-read-source", source_id=source.pk), {"typed": "7" * 24, "proof": "录像"}
    )
    assert (answer.status_code, EntropySource.objects.get(name="dice").value) == (422, "")


def test_rehearsal_shows_figures_and_gives_the_files(term, forms, desk):
    page = path("staff-rehearse", term_id=term.pk)
    assert "3" in body(desk.post(page))
    archive = zipfile.ZipFile(io.BytesIO(desk.post(page, {"package": "yes"}).content))
    assert "roster.csv" in archive.namelist()
    assert Roster.objects.count() == 0


def test_everybody_reads_the_list_before_and_the_results_after(term, forms, app_client):
    page = path("show-draw", code=term.code)
    close_list(term)
    before = body(app_client.get(page))
    roster = Roster.objects.get()
    assert roster.sha256 in before
    assert "result.csv" not in before


def test_published_draw_leads_to_its_figures_and_they_lead_back(term, forms, app_client):
    draw_and_publish(term)
    figures = path("show-figures", code=term.code)
    assert figures in body(app_client.get(path("show-draw", code=term.code)))
    services.count_figures(term=term, stage="drawn", at=DRAWN_AT)
    assert path("show-draw", code=term.code) in body(app_client.get(figures))


def test_results_are_nobodys_before_publication(term, forms, app_client, desk):
    finish_list(term)
    result = path("download-draw-file", code=term.code, name="result.csv")
    assert app_client.get(result).status_code == 404
    assert app_client.get(path("draw-classes", code=term.code)).status_code == 404
    assert app_client.get(path("download-draw", code=term.code)).status_code == 404


def test_files_are_served_byte_for_byte_and_check_themselves(term, forms, app_client, tmp_path):
    made = draw_and_publish(term)
    for name, content in queries.package_of(made).items():
        answer = app_client.get(path("download-draw-file", code=term.code, name=name))
        assert answer.content == content
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        (tmp_path / name).write_bytes(answer.content)
    assert verify.main([str(tmp_path)]) == 0
    shown = body(app_client.get(path("show-draw", code=term.code)))
    assert sha256((tmp_path / "result.csv").read_bytes()).hexdigest() in shown
    whole = app_client.get(path("download-draw", code=term.code)).content
    names = zipfile.ZipFile(io.BytesIO(whole)).namelist()
    assert {"verify.py", "verify.html", f"{term.code}/seed.txt"} <= set(names)


def test_last_numbers_stand_in_a_table(term, forms, app_client):
    draw_and_publish(term)
    shown = body(app_client.get(path("draw-classes", code=term.code)))
    assert "到2号" in shown.replace(" ", "")


def test_sheets_begin_each_university_anew(term, forms, desk):
    draw_and_publish(term)
    shown = body(desk.get(path("staff-draw-sheets", term_id=term.pk)))
    assert shown.count('class="sheet"') == 1


def test_learner_objects_and_the_registrar_answers(term, forms, app_client, desk):
    close_list(term)
    clock.set_to(FROZEN_AT)
    learner = forms[0].learner
    app_client.logout()
    app_client.force_login(learner.user)
    page = path("object-to-list", code=term.code)
    app_client.post(page, {"kind": "keyed_wrong", "words": "写错了", "meant_for": learner.pk})
    objection = Objection.objects.get()
    sign_in_staff(app_client, registrar())
    code = queries.code_of(forms[0].current.wishes.get().section)
    page = path("staff-decide-objection", objection_id=objection.pk)
    wants_two = app_client.get(page).context["form"].initial
    assert wants_two["wanted"] == str(forms[0].current.wanted)
    answer = app_client.post(
        page,
        {"upheld": "yes", "answer": "改了。", "choices": code, "wanted": "2"},
    )
    objection.refresh_from_db()
    assert (answer.status_code, objection.upheld) == (302, True)


def test_after_the_last_hour_no_objection_is_asked_for(term, forms, app_client, desk):
    close_list(term)
    clock.set_to(FINAL_AT)
    learner = forms[0].learner
    at_the_desk = body(desk.get(path("object-for", term_id=term.pk, learner_id=learner.pk)))
    app_client.logout()
    app_client.force_login(learner.user)
    for shown in (at_the_desk, body(app_client.get(path("object-to-list", code=term.code)))):
        assert 'name="words"' not in shown
        assert "提异议的时间已经过了" in shown


def test_counter_objects_for_somebody_without_a_form(term, forms, desk):
    close_list(term)
    clock.set_to(FROZEN_AT)
    late = learner_of_age()
    page = path("object-for", term_id=term.pk, learner_id=late.pk)
    desk.post(page, {"kind": "missing", "words": "交过表"})
    assert Objection.objects.get().application.learner == late


def test_amendment_goes_from_one_registrar_to_another(term, forms, app_client, desk):
    finish_list(term)
    clock.set_to(FINAL_AT)
    code = queries.code_of(forms[0].current.wishes.get().section)
    said = {"what": "一个班停开", "why": "教室漏水", "without_seats": code}
    proposed = body(app_client.post(path("staff-amend", term_id=term.pk), said))
    address = proposed.split('href="/desk/draw/amendments/')[1].split('"')[0]
    page = f"/desk/draw/amendments/{address}"
    app_client.post(page)
    assert Roster.objects.count() == 2
    sign_in_staff(app_client, registrar())
    app_client.post(page)
    assert Roster.objects.last_of(term).version == 3
    assert "教室漏水" in body(app_client.get(path("show-draw", code=term.code)))


def test_what_stands_in_for_a_source_counts_with_a_second_signature(term, forms, app_client, desk):
    finish_list(term)
    clock.set_to(DRAWN_AT)
    source = EntropySource.objects.exclude(kind="dice").filter(term=term).first()
    said = {"typed": "03 11 17", "proof": "第二天的报纸", "is_fallback": "on"}
    proposed = body(desk.post(path("staff-read-source", source_id=source.pk), said))
    address = proposed.split('href="/desk/draw/values/')[1].split('"')[0]
    page = f"/desk/draw/values/{address}"
    assert "<button" not in body(desk.get(page)).partition("<main")[2].partition("</main")[0]
    desk.post(page)
    source.refresh_from_db()
    assert source.value == ""
    sign_in_staff(app_client, registrar())
    app_client.post(page)
    source.refresh_from_db()
    assert (source.value, source.is_fallback) == ("031117", True)
    assert "已由两人签字" in body(app_client.get(path("show-draw", code=term.code)))


def test_sources_are_named_on_the_desk_while_nobody_has_chosen(term, desk):
    term.phase = "published"
    term.save()
    plan = {
        "due_at": "2026-12-30 15:00", "dice_what": "骰子", "dice_fallback": "换一副",
        "kind_1": "beacon", "name_1": "drand", "what_1": "网上随机数", "fallback_1": "前一轮",
        "address_1": "https://api.drand.sh/public/latest",
    }  # fmt: skip
    any_moment = desk.post(path("staff-name-sources", term_id=term.pk), plan)
    assert "写明用哪一轮" in body(any_moment)
    assert not EntropySource.objects.filter(name="drand").exists()
    plan["address_1"] = "https://api.drand.sh/public/7"
    answer = desk.post(path("staff-name-sources", term_id=term.pk), plan)
    assert answer.status_code == 302
    assert set(EntropySource.objects.values_list("name", flat=True)) == {"dice", "drand"}
    assert services.may_name_sources(term)
