"""RDA/1 by brute force, from the definition alone: all stable matchings of each round, the best.

Shares nothing with the engines but the records of a market. Slow on purpose: a round of five
people is up to a thousand matchings, each of them looked at.
"""

from itertools import product
from math import prod

ANYBODY = "*open*"


class Class:
    """A class with what is left of it, and the choice it makes from a pool."""

    def __init__(self, spec):
        self.id = spec.id
        self.seats = spec.capacity
        self.buckets = [[bucket.name, bucket.seats, bucket.hard] for bucket in spec.buckets]

    def clamp(self):
        left = self.seats
        for bucket in self.buckets:
            bucket[1] = max(0, min(bucket[1], left))
            left -= bucket[1]

    def choose(self, pool, key, carried):
        """Which bucket each of the pool gets, and how many open seats there were."""
        waiting, placed, in_buckets, empty_hard = sorted(pool, key=key), {}, 0, 0
        for name, seats, hard in self.buckets:
            eligible = [i for i in waiting if name == ANYBODY or name in carried[i, self.id]]
            taken = eligible[:seats]
            placed |= dict.fromkeys(taken, name)
            waiting = [i for i in waiting if i not in taken]
            in_buckets += len(taken)
            empty_hard += seats - len(taken) if hard else 0
        room = self.seats - in_buckets - empty_hard
        placed |= dict.fromkeys(waiting[:room], None)
        return placed, room


class Oracle:
    def __init__(self, market):
        self.market = market
        self.classes = {spec.id: Class(spec) for spec in market.classes}
        self.people = {person.id: person for person in market.applicants}
        self.lists = {i: [c.class_id for c in p.choices] for i, p in self.people.items()}
        self.tier = {(i, c.class_id): c.tier for i, p in self.people.items() for c in p.choices}
        self.carried = {
            (i, c.class_id): c.buckets for i, p in self.people.items() for c in p.choices
        }
        self.clashes = {frozenset(pair) for pair in market.clashes}
        self.held = {i: {} for i in self.people}
        self.cutoffs = {}
        self.stable_counts = []

    def clash(self, one, other):
        return one != other and frozenset((one, other)) in self.clashes

    def number(self, i, round_):
        numbers = [person.lottery for person in self.market.applicants]
        own = self.people[i].lottery
        if round_ % 2 == 0 and self.market.lottery_rounds == "reverse":
            return min(numbers) + max(numbers) - own
        return own

    def run(self):
        most = max((person.max_seats for person in self.market.applicants), default=0)
        for round_ in range(1, most + 1):
            for class_ in self.classes.values():
                class_.clamp()
            lists = {
                i: [
                    c
                    for c in self.lists[i]
                    if c not in held and not any(self.clash(c, other) for other in held)
                ]
                for i, held in self.held.items()
                if len(held) == round_ - 1 and self.people[i].max_seats >= round_
            }
            self.close(round_, self.best_for_applicants(round_, lists))
        return self.printed()

    def chosen(self, class_id, pool, round_, known):
        asked = class_id, frozenset(pool)
        if asked not in known:
            known[asked] = self.classes[class_id].choose(
                pool,
                lambda i: (self.tier[i, class_id], self.number(i, round_)),
                self.carried,
            )[0]
        return known[asked]

    def is_stable(self, matching, lists, round_, known):
        inside = {c: {i for i, at in matching.items() if at == c} for c in self.classes}
        for c, pool in inside.items():
            if len(self.chosen(c, pool, round_, known)) < len(pool):
                return False
        for i, at in matching.items():
            better = lists[i][: lists[i].index(at)] if at else lists[i]
            if any(i in self.chosen(c, inside[c] | {i}, round_, known) for c in better):
                return False
        return True

    def best_for_applicants(self, round_, lists):
        known = {}
        people = list(lists)
        assert prod(len(lists[i]) + 1 for i in people) <= 10_000, "too large to enumerate"
        options = [[*lists[i], None] for i in people]
        stable = [
            matching
            for seats in product(*options)
            if self.is_stable(
                matching := dict(zip(people, seats, strict=True)), lists, round_, known
            )
        ]
        self.stable_counts.append(len(stable))
        place = {i: {c: at for at, c in enumerate([*lists[i], None])} for i in people}
        best = [
            one
            for one in stable
            if all(place[i][one[i]] <= place[i][other[i]] for other in stable for i in people)
        ]
        assert len(best) == 1
        return best[0]

    def close(self, round_, matching):
        for c, class_ in self.classes.items():
            pool = [i for i, at in matching.items() if at == c]

            def key(i, c=c):
                return self.tier[i, c], self.number(i, round_)

            placed, room = class_.choose(pool, key, self.carried)
            for i, name in placed.items():
                self.held[i][c] = [round_, printed_name(name)]
            for name, seats in [*((b[0], b[1]) for b in class_.buckets if b[1]), (None, room)]:
                inside = [i for i in placed if placed[i] == name]
                line = f"{c}|{round_}|{printed_name(name)}"
                if seats == 0:
                    self.cutoffs[line] = "closed"
                elif len(inside) == seats:
                    self.cutoffs[line] = list(max(key(i) for i in inside))
                else:
                    self.cutoffs[line] = None
            class_.seats -= len(placed)
            for bucket in class_.buckets:
                bucket[1] -= sum(name == bucket[0] for name in placed.values())

    def waitlist(self, c):
        waiting = []
        for i, person in self.people.items():
            if c not in self.lists[i] or c in self.held[i]:
                continue
            above = [b for b in self.lists[i][: self.lists[i].index(c)] if b in self.held[i]]
            u = len(above)
            if u < person.max_seats and not any(self.clash(b, c) for b in above):
                seated = bool(self.held[i]) and self.market.waitlist_order == "no_seat_first"
                waiting.append((seated, u + 1, self.tier[i, c], self.number(i, u + 1), i))
        return [entry[-1] for entry in sorted(waiting)]

    def printed(self):
        return {
            "assignment": {i: [c for c in self.lists[i] if c in h] for i, h in self.held.items()},
            "seats": {f"{i}|{c}": seat for i, h in self.held.items() for c, seat in h.items()},
            "waitlists": {c: self.waitlist(c) for c in self.classes},
            "cutoffs": self.cutoffs,
        }


def printed_name(name):
    return {None: "open", ANYBODY: "open-first"}.get(name, name)
