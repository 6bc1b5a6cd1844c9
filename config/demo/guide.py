"""The tour of the demo: who can sign in, how, and what there is to see."""

import json
from pathlib import Path

from accounts.models import StaffPost
from config.demo import examples, papers
from config.demo.load_people import STAFF_PASSWORD, second_factor, teacher_username
from config.demo.personas import HELPERS, PERSONAS
from config.demo.records import CityPlan, LearnerPlan

BY_CODE = (
    "手机号加短信验证码；验证码在演示短信页"
    " / phone and code; the code is on the page of demo messages"
)
BY_PASSWORD = "用户名、密码、动态口令 / user name, password and code of the authenticator"  # noqa: S105
BY_SIMPLE_PHONE = (
    "老年机：短信回1、回2，电话，窗口；也能在别人的电脑上用短信验证码登录"
    " / simple phone: answer by SMS, call, or sign in elsewhere with the code"
)
BY_OFFICE = "没有手机：窗口或电话代办 / no mobile phone: at the counter or by telephone"
_GOOD_FOR = {
    "registrar": "全市的班级、课次、名额、节假日，学期和规则、摇号日，网页审批",
    "branch_head": "本校的班级、课次、名额，网页审批",
    "counter": "窗口：收学费、开收据、钱箱日结、给学员代办、代填志愿表",
    "hotline": "电话名单、找学员、电话里代办",
    "finance": "财务：日记账、总账、未缴、退费审批、暂收款、差异",
    "editor": "网页编辑：草稿、送审、翻译",
    "facilitator": "收视点：今天的节目，开始播放、点人数、中场再点、结束",
    "data_officer": "后台账号；查阅记录随后续版本上线",
    "witness": "监督员账号；摇号日到场见证，由教务登记签字",
    "teacher": "上传课堂录像、看自己的班",
}


def write(plan: CityPlan, folder: Path) -> None:
    """Write ``accounts.json`` and ``pages.json`` into the demo's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "accounts.json", accounts(plan))
    _write(folder / "pages.json", examples.example_pages())


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", "utf-8")


def accounts(plan: CityPlan) -> list[dict[str, str]]:
    """One entry per role and persona."""
    return [*_learners(plan), *_helpers(), *_staff(plan), *_teachers(plan)]


def _learners(plan: CityPlan) -> list[dict[str, str]]:
    good_for = {persona.key: persona.good_for for persona in PERSONAS}
    return [
        {
            "role": "learner",
            "name": person.name,
            "phone": person.phone.removeprefix("+86"),
            "learner_card": papers.card_number(person.no),
            "how_to_sign_in": _way_in(person),
            "good_for": good_for[person.persona],
        }
        for person in plan.learners
        if person.persona
    ]


def _way_in(person: LearnerPlan) -> str:
    if not person.phone:
        return BY_OFFICE
    return BY_SIMPLE_PHONE if person.feature_phone_only else BY_CODE


def _helpers() -> list[dict[str, str]]:
    return [
        {
            "role": "helper",
            "name": helper.name,
            "phone": papers.memorable_phone(helper.phone_no).removeprefix("+86"),
            "how_to_sign_in": BY_CODE,
            "good_for": helper.good_for,
        }
        for helper in HELPERS
    ]


def _staff(plan: CityPlan) -> list[dict[str, str]]:
    units = {unit.code: unit.name for unit in plan.units}
    seen: set[tuple[str, bool]] = set()
    rows = []
    for member in plan.staff:
        if not member.persona and (member.role, member.unit == "main") in seen:
            continue
        seen.add((member.role, member.unit == "main"))
        rows.append(
            _with_factor(
                member.username,
                {
                    "role": member.role,
                    "name": member.name,
                    "unit": units[member.unit],
                    "good_for": _GOOD_FOR[member.role],
                },
            )
        )
    return rows


def _teachers(plan: CityPlan) -> list[dict[str, str]]:
    """The persona among the teachers, and one more to be a stranger to their class."""
    shown = [t for t in plan.teachers if t.persona] + [t for t in plan.teachers if not t.persona][
        :1
    ]
    return [
        _with_factor(
            teacher_username(teacher.no, teacher.persona),
            {
                "role": StaffPost.Role.TEACHER.value,
                "name": teacher.name,
                "unit": next(u.name for u in plan.units if u.code == teacher.unit),
                "good_for": _GOOD_FOR["teacher"],
            },
        )
        for teacher in shown
    ]


def _with_factor(username: str, row: dict[str, str]) -> dict[str, str]:
    return {
        **row,
        "username": username,
        "password": STAFF_PASSWORD,
        "totp_secret": second_factor(username),
        "how_to_sign_in": BY_PASSWORD,
    }
