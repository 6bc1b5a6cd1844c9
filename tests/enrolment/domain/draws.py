"""Small draws, published as the product publishes them.

The result is worked out by ``verify.py`` itself; that it is the right one is shown beside it, by
packages worked out on paper and by the product's own engine.
"""

from random import Random

from enrolment.domain import lottery, package, verify

TERM = "2027-spring"
SOURCES = {"dice": "415263415263415263415263", "drand": "8f3a" * 16}


def wish(section, buckets="", tier=0):
    return {"class": section, "tier": tier, "buckets": list(buckets)}


def person(application, *wishes, max_seats=1, size=1):
    choices = [wish(entry) if isinstance(entry, str) else entry for entry in wishes]
    return {"id": application, "max_seats": max_seats, "size": size, "choices": choices}


def section(name, capacity, *buckets):
    """A class; a bucket is its name and seats, and True where it is hard."""
    listed = [dict(zip(("name", "seats", "hard"), bucket, strict=False)) for bucket in buckets]
    return {"id": name, "capacity": capacity, "buckets": listed}


def market(sections, people, clashes=()):
    return {"classes": sections, "applicants": people, "clashes": [list(pair) for pair in clashes]}


def drawn(market, *, sources=SOURCES, term=TERM):
    """The market with lottery numbers, and the bytes of seed.txt."""
    frozen = package.frozen_files(market)
    text = lottery.seed_text(
        term=term,
        roster_sha256=package.roster_sha256(frozen),
        sources=sources,
        named=list(sources),
    ).encode()
    numbers = lottery.number_applications(
        [person["id"] for person in market["applicants"]], seed=lottery.seed_of(text)
    )
    people = [{**person, "lottery": numbers[person["id"]]} for person in market["applicants"]]
    return {**market, "applicants": people}, text


def published(market, **draw):
    """The files of a whole draw."""
    market, text = drawn(market, **draw)
    frozen = package.frozen_files(market)
    recomputed = verify.Draw({name: file.decode("latin-1") for name, file in frozen.items()})
    recomputed.run({person["id"]: person["lottery"] for person in market["applicants"]})
    seats = {
        f"{name}|{place}": list(seat)
        for name, who in recomputed.roster.items()
        for place, seat in who.seats.items()
    }
    return package.drawn_files(
        market, {"seats": seats, "cutoffs": _cutoffs(recomputed.cutoffs)}, text
    )


def _cutoffs(lines):
    words = {"not_full,": None, "closed,": "closed"}
    return {
        f"{name}|{round_}|{bucket}": words[last] if last in words else [*map(int, last.split(","))]
        for name, round_, bucket, last in lines
    }


def with_new_digests(files):
    """What somebody would publish who changes a file and its digest too."""
    return {**files, package.DIGESTS: package.digests_txt(files)}


def checked(files):
    """What the verifier says of these files: exit status and report."""
    lines = []
    try:
        for line in verify.report({name: file.decode("latin-1") for name, file in files.items()}):
            lines.append(line)
    except verify.Wrong as wrong:
        return 1, [*lines, str(wrong)]
    return 0, lines


def random_market(seed, *, people=12, classes=5, pairs=False, most_seats=2):
    """A market with everything in it: reserves soft and hard, tiers, clashes, several flags."""
    chance = Random(seed)
    names = [f"C-{number}" for number in range(chance.randint(1, classes))]
    sections = [section(name, chance.randint(0, 4), *_random_buckets(chance)) for name in names]
    clashes = [
        (one, other)
        for index, one in enumerate(names)
        for other in names[index + 1 :]
        if chance.random() < 0.25
    ]
    numbers = chance.sample(range(10**11, 10**12), chance.randint(0, people))
    applicants = [
        person(
            str(number),
            *(
                wish(
                    name,
                    [flag for flag in "NCM" if chance.random() < 0.35],
                    chance.choice([0, 0, 1]),
                )
                for name in chance.sample(names, chance.randint(0, len(names)))
            ),
            max_seats=chance.randint(0, most_seats),
            size=2 if pairs and chance.random() < 0.3 else 1,
        )
        for number in numbers
    ]
    return market(sections, applicants, clashes)


def _random_buckets(chance):
    names = chance.sample(["*open*", "N", "C", "M"], chance.randint(0, 4))
    return [(name, chance.randint(0, 3), chance.random() < 0.25) for name in names]
