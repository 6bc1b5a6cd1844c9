"""What the pages of universities and campuses say, made from the facts of the plan."""

# ruff: noqa: E501  # sentences: a Chinese sign counts as two columns

import random
from collections import Counter

from django.utils.text import slugify

from config.demo import tables
from config.demo.chance import stream
from config.demo.marks import block_id, blocks_of
from config.demo.records import CampusPlan, CityPlan, UnitPlan
from config.demo.texts import PageText, Words, in_all_languages, subject_names

_LANDS = {
    "city": ("学校有老校区和新校区，新校区6528平方米，电梯到每一层。",
             "There are an old and a new campus; the new one has 6,528 m² and a lift to every floor."),
    "district": ("学校在城区边上，公交方便，老街坊多。", "On the edge of the city, well served by buses."),
    "island": ("学校在岛上。渡船停开的日子不上课，缺的课都补。",
               "On an island. When the ferry does not sail there are no lessons; all are made up."),
    "coast": ("学校靠海，渔闲时人最多。", "By the sea, and fullest when the boats stay in."),
    "inland": ("学校在县城中心，下乡的教学点每月换一个村。", "In the county town, with points in the villages."),
    "mountain": ("学校在山里，路远的学员到村里的收视点看课。",
                 "In the mountains; those who live far away watch at viewing points."),
}  # fmt: skip
_KINDS = {
    "main": ("本部", "main campus"),
    "branch": ("分校", "branch"),
    "teaching_point": ("教学点", "teaching point"),
    "viewing_point": ("收视点", "viewing point"),
}
_DOORS = (
    "大门朝南，进门左手是报名窗口。 | The gate faces south; the counter is on the left.",
    "门口有一棵大樟树，树下有长椅。 | A big camphor tree and benches mark the gate.",
    "和社区食堂在一个院里，闻着饭香就到了。 | In one yard with the neighbourhood canteen.",
    "门口挂着红底白字的牌子，晚上也亮。 | A red sign with white letters, lit at night.",
    "在菜市场对面，买完菜就能来上课。 | Opposite the market: shop first, then come to class.",
    "在文化站院里，树荫下有石凳。 | In the yard of the culture house, with stone seats under the trees.",
)


def unit_text(plan: CityPlan, unit: UnitPlan) -> PageText:
    """The page of a university: who it is, how big, where it teaches."""
    land, land_en = _LANDS[unit.terrain]
    kinds = Counter(c.kind for c in plan.campuses if c.unit == unit.code)
    points = kinds["teaching_point"] + kinds["viewing_point"]
    favourites = Counter(s.subject for s in plan.sections if s.unit == unit.code).most_common(3)
    names = [subject_names()[code] for code, _ in favourites]
    liked, liked_en = "、".join(n for n, _ in names), ", ".join(n for _, n in names)
    lead = f"在读学员{unit.learners}人，{unit.sections}个班。{kinds['branch']}所分校，{points}个教学点和收视点。"
    lead_en = (
        f"{unit.learners:,} learners in {unit.sections} classes; "
        f"{kinds['branch']} branches, {points} teaching and viewing points."
    )
    zh = f"{land}\n班开得最多的是{liked}。\n@phone"
    en = f"{land_en}\nMost classes are in {liked_en}.\n@phone"
    key = f"unit/{unit.code}"
    bodies = [
        blocks_of(text, key=key, language=code) for text, code in ((zh, "zh-hans"), (en, "en"))
    ]
    for body, heading in zip(bodies, ("我们的校区", "Our campuses"), strict=True):
        body[-1]["value"]["unit"] = {"unit": unit.code}
        body.append(
            {
                "type": "campuses",
                "value": {"heading": heading, "unit": {"unit": unit.code}, "number": 30},
                "id": block_id(key, "campuses"),
            }
        )
    return PageText(
        unit.code,
        in_all_languages(
            Words(unit.name, lead, bodies[0]), Words(unit.name_en, lead_en, bodies[1])
        ),
        {"unit": unit.code},
    )


def campus_text(plan: CityPlan, campus: CampusPlan) -> PageText:
    """The page of a campus: how to get there, what the door is like, what is taught."""
    rng = stream(plan.seed, f"campus text/{campus.code}")
    rooms = [room for room in plan.rooms if room.campus == campus.code]
    zh, en = _way(campus, [room.floor for room in rooms], rng)
    sections = [s for s in plan.sections if s.campus == campus.code]
    kind, kind_en = _KINDS[campus.kind]
    if sections:
        top = [subject_names()[c] for c, _ in Counter(s.subject for s in sections).most_common(4)]
        zh += f"\n## 这里教什么\n{len(rooms)}间教室，多的是{'、'.join(n for n, _ in top)}。"
        en += (
            f"\n## What is taught here\n{len(rooms)} rooms; mostly {', '.join(n for _, n in top)}."
        )
    elif campus.kind == "viewing_point":
        zh += "\n## 这里做什么\n大屏幕放银龄讲堂，有辅导员陪着，不用登录、不用手机。"
        en += "\n## What happens here\nLectures on a large screen, with somebody to help; no phone needed."
    else:
        zh += "\n## 这里做什么\n老师每月下来上课，平时教手机、量血压、看回放。"
        en += "\n## What happens here\nTeachers come once a month; on other days help with phones, and replays."
    lead = f"{campus.address}。{campus.hours}开门。"
    lead_en = f"{campus.address_en}. Open {campus.hours_en}."
    key = f"campus/{campus.code}"
    parts = campus.name_en.split(", ")
    return PageText(
        slugify(parts[-1] if campus.kind == "main" else parts[0]),
        in_all_languages(
            Words(campus.name, lead, blocks_of(zh, key=key, language="zh-hans")),
            Words(campus.name_en, lead_en, blocks_of(en, key=key, language="en")),
        ),
        {"campus": campus.code, "kind": kind, "kind_en": kind_en},
        key=campus.code,
    )


def _lift(campus: CampusPlan, floors: list[int]) -> tuple[str, str]:
    """Whether one must climb, told by where the rooms are."""
    if campus.lift:
        return "有，到每一层。", "Yes, to every floor."
    if not floors:
        return "没有。", "No."
    below, top = floors.count(1), max(floors)
    if top == 1:
        return "没有，教室都在一楼。", "No; all rooms are on the ground floor."
    if below:
        return (
            f"没有。一楼有{below}间教室，别的教室要走楼梯。报名时看清楚在几楼。",
            f"No. Rooms on the ground floor: {below}; the others are up the stairs. See the floor before you enrol.",
        )
    return (
        "没有，教室都在楼上，要走楼梯。走不了楼梯的，打电话问附近有电梯的校区。",
        "No, and all rooms are up the stairs. Call us for a campus with a lift nearby.",
    )


def _way(campus: CampusPlan, floors: list[int], rng: random.Random) -> tuple[str, str]:
    """How to get in, as facts in words."""
    door, _, door_en = rng.choice(_DOORS).partition(" | ")
    walk = rng.randrange(2, 9)
    numbers = "、".join(campus.buses)
    lines = ", ".join(line.removesuffix("路") for line in campus.buses)
    island = campus.unit == tables.ISLAND
    lift, lift_en = _lift(campus, floors)
    zh = [
        door,
        f"* 公交: {numbers}，下车走{walk}分钟。" + ("从市区来先坐渡船。" if island else ""),
        "* 门口: "
        + ("没有台阶，轮椅能进。" if campus.step_free else "有几级台阶，打电话我们来扶。"),
        f"* 电梯: {lift}",
        "* 厕所: " + ("有无障碍厕所。" if campus.toilet and campus.step_free else "有，在一楼。"),
    ]
    en = [
        door_en,
        f"* Bus: {lines}, then {walk} minutes on foot."
        + (" From the city take the ferry first." if island else ""),
        "* Door: "
        + (
            "No step; a wheelchair can enter."
            if campus.step_free
            else "A few steps; call and we help."
        ),
        f"* Lift: {lift_en}",
        "* Toilet: "
        + ("Accessible." if campus.toilet and campus.step_free else "On the ground floor."),
    ]
    if campus.canteen:
        zh.append("* 食堂: 中午有饭，十元一份，饭菜软。")
        en.append("* Canteen: Lunch for ten yuan, soft and warm.")
    return "\n".join(zh), "\n".join(en)
