"""One address of the table: what it is called, whom it lets in, how to knock for an example."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, get_resolver

from config.access.audiences import (
    WITH_LEARNER,
    Answer,
    Audience,
    Role,
    staff,
)


@dataclass(frozen=True)
class Way:
    """One address: what it is called, whom it lets in, and how to knock for an example.

    ``needs`` maps the address's arguments to things of the city: see ``tests/house/world.py``
    and ``config/demo/examples.py``. ``posts`` are doors that only take a form.
    """

    title: str
    audience: Audience
    needs: Mapping[str, str] = field(default_factory=dict)
    posts: bool = False


def addresses() -> Iterator[tuple[str, str]]:
    """Yield (name, pattern) of every address that the product answers, namespaces included."""
    yield from _below(get_resolver(), "", ())


def _below(
    resolver: URLResolver, prefix: str, spaces: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        pattern = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield ":".join([*spaces, entry.name or pattern]), pattern
        else:
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from _below(entry, pattern, inner)


R = Role
AT_COUNTERS = (R.COUNTER, R.BRANCH_HEAD, R.REGISTRAR)
IN_CHARGE = (R.BRANCH_HEAD, R.REGISTRAR)
ON_THE_PHONE = (R.COUNTER, R.HOTLINE, R.BRANCH_HEAD, R.REGISTRAR)
SECTION = {"section_id": "section"}
LESSON = {"lesson_id": "lesson"}
ENROLMENT = {"enrolment_id": "enrolment"}
ENTRY = {"entry_id": "entry"}
LEARNER = {"learner_id": "learner"}
RECORDING = {"recording_id": "recording"}
CAPTIONS = {"captions_id": "captions"}
UPLOAD = {"press": "upload"}
TERM = {"term_id": "term"}
OPENING = {"opening_id": "opening"}
DRAW = {"code": "term_code"}
TRIAL = {"trial_id": "trial"}

TEACHERS = (R.TEACHER, R.OTHER_TEACHER)


def of_unit(*roles: Role, answer: Answer = Answer.SHOWN) -> Audience:
    """Staff of these roles, where the thing belongs to their office; unknown to other offices."""
    return staff(*roles, answer=answer).but(other_head=Answer.UNKNOWN)


OF_TERMS = staff(R.REGISTRAR)
AT_OFFICES = staff(*AT_COUNTERS, R.HOTLINE, R.OTHER_HEAD)


# Whoever is signed in and has nothing to do in the editors' rooms: told so, once.
OUTSIDE_ADMIN = dict.fromkeys(
    WITH_LEARNER | {R.VOLUNTEER, R.WITNESS, R.MONITOR, R.TEACHER, R.OTHER_TEACHER, R.FACILITATOR},
    Answer.REFUSED,
) | {R.VISITOR: Answer.STAFF_SIGN_IN}


def in_admin(*roles: Role) -> Audience:
    """Staff of these roles, in the editors' rooms; others there go back to the first page."""
    return Audience(Answer.DONE, OUTSIDE_ADMIN | dict.fromkeys(roles, Answer.SHOWN))


def factor_holders(answer: Answer, *, without: Answer) -> Audience:
    """Who has a second factor gets ``answer``; pages of allauth send the others elsewhere."""
    nobody = WITH_LEARNER | {R.VOLUNTEER, R.WITNESS, R.MONITOR, R.NO_FACTOR}
    return Audience(answer, dict.fromkeys(nobody, without) | {R.VISITOR: Answer.STAFF_SIGN_IN})


# A change that needs a code of this very minute: everybody is asked for it first.
FRESH_CODE = Audience(Answer.DONE, {R.VISITOR: Answer.SIGN_IN})


FRONT_DOOR = Audience(Answer.DONE, {R.VISITOR: Answer.SHOWN})
EDITORS = Audience(Answer.REFUSED, {R.VISITOR: Answer.STAFF_SIGN_IN})
# The class, its teacher, and staff of its office.
WATCHERS = Audience(
    Answer.REFUSED,
    dict.fromkeys(
        (
            R.LEARNER,
            R.HELPER,
            R.TEACHER,
            R.FACILITATOR,
            R.BRANCH_HEAD,
            R.COUNTER,
            R.HOTLINE,
            R.EDITOR,
            R.REGISTRAR,
        ),
        Answer.SHOWN,
    ),
)
# To all others there is no such file or page.
WATCHERS_OR_NOBODY = Audience(Answer.UNKNOWN, dict(WATCHERS.special))
# Who keeps series sends films of lectures; the example is of a lesson, and unknown to them.
SENDERS = (*TEACHERS, R.EDITOR, *IN_CHARGE, R.OTHER_HEAD)
FILM_PAGE = staff(*SENDERS, answer=Answer.UNKNOWN).but(teacher=Answer.SHOWN)
FILM_ACT = staff(*SENDERS, answer=Answer.UNKNOWN).but(teacher=Answer.DONE)
