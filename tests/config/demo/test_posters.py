"""What pages say and pictures show."""

import pytest

from config.demo import pictures, place_texts, texts
from config.demo.texts import LANGUAGES


@pytest.fixture(scope="module")
def all_texts(city):
    return [
        *texts.fixed_pages(city).values(),
        *texts.help_pages(),
        *texts.notices(city),
        *texts.stories(city),
        *(texts.course_text(course) for course in texts.taught_courses(city)),
        *(place_texts.unit_text(city, unit) for unit in city.units),
        *(place_texts.campus_text(city, campus) for campus in city.campuses),
    ]


def test_every_page_has_title_and_lead_in_three_languages(all_texts):
    for text in all_texts:
        assert tuple(text.words) == LANGUAGES
        for words in text.words.values():
            assert 0 < len(words.title) <= 255, text.slug
            assert 0 < len(words.lead) <= 300, text.slug
            assert all(len(value) <= 200 for value in words.more.values()), text.slug


def test_a_translation_has_the_same_blocks_as_its_original(all_texts):
    for text in all_texts:
        kinds = {code: [(b["type"], b["id"]) for b in w.body] for code, w in text.words.items()}
        assert kinds["zh-hans"] == kinds["zh-hant"] == kinds["en"], text.slug


def test_no_english_page_holds_chinese_but_search_words(all_texts):
    for text in all_texts:
        words = text.words["en"]
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in words.title + words.lead), (
            text.slug
        )


def test_the_page_of_a_course_leaves_ages_to_its_rule(city):
    for course in texts.taught_courses(city):
        words = texts.course_text(course).words
        assert "岁" not in words["zh-hans"].lead + words["zh-hans"].more["suits"], course.code


def test_each_level_of_a_subject_says_something_of_its_own(city):
    taiji = [
        c for c in texts.taught_courses(city) if c.subject == "TAIJI" and c.level in {1, 2, 3}
    ]
    for code in LANGUAGES:
        assert len({texts.course_text(course).words[code].lead for course in taiji}) == len(taiji)


def test_no_page_sends_anybody_to_a_ground_floor_that_has_no_room(city):
    below = {room.campus for room in city.rooms if room.floor == 1}
    for campus in city.campuses:
        body = str(place_texts.campus_text(city, campus).words["zh-hans"].body)
        assert ("一楼有" not in body) or campus.code in below, campus.code


@pytest.mark.parametrize("what", ["回3", "字幕: 一直", "按“请假”", "云课堂", "都一样"])
def test_no_page_promises_what_is_not_there(all_texts, what):
    for text in all_texts:
        words = text.words["zh-hans"]
        assert what not in words.lead + str(words.body), text.slug


def test_there_are_enough_notices_help_pages_and_stories(city):
    assert len(texts.notices(city)) >= 8
    assert len(texts.help_pages()) >= 8
    assert len(texts.stories(city)) >= 6


def test_every_subject_has_a_picture_that_is_small_and_always_the_same(city):
    drawn = list(pictures.draw_all(city))
    assert len(drawn) == 28 + sum(c.kind == "main" for c in city.campuses)
    assert max(len(picture.jpeg) for picture in drawn) < 120_000
    assert all(picture.alt and picture.alt_en for picture in drawn)
    assert pictures.subject_picture("TAIJI").jpeg == pictures.subject_picture("TAIJI").jpeg
