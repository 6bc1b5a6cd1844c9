"""Markets for tests: small ones at random from a seed, and short words to write one down."""

from random import Random

from enrolment.domain.allocation import Applicant, Bucket, Choice, ClassSpec, Market

RESERVES = ("N", "C", "M")


def market(classes, people, **rest):
    """``classes``: id to seats, or to (seats, bucket, ...); ``people``: in lottery order."""
    specs = []
    for class_id, seats in classes.items():
        capacity, *buckets = seats if isinstance(seats, tuple) else (seats,)
        specs.append(ClassSpec(class_id, capacity, tuple(buckets)))
    return Market(tuple(specs), tuple(people), **rest)


def person(name, lottery, wishes, *, max_seats=1, carries="", size=1):
    """Somebody who wishes for the classes of the letters in ``wishes``, or of its items."""
    flags = frozenset(carries)
    choices = tuple(Choice(class_id, 0, flags) for class_id in wishes)
    return Applicant(name, lottery, choices, max_seats, size)


def with_priorities(seats, wishes, priorities):
    """A market of one seat each where every class has an order of its own.

    ``wishes`` and ``priorities`` are words: "i1": "s2 s1" and "s1": "i1 i2", the first first.
    """
    order = {class_id: line.split() for class_id, line in priorities.items()}
    people = [
        Applicant(
            name,
            lottery,
            tuple(Choice(c, tier=order[c].index(name)) for c in line.split() if name in order[c]),
        )
        for lottery, (name, line) in enumerate(wishes.items(), 1)
    ]
    return market(seats, people)


def random_market(seed, *, people=5, classes=3, **fixed):
    """A market of the size that can be enumerated, with everything that may occur in it."""
    draw = Random(seed)
    specs = [
        ClassSpec(f"c{number}", draw.randint(0, 3), random_buckets(draw))
        for number in range(min(classes, draw.randint(0, classes + 2)))
    ]
    ids = [spec.id for spec in specs]
    count = min(people, draw.randint(0, people + 3))
    numbers = draw.sample(range(1, 4 * people + 2), count)
    applicants = [
        Applicant(f"p{at}", number, random_choices(draw, ids), draw.randint(0, 3))
        for at, number in enumerate(numbers)
    ]
    pairs = [(one, two) for one in ids for two in ids if one < two and draw.random() < 0.3]
    settings = {
        "clashes": tuple(pairs),
        "lottery_rounds": draw.choice(["reverse", "same"]),
        "waitlist_order": draw.choice(["rank", "no_seat_first"]),
    }
    return Market(tuple(specs), tuple(applicants), **settings | fixed)


def random_buckets(draw):
    names = draw.sample([*RESERVES, "*open*"], draw.randint(0, 3))
    return tuple(Bucket(name, draw.randint(0, 2), draw.random() < 0.25) for name in names)


def random_choices(draw, ids):
    tiers = draw.choice([(0,), (0, 1), (0, 2, 5), (0, 1, 2, 3)])
    return tuple(
        Choice(
            class_id,
            draw.choice(tiers),
            frozenset(name for name in RESERVES if draw.random() < 0.4),
        )
        for class_id in draw.sample(ids, draw.randint(0, len(ids)))
    )
