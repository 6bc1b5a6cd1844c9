"""Pictures drawn by our own hand: one for each subject, one for each main campus.

No words stand in them, no photograph of anybody is needed, and the same city has the same
pictures, byte for byte.
"""

# ruff: noqa: E501  # a table: a Chinese sign counts as two columns

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from config.demo import tables
from config.demo.chance import stream
from config.demo.pictures import figures, things
from config.demo.pictures.buildings import building
from config.demo.pictures.sheet import Sheet
from config.demo.records import CityPlan

# Subject: what draws it, and what is to be seen, in Chinese and English.
MOTIFS: dict[str, tuple[Callable[[Sheet], None], str, str]] = {
    "PIANO": (things.piano, "一架打开琴盖的钢琴", "A piano with its lid open"),
    "GUZHENG": (things.guzheng, "一台古筝，琴码排成斜线", "A guzheng with its bridges in a slanting row"),
    "EKEY": (things.keyboard, "一台架子上的电子琴", "An electronic keyboard on its stand"),
    "ERHU": (things.erhu, "一把二胡和琴弓", "An erhu and its bow"),
    "HULUSI": (things.hulusi, "一支系着红穗的葫芦丝", "A hulusi with a red tassel"),
    "DRUM": (things.djembe, "三只非洲鼓", "Three djembe drums"),
    "VOCAL": (figures.microphone, "一支话筒，声音像水波散开", "A microphone with waves of sound"),
    "CHOIR": (figures.choir, "三排人张口歌唱，上面是音符", "Three rows of singers under musical notes"),
    "OPERA": (figures.opera, "一把团扇，两旁是白色水袖", "A round fan between long white sleeves"),
    "FOLKD": (figures.folk_dance, "两位舞者甩起长袖", "Two dancers throwing long sleeves"),
    "CATWK": (figures.qipao, "穿旗袍的人撑着油纸伞", "A person in a qipao under a paper umbrella"),
    "CLASD": (figures.classical_dance, "舞者挥动长绸", "A dancer within a long ribbon"),
    "LATIN": (figures.ballroom, "一对舞伴在灯笼下跳舞", "A couple dancing under lanterns"),
    "YOGA": (figures.yoga, "一个人盘腿坐在垫子上", "A person sitting cross-legged on a mat"),
    "TAIJI": (figures.taiji, "太极图前，一个人在打拳", "A person practising before the sign of taiji"),
    "TCM": (figures.herbs, "药臼、草药和葫芦", "A mortar, herbs and a gourd"),
    "BADUAN": (figures.qigong, "一个人双手托天，几只白鹤飞过", "A person lifting both hands, cranes flying by"),
    "CALLI": (things.calligraphy, "纸上三笔墨迹，旁边是毛笔和砚台", "Three strokes of ink, a brush and an ink stone"),
    "FLOWR": (things.flowers, "一枝梅花，枝头停着一只鸟", "A branch of plum blossom with a bird"),
    "LANDS": (things.landscape, "重重青山，一轮太阳，一只小船", "Mountains, a sun and a small boat"),
    "WATER": (things.watercolour, "一块挤满颜色的调色板和画笔", "A palette of colours and a brush"),
    "SEAL": (things.seal, "一方印石和红色的印痕", "A seal stone and its red print"),
    "AI": (things.assistant, "一问一答两个对话框", "Two speech balloons, a question and an answer"),
    "PHONE": (things.smartphone, "一只手拿着按钮很大的手机", "A hand holding a phone with large buttons"),
    "VIDEO": (things.short_film, "三脚架上的手机正在放短片", "A phone on a tripod showing a film"),
    "PHOTO": (things.camera, "一台照相机", "A camera"),
    "ENG": (things.globe, "地球仪和一只手提箱", "A globe and a suitcase"),
    "POEM": (things.poetry, "月亮、竹子和一本打开的书", "The moon, bamboo and an open book"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture and the words that stand for it."""

    key: str
    title: str
    alt: str
    alt_en: str
    jpeg: bytes


def subject_picture(code: str) -> Picture:
    """The picture of a subject."""
    subject = next(s for s in tables.SUBJECTS if s.code == code)
    draw, alt, alt_en = MOTIFS[code]
    sheet = Sheet.of(subject.department)
    draw(sheet)
    return Picture(code.lower(), subject.name, alt, alt_en, sheet.jpeg())


def draw_all(plan: CityPlan) -> Iterator[Picture]:
    """The pictures of a city: its subjects, then its main campuses."""
    taught = {section.subject for section in plan.sections}
    for code in MOTIFS:
        if code in taught:
            yield subject_picture(code)
    terrain = {unit.code: unit.terrain for unit in plan.units}
    for campus in plan.campuses:
        if campus.kind == "main":
            rng = stream(plan.seed, f"picture/{campus.code}")
            sheet = building(terrain[campus.unit], rng, modern=campus.short_name == "新校区")
            yield Picture(
                campus.code,
                campus.name,
                f"{campus.name}的教学楼和门前的树",
                f"The building of {campus.name_en}, with trees before it",
                sheet.jpeg(),
            )
