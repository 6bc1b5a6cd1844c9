"""Writes what is taught and when: subjects, courses, terms with their rules, classes, lessons."""

# ruff: noqa: E501  # a table: a Chinese sign counts as two columns

from datetime import datetime, timedelta

from django.utils.text import slugify
from psycopg.types.multirange import Multirange

from accounts.models import pinyin_of
from config.demo import openings, tables
from config.demo.chance import stream
from config.demo.load_places import Keys, names
from config.demo.load_rows import copy_in, free_key, settle_sequences
from config.demo.records import CityPlan, TermPlan
from courses.models import (
    ClassSection,
    Course,
    Department,
    Lesson,
    Subject,
    Teacher,
    TeacherSlot,
    Term,
    TermPhase,
    TermPolicy,
)
from courses.models.terms import default_rules
from courses.services.catalogue import refresh_search_keys
from courses.services.lessons import plan_term, set_hours
from enrolment.domain.queueing import digest_of
from enrolment.models import Opening, OpeningSecret

# How soon after its hour an order was made, and when nobody stood in line any more.
DRAWN_AFTER, ENDED_AFTER = timedelta(seconds=2), timedelta(hours=1)

# What people call a subject besides its name.
_ALSO_CALLED = {
    "PIANO": "弹琴 琴", "EKEY": "键盘 双排键", "GUZHENG": "筝 古琴", "DRUM": "手鼓 打鼓 金贝鼓",
    "HULUSI": "葫芦 吹奏", "ERHU": "胡琴 拉琴", "VOCAL": "唱歌 歌唱 声乐", "CHOIR": "唱歌 大合唱",
    "OPERA": "唱戏 戏剧 京剧 黄梅戏", "FOLKD": "跳舞 舞蹈 广场舞", "CATWK": "走秀 模特 形体 礼仪",
    "CLASD": "跳舞 舞蹈 身韵", "LATIN": "跳舞 恰恰 伦巴 华尔兹 国标", "YOGA": "瑜珈 拉伸 健身",
    "TAIJI": "太极 打拳 太极剑 武术", "TCM": "养生 穴位 推拿 保健 经络", "BADUAN": "气功 五禽戏 健身操",
    "CALLI": "毛笔字 写字 楷书 行书 隶书", "FLOWR": "国画 画画 牡丹 花鸟画", "LANDS": "国画 画画 山水画",
    "WATER": "画画 水彩画 素描 写生", "SEAL": "刻章 印章 金石", "AI": "人工智能 智能助手 大模型",
    "PHONE": "手机 微信 智能机", "VIDEO": "视频 剪辑 抖音 拍视频", "PHOTO": "拍照 照相 相机",
    "ENG": "英文 外语 口语", "POEM": "唐诗 宋词 朗诵 国学",
}  # fmt: skip
_FINISHED = {"archived", "closed"}


def load_subjects(plan: CityPlan) -> Keys:
    """Write departments and subjects; give back the keys of the subjects."""
    departments = {
        name: Department.objects.create(
            name=name, name_i18n=names(name, english), name_pinyin=pinyin_of(name), position=n
        )
        for n, (name, english) in enumerate(tables.DEPARTMENTS)
    }
    rows = Subject.objects.bulk_create(
        Subject(
            department=departments[subject.department],
            code=subject.code,
            slug=slugify(subject.name_en),
            name=subject.name,
            name_i18n=names(subject.name, subject.name_en),
            name_pinyin=pinyin_of(subject.name),
            position=position,
            also_called=_ALSO_CALLED[subject.code],
        )
        for position, subject in enumerate(plan.subjects)
    )
    return {row.code: row.pk for row in rows}


def load_courses(plan: CityPlan, subjects: Keys) -> Keys:
    """Write courses with what they ask for, and the keys the search reads."""
    planned = {subject.code: subject for subject in plan.subjects}
    rows = Course.objects.bulk_create(
        Course(
            subject_id=subjects[course.subject],
            level=course.level,
            slug=course.code,
            name=course.name,
            name_i18n=names(course.name, course.name_en),
            name_pinyin=pinyin_of(course.name),
            programme_terms=max(course.programme_terms, 1),
            vigorous=planned[course.subject].vigorous,
            max_new_age=planned[course.subject].last_new_age,
            repeat_rule=Course.RepeatRule.AFTER_FOUR_TERMS
            if course.level in {1, 2, 3}
            else Course.RepeatRule.FREELY,
        )
        for course in plan.courses
    )
    keys = {row.slug: row.pk for row in rows}
    for row in rows:
        if row.level in {2, 3}:
            row.prerequisites.add(keys[f"{row.slug[:-1]}{row.level - 1}"])
    refresh_search_keys()
    return keys


def load_terms(plan: CityPlan, city: int) -> Keys:
    """Write the terms with their calendars and the rules each ran under."""
    keys = {}
    for term in [*plan.earlier_terms, plan.current_term, plan.next_term]:
        record = Term.objects.create(
            unit_id=city,
            code=term.code,
            name=term.name,
            name_i18n=names(term.name, term.name_en),
            name_pinyin=pinyin_of(term.name),
            phase=term.phase,
            starts_on=term.teaching_starts,
            ends_on=term.teaching_ends,
            weeks=term.weeks,
        )
        TermPhase.objects.bulk_create(
            TermPhase(
                term=record, phase=phase.phase, opens_at=phase.begins, closes_at=phase.closes
            )
            for phase in term.phases
        )
        TermPolicy.objects.create(
            term=record,
            version=1,
            rules=default_rules(),
            published_at=term.phases[0].begins,
            notice="随招生简章公布",
        )
        keys[term.code] = record.pk
    return keys


def load_openings(plan: CityPlan, terms: Keys, at: datetime) -> None:
    """Write the openings of the next term, with their seeds, and the order of those gone by."""
    term = plan.next_term
    rng = stream(plan.seed, "openings")
    closes = next(p.closes for p in term.phases if p.phase == "open_enrolment")
    departments = {row.name: row for row in Department.objects.all()}
    for name, moment in openings.opening_days(plan, term).items():
        seed = rng.randbytes(32).hex()
        gone_by = moment + ENDED_AFTER <= at
        opening = Opening.objects.create(
            term_id=terms[term.code],
            department=departments[name],
            opens_at=moment,
            closes_at=closes,
            seed_digest=digest_of(seed),
            seed=seed if gone_by else "",
            shuffled_at=moment + DRAWN_AFTER if gone_by else None,
            ended_at=moment + ENDED_AFTER if gone_by else None,
        )
        OpeningSecret.objects.create(opening=opening, seed=seed)


def load_teachers(plan: CityPlan, units: Keys, subjects: Keys, campuses: Keys) -> dict[int, int]:
    """Write the teachers: what, where and when they can teach."""
    first = free_key(Teacher)
    keys = {teacher.no: first + n for n, teacher in enumerate(plan.teachers)}
    copy_in(
        Teacher,
        ("id", "name", "name_i18n", "name_pinyin", "unit_id", "spare_sections", "lesson_pay_fen"),
        (
            (keys[t.no], t.name, names(t.name, _western(t.name)), pinyin_of(t.name),
             units[t.unit], t.spare_sections, t.pay_yuan * 100)
            for t in plan.teachers
        ),
    )  # fmt: skip
    settle_sequences(Teacher)
    copy_in(
        Teacher.subjects.through,
        ("teacher_id", "subject_id"),
        ((keys[t.no], subjects[code]) for t in plan.teachers for code in t.subjects),
    )
    copy_in(
        Teacher.campuses.through,
        ("teacher_id", "campus_id"),
        ((keys[t.no], campuses[code]) for t in plan.teachers for code in t.campuses),
    )
    return keys


def load_free_hours(plan: CityPlan, teachers: dict[int, int], slots: dict[int, int]) -> None:
    """Write the hours in which teachers can be had."""
    copy_in(
        TeacherSlot,
        ("teacher_id", "slot_id"),
        ((teachers[t.no], slots[no]) for t in plan.teachers for no in t.free_slots),
    )


def _western(name: str) -> str:
    """A Chinese name as English text writes it: 何慕云 is ``He Muyun``."""
    parts = pinyin_of(name.replace("·", "")).split()
    return f"{parts[0].capitalize()} {''.join(parts[1:]).capitalize()}".strip()


class SectionLoader:
    """Writes the classes of a term; both terms run by one timetable."""

    def __init__(self, plan: CityPlan, keys: dict[str, Keys], teachers: dict[int, int],
                 slots: dict[int, int]) -> None:  # fmt: skip
        self.plan, self.keys, self.teachers, self.slots = plan, keys, teachers, slots

    def load(self, term: TermPlan) -> dict[int, int]:
        """Write the classes and their dated lessons; give back keys by number."""
        first = free_key(ClassSection)
        keys = {section.no: first + n for n, section in enumerate(self.plan.sections)}
        of = self.keys
        opens = openings.opening_days(self.plan, term)
        closes = next(p.closes for p in term.phases if p.phase == "open_enrolment")
        department = {subject.code: subject.department for subject in self.plan.subjects}
        copy_in(
            ClassSection,
            ("id", "course_id", "term_id", "unit_id", "campus_id", "room_id", "slot_id",
             "teacher_id", "number", "mode", "status", "capacity", "min_size", "hot",
             "by_invitation", "fee_fen", "is_listed", "opens_at", "closes_at", "meets"),
            (
                (keys[s.no], of["courses"][s.course], of["terms"][term.code], of["units"][s.unit],
                 of["campuses"][s.campus], of["rooms"][s.room], self.slots[s.slot],
                 self.teachers[s.teacher], s.ordinal, "room", "running",
                 s.capacity, s.min_size, s.hot, False, s.fee_yuan * 100, True,
                 opens[department[s.subject]], closes, Multirange())
                for s in self.plan.sections
            ),
        )  # fmt: skip
        settle_sequences(ClassSection)
        plan_term(term=Term.objects.get(pk=of["terms"][term.code]))
        return keys


def lose_two_lessons(plan: CityPlan, sections: dict[int, int]) -> None:
    """A piano teacher was ill: two lessons of the current term did not take place."""
    found = next((s for s in plan.sections if s.subject == "PIANO"), None)
    if found is not None:
        ill = Lesson.objects.filter(section_id=sections[found.no], number__in=(10, 11))
        ill.update(status=Lesson.Status.LOST, note="老师生病，停课一次")
        set_hours(ClassSection.objects.get(pk=sections[found.no]))
