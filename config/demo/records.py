"""What a planned city is made of: plain records, told apart by short codes."""

from dataclasses import dataclass, field
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A senior university of the city or of one of its districts and counties."""

    code: str
    name: str
    name_en: str
    region: str
    region_en: str
    region_code: str
    place: tuple[float, float]
    terrain: str  # city, district, coast, island or mountain
    learners: int
    branches: int
    points: int
    rooms: int
    sections: int
    seats: int
    open_seats: int
    applicants: int


@dataclass(frozen=True, slots=True)
class LocalityPlan:
    """A street or town where learners live."""

    code: str
    unit: str
    name: str
    name_en: str
    place: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CampusPlan:
    """A place of teaching, from the new main campus down to a village hall with a screen."""

    code: str
    unit: str
    kind: str  # main, branch, teaching_point or viewing_point
    name: str
    short_name: str
    name_en: str
    locality: str
    address: str
    address_en: str
    place: tuple[float, float]
    phone: str
    hours: str
    hours_en: str
    step_free: bool
    lift: bool
    toilet: bool
    canteen: bool
    floor_area: int
    buses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """A teaching room."""

    code: str
    campus: str
    name: str
    kind: str
    seats: int
    floor: int
    step_free: bool
    kit: str
    kit_en: str
    closed_reason: str = ""


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """One of the fifteen weekly teaching hours."""

    no: int
    weekday: int  # Monday is 0
    part: str  # morning1, morning2, afternoon
    starts: time
    ends: time
    name: str
    name_en: str

    @property
    def half_day(self) -> int:
        """The half-day it falls in: two hours of one half-day need one place to be."""
        return self.weekday * 2 + (self.part == "afternoon")


@dataclass(frozen=True, slots=True)
class SubjectPlan:
    """A subject of the catalogue with its figures city-wide."""

    code: str
    name: str
    name_en: str
    department: str
    levels: int
    fee_yuan: int
    capacity: int
    sections: int
    open_seats: int
    demand: float
    hot: bool
    vigorous: bool
    last_new_age: int | None
    room_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """A subject at one level."""

    code: str
    subject: str
    level: int  # 0 = single level, then 1, 2, 3
    name: str
    name_en: str
    programme_terms: int


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """One class of a term: course, room, hour and teacher."""

    no: int
    unit: str
    subject: str
    course: str
    level: int
    mixed: bool
    ordinal: int
    campus: str
    room: str
    slot: int
    teacher: int
    capacity: int
    min_size: int
    fee_yuan: int
    hot: bool
    renewals: int
    name: str

    @property
    def open_seats(self) -> int:
        """Seats that go into the draw."""
        return self.capacity - self.renewals


@dataclass(frozen=True, slots=True)
class TeacherPlan:
    """A teacher of one unit."""

    no: int
    unit: str
    name: str
    sex: str
    birth: date
    subjects: tuple[str, ...]
    campuses: tuple[str, ...]
    free_slots: tuple[int, ...]
    spare_sections: int
    pay_yuan: int
    retired: bool
    phone: str
    persona: str = ""


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """A member of staff with a post at a unit."""

    username: str
    name: str
    sex: str
    unit: str
    role: str
    title: str
    campus: str = ""
    persona: str = ""


@dataclass(frozen=True, slots=True)
class LearnerPlan:
    """A person: learner of the city, or one who has asked for a place and not had one."""

    no: int
    unit: str
    name: str
    sex: str  # f or m
    birth: date
    locality: str
    phone: str
    device: str  # alone, helped, feature_phone or none
    id_kind: str  # id_card, old_id, passport or permit
    id_number: str
    current: bool
    contact_name: str = ""
    contact_phone: str = ""
    partner: int = 0
    persona: str = ""

    @property
    def feature_phone_only(self) -> bool:
        """Cannot open a page: letters and calls only."""
        return self.device in {"feature_phone", "none"}


@dataclass(frozen=True, slots=True)
class EnrolmentPlan:
    """A learner in a class of the current or of the next term."""

    term: str
    learner: int
    section: int
    status: str
    source: str
    at: datetime
    due: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitingPlan:
    """A place on the waitlist of a class."""

    term: str
    learner: int
    section: int
    ticket: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ApplicationPlan:
    """One person's form for the next term. Classes stand by their numbers, the dearest first.

    ``alternatives`` are all classes they would take instead, the nearest to their wishes first;
    ``substitutes`` those of them that found room on the form. ``flags`` are the reserves that
    hold for every class; in the classes of ``near``, which meet in their own street or town, they
    have that of care as well. ``renewed`` is the class they go on in without a draw, or 0.
    ``minutes_to_send``: how long people like this one take, were it first come, first served.
    """

    learner: int
    wishes: tuple[int, ...]
    substitutes: tuple[int, ...]
    alternatives: tuple[int, ...]
    wanted: int
    flags: str  # letters of N, C, M
    near: tuple[int, ...]
    hardship: bool
    channel: str  # web, helper, counter or phone
    with_helper: bool
    minutes_to_send: float
    renewed: int = 0
    linked_with: int = 0
    split_ok: bool = False

    @property
    def listed(self) -> tuple[int, ...]:
        """All classes on the form."""
        return self.wishes + self.substitutes

    def flags_in(self, section: int) -> str:
        """The reserves this person may draw on in a class."""
        return "".join(sorted({*self.flags, *("C" if section in self.near else "")}))


@dataclass(frozen=True, slots=True)
class TermRecordPlan:
    """What a closed term left behind for one learner."""

    term: str
    learner: int
    applied: bool
    room_seats: int
    attendance_pct: int
    completed_course: str
    removed_for_absence: bool = False


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """One phase of a term and its window."""

    phase: str
    begins: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class TermPlan:
    """A term and its calendar."""

    code: str
    name: str
    name_en: str
    phase: str
    phases: tuple[PhasePlan, ...]
    teaching_starts: date
    teaching_ends: date
    weeks: int = 16


@dataclass(frozen=True, slots=True)
class HolidayPlan:
    """A closed day, or a weekend day that is worked instead."""

    day: date
    closed: bool
    name: str
    name_en: str


@dataclass(slots=True)
class CityPlan:
    """The whole city."""

    today: date
    phase: str
    size: str
    seed: int
    current_term: TermPlan
    next_term: TermPlan
    units: list[UnitPlan] = field(default_factory=list)
    localities: list[LocalityPlan] = field(default_factory=list)
    campuses: list[CampusPlan] = field(default_factory=list)
    travel: list[tuple[str, str, int]] = field(default_factory=list)
    rooms: list[RoomPlan] = field(default_factory=list)
    slots: list[SlotPlan] = field(default_factory=list)
    subjects: list[SubjectPlan] = field(default_factory=list)
    courses: list[CoursePlan] = field(default_factory=list)
    holidays: list[HolidayPlan] = field(default_factory=list)
    earlier_terms: list[TermPlan] = field(default_factory=list)
    teachers: list[TeacherPlan] = field(default_factory=list)
    sections: list[SectionPlan] = field(default_factory=list)
    staff: list[StaffPlan] = field(default_factory=list)
    learners: list[LearnerPlan] = field(default_factory=list)
    enrolments: list[EnrolmentPlan] = field(default_factory=list)
    waiting: list[WaitingPlan] = field(default_factory=list)
    term_records: list[TermRecordPlan] = field(default_factory=list)
    applicants: list[int] = field(default_factory=list)
    applications: list[ApplicationPlan] = field(default_factory=list)
