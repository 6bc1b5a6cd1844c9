"""Who teaches what, when and where: teachers' loads first, then rooms and hours without clash."""

import random
from dataclasses import dataclass, field, replace

from config.demo import catalogue, tables
from config.demo.chance import shares, stream
from config.demo.records import CampusPlan, RoomPlan, SectionPlan, SubjectPlan, UnitPlan

TEACHERS = 236
_TRIES = 60
# How gladly an hour is used: first morning, second morning, afternoon.
_LIKED = {"morning1": 0.8, "morning2": 1.0, "afternoon": 0.7}


@dataclass(slots=True)
class _Wanted:
    """A class that still needs its hour and room."""

    subject: SubjectPlan
    level: int
    ordinal: int
    teacher: int


@dataclass(slots=True)
class _Week:
    """A university's week while it is being filled."""

    rooms: list[RoomPlan]
    taken: set[tuple[str, int]] = field(default_factory=set)
    busy: set[tuple[int, int]] = field(default_factory=set)
    where: dict[tuple[int, int], str] = field(default_factory=dict)

    def place(self, wanted: _Wanted, rng: random.Random) -> tuple[RoomPlan, int] | None:
        """The best free room and hour for a class, or none."""
        best: tuple[float, RoomPlan, int] | None = None
        kinds = wanted.subject.room_kinds
        for room in self.rooms:
            if room.kind not in kinds or room.seats < wanted.subject.capacity:
                continue
            for slot in tables.SLOTS:
                there = self.where.get((wanted.teacher, slot.half_day))
                if (
                    (room.code, slot.no) in self.taken
                    or (wanted.teacher, slot.no) in self.busy
                    or there not in {None, room.campus}
                ):
                    continue
                gladly = _LIKED[slot.part] + rng.random() - 0.9 * kinds.index(room.kind)
                gladly += 0.3 * (there == room.campus)
                if best is None or gladly > best[0]:
                    best = gladly, room, slot.no
        if best is None:
            return None
        _, room, hour = best
        self.taken.add((room.code, hour))
        self.busy.add((wanted.teacher, hour))
        self.where[wanted.teacher, tables.SLOTS[hour].half_day] = room.campus
        return room, hour


def teachers_per_unit(units: list[UnitPlan]) -> list[int]:
    """How many teachers each university has: one at least, 236 in the whole city."""
    total = round(TEACHERS * sum(unit.sections for unit in units) / 742)
    more = shares(max(total - len(units), 0), [unit.sections for unit in units])
    return [1 + n for n in more]


def _wishes(
    unit: UnitPlan, cells: tables.Cells, first_teacher: int, teachers: int
) -> list[_Wanted]:
    """The classes of a university, neighbouring subjects in one teacher's hands."""
    departments = [name for name, _ in tables.DEPARTMENTS]
    classes = [
        (subject, level)
        for subject in sorted(tables.SUBJECTS, key=lambda s: departments.index(s.department))
        for level in catalogue.levels_of(subject, *cells[subject.code].get(unit.code, (0, 0)))
    ]
    wanted: list[_Wanted] = []
    counted: dict[tuple[str, int], int] = {}
    loads = shares(len(classes), [1.0] * teachers)
    for n, load in enumerate(loads):
        for subject, level in classes[len(wanted) : len(wanted) + load]:
            number = counted[subject.code, level] = counted.get((subject.code, level), 0) + 1
            wanted.append(_Wanted(subject, level, number, first_teacher + n))
    return wanted


def _fill(
    unit: UnitPlan, wanted: list[_Wanted], rooms: list[RoomPlan], seed: int
) -> list[tuple[_Wanted, RoomPlan, int]]:
    """An hour and a room for every class; another throw of the dice when one is left over."""
    for attempt in range(_TRIES):
        rng = stream(seed, f"timetable/{unit.code}/{attempt}")
        week, placed = _Week(rooms), []
        # Choosy classes first: few kinds of room will do for them, or they need many seats.
        for wish in sorted(
            wanted, key=lambda w: (len(w.subject.room_kinds), -w.subject.capacity, w.teacher)
        ):
            found = week.place(wish, rng)
            if found is None:
                break
            placed.append((wish, *found))
        else:
            return placed
    raise ValueError(f"no timetable for {unit.name}: too few rooms")


def plan_sections(
    units: list[UnitPlan],
    cells: tables.Cells,
    campuses: list[CampusPlan],
    rooms: list[RoomPlan],
    seed: int,
) -> list[SectionPlan]:
    """All classes of a term, numbered from 1 in the order of units, subjects and levels."""
    campus_of = {campus.code: campus for campus in campuses}
    sections: list[SectionPlan] = []
    teacher = 1
    for unit, teachers in zip(units, teachers_per_unit(units), strict=True):
        own = [room for room in rooms if campus_of[room.campus].unit == unit.code]
        wanted = _wishes(unit, cells, teacher, teachers)
        teacher += teachers
        placed = _fill(unit, wanted, own, seed)
        order = {id(wish): n for n, wish in enumerate(wanted)}
        for wish, room, hour in sorted(placed, key=lambda row: order[id(row[0])]):
            sections.append(_section(len(sections) + 1, wish, campus_of[room.campus], room, hour))
    return _one_with_eleven_open_seats(sections)


def _section(no: int, wish: _Wanted, campus: CampusPlan, room: RoomPlan, hour: int) -> SectionPlan:
    subject = wish.subject
    short = catalogue.short_name(subject).removesuffix("入门")
    level = tables.LEVEL_NAMES[wish.level][0]
    return SectionPlan(
        no=no,
        unit=campus.unit,
        subject=subject.code,
        course=catalogue.course_code(subject.code, wish.level),
        level=wish.level,
        mixed=wish.level == tables.MIXED,
        ordinal=wish.ordinal,
        campus=campus.code,
        room=room.code,
        slot=hour,
        teacher=wish.teacher,
        capacity=subject.capacity,
        min_size=15,
        fee_yuan=subject.fee_yuan,
        hot=subject.hot,
        renewals=catalogue.renewing_into(subject, wish.level),
        name=f"{short}{level}({wish.ordinal})班 · {tables.SLOTS[hour].name} · "
        f"{campus.name}{room.name}",
    )


def _one_with_eleven_open_seats(sections: list[SectionPlan]) -> list[SectionPlan]:
    """Move renewals between two neighbouring classes, so that one keeps eleven open seats.

    Below twelve open seats there are no reserves: the draw needs one class on that edge. The sums
    stay what they were.
    """
    for one in sections:
        spare = 11 - one.open_seats
        for other in sections:
            twins = one.course == other.course and one.unit == other.unit and one.no < other.no
            if twins and 0 < spare <= other.open_seats:
                changed = {
                    one.no: replace(one, renewals=one.renewals - spare),
                    other.no: replace(other, renewals=other.renewals + spare),
                }
                return [changed.get(section.no, section) for section in sections]
    return sections
