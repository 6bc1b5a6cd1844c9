"""What applicants bring with them: the class they go on in, and the levels they have reached.

Who goes on in two classes has what the limit allows and does not apply; most who apply go on in
none: their programme is over, or others were drawn when too many wished to stay.
"""

from config.demo.chance import stream
from config.demo.records import LearnerPlan, SectionPlan
from config.demo.seating import Sitter

GOES_ON = 0.3
"""Of the applicants who are learners now, how many go on in one class and want one more."""


def one_renewal_each(
    sections: list[SectionPlan], seated: list[Sitter], applicants: list[LearnerPlan], seed: int
) -> dict[int, SectionPlan]:
    """By applicant, the class they go on in: the next level of theirs, or the same again."""
    rng = stream(seed, "applicants who go on")
    applying = {person.no for person in applicants}
    next_up: dict[tuple[str, str, int], list[SectionPlan]] = {}
    for section in sections:
        next_up.setdefault((section.unit, section.subject, section.level), []).append(section)
    left = {section.no: section.renewals for section in sections}
    renewed: dict[int, SectionPlan] = {}
    for sitter in seated:
        if sitter.person.no not in applying or rng.random() >= GOES_ON:
            continue
        for held in sitter.sections:
            level = held.level + 1 if held.level in {1, 2} else held.level
            open_to_them = [
                section
                for section in next_up.get((held.unit, held.subject, level), ())
                if left[section.no] > 0
            ]
            if open_to_them:
                renewed[sitter.person.no] = section = rng.choice(open_to_them)
                left[section.no] -= 1
                break
    return renewed


def levels_reached(seated: list[Sitter]) -> dict[int, dict[str, int]]:
    """By learner and subject, the level they sit in this term."""
    return {
        sitter.person.no: {
            held.subject: held.level for held in sitter.sections if held.level in {1, 2, 3}
        }
        for sitter in seated
    }
