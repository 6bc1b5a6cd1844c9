"""Seasons for tests: short words to write one down, and small ones at random from a seed."""

from random import Random

from enrolment.domain.simulation import Form, Season
from tests.enrolment.domain.allocation import markets


class Certain(Random):
    """Chance that always falls on one side: nobody lets go (1), or everybody (0)."""

    def __init__(self, value):
        super().__init__(0)
        self.value = value

    def random(self):
        return self.value


NOBODY_LETS_GO, EVERYBODY_LETS_GO = Certain(1.0), Certain(0.0)


def season(classes, people, *, forms=None, **rest):
    """A season of the market's words; ``forms``: by name, what is not as dull as can be."""
    market = markets.market(classes, people, **rest)
    known = forms or {}
    return Season(
        market, {person.id: form(person, **known.get(person.id, {})) for person in people}
    )


def form(person, **known):
    dull = {"people": ({},) * person.size, "own": len(person.choices)}
    return Form(person.id, **dull | known)


def random_season(seed):
    """Everything that may occur: reserves, clashes, pairs, alternatives, classes gone on in."""
    draw = Random(seed)
    market = markets.random_market(seed, people=9, classes=5)
    ids = [spec.id for spec in market.classes]
    forms = {}
    for person in market.applicants:
        others = [name for name in ids if name not in {c.class_id for c in person.choices}]
        forms[person.id] = form(
            person,
            own=draw.randint(0, len(person.choices)),
            minutes=draw.random(),
            holds_a_seat=draw.random() < 0.2,
            instead=tuple(draw.sample(others, draw.randint(0, len(others)))),
            people=({"age": draw.choice(["50s", "60s"])},) * person.size,
        )
    return Season(market, forms)
