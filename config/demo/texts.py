"""What the pages say, in Chinese, traditional Chinese and English.

The words stand in ``content/``; this module gathers them into pages. Simplified Chinese and
English are written by hand, traditional Chinese is converted and corrected by ``_TERMS``.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from opencc import OpenCC

from config.demo import catalogue, marks, tables
from config.demo.marks import Block, blocks_of
from config.demo.records import CityPlan, CoursePlan

CONTENT = Path(__file__).parent / "content"
LANGUAGES = ("zh-hans", "zh-hant", "en")
# Words that differ and not only their signs.
_TERMS = (
    ("登錄", "登入"), ("打印", "列印"), ("短信", "簡訊"), ("視頻", "影片"),
    ("信息技術", "資訊技術"), ("信息", "訊息"),
    ("老花鏡", "老花眼鏡"), ("窗口", "櫃檯"), ("網絡", "網路"), ("掃碼", "掃碼"), ("屏幕", "螢幕"),
    ("軟件", "軟體"), ("台風", "颱風"), ("臺風", "颱風"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What one page says in one language."""

    title: str
    lead: str
    body: list[Block]
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageText:
    """One page in all languages, and what its kind needs besides words."""

    slug: str
    words: dict[str, Words]
    facts: dict[str, Any] = field(default_factory=dict)
    key: str = ""  # what tells it from others of its kind, where the slug does not


@cache
def _converter() -> OpenCC:
    return OpenCC("s2tw")


def traditional(text: str) -> str:
    """Simplified Chinese in the signs and words that readers of traditional Chinese use."""
    text = str(_converter().convert(text))
    for found, better in _TERMS:
        text = text.replace(found, better)
    return text


def in_all_languages(zh: Words, en: Words) -> dict[str, Words]:
    """The words of a page by language, traditional Chinese made from simplified."""
    hant = Words(
        title=traditional(zh.title),
        lead=traditional(zh.lead),
        body=marks.translated(zh.body, traditional),
        more={name: traditional(value) for name, value in zh.more.items()},
    )
    return {"zh-hans": zh, "zh-hant": hant, "en": en}


def pair(line: str) -> tuple[str, str]:
    """Chinese and English of a line ``中文 | English``."""
    chinese, _, english = line.partition(" | ")
    return chinese.strip(), english.strip()


def _load(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text("utf-8"))


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text


def _page(slug: str, entry: dict[str, Any], words: dict[str, str], **facts: Any) -> PageText:
    """A page of ``content/`` with the term's words filled in."""
    title, title_en = pair(_filled(entry["title"], words))
    lead, lead_en = pair(_filled(entry["lead"], words))
    who, who_en = pair(entry.get("who", ""))
    zh = _filled(entry["zh"], words | {"dates": words.get("dates", "")})
    en = _filled(entry["en"], words | {"dates": words.get("dates_en", "")})
    return PageText(
        slug,
        in_all_languages(
            Words(title, lead, blocks_of(zh, key=slug, language="zh-hans"), {"who": who}),
            Words(title_en, lead_en, blocks_of(en, key=slug, language="en"), {"who": who_en}),
        ),
        facts,
    )


def fixed_pages(plan: CityPlan) -> dict[str, PageText]:
    """Home, about, accessibility, the index pages and the prospectus, by key."""
    slugs = {"prospectus": f"prospectus-{plan.next_term.code}"}
    words = _term_words(plan)
    return {key: _page(slugs.get(key, key), entry, words) for key, entry in _load("pages").items()}


def fixed_page(key: str) -> PageText:
    """One page that takes no words from the term."""
    return _page(key, _load("pages")[key], {})


def help_pages() -> list[PageText]:
    """The help pages, in the order of the list."""
    return [_page(slug, entry, {}) for slug, entry in _load("help").items()]


def notices(plan: CityPlan) -> list[PageText]:
    """The notices of the last weeks; those about a phase only when it has come."""
    pages = []
    for slug, entry in _load("notices").items():
        phases = entry.get("phase", plan.phase)
        if plan.phase not in ([phases] if isinstance(phases, str) else phases):
            continue
        day = plan.today - timedelta(days=entry["days_ago"])
        until = (
            day + timedelta(days=entry["objections_days"]) if "objections_days" in entry else None
        )
        pages.append(
            _page(
                f"{day:%Y-%m-%d}-{slug}",
                entry,
                _term_words(plan),
                kind=entry["kind"],
                day=day,
                until=until,
            )
        )
    return pages


def stories(plan: CityPlan) -> list[PageText]:
    """Stories of learners and teachers."""
    return [
        _page(
            slug,
            entry,
            {},
            day=plan.today - timedelta(days=entry["days_ago"]),
            picture=entry["picture"],
        )
        for slug, entry in _load("stories").items()
    ]


def _term_words(plan: CityPlan) -> dict[str, str]:
    """The words that notices and prospectus take from the term."""
    term = plan.next_term
    names = {
        "published": ("公布招生简章", "Prospectus published"),
        "renewal_open": ("老学员续报", "Renewal for learners of ours"),
        "wishes_open": ("填志愿", "Choices"),
        "drawn": ("当众摇号", "Public lottery"),
        "confirming": ("确认、交费", "Confirming and paying"),
        "waitlisting": ("候补递补", "Waiting lists"),
        "open_enrolment": ("余位报名", "Left-over places"),
        "teaching": ("上课", "Lessons"),
    }
    rows, rows_en = [], []
    for phase in term.phases:
        if phase.phase in names:
            begins, closes = phase.begins + _CHINA, phase.closes + _CHINA
            zh, en = names[phase.phase]
            rows.append(f"| {zh} | {_day(begins)}到{_day(closes)}")
            rows_en.append(f"| {en} | {begins:%Y-%m-%d} to {closes:%Y-%m-%d}")
    return {
        "term": term.name,
        "term_en": term.name_en.lower(),
        "dates": "\n".join(rows),
        "dates_en": "\n".join(rows_en),
    }


_CHINA = timedelta(hours=8)


def _day(moment: datetime | date) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日"


@cache
def _subjects() -> dict[str, dict[str, Any]]:
    return _load("subjects_music") | _load("subjects_move") | _load("subjects_mind")


_LESSONS_OF = {1: "lessons", 2: "second", 3: "third"}
_MIXED = (
    "! 一个班里新老学员都有，老师分两组教，进度按自己的来。"
    " | ! New and old learners together; the teacher works in two groups, each at its pace."
)
_HIGHER = (
    "! 学过上一级，或者老师听过、看过、同意了，才能报这个班。"
    " | ! For those who finished the level below, or whom a teacher has heard or seen."
)


def _for_whom(
    course: CoursePlan, entry: dict[str, Any], lessons: list[tuple[str, str]]
) -> tuple[tuple[str, str], tuple[str, str]]:
    """What a course is and whom it suits: a higher level is told from the one below it.

    Ages are never said here: the page shows them from the course's rule.
    """
    if course.level not in {2, 3}:
        return pair(entry["lead"]), pair(entry["suits"])
    below, below_en = tables.LEVEL_NAMES[course.level - 1]
    (first, first_en), (last, last_en) = lessons[0], lessons[-2]
    return (
        (
            f"接着{below}往下学，从“{first}”学到“{last}”。",
            f"Goes on from {below_en}: from “{first_en}” to “{last_en}”.",
        ),
        (
            f"学过{below}的人；别处学过的，请老师先听一听、看一看",
            f"Those who finished {below_en}; newcomers who know it: a teacher looks first",
        ),
    )


def course_text(course: CoursePlan) -> PageText:
    """The page of a course: lead, whom it suits, what to bring, what is done in which lesson."""
    entry = _subjects()[course.subject]
    bring, bring_en = pair(entry["bring"])
    lessons = [
        pair(line) for line in entry[_LESSONS_OF.get(course.level, "lessons")].strip().splitlines()
    ]
    (lead, lead_en), (suits, suits_en) = _for_whom(course, entry, lessons)
    step = 16 // len(lessons)
    notes = {tables.MIXED: _MIXED, 2: _HIGHER, 3: _HIGHER}
    note, note_en = pair(notes.get(course.level, ""))
    zh, en = (
        [note, "## 每次课学什么", "|= 教学大纲", "| 课次 | 内容"],
        [note_en, "## Lesson by lesson", "|= Syllabus", "| Lesson | What we do"],
    )
    for n, (what, what_en) in enumerate(lessons):
        first, last = n * step + 1, (n + 1) * step
        span = f"{first}–{last}" if step > 1 else str(first)
        zh.append(f"| 第{span}次 | {what}")
        en.append(f"| {span} | {what_en}")
    key = f"course/{course.code}"
    return PageText(
        course.code,
        in_all_languages(
            Words(
                course.name,
                lead,
                blocks_of("\n".join(zh), key=key, language="zh-hans"),
                {"suits": suits, "bring": bring},
            ),
            Words(
                course.name_en,
                lead_en,
                blocks_of("\n".join(en), key=key, language="en"),
                {"suits": suits_en, "bring": bring_en},
            ),
        ),
        {"course": course.code, "picture": course.subject},
    )


def taught_courses(plan: CityPlan) -> list[CoursePlan]:
    """The courses that have a class: only these have a page."""
    taught = {section.course for section in plan.sections}
    return [course for course in plan.courses if course.code in taught]


def subject_names() -> dict[str, tuple[str, str]]:
    """Short Chinese and English names of the subjects."""
    return {s.code: (catalogue.short_name(s), s.name_en) for s in tables.SUBJECTS}
