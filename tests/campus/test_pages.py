"""Pages of editors: where each kind may stand, what it may hold, how it is translated."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation
from wagtail import blocks
from wagtail.blocks import StreamValue
from wagtail.embeds.blocks import EmbedBlock
from wagtail.fields import StreamField
from wagtail.models import Locale, Page, get_page_models
from wagtail_localize.models import StringSegment, TranslationSource

from accounts import clock
from campus.blocks import Body, TableBlock
from campus.models import (
    BasePage,
    CampusIndexPage,
    CampusPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    NoticeIndexPage,
    NoticePage,
    PlainPage,
    StoryIndexPage,
    StoryPage,
    UnitPage,
)
from courses.models import CoursePage, ProspectusPage, SubjectIndexPage
from tests.factories.accounts import UnitFactory
from tests.factories.campus import CampusFactory, child, home_page
from tests.factories.courses import ClassFactory, CourseFactory, TermFactory

pytestmark = pytest.mark.django_db

EVERYTHING = [
    ("heading", {"text": "怎么走", "level": "2"}),
    ("paragraph", "<p>坐 <b>12 路</b>到东门站。</p>"),
    ("notice", {"kind": "warning", "text": "<p>清明停课。</p>"}),
    ("quote", {"text": "手不抖了。", "who": "王秀英"}),
    ("steps", {"heading": "三步", "steps": [{"title": "找课", "text": "<p>按校区找。</p>"}]}),
    ("facts", {"heading": "带什么", "facts": [{"term": "水", "detail": "<p>自带水杯</p>"}]}),
    (
        "questions",
        {"heading": "问答", "questions": [{"question": "要买剑吗？", "answer": "<p>不用。</p>"}]},
    ),
    ("table", {"caption": "作息", "columns": ["节次", "时间"], "rows": [["第一节", "8:30"]]}),
    ("campuses", {"heading": "附近校区", "unit": None, "number": 3}),
    ("courses", {"heading": "相关课程", "words": "太极", "number": 3}),
    ("phone", {"heading": "问问人", "unit": None}),
]


def ours() -> list[type[Page]]:
    return [model for model in get_page_models() if issubclass(model, BasePage)]


@pytest.fixture
def site(db):
    """One live page of each kind of these two floors."""
    home = home_page()
    unit, campus, course, term = UnitFactory(), CampusFactory(), CourseFactory(), TermFactory()
    unit_page = child(home, UnitPage, title="市大学", slug="city", unit=unit)
    notices = child(home, NoticeIndexPage, title="公告", slug="notices")
    stories = child(home, StoryIndexPage, title="故事", slug="stories")
    guide = child(home, HelpIndexPage, title="帮助", slug="help")
    subjects = child(home, SubjectIndexPage, title="专业", slug="subjects")
    day = dt.date(2026, 11, 20)
    return [
        home,
        unit_page,
        notices,
        stories,
        guide,
        subjects,
        child(unit_page, CampusPage, title="东门", slug="east", campus=campus),
        child(home, CampusIndexPage, title="校区", slug="campuses"),
        child(notices, NoticePage, title="停课", slug="closed", dated_on=day),
        child(stories, StoryPage, title="我的书法", slug="story", dated_on=day, who="王秀英"),
        child(guide, HelpPage, title="怎么报名", slug="enrol"),
        child(home, PlainPage, title="无障碍", slug="accessibility", body=EVERYTHING),
        child(subjects, CoursePage, title="太极", slug="taiji", course=course),
        child(home, ProspectusPage, title="简章", slug="prospectus", term=term),
    ]


def test_every_kind_of_page_is_shown_with_one_heading_and_its_own_title(site, app_client):
    ClassFactory()
    for page in site:
        response = app_client.get(page.url)
        text = response.content.decode()

        assert response.status_code == 200, page.url
        assert text.count("<h1") == 1, page.url
        assert f"<title>{page.title} –" in text, page.url


def test_every_kind_of_page_shows_its_blocks(site, app_client):
    ClassFactory()

    text = app_client.get("/accessibility/").content.decode()

    for words in ("怎么走", "12 路", "清明停课", "手不抖了", "按校区找", "自带水杯", "要买剑吗"):
        assert words in text
    assert '<td data-label="时间">8:30</td>' in text


def test_pages_stand_only_where_they_belong():
    allowed = {
        model.__name__: {parent.__name__ for parent in model.allowed_parent_page_models()}
        for model in ours()
        if model._meta.app_label in {"campus", "courses"}
    }

    assert allowed == {
        "HomePage": {"Page"},
        "UnitPage": {"HomePage"},
        "CampusIndexPage": {"HomePage"},
        "CampusPage": {"UnitPage"},
        "NoticeIndexPage": {"HomePage", "UnitPage"},
        "NoticePage": {"NoticeIndexPage"},
        "StoryIndexPage": {"HomePage"},
        "StoryPage": {"StoryIndexPage"},
        "HelpIndexPage": {"HomePage"},
        "HelpPage": {"HelpIndexPage"},
        "PlainPage": {"HomePage", "UnitPage", "PlainPage"},
        "SubjectIndexPage": {"HomePage"},
        "CoursePage": {"SubjectIndexPage"},
        "ProspectusPage": {"HomePage", "UnitPage"},
    }


def test_no_page_may_stand_beside_the_home_pages():
    assert {model for model in ours() if Page in model.allowed_parent_page_models()} == {HomePage}


def all_blocks(block, seen=None):
    seen = {} if seen is None else seen
    if id(block) not in seen:
        seen[id(block)] = block
        for one in getattr(block, "child_blocks", {}).values():
            all_blocks(one, seen)
        if isinstance(block, blocks.ListBlock):
            all_blocks(block.child_block, seen)
    return seen.values()


def test_no_block_lets_raw_html_or_a_foreign_address_in():
    found = [
        block
        for model in ours()
        for field in model._meta.get_fields()
        if isinstance(field, StreamField)
        for block in all_blocks(field.stream_block)
    ]

    assert found
    assert [b for b in found if isinstance(b, blocks.RawHTMLBlock | EmbedBlock)] == []


def test_each_block_of_a_body_has_a_template_of_its_own():
    templates = [block.meta.template for block in Body().child_blocks.values()]

    assert len(set(templates)) == len(templates)
    assert all(name and name.startswith("blocks/") for name in templates)


def test_every_word_of_a_page_reaches_the_translator(site):
    page = PlainPage.objects.get()

    source, _created = TranslationSource.get_or_create_from_instance(page)
    source.refresh_segments()

    said = set(StringSegment.objects.filter(source=source).values_list("string__data", flat=True))
    assert {
        "无障碍",
        "怎么走",
        "坐 <b>12 路</b>到东门站。",
        "清明停课。",
        "手不抖了。",
        "找课",
        "自带水杯",
        "要买剑吗？",
        "不用。",
        "作息",
        "第一节",
        "8:30",
        "附近校区",
    } <= said


def test_a_translation_has_the_same_record_and_address(site):
    home_page("en", "Learn near home")
    english = Locale.objects.get(language_code="en")
    for parent in (SubjectIndexPage.objects.get(),):
        parent.copy_for_translation(english).save_revision().publish()
    page = CoursePage.objects.get()

    copy = page.copy_for_translation(english)
    copy.save_revision().publish()

    copy.refresh_from_db()
    assert (copy.course, copy.slug) == (page.course, page.slug)
    assert copy.url == "/en/subjects/taiji/"
    copy.full_clean()


def test_a_page_offers_its_languages(site, app_client):
    text = app_client.get("/subjects/taiji/").content.decode()

    for code, address in (("zh-Hant", "/zh-hant/subjects/taiji/"), ("en", "/en/subjects/taiji/")):
        assert f'<link rel="alternate" hreflang="{code}" href="{address}">' in text


@pytest.mark.parametrize(
    ("model", "field"), [(CoursePage, "course"), (CampusPage, "campus"), (UnitPage, "unit")]
)
def test_a_record_has_one_poster_in_a_language(site, model, field):
    first = model.objects.get()
    second = model(
        title="又一个",
        slug="again",
        lead="x",
        locale=first.locale,
        path="x",
        depth=9,
        **{field: getattr(first, field)},
    )

    with pytest.raises(ValidationError) as refused:
        second.clean()
    assert list(refused.value.message_dict) == [field]
    first.clean()


def test_who_saves_a_poster_waits_for_whoever_saves_one_of_the_same_record(site):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        held = cursor.fetchone()[0]

    assert held == 3  # one for each poster of the site, until the transaction ends


def test_a_notice_of_another_year_says_which(site, app_client):
    clock.set_to(dt.datetime(2027, 1, 5, 9, tzinfo=dt.UTC))

    assert "2026年11月20日（星期五）" in app_client.get("/notices/").content.decode()
    assert "2026年11月20日（星期五）" in app_client.get("/notices/closed/").content.decode()


def test_a_notice_of_this_year_goes_without(site, app_client):
    clock.set_to(dt.datetime(2026, 12, 5, 9, tzinfo=dt.UTC))

    assert "2026年11月20日" not in app_client.get("/notices/").content.decode()


def test_a_public_notice_says_until_when_one_may_object(site):
    notice = NoticePage.objects.get()
    notice.kind = NoticePage.Kind.PUBLIC

    with pytest.raises(ValidationError, match="objections_until"):
        notice.clean()
    notice.objections_until = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
    with pytest.raises(ValidationError, match="objections_until"):
        notice.clean()
    notice.objections_until = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    notice.clean()


def test_unpublishing_a_poster_closes_nothing(site, app_client):
    section = ClassFactory(course=CoursePage.objects.get().course)
    CoursePage.objects.get().unpublish()

    page = app_client.get(f"/courses/{section.course.slug}/")

    assert (page.status_code, section.campus.name in page.content.decode()) == (200, True)


def test_the_address_of_a_course_leads_to_its_poster(site, app_client):
    slug = CoursePage.objects.get().course.slug

    assert app_client.get(f"/courses/{slug}/").url == "/subjects/taiji/"
    assert app_client.get(f"/en/courses/{slug}/").status_code == 200  # no poster in English


def test_a_table_refuses_rows_that_do_not_fit_its_head():
    block = TableBlock()
    value = block.to_python({"caption": "x", "columns": ["一", "二"], "rows": [["1"], ["1", "2"]]})

    with pytest.raises(ValidationError):
        block.clean(value)


def test_search_results_show_the_lead_where_editors_wrote_nothing_else(site):
    page = PlainPage.objects.get()

    assert page.description == page.lead
    page.search_description = "为搜索写的"
    assert page.description == "为搜索写的"


def test_migrations_keep_a_body_as_the_json_it_is(site):
    page = PlainPage.objects.get()
    _name, path, _args, kwargs = page._meta.get_field("body").deconstruct()

    assert (path, "block_lookup" in kwargs) == ("django.db.models.JSONField", False)
    assert isinstance(page._meta.get_field("body").clone().stream_block, Body)
    assert isinstance(page.body, StreamValue)


def test_a_page_is_shown_in_the_language_of_its_address(site, app_client):
    home_page("en", "Learn near home")

    assert 'lang="en"' in app_client.get("/en/").content.decode()
    with translation.override("en"):
        assert "Learn near home" in app_client.get("/en/").content.decode()


def test_editors_find_a_page_by_a_word_in_the_middle_of_its_title(site):
    guide = next(page for page in site if isinstance(page, HelpIndexPage))
    absent = child(guide, HelpPage, title="来不了，怎么请假", slug="absent")

    assert absent.pk in {page.pk for page in Page.objects.autocomplete("请假")}
    assert absent.pk not in {page.pk for page in Page.objects.autocomplete("退费")}


def test_the_front_door_leads_to_all_notices(site, app_client):
    page = app_client.get("/").content.decode()

    assert 'href="/notices/"' in page
    assert 'href="/about/"' in page
