"""The figures the city is built to: universities, subjects, weekly hours, and what meets where.

Sections are given per university and subject as a table rather than drawn: the margins (classes,
seats, seats open for the draw; per university and per subject) are agreed figures.
"""

# ruff: noqa: E501  # tables: a Chinese sign counts as two columns

from dataclasses import replace
from datetime import time

from config.demo.records import SlotPlan, SubjectPlan, UnitPlan

# code, name, English name, region, region in English, region code, (x km, y km), terrain,
# learners, branches, points, rooms, sections, seats, open seats, applicants
_UNITS: tuple[tuple[str, str, str, str, str, str, tuple[float, float], str, tuple[int, ...]], ...] = (
    ("main", "青澜市老年大学", "Qinglan City Senior University", "青澜市", "Qinglan City",
     "339900", (0.0, 0.0), "city", (4300, 3, 8, 18, 189, 6784, 3838, 4280)),
    ("luming", "鹿鸣区老年大学", "Luming District Senior University", "鹿鸣区", "Luming District",
     "339902", (3.2, 1.8), "district", (2050, 3, 8, 8, 88, 3154, 1833, 1335)),
    ("oudong", "瓯东区老年大学", "Oudong District Senior University", "瓯东区", "Oudong District",
     "339903", (13.5, -4.0), "district", (1450, 2, 7, 6, 61, 2164, 1245, 923)),
    ("longqiao", "龙桥区老年大学", "Longqiao District Senior University", "龙桥区",
     "Longqiao District", "339904", (-9.0, 6.5), "district", (1180, 2, 6, 6, 56, 2003, 1124, 734)),
    ("donglan", "洞澜区老年大学", "Donglan District Senior University", "洞澜区",
     "Donglan District", "339905", (44.0, -12.0), "island", (420, 1, 3, 2, 19, 738, 340, 302)),
    ("ruijiang", "瑞江市老年大学", "Ruijiang Senior University", "瑞江市", "Ruijiang",
     "339981", (8.0, -30.0), "coast", (1720, 3, 9, 7, 73, 2626, 1538, 1147)),
    ("leling", "乐岭市老年大学", "Leling Senior University", "乐岭市", "Leling",
     "339982", (24.0, 33.0), "coast", (1630, 3, 8, 7, 69, 2466, 1463, 1065)),
    ("longgangwan", "龙港湾市老年大学", "Longgangwan Senior University", "龙港湾市",
     "Longgangwan", "339983", (15.0, -58.0), "coast", (610, 1, 4, 3, 26, 971, 470, 379)),
    ("yongze", "永泽县老年大学", "Yongze County Senior University", "永泽县", "Yongze County",
     "339924", (-18.0, 27.0), "inland", (980, 2, 7, 4, 40, 1441, 775, 661)),
    ("pingyu", "平屿县老年大学", "Pingyu County Senior University", "平屿县", "Pingyu County",
     "339926", (5.0, -46.0), "coast", (1060, 2, 6, 5, 49, 1747, 994, 741)),
    ("cangling", "苍岭县老年大学", "Cangling County Senior University", "苍岭县",
     "Cangling County", "339927", (3.0, -67.0), "inland", (910, 2, 6, 4, 39, 1391, 737, 600)),
    ("wenchuan", "文川县老年大学", "Wenchuan County Senior University", "文川县",
     "Wenchuan County", "339928", (-58.0, -24.0), "mountain", (370, 1, 4, 2, 17, 623, 293, 244)),
    ("taifeng", "泰峰县老年大学", "Taifeng County Senior University", "泰峰县", "Taifeng County",
     "339929", (-52.0, -60.0), "mountain", (320, 1, 4, 2, 16, 588, 272, 189)),
)  # fmt: skip
UNITS = tuple(UnitPlan(*row[:8], *row[8]) for row in _UNITS)
CITY = "main"
ISLAND = "donglan"

DEPARTMENTS = (
    ("声乐", "Singing"),
    ("器乐", "Instruments"),
    ("舞蹈", "Dance"),
    ("体育保健", "Sport and health"),
    ("书画", "Painting and calligraphy"),
    ("信息技术", "Digital life"),
    ("文史语言", "Literature and languages"),
)

# code, name, English name, department, levels, fee, capacity, sections, open seats, demand
_SUBJECTS: tuple[tuple[str, str, str, str, int, int, int, int, int, float], ...] = (
    ("PIANO", "钢琴", "Piano", "器乐", 3, 680, 20, 35, 344, 14.0),
    ("AI", "AI工具入门", "First steps with AI tools", "信息技术", 1, 160, 36, 28, 616, 6.5),
    ("FOLKD", "民族舞", "Folk dance", "舞蹈", 3, 220, 36, 29, 499, 7.0),
    ("VOCAL", "声乐(民族/美声)", "Singing (folk and bel canto)", "声乐", 3, 200, 50, 21, 501, 8.0),
    ("DRUM", "非洲鼓", "Djembe drumming", "器乐", 1, 220, 30, 29, 522, 4.2),
    ("YOGA", "瑜伽", "Yoga", "体育保健", 2, 220, 30, 38, 710, 6.0),
    ("PHONE", "智能手机应用", "Using a smartphone", "信息技术", 2, 120, 40, 29, 698, 7.5),
    ("CATWK", "旗袍模特与形体", "Qipao modelling and posture", "舞蹈", 2, 220, 36, 30, 693, 6.5),
    ("GUZHENG", "古筝", "Guzheng", "器乐", 3, 260, 20, 27, 280, 3.6),
    ("VIDEO", "手机短视频与剪辑", "Short films on a phone", "信息技术", 2, 200, 36, 30, 674, 6.0),
    ("CLASD", "古典舞与身韵", "Chinese classical dance", "舞蹈", 2, 220, 32, 31, 593, 5.0),
    ("TAIJI", "太极拳剑", "Taiji and taiji sword", "体育保健", 3, 180, 40, 30, 636, 5.5),
    ("TCM", "中医养生与经络", "Chinese medicine for health", "体育保健", 2, 180, 60, 20, 663, 5.0),
    ("EKEY", "电子琴", "Electronic keyboard", "器乐", 3, 240, 30, 35, 527, 3.4),
    ("PHOTO", "摄影", "Photography", "信息技术", 2, 220, 40, 25, 572, 4.0),
    ("LATIN", "拉丁舞/交谊舞", "Latin and ballroom dance", "舞蹈", 2, 220, 36, 24, 510, 3.2),
    ("FLOWR", "国画花鸟", "Flower-and-bird painting", "书画", 3, 200, 36, 25, 475, 3.0),
    ("BADUAN", "八段锦与健身气功", "Baduanjin and qigong", "体育保健", 1, 150, 45, 20, 540, 2.4),
    ("CALLI", "书法(楷行隶)", "Calligraphy", "书画", 3, 200, 40, 27, 528, 2.6),
    ("LANDS", "国画山水", "Landscape painting", "书画", 3, 200, 36, 26, 492, 2.4),
    ("WATER", "水彩与素描", "Watercolour and drawing", "书画", 2, 220, 32, 31, 607, 2.2),
    ("HULUSI", "葫芦丝/巴乌", "Hulusi and bawu", "器乐", 2, 200, 36, 27, 607, 2.2),
    ("ENG", "英语口语(旅游)", "English for travel", "文史语言", 3, 180, 40, 22, 440, 2.4),
    ("ERHU", "二胡", "Erhu", "器乐", 3, 220, 30, 30, 461, 1.8),
    ("CHOIR", "合唱", "Choir", "声乐", 2, 180, 60, 17, 534, 2.2),
    ("OPERA", "越剧/戏曲", "Yue opera", "声乐", 2, 180, 40, 22, 510, 1.5),
    ("SEAL", "篆刻", "Seal carving", "书画", 1, 200, 24, 17, 255, 0.7),
    ("POEM", "古典诗词与朗诵", "Classical poetry and recitation", "文史语言", 2, 150, 50, 17, 435, 1.3),
)  # fmt: skip
# The class nobody has come to: its university's head has a worry.
EMPTY = ("taifeng", "CALLI")
HOT = frozenset({"PIANO", "GUZHENG", "AI", "DRUM", "YOGA"})
HARDEST = frozenset({"LATIN", "FOLKD"})  # nobody begins these past 75; of the others one is warned
VIGOROUS = frozenset({"FOLKD", "CLASD", "LATIN", "YOGA", "TAIJI", "CATWK"})

# Classes by subject, one column a university in the order of UNITS: all classes / of them for
# beginners. A university's only class of a subject with levels takes all levels together.
_MATRIX = {
    "PIANO": "8/3 6/3 7/4 2/1 0/0 0/0 6/1 1/0 1/0 1/0 3/1 0/0 0/0",
    "AI": "8 6 0 0 1 1 4 0 3 0 4 1 0",
    "FOLKD": "7/3 4/1 7/3 1/0 1/0 3/1 0/0 0/0 1/0 1/0 1/0 0/0 3/1",
    "VOCAL": "8/3 1/0 1/0 0/0 3/1 1/0 1/0 0/0 4/2 1/0 0/0 1/0 0/0",
    "DRUM": "4 6 5 0 1 1 2 3 2 5 0 0 0",
    "YOGA": "12/7 7/4 3/1 1/0 0/0 1/0 7/6 1/0 1/0 1/0 4/1 0/0 0/0",
    "PHONE": "3/2 5/3 2/1 2/1 0/0 3/2 6/3 1/0 1/0 2/1 2/1 1/0 1/0",
    "CATWK": "8/6 1/0 4/3 6/2 0/0 0/0 2/1 0/0 2/1 5/3 1/0 1/0 0/0",
    "GUZHENG": "6/2 2/1 0/0 1/0 0/0 0/0 4/2 1/0 4/1 4/3 3/1 2/1 0/0",
    "VIDEO": "12/5 0/0 1/0 3/2 0/0 6/5 5/3 0/0 1/0 0/0 0/0 1/0 1/0",
    "CLASD": "10/6 1/0 6/3 1/0 0/0 9/5 1/0 1/0 1/0 1/0 0/0 0/0 0/0",
    "TAIJI": "8/6 8/3 1/0 3/1 0/0 1/0 2/1 5/1 0/0 1/0 1/0 0/0 0/0",
    "TCM": "5/3 1/0 1/0 1/0 2/1 1/0 6/3 0/0 1/0 1/0 0/0 1/0 0/0",
    "EKEY": "7/2 1/0 1/0 5/3 6/1 6/4 0/0 1/0 0/0 3/2 0/0 5/1 0/0",
    "PHOTO": "7/3 6/2 1/0 1/0 0/0 5/4 0/0 0/0 1/0 3/2 0/0 0/0 1/0",
    "LATIN": "2/1 1/0 1/0 1/0 0/0 5/2 8/5 1/0 3/2 1/0 1/0 0/0 0/0",
    "FLOWR": "8/1 5/4 1/0 1/0 0/0 1/0 1/0 0/0 0/0 1/0 4/3 0/0 3/1",
    "BADUAN": "2 4 2 3 0 0 0 3 1 1 3 1 0",
    "CALLI": "11/5 4/2 1/0 1/0 0/0 7/2 0/0 1/0 0/0 1/0 0/0 0/0 1/0",
    "LANDS": "7/3 5/4 1/0 1/0 0/0 6/1 1/0 2/1 1/0 1/0 1/0 0/0 0/0",
    "WATER": "8/4 1/0 3/2 6/4 0/0 6/3 0/0 0/0 6/3 1/0 0/0 0/0 0/0",
    "HULUSI": "7/5 8/5 1/0 2/1 1/0 0/0 2/1 1/0 1/0 1/0 0/0 0/0 3/1",
    "ENG": "3/1 1/0 4/2 1/0 2/1 1/0 0/0 0/0 0/0 5/2 3/1 2/1 0/0",
    "ERHU": "10/3 1/0 2/1 5/1 1/0 5/4 0/0 1/0 2/1 2/1 1/0 0/0 0/0",
    "CHOIR": "3/1 1/0 3/2 1/0 0/0 1/0 1/0 1/0 1/0 2/1 2/1 0/0 1/0",
    "OPERA": "3/2 1/0 1/0 5/4 1/0 1/0 5/2 0/0 1/0 1/0 3/1 0/0 0/0",
    "SEAL": "6 0 0 1 0 1 4 0 0 2 1 0 2",
    "POEM": "6/3 1/0 1/0 1/0 0/0 1/0 1/0 2/1 1/0 1/0 1/0 1/0 0/0",
}
Cells = dict[str, dict[str, tuple[int, int]]]
CLASSES: Cells = {
    subject: {
        unit.code: (int(cell.partition("/")[0]), int(cell.partition("/")[2] or 0))
        for unit, cell in zip(UNITS, row.split(), strict=True)
    }
    for subject, row in _MATRIX.items()
}

# Rooms a subject can be taught in, the best first. A hall takes anything.
ROOM_KINDS = {
    "PIANO": ("piano", "hall", "instruments"),
    "GUZHENG": ("instruments", "piano", "hall"),
    "EKEY": ("instruments", "hall"),
    "DRUM": ("instruments", "hall", "choir"),
    "HULUSI": ("instruments", "choir", "hall"),
    "ERHU": ("instruments", "choir", "hall"),
    "VOCAL": ("choir", "large", "hall"),
    "CHOIR": ("choir", "hall", "large"),
    "OPERA": ("choir", "hall", "large"),
    "FOLKD": ("dance", "hall"),
    "CATWK": ("dance", "hall"),
    "CLASD": ("dance", "hall"),
    "LATIN": ("dance", "hall"),
    "YOGA": ("dance", "hall"),
    "TAIJI": ("dance", "hall"),
    "BADUAN": ("hall", "dance", "large"),
    "TCM": ("large", "multimedia", "hall", "choir"),
    "AI": ("computers", "multimedia", "large", "hall"),
    "PHONE": ("computers", "multimedia", "large", "hall"),
    "VIDEO": ("computers", "multimedia", "large", "hall"),
    "PHOTO": ("multimedia", "computers", "large", "hall"),
    "FLOWR": ("painting", "large", "multimedia", "hall"),
    "CALLI": ("painting", "large", "multimedia", "hall"),
    "LANDS": ("painting", "large", "multimedia", "hall"),
    "WATER": ("painting", "large", "multimedia", "hall"),
    "SEAL": ("painting", "large", "multimedia", "hall"),
    "ENG": ("multimedia", "large", "painting", "hall"),
    "POEM": ("large", "multimedia", "choir", "hall"),
}
SUBJECTS = tuple(
    SubjectPlan(
        *row,
        hot=row[0] in HOT,
        vigorous=row[0] in VIGOROUS,
        last_new_age=75 if row[0] in HARDEST else None,
        room_kinds=ROOM_KINDS[row[0]],
    )
    for row in _SUBJECTS
)

# Room kinds of the city university (old campus, new campus) and, by number of rooms, of the rest:
# the branches take theirs from the end of the list.
OLD_CAMPUS_ROOMS = ("painting", "choir", "dance", "instruments", "large")
NEW_CAMPUS_ROOMS = ("piano", "piano", "dance", "choir", "computers", "multimedia", "hall")
CITY_BRANCH_ROOMS = (
    ("painting", "instruments"),
    ("dance", "computers"),
    ("painting", "instruments"),
)
COUNTY_ROOMS = {
    8: ("piano", "dance", "instruments", "computers", "painting", "choir", "hall", "large"),
    7: ("dance", "instruments", "computers", "painting", "hall", "hall", "large"),
    6: ("dance", "instruments", "painting", "multimedia", "hall", "large"),
    5: ("dance", "instruments", "painting", "hall", "large"),
    4: ("dance", "hall", "large", "hall"),
    3: ("hall", "large", "hall"),
    2: ("hall", "hall"),
}
ROOM_SEATS = {
    "piano": 20, "choir": 64, "dance": 40, "hall": 80, "painting": 44,
    "instruments": 36, "computers": 40, "large": 70, "multimedia": 60,
}  # fmt: skip

_HOURS = (
    ("morning1", time(8, 30), time(10, 0), "上午第一节", "first morning hour"),
    ("morning2", time(10, 15), time(11, 45), "上午第二节", "second morning hour"),
    ("afternoon", time(14, 0), time(15, 30), "下午", "afternoon"),
)
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SLOTS = tuple(
    SlotPlan(
        no=day * 3 + n,
        weekday=day,
        part=part,
        starts=starts,
        ends=ends,
        name=f"{WEEKDAYS[day]}{name}",
        name_en=f"{WEEKDAYS_EN[day]}, {english}",
    )
    for day in range(5)
    for n, (part, starts, ends, name, english) in enumerate(_HOURS)
)

LEVEL_NAMES = {
    0: ("入门", "starters"),
    1: ("初级", "beginners"),
    2: ("中级", "intermediate"),
    3: ("提高", "advanced"),
    9: ("混合", "mixed levels"),
}
STARTER, BEGINNER, MIXED = 0, 1, 9
# Of a class, in hundredths: how many renew into it.
RENEWING = {"single": 40, "higher": 86, "mixed": 55, "beginner": 0}

# The small city of the tests: four universities, a dozen classes, everybody known by name.
_SMALL = {
    "main": (36, 1, 2, 18, 6, 24), "luming": (14, 1, 2, 8, 2, 8),
    "wenchuan": (12, 1, 2, 2, 2, 6), "taifeng": (4, 1, 1, 2, 2, 4),
}  # fmt: skip
SMALL_CLASSES: Cells = {
    **{subject.code: {} for subject in SUBJECTS},
    "PIANO": {"main": (1, 0)},
    "VOCAL": {"main": (1, 0)},
    "TAIJI": {"main": (1, 0), "luming": (1, 0)},
    "CALLI": {"main": (1, 0), "taifeng": (1, 0)},
    "FLOWR": {"main": (1, 0)},
    "POEM": {"main": (1, 0)},
    "FOLKD": {"luming": (1, 0)},
    "TCM": {"wenchuan": (1, 0)},
    "BADUAN": {"wenchuan": (1, 0)},
    "PHONE": {"taifeng": (1, 0)},
}
_CAPACITY = {subject.code: subject.capacity for subject in SUBJECTS}
SMALL_UNITS = tuple(
    replace(
        unit,
        learners=learners,
        branches=branches,
        points=points,
        rooms=rooms,
        sections=sections,
        seats=sum(_CAPACITY[s] * row[unit.code][0] for s, row in SMALL_CLASSES.items()
                  if unit.code in row),
        open_seats=0,
        applicants=applicants,
    )
    for unit in UNITS
    if unit.code in _SMALL
    for learners, branches, points, rooms, sections, applicants in [_SMALL[unit.code]]
)  # fmt: skip
