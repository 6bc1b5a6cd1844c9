"""Those who work for the universities: teachers with their loads, staff with their posts."""

import random
from datetime import date, timedelta

from pypinyin import lazy_pinyin

from config.demo import names, papers, personas, tables
from config.demo.chance import stream
from config.demo.records import SectionPlan, StaffPlan, TeacherPlan, UnitPlan

RETIRED = 0.6
# The city university: role, title, posts.
_CITY_POSTS = (
    ("branch_head", "校长", 1), ("registrar", "教务处学籍员", 4), ("counter", "报名窗口", 6),
    ("hotline", "银龄热线", 3), ("finance", "财务", 2), ("editor", "网站编辑", 2),
    ("data_officer", "个人信息保护专员", 1), ("facilitator", "收视点辅导员", 1),
    ("witness", "监督员", 1),
)  # fmt: skip
# Elsewhere: the first two always, the others as far as the university's posts go.
_COUNTY_POSTS = (
    ("branch_head", "主任"), ("counter", "报名窗口"), ("facilitator", "收视点辅导员"),
    ("editor", "网站编辑"), ("finance", "财务"),
)  # fmt: skip
_POSTS_OF = {
    "luming": 5, "oudong": 4, "longqiao": 4, "donglan": 2, "ruijiang": 5, "leling": 4,
    "longgangwan": 3, "yongze": 3, "pingyu": 3, "cangling": 4, "wenchuan": 2, "taifeng": 2,
}  # fmt: skip
# unit, role: name, sex, persona (and user name)
_NAMED = {
    ("luming", "counter"): ("张小梅", "f", "zhang-xiaomei"),
    ("taifeng", "branch_head"): ("刘志远", "m", "liu-zhuren"),
    ("main", "registrar"): ("陈静", "f", "registrar"),
    ("main", "editor"): ("林晓", "f", "editor"),
    ("main", "hotline"): ("徐慧", "f", "hotline"),
    ("main", "finance"): ("郑敏", "f", "finance"),
    ("main", "data_officer"): ("潘伟民", "m", "data-officer"),
    ("main", "facilitator"): ("周海波", "m", "facilitator"),
    ("main", "witness"): ("胡建平", "m", "witness"),
    ("main", "branch_head"): ("吴志明", "m", "headmaster"),
    ("main", "counter"): ("李红", "f", "counter"),
}


def plan_staff(units: list[UnitPlan], seed: int) -> list[StaffPlan]:
    """All posts, the main university's first."""
    rng = stream(seed, "staff")
    staff: list[StaffPlan] = []
    used: set[str] = set()
    for unit in units:
        if unit.code == tables.CITY:
            posts = [(role, title) for role, title, count in _CITY_POSTS for _ in range(count)]
        else:
            posts = list(_COUNTY_POSTS[: _POSTS_OF[unit.code]])
        named = set()
        for role, title in posts:
            known = None if role in named else _NAMED.get((unit.code, role))
            named.add(role)
            sex = known[1] if known else rng.choice("ffm")
            name = known[0] if known else names.full_name(rng, sex, rng.randrange(1968, 1998))
            username = known[2] if known else _username(name, unit.code, used)
            used.add(username)
            staff.append(
                StaffPlan(
                    username=username,
                    name=name,
                    sex=sex,
                    unit=unit.code,
                    role=role,
                    title=title,
                    persona=known[2] if known else "",
                )
            )
    return staff


def _username(name: str, unit: str, used: set[str]) -> str:
    stem = f"{''.join(lazy_pinyin(name.replace('·', '')))}.{unit}"
    username, n = stem, 2
    while username in used:
        username, n = f"{stem}{n}", n + 1
    return username


def plan_teachers(
    units: list[UnitPlan], sections: list[SectionPlan], today: date, seed: int
) -> list[TeacherPlan]:
    """One teacher for each load of the timetable."""
    loads: dict[int, list[SectionPlan]] = {}
    for section in sections:
        loads.setdefault(section.teacher, []).append(section)
    painter = next(
        no for no, load in sorted(loads.items())
        if load[0].unit == tables.CITY and any(s.subject == "FLOWR" for s in load)
    )  # fmt: skip
    rng = stream(seed, "teachers")
    return [
        _teacher(no, load, today, rng, painter=no == painter) for no, load in sorted(loads.items())
    ]


def _teacher(
    no: int, load: list[SectionPlan], today: date, rng: random.Random, *, painter: bool
) -> TeacherPlan:
    taught = sorted({section.slot for section in load})
    others = [slot.no for slot in tables.SLOTS if slot.no not in taught]
    retired = painter or rng.random() < RETIRED
    sex = rng.choice("fffmm")
    age = rng.randrange(60, 75) if retired else rng.randrange(29, 58)
    name, persona = "", ""
    if painter:
        (name, sex, age), persona = personas.NEW_TEACHER_OF_PAINTING, "he-laoshi"
    birth = personas.years_before(today, age) - timedelta(days=rng.randrange(30, 330))
    return TeacherPlan(
        no=no,
        unit=load[0].unit,
        name=name or names.full_name(rng, sex, birth.year),
        sex=sex,
        birth=birth,
        subjects=tuple(dict.fromkeys(section.subject for section in load)),
        campuses=tuple(dict.fromkeys(section.campus for section in load)),
        free_slots=tuple(sorted([*taught, *rng.sample(others, rng.randrange(2, 6))])),
        spare_sections=rng.choices((0, 1, 2, 3), (40, 35, 18, 7))[0],
        pay_yuan=rng.randrange(100, 181, 10),
        retired=retired,
        phone=papers.memorable_phone(31) if painter else papers.teacher_phone(no),
        persona=persona,
    )
