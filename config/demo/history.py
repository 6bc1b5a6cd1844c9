"""What earlier terms left behind, and who will apply for the next one."""

import random

from config.demo import people
from config.demo.chance import stream
from config.demo.personas import PERSONAS
from config.demo.records import LearnerPlan, TermPlan, TermRecordPlan, UnitPlan
from config.demo.seating import Sitter

MISSED = 0.14
MISSED_RETURNERS = people.RETURNERS


def choose_applicants(
    units: list[UnitPlan], learners: list[LearnerPlan], seed: int
) -> list[LearnerPlan]:
    """Who will hand in a form: all the hopeful, and learners up to each unit's figure."""
    rng = stream(seed, "applicants")
    chosen: list[LearnerPlan] = []
    for unit in units:
        own = [person for person in learners if person.unit == unit.code]
        hopeful = [p for p in own if not p.current and _alive(p)]
        current = [p for p in own if p.current]
        room = max(unit.applicants - len(hopeful), 0)
        chosen += hopeful + rng.sample(current, min(room, len(current)))
    return sorted(chosen, key=lambda person: person.no)


def _alive(person: LearnerPlan) -> bool:
    died = {persona.key for persona in PERSONAS if persona.died_in_week}
    return person.persona not in died


def returners(applicants: list[LearnerPlan], seed: int) -> frozenset[int]:
    """The hopeful who once had a seat, lost it, and came back twice in vain."""
    hopeful = [p for p in applicants if not p.current and not p.persona]
    count = round(MISSED_RETURNERS * len(applicants) / people.APPLICANTS)
    return frozenset(p.no for p in stream(seed, "returners").sample(hopeful, count))


def plan_history(
    closed_terms: list[TermPlan],
    seated: list[Sitter],
    applicants: list[LearnerPlan],
    learners: list[LearnerPlan],
    seed: int,
) -> list[TermRecordPlan]:
    """Term records, oldest term first, so that the flags of the next draw come out as planned."""
    rng = stream(seed, "history")
    last_two, recent = closed_terms[-2:], closed_terms[-4:]
    applying = frozenset(person.no for person in applicants)
    back = returners(applicants, seed)
    rows: list[TermRecordPlan] = []
    for sitter in seated:
        rows += _tenure(sitter, recent, rng, must_have_one=sitter.person.no in applying)
    missed = set(back) | _missed_newcomers(applicants, back, rng)
    for person in learners:
        if person.no in missed:
            if person.no in back:
                rows.append(_seat_of(person, recent[rng.randrange(2)], rng))
            rows += [TermRecordPlan(t.code, person.no, True, 0, 0, "") for t in last_two]
    named = {person.persona: person.no for person in learners if person.persona}
    for persona in PERSONAS:
        for term in closed_terms[-persona.missed_terms : -2] if persona.missed_terms > 2 else ():
            rows.append(TermRecordPlan(term.code, named[persona.key], True, 0, 0, ""))
    order = {term.code: n for n, term in enumerate(closed_terms)}
    return sorted(rows, key=lambda row: (order[row.term], row.learner))


def _missed_newcomers(
    applicants: list[LearnerPlan], back: frozenset[int], rng: random.Random
) -> set[int]:
    """Newcomers who have come twice in vain, the personas with that story among them."""
    story = {persona.key for persona in PERSONAS if persona.missed_terms >= 2}
    known = [p.no for p in applicants if p.persona in story]
    others = [p.no for p in applicants if not p.current and not p.persona and p.no not in back]
    count = round(MISSED * len(applicants)) - len(back) - len(known)
    return {*known, *rng.sample(others, max(count, 0))}


def _seat_of(person: LearnerPlan, term: TermPlan, rng: random.Random) -> TermRecordPlan:
    return TermRecordPlan(term.code, person.no, True, 1, rng.randrange(62, 98), "")


def _tenure(
    sitter: Sitter, terms: list[TermPlan], rng: random.Random, *, must_have_one: bool
) -> list[TermRecordPlan]:
    """The terms a current learner has already been with us, back from the last one."""
    length = rng.choices((0, 1, 2, 3, 4), (24, 22, 20, 14, 20))[0]
    if must_have_one or any(held.level in {2, 3} for held in sitter.sections):
        length = max(length, 1)
    rows = []
    for back in range(length):
        term = terms[len(terms) - 1 - back]
        share = min(100, int(58 + 42 * rng.random() ** 0.7))
        rows.append(
            TermRecordPlan(
                term=term.code,
                learner=sitter.person.no,
                applied=True,
                room_seats=1 + (rng.random() < 0.45),
                attendance_pct=share,
                completed_course=_completed(sitter, back, share),
                removed_for_absence=share < 59 and rng.random() < 0.3,
            )
        )
    return rows


def _completed(sitter: Sitter, back: int, share: int) -> str:
    """The level below today's, finished last term; nothing is known of terms further back."""
    if back or share < 70:
        return ""
    for held in sitter.sections:
        if held.level in {2, 3}:
            return f"{held.subject.lower()}-{held.level - 1}"
    return ""
