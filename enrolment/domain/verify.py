"""Check a published draw from its own files: nothing is believed, everything is worked out anew.

    python verify.py FOLDER

One file, Python's standard library, no network, no other code of the university. ``verify.html``
does the same in a browser and prints the same text. It ends with 0 and a summary when every line
is right, with 1 and the first wrong line when one is not.
"""

from __future__ import annotations  # for older Pythons too

import hmac
import re
import sys
from bisect import insort
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

INTO_THE_DRAW = ("clashes.csv", "roster.csv", "sections.csv", "seed.txt")
PUBLISHED = sorted((*INTO_THE_DRAW, "cutoffs.csv", "numbers.csv", "result.csv"))
DIGESTS = "digests.txt"

# What a line must look like. The first group is what the file is sorted by.
NAME, COUNT = "[A-Za-z0-9._-]{1,64}", "(?:0|[1-9][0-9]{0,8})"
WISH, BUCKET = f"{NAME}:{COUNT}:[A-Z]*", rf"(?:\*open\*|[A-Z]):{COUNT}:[01]"
SECTION = rf"({NAME}),({COUNT}),((?:{BUCKET}(?:\|{BUCKET})*)?)"
CLASH = f"(({NAME}),({NAME}))"
APPLICATION = rf"({NAME}),([0-9]),([12]),((?:{WISH}(?:\|{WISH})*)?)"
TEXT = r"[^\x00-\x20\x7f](?:[^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?"
SOURCE = rf"([^\x00-\x20=\x7f]+)={TEXT}"

OPEN_FIRST, OPEN_LAST = "*open*", "open"  # steps for everybody: an early one, and the last

Key = tuple[int, int, str]  # tier, lottery number of this round, application: smaller is first
Step = tuple[str, int, list[Key]]  # bucket, its seats, who gets one


class Wrong(Exception):
    """The first wrong line."""

    def __init__(self, name: str, line: int, why: str) -> None:
        super().__init__(f"不符 WRONG: {name} 第 {line} 行 line {line}: {why}")


def ensure(right: bool, name: str, line: int, why: str) -> None:
    if not right:
        raise Wrong(name, line, why)


# Reading. Bytes are taken as Latin-1, one character each: none is lost or changed on the way.


def read(folder: Path) -> dict[str, str]:
    files = {}
    for name in sorted((*PUBLISHED, DIGESTS)):
        ensure((folder / name).is_file(), name, 1, "缺少文件 the file is missing")
        files[name] = (folder / name).read_bytes().decode("latin-1")
    return files


def digest(text: str) -> str:
    return sha256(text.encode("latin-1")).hexdigest()


def show(line: str | None) -> str:
    if line is None:
        return "没有 nothing"
    return '"' + re.sub("[^ -~]", lambda found: f"\\x{ord(found[0]):02x}", line) + '"'


def expect(name: str, lines: list[str], index: int, must: str | None) -> None:
    there = lines[index] if index < len(lines) else None
    why = f"公布 published {show(there)}, 应为 must be {show(must)}"
    ensure(there == must, name, index + 1, why)


def compare(name: str, published: str, ours: list[str]) -> None:
    """A file beside what we worked out, line by line."""
    theirs, right = published.split("\n"), [*ours, ""]
    for index in range(max(len(theirs), len(right))):
        expect(name, theirs, index, right[index] if index < len(right) else None)


def rows(files: dict[str, str], name: str, header: list[str], form: str) -> list[re.Match[str]]:
    """The lines after the header: each in the form agreed, ascending, none twice."""
    lines = files[name].split("\n")
    for index, must in enumerate(header):
        expect(name, lines, index, must)
    found: list[re.Match[str]] = []
    for number, line in enumerate(lines[len(header) : -1], len(header) + 1):
        match = re.fullmatch(form, line)
        if match is None or (found and found[-1][1] >= match[1]):
            raise Wrong(name, number, f"格式或次序不对 bad form or order {show(line)}")
        found.append(match)
    ensure(lines[-1] == "", name, len(lines), "末尾没有换行 no line end")
    return found


# What went into the draw


class Section:
    def __init__(self, match: re.Match[str], line: int) -> None:
        self.left = int(match[2])
        self.buckets: list[tuple[str, int, bool]] = []  # name, seats, hard
        for bucket in match[3].split("|") if match[3] else []:
            name, seats, hard = bucket.split(":")
            twice = name in (other for other, _seats, _hard in self.buckets)
            ensure(not twice, "sections.csv", line, f"重复 twice {show(name)}")
            self.buckets.append((name, int(seats), hard == "1"))


class Application:
    def __init__(self, match: re.Match[str], line: int, sections: dict[str, Section]) -> None:
        self.max_seats, self.size = int(match[2]), int(match[3])
        self.wishes: dict[str, tuple[int, str]] = {}  # in the order wished: tier, flags
        self.seats: dict[str, tuple[int, str]] = {}  # won so far: round, bucket
        for wish in match[4].split("|") if match[4] else []:
            section, tier, flags = wish.split(":")
            ensure(section in sections, "roster.csv", line, f"没有此班 unknown {show(section)}")
            twice = section in self.wishes or len(set(flags)) < len(flags)
            ensure(not twice, "roster.csv", line, f"重复 twice {show(wish)}")
            self.wishes[section] = (int(tier), flags)


def read_seed(files: dict[str, str]) -> tuple[str, bytes]:
    """The term, and the seed: SHA-256 of seed.txt, which names the roster and the throws."""
    text = files["seed.txt"]
    try:
        text.encode("latin-1").decode()
    except UnicodeDecodeError as bad:
        raise Wrong("seed.txt", text.count("\n", 0, bad.start) + 1, "不是 not UTF-8") from None
    term = text.split("\n")[1] if re.match(f"LOT/1\n{TEXT}\n", text) else "TERM"
    sources = rows(files, "seed.txt", ["LOT/1", term, digest(files["roster.csv"])], SOURCE)
    ensure(bool(sources), "seed.txt", 4, "没有随机源 no source of chance")
    return term.encode("latin-1").decode(), sha256(text.encode("latin-1")).digest()


def draw_numbers(roster: dict[str, Application], seed: bytes) -> dict[str, int]:
    """Lottery numbers from 1: the rank of HMAC-SHA256(seed, application number)."""
    drawn = sorted((hmac.digest(seed, name.encode(), "sha256"), name) for name in roster)
    return {name: number for number, (_digest, name) in enumerate(drawn, 1)}


# RDA/1: in each round applicants propose in the order of their numbers, and classes choose


class Draw:
    def __init__(self, files: dict[str, str]) -> None:
        found = rows(files, "sections.csv", ["section,capacity,buckets"], SECTION)
        self.sections = {match[1]: Section(match, line) for line, match in enumerate(found, 2)}
        found = rows(files, "clashes.csv", ["section,section"], CLASH)
        self.clashes: set[tuple[str, str]] = set()
        for line, match in enumerate(found, 2):
            right = {match[2], match[3]} <= self.sections.keys() and match[2] < match[3]
            ensure(right, "clashes.csv", line, f"没有此班或次序不对 unknown or {show(match[1])}")
            self.clashes |= {(match[2], match[3]), (match[3], match[2])}
        found = rows(files, "roster.csv", ["application,max_seats,size,wishes"], APPLICATION)
        self.roster = {
            m[1]: Application(m, line, self.sections) for line, m in enumerate(found, 2)
        }
        self.cutoffs: list[tuple[str, int, str, str]] = []

    def run(self, numbers: dict[str, int]) -> None:
        """All rounds, in even ones the numbers reversed; what is won stays with its winner."""
        last = len(numbers) + 1
        rounds = max((who.max_seats for who in self.roster.values()), default=0)
        for round_ in range(1, rounds + 1):
            turn = {name: last - n if round_ % 2 == 0 else n for name, n in numbers.items()}
            for section in self.sections.values():  # no bucket has more seats than are left
                left = section.left
                for index, (bucket, seats, hard) in enumerate(section.buckets):
                    section.buckets[index] = (bucket, min(seats, left), hard)
                    left -= min(seats, left)
            for name, pool in self.propose(round_, turn).items():
                self.settle(name, self.choose(name, pool), round_)

    def free_for(self, who: Application, wish: str) -> bool:
        return not any(wish == held or (wish, held) in self.clashes for held in who.seats)

    def propose(self, round_: int, turn: dict[str, int]) -> dict[str, list[Key]]:
        """Whom each class holds when nobody has anywhere left to ask.

        The first in line asks the best class on their list that has not refused them. Whoever
        the class does not choose is refused for good, and stands in line again at their place.
        """
        lists = {}
        for name, who in self.roster.items():
            if len(who.seats) == round_ - 1 and who.max_seats >= round_:
                lists[name] = [wish for wish in who.wishes if self.free_for(who, wish)]
        pools: dict[str, list[Key]] = {section: [] for section in self.sections}
        line = sorted((-turn[name], name) for name in lists)  # the first in line is the last here
        while line:
            name = line.pop()[1]
            if not lists[name]:
                continue
            section = lists[name][0]
            pool = pools[section]
            insort(pool, (self.roster[name].wishes[section][0], turn[name], name))
            chosen = {key for step in self.choose(section, pool) for key in step[2]}
            for _tier, number, refused in (key for key in pool if key not in chosen):
                lists[refused].pop(0)
                insort(line, (-number, refused))
            pools[section] = [key for key in pool if key in chosen]
        return pools

    def choose(self, section: str, pool: list[Key]) -> list[Step]:
        """Whom a class takes from a sorted pool: bucket by bucket, then the rest for everybody.

        A pair needs two seats of one bucket and is passed over where one is left. What a soft
        bucket leaves goes to the last step; what a hard one leaves stays empty.
        """
        steps: list[Step] = []
        left = self.sections[section].left
        for bucket, size, hard in [*self.sections[section].buckets, (OPEN_LAST, 0, False)]:
            seats = empty = left if bucket == OPEN_LAST else size
            winners, others = [], []
            for key in pool:
                who = self.roster[key[2]]
                flags = who.wishes[section][1]
                if (bucket in (OPEN_FIRST, OPEN_LAST) or bucket in flags) and who.size <= empty:
                    winners.append(key)
                    empty -= who.size
                else:
                    others.append(key)
            steps.append((bucket, seats, winners))
            left -= seats if hard else seats - empty
            pool = others
        return steps

    def settle(self, name: str, steps: list[Step], round_: int) -> None:
        """Give out the seats of a class and note the cut-offs: the last who got one, if full."""
        section = self.sections[name]
        for index, (bucket, seats, winners) in enumerate(steps):
            printed = "open-first" if bucket == OPEN_FIRST else bucket
            used = sum(self.roster[winner].size for _tier, _number, winner in winners)
            for _tier, _number, winner in winners:
                self.roster[winner].seats[name] = (round_, printed)
            section.left -= used
            if bucket != OPEN_LAST:
                section.buckets[index] = (bucket, seats - used, section.buckets[index][2])
            if seats:
                cutoff = f"{winners[-1][0]},{winners[-1][1]}" if used == seats else "not_full,"
                self.cutoffs.append((name, round_, printed, cutoff))
            elif bucket == OPEN_LAST:
                self.cutoffs.append((name, round_, printed, "closed,"))


def report(files: dict[str, str]) -> Iterator[str]:
    """Everything in order, a line for each thing found right. Raises ``Wrong``."""
    draw = Draw(files)
    yield f"报名 Applications: {len(draw.roster)}"
    seats = sum(section.left for section in draw.sections.values())
    yield f"班级 Classes: {len(draw.sections)}, 座位 seats: {seats}"
    term, seed = read_seed(files)
    yield f"学期 Term: {term}"
    digests = [f"{digest(files[name])}  {name}" for name in PUBLISHED]
    for index, name in enumerate(PUBLISHED):  # is the draw run on the files that were posted?
        if name in INTO_THE_DRAW:
            expect(DIGESTS, files[DIGESTS].split("\n"), index, digests[index])
    yield f"种子 Seed: {seed.hex()}"
    numbers = draw_numbers(draw.roster, seed)
    lines = [f"{name},{numbers[name]}" for name in sorted(numbers)]
    compare("numbers.csv", files["numbers.csv"], ["receipt,number", *lines])
    yield f"号码 Numbers: {len(lines)}"
    draw.run(numbers)
    lines = [
        f"{name},{section},{round_},{bucket}"
        for name, who in draw.roster.items()
        for section, (round_, bucket) in sorted(who.seats.items())
    ]
    compare("result.csv", files["result.csv"], ["application,section,round,bucket", *lines])
    yield f"录取 Result: {len(lines)}"
    lines = [",".join(map(str, cutoff)) for cutoff in sorted(draw.cutoffs)]
    compare("cutoffs.csv", files["cutoffs.csv"], ["section,round,bucket,tier,number", *lines])
    yield f"末位号码 Cut-offs: {len(lines)}"
    compare(DIGESTS, files[DIGESTS], digests)
    yield from digests
    winners = [who for who in draw.roster.values() if who.seats]
    given = sum(who.size * len(who.seats) for who in winners)
    yield f"全部相符 ALL RIGHT: {len(winners)} 份报名录取 placed, {given} 个座位 seats given"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("python verify.py FOLDER\n")
        return 2
    try:
        for line in report(read(Path(arguments[0]))):
            sys.stdout.buffer.write(f"{line}\n".encode())
    except Wrong as wrong:
        sys.stdout.buffer.write(f"{wrong}\n".encode())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
