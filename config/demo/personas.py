"""People with a story: the named personas, and those whose papers or names are unusual."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Persona:
    """A learner whom tests and screenshots know by name."""

    key: str
    name: str
    sex: str
    age: int
    unit: str
    good_for: str
    subjects: tuple[str, ...] = ()  # classes of the current term
    device: str = "alone"
    phone_no: int = 0  # 138 0000 00nn; 0 means none of its own
    id_kind: str = "resident"
    id_number: str = ""
    contact: tuple[str, int] = ("", 0)
    partner: str = ""
    newcomer: bool = False
    missed_terms: int = 0
    died_in_week: int = 0
    birthday: tuple[int, int] = (0, 0)  # month and day; 0 = any
    turned_yesterday: bool = False
    ends_in_x: bool = False


PERSONAS = (
    Persona("lin-xiuying", "林秀英", "f", 78, "wenchuan", device="feature", phone_no=1,
            subjects=("BADUAN",), contact=("林志强", 51),
            good_for="老年机，短信和电话办事；想学中医养生"),
    Persona("zhou-jianguo", "周建国", "m", 64, "main", phone_no=2, partner="shen-meifang",
            subjects=("TAIJI", "CALLI"), contact=("王慧", 4),
            good_for="夫妻合用一部手机；我的课程、课表、看回放；春季和老伴一起报一个班"),
    Persona("shen-meifang", "沈美芳", "f", 62, "main", phone_no=2, partner="zhou-jianguo",
            subjects=("TAIJI", "VOCAL"), contact=("王慧", 4),
            good_for="夫妻合用一部手机：登录后选“您是哪一位”"),
    Persona("chen-deshan", "陈德山", "m", 84, "main", device="helped", phone_no=5,
            subjects=("POEM",), contact=("陈海燕", 55),
            good_for="视力不好，用特大字；诗词班"),
    Persona("wu-yulan", "吴玉兰", "f", 66, "main", phone_no=6, newcomer=True, missed_terms=3,
            good_for="新学员，三个学期没报上；空位报名、候补"),
    Persona("zheng-boyuan", "郑伯元", "m", 93, "wenchuan", device="none",
            subjects=("TCM",), contact=("郑爱珠", 57),
            good_for="“郑伯”，全市最年长的学员，收视点常客"),
    Persona("ayiguli", "阿依古丽·买买提", "f", 68, "luming", device="helped", phone_no=8,
            subjects=("FOLKD",), good_for="长名字在每一页都要放得下"),
    Persona("li-wei-1", "李伟", "m", 61, "main", phone_no=11, birthday=(3, 8),
            subjects=("FLOWR",), good_for="三位同名同日生，第一位"),
    Persona("li-wei-2", "李伟", "m", 61, "luming", phone_no=12, birthday=(3, 8),
            subjects=("TAIJI",), good_for="三位同名同日生，第二位"),
    Persona("li-wei-3", "李伟", "m", 61, "taifeng", phone_no=13, birthday=(3, 8),
            subjects=("PHONE",), good_for="三位同名同日生，第三位"),
    Persona("huang-shuzhen", "黄淑贞", "f", 72, "luming", device="helped", phone_no=14,
            subjects=("TAIJI",), died_in_week=3, contact=("黄晓东", 64),
            good_for="第三周去世：家属办理，不再发信息"),
    # Papers and names that software often stumbles over.
    Persona("id-x", "金雪梅", "f", 65, "main", phone_no=15, ends_in_x=True,
            subjects=("FLOWR",), birthday=(4, 12), good_for="身份证末位是X"),
    Persona("id-15", "章福生", "m", 88, "luming", device="none", id_kind="resident_15",
            subjects=("TAIJI",), contact=("章建平", 65), good_for="十五位旧身份证"),
    Persona("passport", "林美玲", "f", 69, "main", phone_no=16, id_kind="passport",
            id_number="E00000169", subjects=("PIANO",), good_for="持护照的归侨；有退费在路上"),
    Persona("hk-permit", "梁少芬", "f", 63, "main", phone_no=17, id_kind="hk_macau",
            id_number="H0000017", subjects=("PIANO",), good_for="持回乡证；有学费待缴"),
    Persona("eighty", "叶桂芳", "f", 80, "main", device="helped", phone_no=18,
            turned_yesterday=True, subjects=("POEM",), good_for="昨天满80岁"),
    Persona("rare-character", "周𫖯", "m", 70, "luming", phone_no=19, subjects=("FOLKD",),
            good_for="名字里有字库少见的字"),
    Persona("longest-name", "玛依努尔·阿卜杜外力·买买提艾力", "f", 59, "main", phone_no=20,
            subjects=("FLOWR",), good_for="全市最长的名字"),
    Persona("six-elders-1", "潘银花", "f", 83, "wenchuan", device="none", subjects=("BADUAN",),
            contact=("潘小莲", 71), good_for="由网格员代办的六位老人之一"),
    Persona("six-elders-2", "胡月娥", "f", 81, "wenchuan", device="none", subjects=("BADUAN",),
            contact=("潘小莲", 71), good_for="由网格员代办的六位老人之二"),
    Persona("six-elders-3", "叶阿根", "m", 85, "wenchuan", device="none", subjects=("BADUAN",),
            contact=("潘小莲", 71), good_for="由网格员代办的六位老人之三"),
    Persona("six-elders-4", "吴彩云", "f", 79, "wenchuan", device="feature", phone_no=21,
            subjects=("TCM",), contact=("潘小莲", 71), good_for="由网格员代办的六位老人之四"),
    Persona("six-elders-5", "周水根", "m", 82, "wenchuan", device="none", subjects=("TCM",),
            contact=("潘小莲", 71), good_for="由网格员代办的六位老人之五"),
    Persona("six-elders-6", "毛翠玉", "f", 86, "wenchuan", device="none", subjects=("TCM",),
            contact=("潘小莲", 71), good_for="由网格员代办的六位老人之六"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Helper:
    """A person who acts for learners: an account without a learner of its own."""

    key: str
    name: str
    kind: str
    phone_no: int
    helps: tuple[str, ...]
    good_for: str
    revoked: bool = False


HELPERS = (
    Helper("wang-hui", "王慧", "family", 4, ("zhou-jianguo", "shen-meifang"),
           "35岁，在外省的女儿，替爸妈办事"),
    Helper("pan-xiaolian", "潘小莲", "community", 71,
           tuple(f"six-elders-{n}" for n in range(1, 7)), "网格员，替六位老人办事"),
    Helper("chen-haiyan", "陈海燕", "family", 55, ("chen-deshan",),
           "授权已收回的女儿：不能再替父亲办事", revoked=True),
)  # fmt: skip

NEW_TEACHER_OF_PAINTING = ("何慕云", "f", 71)


def years_before(day: date, years: int) -> date:
    """The same day of the year, some years before (1 March for 29 February)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def birthday_of(persona: Persona, today: date, days_back: int) -> date:
    """A date of birth that makes the persona as old as told on ``today``."""
    if persona.turned_yesterday:
        return years_before(today, persona.age) - timedelta(days=1)
    if persona.birthday == (0, 0):
        return years_before(today, persona.age) - timedelta(days=days_back)
    month, day = persona.birthday
    had_it = (month, day) <= (today.month, today.day)
    return date(today.year - persona.age - (not had_it), month, day)
