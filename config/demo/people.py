"""The people of the city: seventeen thousand learners, and those who hope to become one."""

import random
from dataclasses import replace
from datetime import date, timedelta

from config.demo import names, papers, personas
from config.demo.chance import Wheel, shares, stream
from config.demo.papers import IdentityOffice
from config.demo.personas import PERSONAS, Persona
from config.demo.records import LearnerPlan, LocalityPlan, UnitPlan

# Of 1,000 learners: in their fifties, sixties, seventies, eighties, nineties.
AGE_BANDS = (320, 490, 160, 29, 1)
WOMEN = (0.86, 0.71, 0.65, 0.59, 0.6)
APPLICANTS, NEWCOMERS, RETURNERS = 12_600, 7_812, 164
COUPLES = 0.015
# By age band: smartphone alone, smartphone with help, phone without internet, none.
_DEVICES = (
    (0.72, 0.24, 0.03, 0.01),
    (0.54, 0.35, 0.09, 0.02),
    (0.18, 0.40, 0.34, 0.08),
    (0.05, 0.30, 0.45, 0.20),
    (0.0, 0.1, 0.4, 0.5),
)
_DEVICE_WHEELS = [
    Wheel(list(zip(("alone", "helped", "feature", "none"), row, strict=True))) for row in _DEVICES
]


def _age_in(band: int, sex: str, rng: random.Random) -> int:
    """An age inside a band: rising to sixty, falling after."""
    if band == 0:
        low = 50 if sex == "f" else 55
        return low + int((60 - low) * rng.random() ** 0.6)
    if band == 4:
        return rng.choice((90, 90, 91, 91, 92))
    return (50 + band * 10) + int(10 * rng.random() ** (1.2 + band * 0.4))


class Registry:
    """Writes people down one after another, each with papers and a telephone of their own."""

    def __init__(self, localities: list[LocalityPlan], today: date, seed: int) -> None:
        self.today = today
        self.rng = stream(seed, "people")
        self.office = IdentityOffice()
        self.homes = {
            unit: Wheel([(place.code, 1 / (n + 3)) for n, place in enumerate(group)])
            for unit, group in _by_unit(localities).items()
        }
        self.people: list[LearnerPlan] = []

    def add(self, unit: UnitPlan, band: int, *, current: bool) -> None:
        """Write down one more person of an age band."""
        rng, no = self.rng, len(self.people) + 1
        sex = "f" if rng.random() < WOMEN[band] else "m"
        age = _age_in(band, sex, rng)
        birth = personas.years_before(self.today, age) - timedelta(days=rng.randrange(365))
        name = names.full_name(rng, sex, birth.year)
        device = _DEVICE_WHEELS[band].turn(rng)
        with_contact = band >= 2 or device != "alone"
        self.people.append(
            LearnerPlan(
                no=no,
                unit=unit.code,
                name=name,
                sex=sex,
                birth=birth,
                locality=self.homes[unit.code].turn(rng),
                phone="" if device == "none" else papers.learner_phone(no),
                device=device,
                id_kind="resident",
                id_number=self.office.resident(unit.region_code, birth, sex),
                current=current,
                contact_name=self._relative(name, sex, birth) if with_contact else "",
                contact_phone=papers.family_phone(no) if with_contact else "",
            )
        )

    def _relative(self, name: str, sex: str, birth: date) -> str:
        """A son or daughter: the father's surname, a name of a later custom."""
        rng = self.rng
        child = rng.choice("fm")
        given = names.given_name(rng, child, birth.year + 27)
        if sex == "m" and "·" not in name and len(name) <= 3:
            return name[0] + given
        return names.full_name(rng, child, birth.year + 27)

    def add_persona(self, persona: Persona, unit: UnitPlan) -> None:
        """Write down a person with a story."""
        no = len(self.people) + 1
        birth = personas.birthday_of(persona, self.today, self.rng.randrange(30, 330))
        relative, relative_no = persona.contact
        self.people.append(
            LearnerPlan(
                no=no,
                unit=unit.code,
                name=persona.name,
                sex=persona.sex,
                birth=birth,
                locality=self.homes[unit.code].items[0],
                phone=papers.memorable_phone(persona.phone_no) if persona.phone_no else "",
                device=persona.device,
                id_kind=persona.id_kind,
                id_number=self._papers_of(persona, unit, birth),
                current=not (persona.newcomer or persona.died_in_week),
                contact_name=relative,
                contact_phone=papers.memorable_phone(relative_no) if relative else "",
                persona=persona.key,
            )
        )

    def _papers_of(self, persona: Persona, unit: UnitPlan, birth: date) -> str:
        if persona.id_number:
            return persona.id_number
        if persona.id_kind == "resident_15":
            return self.office.resident_of_15(unit.region_code, birth, persona.sex)
        while True:
            number = self.office.resident(unit.region_code, birth, persona.sex)
            if not persona.ends_in_x or number.endswith("X"):
                return number


def _by_unit(localities: list[LocalityPlan]) -> dict[str, list[LocalityPlan]]:
    groups: dict[str, list[LocalityPlan]] = {}
    for place in localities:
        groups.setdefault(place.unit, []).append(place)
    return groups


def band_of(age: int) -> int:
    """The age band, from the fifties on: 0 to 4."""
    return min(max(age // 10 - 5, 0), 4)


def age_on(birth: date, day: date) -> int:
    """Full years of age."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _bands(total: int, given: list[int], rng: random.Random) -> list[int]:
    """The age bands of ``total`` people, those of the personas among them taken out, shuffled."""
    counts = shares(total, AGE_BANDS)
    for band in given:
        if counts[band]:
            counts[band] -= 1
        else:
            counts[1] -= 1
    bands = [band for band, count in enumerate(counts) for _ in range(count)]
    rng.shuffle(bands)
    return bands


def plan_people(
    units: list[UnitPlan], localities: list[LocalityPlan], today: date, seed: int
) -> list[LearnerPlan]:
    """Personas first, then the current learners of each unit, then the hopeful of each unit."""
    registry = Registry(localities, today, seed)
    unit_of = {unit.code: unit for unit in units}
    for persona in PERSONAS:
        registry.add_persona(persona, unit_of[persona.unit])
    known = [person for person in registry.people if person.current]
    total = sum(unit.learners for unit in units)
    given = [band_of(age_on(person.birth, today)) for person in known]
    bands = _bands(total, given, registry.rng)
    for unit in units:
        here = sum(person.unit == unit.code for person in known)
        for _ in range(unit.learners - here):
            registry.add(unit, bands.pop(), current=True)
    hopeful = hopeful_of(units)
    bands = _bands(sum(hopeful), [], registry.rng)
    for unit, count in zip(units, hopeful, strict=True):
        for _ in range(count - (unit.code == "main")):  # 吴玉兰 is one of them
            registry.add(unit, bands.pop(), current=False)
    return _marry(registry.people, seed)


def hopeful_of(units: list[UnitPlan]) -> list[int]:
    """How many people of each unit will apply without being a learner now."""
    applicants = [unit.applicants for unit in units]
    part = sum(applicants) / APPLICANTS
    return shares(round((NEWCOMERS + RETURNERS) * part), applicants)


def _marry(people: list[LearnerPlan], seed: int) -> list[LearnerPlan]:
    """Couples: one home, one telephone, each knows of the other."""
    rng = stream(seed, "couples")
    married = {person.no: person for person in people}
    named = {person.persona: person for person in people if person.persona}
    for persona in PERSONAS:
        if persona.partner:
            here, there = named[persona.key], named[persona.partner]
            married[here.no] = replace(here, partner=there.no)
    free: dict[tuple[str, int], list[LearnerPlan]] = {}
    for person in people:
        if person.current and not person.persona and person.phone and person.sex == "f":
            free.setdefault((person.unit, person.birth.year), []).append(person)
    for man in people:
        if man.sex == "f" or man.persona or not man.phone or not man.current:
            continue
        if rng.random() >= COUPLES * 2 / 0.26:
            continue
        wives = free.get((man.unit, man.birth.year + rng.choice((0, 1, 2, 3))), [])
        if wives:
            wife = wives.pop()
            married[man.no] = replace(man, partner=wife.no)
            married[wife.no] = replace(
                wife, partner=man.no, phone=man.phone, locality=man.locality
            )
    return list(married.values())
