"""The day of the draw, step by step: where it stands, in words a registrar can read aloud."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from enrolment.models import EntropySource, Roster, Witness
from enrolment.wording.draws import act_of_the_day
from enrolment.wording.moments import moment


class Stand(StrEnum):
    """How far a step is."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True)
class Step:
    """A step of the day: its words, and where one does it. ``act`` is a press of its own."""

    name: str
    title: str
    stand: Stand
    says: str
    act: str = ""


@dataclass(frozen=True)
class DayStanding:
    """What is known of the day.

    ``closes_from``: the first hour at which the list can be closed; ``until``: the last hour for
    objections.
    """

    handed_in: int
    closes_from: datetime | None
    objections: int
    undecided: int
    first: Roster | None
    last: Roster | None
    sources: list[EntropySource]
    witnesses: list[Witness]
    result: str
    published_at: datetime | None
    until: datetime | None


def steps_of_the_day(of: DayStanding, *, at: datetime) -> list[Step]:
    """Return the steps in their order; the first that is not done is to be done now.

    While forms are still handed in, nothing is: the list says from when on it can be closed.
    """
    steps = [_named(of), _closed(of, at), _objected(of, at), _final(of), _seen(of), _read(of)]
    steps += [_drawn(of), _signed(of), _published(of)]
    found: list[Step] = []
    is_next = True
    for step, is_done in steps:
        is_next = is_next and not (step.name == "freeze" and _forms_come_in(of, at))
        stand = Stand.DONE if is_done else Stand.NOW if is_next else Stand.LATER
        is_next = is_next and is_done
        found.append(Step(step.name, step.title, stand, step.says, step.act))
    return found


Judged = tuple[Step, bool]


def _step(name: str, title: str, says: str, act: str = "") -> Step:
    return Step(name, title, Stand.LATER, says, act)


def _named(of: DayStanding) -> Judged:
    says = _each(of.sources) or _("No source has been named. Name them before forms open.")
    return _step("sources", _("Sources of chance"), says), bool(of.sources)


def _each(sources: list[EntropySource]) -> str:
    """Sources in the registrar's words; their short names are for the files."""
    return _("; ").join(source.what for source in sources)


def _forms_come_in(of: DayStanding, at: datetime) -> bool:
    return of.first is None and of.closes_from is not None and at < of.closes_from


def _closed(of: DayStanding, at: datetime) -> Judged:
    if of.first is None:
        says = _("%(number)s forms are handed in.") % {"number": f"{of.handed_in:,}"}
        if of.closes_from is not None and _forms_come_in(of, at):
            says = _(
                "%(number)s forms are handed in. The list can be closed from %(moment)s on."
            ) % {"number": f"{of.handed_in:,}", "moment": moment(of.closes_from)}
    else:
        says = _("Version 1, closed on %(moment)s: %(number)s lines.") % {
            "moment": moment(of.first.frozen_at),
            "number": f"{of.first.count:,}",
        }
    return _step("freeze", act_of_the_day("freeze")[0], says, "freeze"), of.first is not None


def _objected(of: DayStanding, at: datetime) -> Judged:
    if of.until is None:
        says = _("They can be filed once the list is closed.")
    else:
        says = _("Until %(moment)s. %(number)s filed, %(left)s still to be answered.") % {
            "moment": moment(of.until),
            "number": of.objections,
            "left": of.undecided,
        }
    is_over = of.until is not None and at >= of.until and not of.undecided
    return _step("objections", _("Objections"), says), is_over


def _final(of: DayStanding) -> Judged:
    is_final = of.last is not None and of.last.is_final
    says = _("Nothing changes it from then on.")
    if of.last is not None and is_final:
        says = _("Version %(version)s, final since %(moment)s: %(number)s lines.") % {
            "version": of.last.version,
            "moment": moment(of.last.frozen_at),
            "number": f"{of.last.count:,}",
        }
    return _step("finalise", act_of_the_day("finalise")[0], says, "finalise"), is_final


def _who_signed(of: DayStanding, digest: str) -> str:
    return _(", ").join(one.name for one in of.witnesses if digest and one.has_signed(digest))


def _seen(of: DayStanding) -> Judged:
    """A signature is of the list until the draw is made; then it has served."""
    digest = of.last.sha256 if of.last is not None and of.last.is_final else ""
    names = _who_signed(of, digest)
    says = _("Witnesses compare the digest with the one on the wall, and sign.")
    if names:
        says = _("Signed: %(names)s.") % {"names": names}
    elif of.result:
        says = _("The list was signed before the draw.")
    return _step("witnesses", _("Witnesses sign the list"), says), bool(names or of.result)


def _read(of: DayStanding) -> Judged:
    missing = [source for source in of.sources if not source.value]
    says = _("All are written down.") if of.sources and not missing else ""
    if missing:
        says = _("Still missing: %(names)s.") % {"names": _each(missing)}
    return _step("read", _("Throw the dice, read the sources"), says), bool(says) and not missing


def _drawn(of: DayStanding) -> Judged:
    says = _("Made, and checked by a second program.") if of.result else _("Not made yet.")
    return _step("run", act_of_the_day("run")[0], says, "run"), bool(of.result)


def _signed(of: DayStanding) -> Judged:
    names = _who_signed(of, of.result)
    says = _("Signed: %(names)s.") % {"names": names} if names else _("Not signed yet.")
    return _step("results", _("Witnesses sign the results"), says), bool(names)


def _published(of: DayStanding) -> Judged:
    says = _("Nobody sees them yet.")
    if of.published_at is not None:
        says = _("Public since %(moment)s.") % {"moment": moment(of.published_at)}
    step = _step("publish", act_of_the_day("publish")[0], says, "publish")
    return step, of.published_at is not None
