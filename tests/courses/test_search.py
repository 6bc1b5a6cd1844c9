"""What people type, and what they mean."""

import pytest

from courses import search
from courses.domain.search import key_of, one_slip, plain
from courses.models import Course
from courses.services import keep_department, keep_subject
from tests.factories.courses import CourseFactory, SubjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    """The subjects of the demo city that are easily taken for one another."""
    names = {
        "太极拳剑": "太极拳 太极剑 打太极",
        "八段锦与健身气功": "气功",
        "书法(楷行隶)": "写字 毛笔",
        "国画花鸟": "画画",
        "国画山水": "画画",
        "钢琴": "",
        "古筝": "",
        "电子琴": "",
        "二胡": "",
        "合唱": "唱歌",
        "智能手机应用": "手机",
        "AI工具入门": "人工智能",
        "英语口语(旅游)": "",
        "旗袍模特与形体": "走秀",
    }
    for name, also in names.items():
        CourseFactory(subject=SubjectFactory(name=name, also_called=also), name=f"{name}初级")
    taiji = Course.objects.get(subject__name="太极拳剑").subject
    taiji.name_i18n = {"en": "Tai chi fist and sword"}
    keep_subject(subject=taiji)


def first(query: str) -> str | None:
    found = search.course_ids(query)
    return Course.objects.get(pk=found[0]).subject.name if found else None


@pytest.mark.parametrize(
    "query",
    [
        "太极",
        "太極",
        "太极拳剑",
        "太極拳劍",
        "太极剑",
        "打太极",
        "taiji",
        "tai ji",
        "TaiJi",
        "ｔａｉｊｉ",
        "taijiquan",
        "Tai chi",
        "太级",  # the same sound
        "太鸡拳",  # the same sound, longer
        "大极",  # written with a finger: another sound
        "太极券剑",  # one wrong character
        "大极拳剑",
        "太极拳建",
        "太极拳箭",
        "太极刀剑",
        "太及拳件",  # two characters of the same sound
        "太极全剑",
        "tajji",  # one wrong letter
        "taijii",  # one too many
        "taji",  # one too few
        "tiaji",  # two that changed places
        "太极 初级",
        " 太极，",
    ],
)
def test_tai_chi_is_found_however_it_is_typed(city, query):
    assert first(query) == "太极拳剑"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("钢秦", "钢琴"),
        ("gangqing", "钢琴"),
        ("gang qin", "钢琴"),
        ("书发", "书法(楷行隶)"),
        ("毛笔", "书法(楷行隶)"),
        ("書法", "书法(楷行隶)"),
        ("手机", "智能手机应用"),
        ("shouji", "智能手机应用"),
        ("ai", "AI工具入门"),
        ("人工智能", "AI工具入门"),
        ("唱歌", "合唱"),
        ("古争", "古筝"),
        ("古真", "古筝"),  # as the south says it
        ("呵藏", "合唱"),
        ("水山画", "国画山水"),
        ("taijichuan", "太极拳剑"),
        ("山水画", "国画山水"),
        ("shufa", "书法(楷行隶)"),
    ],
)
def test_other_subjects_are_found_by_their_names_and_sounds(city, query, expected):
    assert first(query) == expected


@pytest.mark.parametrize("query", ["zzzzzz", "飞机驾驶", "%", "_", "'; --", "\\", "(((", "🙂", ""])
def test_what_nobody_teaches_is_not_found(city, query):
    assert search.course_ids(query) == []


@pytest.mark.parametrize(
    "query",
    ["火箭", "huojian", "飞机", "手术", "电影", "国足", "跳高", "钢丝", "法语", "合同", "西药"],
)
def test_a_word_of_two_characters_is_not_found_for_half_of_it(city, query):
    assert search.course_ids(query) == []


def test_what_is_written_so_comes_before_what_sounds_so(city):
    ids = search.course_ids("国画")

    names = [Course.objects.get(pk=pk).subject.name for pk in ids]
    assert names == ["国画花鸟", "国画山水"]


def test_a_slip_is_forgiven_only_when_nothing_else_is_found(city):
    assert [Course.objects.get(pk=pk).subject.name for pk in search.course_ids("二胡")] == ["二胡"]


def test_a_course_is_found_by_a_new_name_of_its_department(city):
    department = Course.objects.first().subject.department
    department.name = "强身健体"
    keep_department(department=department)

    assert first("强身") == "太极拳剑"
    assert department.name_i18n["zh-hant"] == "強身健體"


def test_a_very_long_query_is_cut():
    assert search.course_ids("太" * 5000) == []


def test_a_key_has_writing_and_sounds_of_each_name():
    assert key_of(["太极", "太極"]) == "|太极| tai ji |taiji|"
    assert plain("　太極（拳）") == "太极 拳"
    assert one_slip("太") == ""
