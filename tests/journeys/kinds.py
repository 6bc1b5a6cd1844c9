"""Every kind of page in our own shell, of learners, helpers, teachers and staff, with an address.

The list is read off the table of doors (``config/access``) and, for what editors write, off
the demo's own examples: a new page is looked at without a line here.
"""

import re
from dataclasses import dataclass

from django.urls import reverse

from config.access import ROWS, Answer, Role, Way
from tests.journeys.people import People, Person
from tests.journeys.stack import Stack

# Answers to programs, not to people.
NO_PAGES = {
    *("healthz", "readyz", "metrics", "media", "styleguide"),
    *("enrolment:download-enrolment", "enrolment:download-timetable"),
    "enrolment:download-figures",
    "enrolment:download-checker",
    "enrolment:download-table",
    "wagtail_serve",  # its pages are the posters
    "mfa_download_recovery_codes",
    *("livestream:download-viewings", "livestream:library-feed", "livestream:library-podcast"),
}
# Ten feet away other rules hold: tests/livestream/test_tv_remote.py.
TEN_FEET_AWAY = "livestream:tv-"
# What a city has not had yet has no page: no draw, no rules that somebody tried out.
# Those of a draw are looked at on its day (test_witnessed_draw.py).
STILL_TO_COME = {"drawn_term", "trial", "public_draw", "draw_day", "draw_source", "objection"}
# What somebody has only while a fee is owed.
STILL_TO_COME |= {"order"}
# What only money at a counter brings.
STILL_TO_COME |= {"receipt", "payment", "drawer", "pay_code"}
# What finance has to see to only when something happened.
STILL_TO_COME |= {"journal", "difference", "suspense", "waiver", "voucher"}
# What only a refund brings.
STILL_TO_COME |= {"refund", "refund_paper", "refund_to_choose"}
# What the cloud classroom has once somebody plans, writes or follows: looked at where the demo's
# own list of pages has an example.
OF_THE_DEMO = {"broadcast", "live_lesson", "live_lecture", "lecture", "series", "series_id"}
OF_THE_DEMO |= {"issue", "year", "shelf", "captions", "language", "cloud_seat", "pack"}
OF_THE_DEMO |= {"viewing", "viewing_to_come"}
# In whose name a page is looked at: the first of these whom its door lets in.
ORDER = (
    *(Role.VISITOR, Role.LEARNER, Role.TEACHER, Role.COUNTER),
    *(Role.BRANCH_HEAD, Role.REGISTRAR),
)
LEARNER = "玛依努尔·阿卜杜外力·买买提艾力"  # the longest name of the city has to fit everywhere
HELPER, HELPED = "王慧", "沈美芳"
TEACHER, COUNTER, HEAD, REGISTRAR = "何慕云", "李红", "吴志明", "陈静"
WHILE_HELPING = ("enrolment:my-classes", "courses:list-courses")
FILMS_OF_THE_DEMO = 150.0  # seconds until its first film is published


@dataclass(frozen=True)
class Kind:
    """A page to look at."""

    name: str
    role: Role
    path: str


def all_kinds(stack: Stack, at_work: dict[Role, Person]) -> list[Kind]:
    """One example of every kind, those of the doors first."""
    things = _things(stack, at_work[Role.LEARNER])
    held = at_work[Role.COUNTER].goto("/admin/seats/held/").content()
    of_counter = {**things, "enrolment": _part(held, r"/desk/places/(\d+)/longer/")}
    of_demo = {row["name"]: row["path"] for row in stack.pages()}
    kinds = []
    for name, way in ROWS.items():
        role, needs = _seen_by(way), set(way.needs.values())
        if name in NO_PAGES or name.startswith(TEN_FEET_AWAY) or way.posts or role is None:
            continue
        if needs & OF_THE_DEMO:
            if way.title in of_demo:
                kinds.append(Kind(name, role, of_demo[way.title]))
        elif things.keys() >= STILL_TO_COME & needs:
            known = of_counter if role is Role.COUNTER else things
            kinds.append(Kind(name, role, reverse(name, kwargs=_arguments(way, known))))
    titles = {way.title for way in ROWS.values()}
    posters = [
        Kind(row["name"], Role.VISITOR, row["path"])
        for row in stack.pages()
        if row["name"] not in titles
    ]
    helped = [Kind(f"{name}, helped", Role.HELPER, reverse(name)) for name in WHILE_HELPING]
    return [*kinds, *posters, *helped, Kind("not found", Role.VISITOR, "/nothing-here/")]


def _seen_by(way: Way) -> Role | None:
    return next((role for role in ORDER if way.audience.answer(role) is Answer.SHOWN), None)


def _arguments(way: Way, things: dict[str, str]) -> dict[str, str]:
    return {argument: things[thing] for argument, thing in way.needs.items()}


def _things(stack: Stack, learner: Person) -> dict[str, str]:
    """What the learner has, as her own pages name it, and examples of what everybody sees."""
    of_demo = {row["name"]: row["path"] for row in stack.pages()}
    mine = learner.goto("/my/classes/").content()
    return {
        "section": _part(of_demo["check before enrolling"], r"/classes/(\d+)/"),
        "campus": _part(of_demo["one campus"], r"/campuses/([\w-]+)/"),
        "lesson": _part(of_demo["desk: move a lesson"], r"/lessons/(\d+)/"),
        "course": _part(of_demo["one course and its classes"], r"/courses/([\w-]+)/"),
        "enrolment": _part(mine, r"/my/classes/(\d+)/"),
        "entry": _part(mine, r"/my/waiting/(\d+)/"),
        "learner": _part(of_demo["desk: one learner"], r"/learners/(\d+)/"),
        "teacher": _part(of_demo["desk: one teacher"], r"/teachers/(\d+)/"),
        "term": _part(of_demo["desk: one term"], r"/terms/(\d+)/"),
        "term_code": _part(of_demo["the figures of a term"], r"/draws/([\w-]+)/"),
        "opening": _part(of_demo["a waiting room"], r"/openings/(\d+)/"),
        "recording": _part(_a_replay_of(learner), r"/replays/(\d+)/"),
        **_drawn_term(mine),
        **_order(learner),
        **_of_the_till(of_demo),
    }


def _drawn_term(mine: str) -> dict[str, str]:
    """The term of the learner's result; before its draw there is none, and no page of it."""
    found = re.search(r"/my/application/([\w-]+)/result/", mine)
    return {"drawn_term": found[1]} if found else {}


def _order(learner: Person) -> dict[str, str]:
    """A payment of the learner's, if there is one."""
    found = re.search(r"/my/fees/([0-9a-f-]{36})/", learner.goto("/my/fees/").content())
    return {"order": found[1]} if found else {}


def _of_the_till(of_demo: dict[str, str]) -> dict[str, str]:
    """Money that the demo took at a counter, and a slip that is still to be paid."""
    examples = {
        "receipt": ("till: a receipt", r"/receipts/(\d+)/"),
        "payment": ("till: take a payment back", r"/payments/([0-9a-f-]{36})/"),
        "drawer": ("till: a cash-up", r"/drawers/([0-9a-f-]{36})/"),
        "pay_code": ("a pay slip", r"/pay/(\d+)/"),
    }
    return {
        thing: _part(of_demo[title], pattern)
        for thing, (title, pattern) in examples.items()
        if title in of_demo
    }


def _a_replay_of(learner: Person) -> str:
    """Wait until a worker has made the demo's first film."""
    for _second in range(int(FILMS_OF_THE_DEMO)):
        page = learner.goto("/my/replays/")
        if page.locator('main a[href^="/replays/"]').count():
            break
        page.wait_for_timeout(1000)
    return learner.page.content()


def _part(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]


def everybody_at_work(people: People) -> dict[Role, Person]:
    """One person at a screen for each role in whose name pages are looked at."""
    return {
        Role.VISITOR: people.somebody(),
        Role.LEARNER: _learner_with_everything(people),
        Role.HELPER: _helper_at_work(people),
        Role.TEACHER: people.signed_in(TEACHER),
        Role.COUNTER: people.signed_in(COUNTER),
        Role.BRANCH_HEAD: people.signed_in(HEAD),
        Role.REGISTRAR: people.signed_in(REGISTRAR),
    }


def _learner_with_everything(people: People) -> Person:
    """Somebody with a class, a replay, a place in a line, a place to be paid, and a list."""
    person = people.signed_in(LEARNER)
    for course in ("piano", "诗词"):
        person.goto(f"/courses/?q={course}").locator("article.course h2 a").first.click()
        way_in = person.page.locator('.seat-box a[href$="/enrol/"]')
        if way_in.count():  # not yet
            way_in.first.click()
            person.press("/hold/")
            person.at(r"/my/(?:waiting|classes)/\d+/$")
    person.goto("/courses/?q=书法").locator("article.course h2 a").first.click()
    aside = person.page.locator('.seat-box form[action$="/aside/"] button')
    if aside.count():  # not yet on her list
        aside.first.click()
        person.at(r"/my/list/$")
    return person


def _helper_at_work(people: People) -> Person:
    """A daughter who acts for her mother."""
    person = people.signed_in(HELPER)
    person.goto("/my/who/").get_by_role("button", name=HELPED).click()
    return person
