"""The crowd before an opening: one process on one core that does what waiting pages and people do.

Started by ``rush.py``, which tells it line by line what to do and reads what came of it. Standard
library only, so that it costs little; the servers have the rest of the machine. Nothing in here
knows the product but its addresses and the published rule of when to ask again.
"""

import asyncio
import json
import os
import random
import re
import resource
import sys
import time
from collections import Counter, defaultdict
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

TOKEN = "0123456789abcdef" * 2
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
SEAT = re.compile(r"/my/classes/(\d+)/")
LINE = re.compile(r"/my/waiting/(\d+)/")
PATIENCE = 30.0
MOST_LINES = 100
AGAIN = (1.0, 3.0)  # seconds until somebody presses again after a fault
COME_AGAIN, SECOND_CLASS, INTRUDERS = 0.10, 0.15, 60


class Away(Exception):
    """Nobody answered."""


class Answer:
    """Status, raw head and body of one answer."""

    __slots__ = ("body", "head", "status")

    def __init__(self, status: int, head: bytes, body: bytes) -> None:
        self.status, self.head, self.body = status, head, body

    def header(self, name: bytes) -> list[str]:
        """Return all values of a header."""
        lines = self.head.split(b"\r\n")[1:]
        pairs = (line.partition(b":") for line in lines)
        return [value.strip().decode() for key, _, value in pairs if key.lower() == name]


class Lines:
    """Connections that are kept, as a proxy in front keeps them; whoever finds none free waits."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.free = asyncio.Semaphore(MOST_LINES)
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, method: str, path: str, head: str = "", body: str = "") -> Answer:
        """Send one request and read its answer. Raises ``Away``."""
        data = body.encode()
        length = f"Content-Length: {len(data)}\r\n" if method == "POST" else ""
        request = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{head}{length}\r\n"
        try:
            async with asyncio.timeout(PATIENCE), self.free:
                reader, writer = await self._line()
                try:
                    writer.write(request.encode() + data)
                    answer = await _read(reader)
                except BaseException:
                    writer.close()
                    raise
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            raise Away(type(error).__name__) from error
        if b"\r\nconnection: close" in answer.head.lower():
            writer.close()
        else:
            self.idle.append((reader, writer))
        return answer

    async def _line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self.idle:
            reader, writer = self.idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self.port)


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    small = head.lower()
    if status in {204, 304}:
        return Answer(status, head, b"")
    at = small.find(b"\r\ncontent-length:")
    if at >= 0:
        length = int(small[at + 17 : small.index(b"\r\n", at + 2)])
        return Answer(status, head, await reader.readexactly(length) if length else b"")
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return Answer(status, head, body)


class Crowd:
    """Everybody who stands before the door, and what they met."""

    def __init__(self, city: dict[str, Any]) -> None:
        self.city = city
        self.pages, self.people = Lines(city["port"]), Lines(city["port"])
        self.door = f"/openings/{city['opening']}/"
        self.files = f"/queue/{city['opening']}/"
        self.chance = random.Random(city["seed"])
        weights = [1 / (rank + 1) ** 1.1 for rank in range(len(city["classes"]))]
        self.wanted = dict(zip(city["classes"], weights, strict=True))
        self.full: set[int] = set()
        self.took: dict[str, list[float]] = defaultdict(list)
        self.met: Counter[str] = Counter()
        self.answers: list[dict[str, Any]] = []
        self.entered: list[tuple[int, int, int]] = []
        self.serving: list[tuple[str, int]] = []
        self.seats = 0
        self.state: dict[str, Any] = {}

    # One request

    async def timed(
        self, kind: str, method: str, path: str, head: str = "", body: str = ""
    ) -> Answer:
        """Ask as a person does; whatever is a fault is counted, and asked again after a while."""
        while True:
            began = time.perf_counter()
            try:
                answer = await self.people.ask(method, path, head, body)
            except Away as away:
                self.met[f"nobody answered: {away}"] += 1
            else:
                self.took[kind].append((time.perf_counter() - began) * 1000)
                if answer.status < 500:
                    return answer
                self.met[f"{kind}: {answer.status}"] += 1
            await asyncio.sleep(self.chance.uniform(*AGAIN))

    async def read_file(self, kind: str, name: str) -> Any:
        """Read a published file; None when it is not there, or nobody answered."""
        began = time.perf_counter()
        try:
            answer = await self.pages.ask("GET", self.files + name)
        except Away as away:
            self.met[f"a file, nobody answered: {away}"] += 1
            return None
        self.took[kind].append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            self.met[f"{kind}: {answer.status}"] += answer.status != 404
            return None
        return json.loads(answer.body)

    def cookies(self, n: int, token: str = "") -> str:
        """Return the cookie line of a learner, with the pass if they have one."""
        learner = self.city["first"] + n
        held = f"; pass-{self.city['opening']}-{learner}={token}" if token else ""
        session = self.city["sessions"][n]
        return f"Cookie: sessionid={session}; csrftoken={TOKEN}{held}\r\n"

    def form(self, n: int, **fields: str) -> str:
        """Return the body of a form as its page would send it."""
        learner = self.city["first"] + n
        return urlencode({"csrfmiddlewaretoken": TOKEN, "meant_for": learner, **fields})

    # Before the hour

    async def join(self) -> dict[str, Any]:
        """Let everybody take a number, thirty-two at a time."""
        began = time.perf_counter()
        everybody = iter(range(self.city["join"]))

        async def take_numbers() -> None:
            for n in everybody:
                head = self.cookies(n) + FORM
                answer = await self.timed("join", "POST", self.door + "join/", head, self.form(n))
                if answer.status != 302:
                    self.met[f"join: {answer.status}"] += 1
                if n % 1000 == 0:
                    say({"joined": n})

        await asyncio.gather(*(take_numbers() for _ in range(32)))
        return {"seconds": time.perf_counter() - began}

    async def look_around(self, kind: str, seconds: float) -> dict[str, Any]:
        """Read a course and the catalogue as visitors do, some a second."""
        until = time.monotonic() + seconds
        await asyncio.gather(*(self._visit(kind, until) for _ in range(3)))
        return {}

    async def _visit(self, kind: str, until: float) -> None:
        await asyncio.sleep(self.chance.random())
        while time.monotonic() < until:
            course = self.chance.choice(self.city["courses"])
            page, path = self.chance.choice(
                [("course", f"/courses/{course}/"), ("catalogue", "/courses/")]
            )
            await self.timed(f"{page}, {kind}", "GET", path)
            await asyncio.sleep(self.chance.uniform(0.5, 1.5))

    # The rush

    async def rush(self, numbers: list[str], opens: float, seconds: float) -> dict[str, Any]:
        """Live through the opening; ends when every class is known to be full, or by the clock."""
        self.opens, self.until = opens, opens + seconds
        self.over = asyncio.Event()
        people = [
            asyncio.create_task(self._wait_and_enrol(n, number))
            for n, number in enumerate(numbers)
        ]
        others = [
            asyncio.create_task(work)
            for work in (
                self._watch(),
                self.look_around("in the rush", self.until - time.time()),
                *(self._intrude(n) for n in self._intruders()),
            )
        ]
        with suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), self.until - time.time())
        ended = time.time()
        await asyncio.sleep(2)  # what was pressed is answered
        for task in [*people, *others]:
            task.cancel()
        done = await asyncio.gather(*people, *others, return_exceptions=True)
        for error in done:
            if isinstance(error, Exception):
                self.met[f"the crowd itself: {error!r}"[:100]] += 1
        return {"seconds": ended - opens}

    async def _watch(self) -> None:
        """Note how far the published state has got, once a second, and tell how it goes."""
        while True:
            state = await self.read_file("watch", "state.json")
            if state and (not self.serving or self.serving[-1][0] != state["as_of"]):
                self.serving.append((state["as_of"], state["serving"]))
            say({"seats": self.seats, "entered": len(self.entered)})
            await asyncio.sleep(0.4)

    async def _wait_and_enrol(self, n: int, number: str) -> None:
        position = await self._wait(number)
        token, page = await self._enter(n, position)
        if self.chance.random() < COME_AGAIN:  # the line was lost; the place was not
            await asyncio.sleep(self.chance.uniform(1, 3))
            self.met["came in again"] += 1
            token, page = await self._enter(n, position)
        del page
        await self._enrol(n, token)
        if self.chance.random() < SECOND_CLASS:
            await self._enrol(n, token)

    async def _wait(self, number: str) -> int:
        """Do as the waiting page does; return one's position once it is called."""
        wait = self.opens - time.time() + 4 + self.chance.random() * self.city["spread"]
        await asyncio.sleep(max(0.0, wait))
        position = None
        while True:
            state = await self.read_file("poll", "state.json")
            if state and state["drawn"]:
                if position is None:
                    places = await self.read_file("place", f"places/{number[:2]}.json")
                    position = places and places.get(number, [None, None])[1]
                if position is not None and position <= state["serving"]:
                    return int(position)
            await asyncio.sleep(_pause(state, position) * self.chance.uniform(1.0, 1.1))

    async def _enter(self, n: int, position: int) -> tuple[str, str]:
        section = self._choice()
        there = f"/classes/{section}/enrol/"
        answer = await self.timed(
            "enter", "POST", self.door + "enter/", self.cookies(n) + FORM,
            self.form(n, next=there),
        )  # fmt: skip
        token = _pass_of(answer)
        if token:
            self.entered.append((n, position, int(time.time() * 1000)))
        else:
            self.met["a turn that was called and not let in"] += 1
        return token, (answer.header(b"location") or [""])[0]

    async def _enrol(self, n: int, token: str) -> None:
        """Open the class one wants, and press; where it was full meanwhile one stands in line."""
        section = self._choice()
        head = self.cookies(n, token)
        await self.timed("check page", "GET", f"/classes/{section}/enrol/", head)
        await asyncio.sleep(self.chance.uniform(0.2, 2.0))
        key = str(uuid4())
        answer = await self.timed(
            "claim", "POST", f"/classes/{section}/hold/", head + FORM,
            self.form(n, press=key, expects="seat"),
        )  # fmt: skip
        there = (answer.header(b"location") or [""])[0]
        seat, line = SEAT.search(there), LINE.search(there)
        outcome = "seat" if seat else "line" if line else "refused"
        self.met[f"claims: {outcome}"] += 1
        self.answers.append(
            {
                "learner": self.city["first"] + n, "section": section, "key": key,
                "outcome": outcome, "id": int((seat or line)[1]) if seat or line else None,
            }
        )  # fmt: skip
        self.seats += outcome == "seat"
        if outcome == "line":
            self.full.add(section)
        if self.seats >= self.city["seats"]:
            self.over.set()

    def _choice(self) -> int:
        """A class that is not known to be full, some far more wanted than others."""
        free = [section for section in self.wanted if section not in self.full]
        if not free:
            self.over.set()
            free = list(self.wanted)
        return self.chance.choices(free, [self.wanted[section] for section in free])[0]

    # Those who try to be cleverer

    def _intruders(self) -> range:
        number = min(INTRUDERS, self.city["learners"] // 10)
        return range(self.city["learners"] - number, self.city["learners"])

    async def _intrude(self, n: int) -> None:
        """Press for a seat without a turn: with no pass, and with somebody else's."""
        await asyncio.sleep(self.opens - time.time() + self.chance.uniform(8, 25))
        for token in ("", "1.1.1.people.1.AAAAAAAAAAA.9999999999." + "A" * 43):
            answer = await self.timed(
                "intruder", "POST", f"/classes/{self._choice()}/hold/",
                self.cookies(n, token) + FORM,
                self.form(n, press=str(uuid4()), expects="seat"),
            )  # fmt: skip
            there = (answer.header(b"location") or [""])[0]
            got_in = SEAT.search(there) or LINE.search(there)
            self.met["intruders: " + ("LET IN" if got_in else "turned away")] += 1

    def report(self) -> dict[str, Any]:
        """Return everything that was met since the last report."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        told = {
            "took": self.took, "met": dict(self.met), "answers": self.answers,
            "entered": self.entered, "serving": self.serving, "full": len(self.full),
            "cpu": usage.ru_utime + usage.ru_stime,
        }  # fmt: skip
        self.took, self.met = defaultdict(list), Counter()
        return told


def _pause(state: dict[str, Any] | None, position: int | None) -> float:
    """The rule of static/js/queue.js, which is that of queueing.poll_after."""
    if not state:
        return 6.0
    poll = state["poll"]
    behind = 0 if position is None else position - state["serving"] - poll["near"]
    if behind <= 0:
        return float(poll["soon"])
    if not state["per_minute"]:
        return float(poll["later"])
    return float(min(poll["later"], max(poll["soon"], behind / state["per_minute"] * 60)))


def _pass_of(answer: Answer) -> str:
    for cookie in answer.header(b"set-cookie"):
        name, _, value = cookie.partition("=")
        if name.startswith("pass-"):
            return value.partition(";")[0]
    return ""


def say(what: dict[str, Any]) -> None:
    """Tell ``rush.py`` something, in one line."""
    print(json.dumps(what), flush=True)


async def main() -> None:
    """Do what is asked, line by line, until there are no more lines."""
    loop = asyncio.get_running_loop()
    crowd: Crowd | None = None
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        match asked.pop("do"):
            case "stand":
                crowd = Crowd(asked)
                said: dict[str, Any] = {}
            case "join":
                said = await crowd.join()
            case "look around":
                said = await crowd.look_around(**asked)
            case "rush":
                said = await crowd.rush(**asked)
        say({"done": True, **said, **crowd.report()})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.sched_setaffinity(0, {int(sys.argv[1])})
    asyncio.run(main())
