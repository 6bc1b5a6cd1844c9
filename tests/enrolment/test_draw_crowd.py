"""A whole city opens the pages of its draw on one evening: little is asked of the database."""

import io
import zipfile
from importlib import import_module

import pytest
from django.urls import reverse

from courses.models import Subject
from enrolment import queries
from enrolment.models import CutOff, DrawFile
from enrolment.views import downloads, draws
from tests.factories.applications import apply, classes_of
from tests.factories.courses import DepartmentFactory
from tests.factories.draws import close_list, draw_and_publish, term_to_draw

pytestmark = pytest.mark.django_db
FRAME = 6  # what every page asks: its site, the menus, who is signed in


@pytest.fixture
def term():
    return term_to_draw()


@pytest.fixture
def published(term):
    """Forty classes of one university, each other one in the second of two departments."""
    sections = classes_of(term, 40)
    other = DepartmentFactory(name="书画")
    for section in sections[1::2]:
        Subject.objects.filter(pk=section.course.subject_id).update(department=other)
    for chosen in (sections[:3], sections[1:4]):
        apply(chosen)
    return draw_and_publish(term)


def path(view, /, **arguments):
    return reverse(f"enrolment:{view}", kwargs=arguments)


def test_table_asks_for_one_office_and_one_department(
    published, app_client, django_assert_max_num_queries
):
    page = path("draw-classes", code=published.term.code)
    app_client.get(page)
    with django_assert_max_num_queries(FRAME + 10):
        answer = app_client.get(page)
    shown = answer.context["outcomes"]
    departments = answer.context["departments"]
    assert {one.section.course.subject.department for one in shown} == {departments[0]}
    assert len(departments) == len({one.pk for one in departments}) > 1
    last = app_client.get(f"{page}?department={departments[-1].pk}").context["outcomes"]
    assert {one.section.course.subject.department for one in last} == {departments[-1]}


def test_every_class_of_the_list_stands_in_some_department(published):
    """Also one that nobody asked for: it has its last number, not full."""
    offered = queries.departments_in(published)
    shown = [
        one.section.pk
        for unit, departments in offered.items()
        for department in departments
        for one in queries.outcomes_of(published, unit=unit, department=department)
    ]
    assert sorted(shown) == sorted(one.section.pk for one in queries.outcomes_of(published))
    assert len(shown) == 40 == CutOff.objects.values("section").distinct().count()


def test_page_of_the_draw_reads_no_file_it_does_not_show(
    published, app_client, django_assert_max_num_queries, monkeypatch
):
    page = path("show-draw", code=published.term.code)
    app_client.get(page)
    read = []
    of_the_day = import_module("enrolment.queries.draw_day")
    monkeypatch.setattr(of_the_day, "file_of", lambda _roster, name: read.append(name) or b"")
    with django_assert_max_num_queries(FRAME + 16):
        app_client.get(page)
    assert read == ["differences.csv"]


FILES = [
    ("download-list-file", {"version": 1, "name": "roster.csv"}),
    ("download-draw-file", {"name": "result.csv"}),
    ("download-draw", {}),
]


@pytest.mark.parametrize(("view", "more"), FILES)
def test_who_has_a_file_is_told_so(published, app_client, view, more):
    file = path(view, code=published.term.code, **more)
    first = app_client.get(file)
    assert first.headers["Cache-Control"].startswith("public, max-age=")
    again = app_client.get(file, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    packed = app_client.get(file, headers={"if-none-match": f"W/{first.headers['ETag']}"})
    assert packed.status_code == 304  # a proxy that packs files says so in the name
    other = app_client.get(file, headers={"if-none-match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_file_that_somebody_has_is_not_read(published, app_client, django_assert_max_num_queries):
    file = path("download-draw-file", code=published.term.code, name="result.csv")
    with django_assert_max_num_queries(FRAME) as whole:
        etag = app_client.get(file).headers["ETag"]
    assert etag.strip('"') == DrawFile.objects.get(name="result.csv").sha256
    with django_assert_max_num_queries(len(whole) - 1) as known:
        app_client.get(file, headers={"if-none-match": etag})
    assert not any('"content"' in query["sql"] for query in known.captured_queries)


def test_file_is_kept_as_it_is_and_the_archive_changes_with_the_program(published, app_client):
    code = published.term.code
    file = app_client.get(path("download-draw-file", code=code, name="result.csv"))
    archive = app_client.get(path("download-draw", code=code))
    assert "immutable" in file.headers["Cache-Control"]
    assert archive.headers["Cache-Control"] == downloads.FOR_AN_HOUR


def test_checker_is_handed_out_anew_when_it_has_changed(app_client, monkeypatch, tmp_path):
    page = path("download-checker", name="verify.py")
    etag = app_client.get(page).headers["ETag"]
    assert app_client.get(page, headers={"if-none-match": etag}).status_code == 304
    changed = tmp_path / "verify.py"
    changed.write_text("print('all right')\n")
    monkeypatch.setitem(draws.CHECKERS, "verify.py", changed)
    answer = app_client.get(page, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (200, changed.read_bytes())


def test_archive_is_built_once_for_everybody(published, app_client, monkeypatch):
    built = []

    def zipped(files):
        built.append(sorted(files))
        return downloads.zipped(files)

    draws._archive.cache_clear()
    monkeypatch.setattr(draws, "zipped", zipped)
    page = path("download-draw", code=published.term.code)
    answers = [app_client.get(page).content for _person in range(3)]
    assert len(built) == 1
    assert len(set(answers)) == 1
    names = zipfile.ZipFile(io.BytesIO(answers[0])).namelist()
    assert {"verify.py", f"{published.term.code}/roster.csv"} <= set(names)


def test_what_is_not_public_is_kept_by_nobody(term, app_client):
    apply(classes_of(term, 1))
    close_list(term)
    for view, more in FILES[1:]:
        answer = app_client.get(path(view, code=term.code, **more))
        assert answer.status_code == 404
        assert "ETag" not in answer.headers
        assert "public" not in answer.headers.get("Cache-Control", "")
