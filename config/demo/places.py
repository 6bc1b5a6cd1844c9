"""Where things are: streets and towns, campuses down to the village halls, rooms, ways between."""

import math
import random
from functools import cache

from pypinyin import lazy_pinyin

from config.demo import place_names, tables
from config.demo.chance import stream
from config.demo.records import CampusPlan, LocalityPlan, RoomPlan, UnitPlan

_FLOORS = {"hall": 1, "large": 2, "choir": 2, "multimedia": 3, "computers": 3, "painting": 3,
           "dance": 2, "instruments": 4, "piano": 4}  # fmt: skip
_KIT = {
    "piano": ("立式钢琴20架、耳机", "20 upright pianos with headphones"),
    "choir": ("合唱台阶、钢琴、音响", "choir risers, piano, loudspeakers"),
    "dance": ("木地板、把杆、整面镜子", "wooden floor, barre, wall of mirrors"),
    "hall": ("活动桌椅、音响、投影", "movable chairs and tables, loudspeakers, projector"),
    "painting": ("画桌、毛毡、洗笔池", "painting tables, felt mats, sinks"),
    "instruments": ("谱架、琴凳、储琴柜", "music stands, stools, instrument lockers"),
    "computers": ("电脑40台、手机投屏", "40 computers, phone casting"),
    "large": ("固定桌椅、黑板、投影", "fixed tables, blackboard, projector"),
    "multimedia": ("双屏投影、录播设备", "two screens, lecture recording"),
}
_SUFFIXES = (
    ("教师进修学校分校", "Teacher Training College Branch"),
    ("街道分校", "Subdistrict Branch"),
    ("社区分校", "Community Branch"),
    ("新村分校", "New Village Branch"),
    ("镇分校", "Town Branch"),
    ("街道", "Subdistrict"),
    ("镇", "Town"),
    ("乡", "Township"),
)


@cache
def pinyin_title(name: str) -> str:
    """A Chinese name as English text writes it: ``东门`` is ``Dongmen``."""
    return "".join(lazy_pinyin(name)).capitalize()


def english_place(name: str) -> str:
    """The English name of a street, town or branch."""
    for suffix, english in _SUFFIXES:
        if name.endswith(suffix):
            return f"{pinyin_title(name.removesuffix(suffix))} {english}".strip()
    return pinyin_title(name)


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres as the crow flies."""
    return math.hypot(one[0] - other[0], one[1] - other[1])


def minutes_between(km: float, *, by_ferry: bool) -> int:
    """Minutes one way: bus in town, faster on the road beyond ten kilometres, the ferry extra."""
    return round(8 + 3 * min(km, 10.0) + 1.5 * max(km - 10.0, 0.0) + (40 if by_ferry else 0))


def plan_localities(units: list[UnitPlan], seed: int) -> list[LocalityPlan]:
    """Streets and towns around each university, the first beside its main campus."""
    rng = stream(seed, "localities")
    found = []
    for unit in units:
        for n, name in enumerate(place_names.LOCALITIES[unit.code]):
            reach = place_names.RADIUS[unit.code] * (
                0.15 + 0.85 * math.sqrt(n / 24 if n else 0.01)
            )
            angle = rng.uniform(0, 2 * math.pi)
            found.append(
                LocalityPlan(
                    code=f"{unit.region_code}{n + 1:03d}",
                    unit=unit.code,
                    name=name,
                    name_en=english_place(name),
                    place=(
                        round(unit.place[0] + reach * math.cos(angle), 1),
                        round(unit.place[1] + reach * math.sin(angle), 1),
                    ),
                )
            )
    return found


class _CampusMaker:
    """Makes campuses one after another: each gets the next phone number of the city."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.made: list[CampusPlan] = []

    def add(self, unit: UnitPlan, kind: str, short: str, english: str, at: LocalityPlan) -> None:
        """One more campus, in or near a street or town."""
        rng, new, old = self.rng, short == "新校区", short == "老校区"
        main, point = kind == "main", kind in {"teaching_point", "viewing_point"}
        road, number = rng.choice(place_names.ROADS), rng.randrange(6, 320, 2)
        region = "" if unit.code == tables.CITY else unit.region
        joined = f"{unit.name.removeprefix('青澜')}{short}" if main else f"{unit.region}{short}"
        serial = len(self.made) + 1
        self.made.append(
            CampusPlan(
                code=f"{unit.code}-{serial:03d}",
                unit=unit.code,
                kind=kind,
                name=joined,
                short_name=short,
                name_en=f"{unit.name_en.removeprefix('Qinglan ')}, {english}" if main else english,
                locality=at.code,
                address=f"青澜市{region}{at.name}{road}{number}号",
                address_en=f"{number} {pinyin_title(road[:-1])} {_road_word(road)}, {at.name_en}, "
                + (f"{unit.region_en}, " if region else "")
                + "Qinglan",
                place=(
                    round(at.place[0] + rng.uniform(-0.6, 0.6), 1),
                    round(at.place[1] + rng.uniform(-0.6, 0.6), 1),
                ),
                phone=f"8888 {serial:04d}",
                hours="周一、周三、周五 8:30–11:30" if point else "周一至周五 8:00–17:00",
                hours_en="Monday, Wednesday, Friday 8:30–11:30"
                if point
                else "Monday to Friday 8:00–17:00",
                step_free=new or (not old and rng.random() < (0.55 if point else 0.7)),
                lift=new or (not point and not old and rng.random() < 0.45),
                toilet=not point or rng.random() < 0.8,
                canteen=new or (main and rng.random() < 0.4),
                floor_area=6528 if new else rng.randrange(*_area(kind), 10),
                buses=tuple(
                    f"{line}路" for line in sorted(rng.sample(range(1, 99), 1 if point else 3))
                ),
            )
        )


def _road_word(road: str) -> str:
    return {"街": "Street", "巷": "Lane"}.get(road[-1], "Road")


def _area(kind: str) -> tuple[int, int]:
    return {"main": (1400, 3200), "branch": (280, 760)}.get(kind, (60, 180))


def plan_campuses(
    units: list[UnitPlan], localities: list[LocalityPlan], seed: int
) -> list[CampusPlan]:
    """Main campuses, branches and points of every university."""
    rng = stream(seed, "campuses")
    maker = _CampusMaker(rng)
    villages = list(place_names.VILLAGES)
    for unit in units:
        home = [place for place in localities if place.unit == unit.code]
        if unit.code == tables.CITY:
            maker.add(unit, "main", "老校区", "Old Campus", home[3])
            maker.add(unit, "main", "新校区", "New Campus", home[10])
        else:
            maker.add(unit, "main", "本部", "Main Campus", home[0])
        for name, n in place_names.BRANCHES[unit.code][: unit.branches]:
            english = english_place(name)
            if name.startswith("教师"):
                english = "Teacher Training College Branch"
            maker.add(unit, "branch", name, f"{english}, {unit.region_en}", home[n])
        for n in range(unit.points):
            village, at = villages.pop(0), home[(n * 3 + 2) % len(home)]
            english = f"{pinyin_title(village)} Village"
            if n % 5 in {1, 3}:
                name = f"{village}村文化礼堂收视点"
                maker.add(unit, "viewing_point", name, f"{english} Hall Viewing Point", at)
            else:
                maker.add(
                    unit, "teaching_point", f"{village}村教学点", f"{english} Teaching Point", at
                )
    return maker.made


def plan_travel(
    localities: list[LocalityPlan], campuses: list[CampusPlan]
) -> list[tuple[str, str, int]]:
    """Minutes from every street and town to every campus."""
    return [
        (
            place.code,
            campus.code,
            minutes_between(
                distance(place.place, campus.place),
                by_ferry=(place.unit == tables.ISLAND) != (campus.unit == tables.ISLAND),
            ),
        )
        for place in localities
        for campus in campuses
    ]


def plan_rooms(units: list[UnitPlan], campuses: list[CampusPlan], seed: int) -> list[RoomPlan]:
    """Rooms of the main campuses and branches; points borrow theirs and own none."""
    rng = stream(seed, "rooms")
    rooms = []
    for unit in units:
        mains = [c for c in campuses if c.unit == unit.code and c.kind == "main"]
        branches = [c for c in campuses if c.unit == unit.code and c.kind == "branch"]
        if unit.code == tables.CITY and len(mains) == 2:
            shares: list[tuple[str, ...]] = [tables.OLD_CAMPUS_ROOMS, tables.NEW_CAMPUS_ROOMS]
            # A single branch, as in the small city, has a floor to move on.
            first = 1 if len(branches) == 1 else 0
            shares += tables.CITY_BRANCH_ROOMS[first : first + len(branches)]
        else:
            kinds = tables.COUNTY_ROOMS[unit.rooms]
            own = len(kinds) - len(branches)
            shares = [kinds[:own], *((kind,) for kind in kinds[own:])]
        for campus, kinds in zip([*mains, *branches], shares, strict=True):
            rooms += _rooms_of(campus, kinds, rng)
    return rooms


def _rooms_of(campus: CampusPlan, kinds: tuple[str, ...], rng: random.Random) -> list[RoomPlan]:
    used: set[int] = set()
    rooms = []
    for kind in kinds:
        floor = _FLOORS[kind] if campus.kind == "main" else 1 + (kind not in {"hall", "dance"})
        number = floor * 100 + 1
        while number in used:
            number += 1
        used.add(number)
        kit, kit_en = _KIT[kind]
        rooms.append(
            RoomPlan(
                code=f"{campus.code}-{number}",
                campus=campus.code,
                name=str(number),
                kind=kind,
                seats=tables.ROOM_SEATS[kind],
                floor=floor,
                step_free=campus.step_free and (floor == 1 or campus.lift),
                kit=kit,
                kit_en=kit_en,
            )
        )
    return rooms
