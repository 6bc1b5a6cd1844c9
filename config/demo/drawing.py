"""The next term's draw and its waitlists, on the forms of the city, by the real engine."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from config.demo.market import season_of
from config.demo.records import ApplicationPlan, CityPlan
from config.demo.seating import Sitter
from enrolment.domain.allocation import WaitlistOrder
from enrolment.domain.simulation import Draw, Seating, move_lines
from enrolment.domain.wishes import seats_to_win


@dataclass(frozen=True, slots=True)
class Drawn:
    """By number: who got which class, in the draw or from a line after it; who still waits."""

    by_draw: list[tuple[int, int]]
    by_line: list[tuple[int, int]]
    lines: dict[int, list[int]]


def draw(
    plan: CityPlan,
    *,
    held: Mapping[int, Sitter],
    left: Mapping[int, int],
    without: Collection[int],
) -> Drawn:
    """Draw the seats that are left once people have renewed, and let the lines move.

    ``held``: what learners go on in. ``without``: people whose forms are left out.
    """
    forms = _still_wanted(plan, held, without)
    season = season_of(
        plan, forms=forms, seats={section.no: left.get(section.no, 0) for section in plan.sections}
    ).with_numbers(f"{plan.seed}/{plan.next_term.code}")
    members: dict[int, tuple[int, ...]] = {form.learner: (form.learner,) for form in forms}
    for form in forms:
        if form.linked_with and not form.split_ok:
            members[form.learner] = (form.learner, form.linked_with)
    seating = Draw().seat(season)
    drawn = {(name, class_id) for name, classes in seating.held.items() for class_id in classes}
    move_lines(seating, order=WaitlistOrder.NO_SEAT_FIRST, chance=season.chance("who lets go"))
    seats = sorted((name, class_id) for name, classes in seating.held.items()
                   for class_id in classes)  # fmt: skip
    return Drawn(
        by_draw=_seats_of((seat for seat in seats if seat in drawn), members),
        by_line=_seats_of((seat for seat in seats if seat not in drawn), members),
        lines=_lines(seating, members),
    )


def _seats_of(
    seats: Iterable[tuple[str, str]], members: Mapping[int, tuple[int, ...]]
) -> list[tuple[int, int]]:
    return [(learner, int(class_id)) for name, class_id in seats for learner in members[int(name)]]


def _lines(seating: Seating, members: Mapping[int, tuple[int, ...]]) -> dict[int, list[int]]:
    """Before full classes only: where one seat is free, a pair may wait for the second."""
    return {
        int(class_id): [
            learner
            for name in line
            if seating.would_take(name, class_id)
            for learner in members[int(name)]
        ]
        for class_id, line in seating.lines.items()
        if line and not seating.free[class_id]
    }


def _still_wanted(
    plan: CityPlan, held: Mapping[int, Sitter], without: Collection[int]
) -> list[ApplicationPlan]:
    """Forms with what people may still win beside the classes they go on in.

    Where that differs for two who go together, each is drawn alone.
    """
    kept: dict[int, ApplicationPlan] = {}
    for form in plan.applications:
        sitter = held.get(form.learner)
        if form.learner in without:
            continue
        if sitter is None or not sitter.sections:
            kept[form.learner] = form
        elif (changed := _beside(plan, form, sitter)) is not None:
            kept[form.learner] = changed
    return [
        replace(form, linked_with=0)
        if form.linked_with and kept.get(form.linked_with, form).linked_with != form.learner
        else form
        for form in kept.values()
    ]


def _beside(plan: CityPlan, form: ApplicationPlan, sitter: Sitter) -> ApplicationPlan | None:
    """The form without what clashes with a class gone on in; None if nothing is left to win."""
    wanted = seats_to_win(form.wanted, len(sitter.sections), allowed=sitter.most)
    own, substitutes = (
        tuple(number for number in numbers if sitter.can_take(plan.sections[number - 1]))
        for numbers in (form.wishes, form.substitutes)
    )
    if not wanted or not own:
        return None
    return replace(
        form,
        wishes=own,
        substitutes=substitutes,
        wanted=wanted,
        renewed=sitter.sections[0].no,
        linked_with=0,
    )
