"""What is said about the draw: to the registrar on the day, to everybody before and after."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrolment.domain.draws import DrawProblem
from enrolment.domain.entropy import SourceProblem
from enrolment.models import CutOff, Objection

WHY_NOT = {
    DrawProblem.FORMS_OPEN: gettext_lazy(
        "Forms can still be handed in. The list can be closed half an hour after their last hour."
    ),
    DrawProblem.NO_FORMS: gettext_lazy("Nobody has handed in a form. There is nothing to draw."),
    DrawProblem.NOT_FROZEN: gettext_lazy("The list is not closed yet."),
    DrawProblem.OBJECTIONS_RUN: gettext_lazy(
        "People may still object to the list. It can be made final after that hour."
    ),
    DrawProblem.OBJECTIONS_LEFT: gettext_lazy(
        "An objection has not been answered. Answer all of them first."
    ),
    DrawProblem.OBJECTIONS_OVER: gettext_lazy(
        "The time for objections is over. The office can tell you what is possible now."
    ),
    DrawProblem.DECIDED_ALREADY: gettext_lazy("This objection was answered already."),
    DrawProblem.NOT_FINAL: gettext_lazy("The list is not final yet."),
    DrawProblem.SOURCES_MISSING: gettext_lazy(
        "A source of chance has no value yet. Read it, or write down what counts instead."
    ),
    DrawProblem.NO_WITNESS: gettext_lazy(
        "No witness has signed the digest of the final list. Let one sign it first."
    ),
    DrawProblem.NOT_SIGNED: gettext_lazy(
        "No witness has signed the digest of the results. Let one sign it first."
    ),
    DrawProblem.DIFFERENT: gettext_lazy(
        "The check does not agree with the draw. Nothing was kept. Do not publish anything; call"
        " whoever runs the machines."
    ),
    DrawProblem.NO_ROOM: gettext_lazy(
        "The seats of a class do not agree with the draw. Nothing was published; call whoever"
        " runs the machines."
    ),
    DrawProblem.NOT_DRAWN: gettext_lazy("The draw has not been made yet."),
    DrawProblem.DRAWN_ALREADY: gettext_lazy("The draw has been made. Its list stays as it was."),
    DrawProblem.CHANCE_IS_KNOWN: gettext_lazy(
        "What a source gives may be known by now, so the list stays as it is. What is wrong can be"
        " put right after the draw, by an extra place."
    ),
    DrawProblem.ONE_PERSON: gettext_lazy(
        "An amendment is signed by two people. Let somebody else sign it, too."
    ),
    DrawProblem.UNKNOWN_NUMBER: gettext_lazy("There is no application with this number."),
    DrawProblem.UNKNOWN_CLASS: gettext_lazy("There is no class of this name in the draw."),
    DrawProblem.NOTHING_CHANGED: gettext_lazy("Nothing would change. Say what is to be changed."),
}
WHY_NO_SOURCE = {
    SourceProblem.NOT_DICE: gettext_lazy("Please write 24 throws, each from 1 to 6."),
    SourceProblem.NOT_DIGITS: gettext_lazy("Please write digits only, 3 to 120 of them."),
    SourceProblem.NOT_HEX: gettext_lazy("Please write 64 signs, each 0 to 9 or a to f."),
    SourceProblem.NOT_ENOUGH: gettext_lazy(
        "This is not enough: besides the dice name a beacon, or two sources of published digits."
    ),
    SourceProblem.NO_DICE: gettext_lazy("The witnesses' dice must be one of the sources."),
    SourceProblem.TOO_LATE_TO_NAME: gettext_lazy(
        "Forms are open. The sources stay as they were named."
    ),
    SourceProblem.NOT_DUE_YET: gettext_lazy("This source is not known yet. It has its hour."),
    SourceProblem.READ_ALREADY: gettext_lazy("This source was read already. It stays so."),
    SourceProblem.NO_PROOF: gettext_lazy(
        "Please write where anybody can see it: a film, a page, a newspaper."
    ),
    SourceProblem.NAMED_TWICE: gettext_lazy("Two sources have one name. Give each its own."),
    SourceProblem.NOT_FINAL: gettext_lazy("The list is not final yet. Chance comes after it."),
    SourceProblem.NO_ROUND: gettext_lazy(
        "The address of a beacon names the round that counts, known beforehand."
        " Whoever asks for the latest one chooses the moment."
    ),
    SourceProblem.SIGNED_BY_ONE: gettext_lazy(
        "What stands in for a source is signed by two people. Let somebody else sign it, too."
    ),
    SourceProblem.OTHER_ROUND: gettext_lazy("The beacon answered with another round."),
    SourceProblem.NOT_ITS_DIGEST: gettext_lazy(
        "The beacon's answer contradicts itself. It does not count."
    ),
}
BUCKETS = {
    "open": gettext_lazy("seats for everybody"),
    "open-first": gettext_lazy("seats for everybody"),
    "N": gettext_lazy("for newcomers"),
    "C": gettext_lazy("for people who need care"),
    "M": gettext_lazy("for people who missed before"),
}
DONE = {
    "freeze": gettext_lazy("The list is closed. Its digest can be read by everybody now."),
    "finalise": gettext_lazy("The list is final. Nothing changes it from now on."),
    "run": gettext_lazy("The draw is made and checked. Nobody sees it yet."),
    "publish": gettext_lazy("The draw is published. Everybody is being told."),
    "sources": gettext_lazy("The sources are named. Everybody can read them."),
    "read": gettext_lazy("The source is written down."),
    "asked": gettext_lazy("The source is being read. Look again in a few seconds."),
    "witness": gettext_lazy("The witness is noted."),
    "signed": gettext_lazy("The signature is noted."),
    "decided": gettext_lazy("The answer is kept, and the person is told."),
    "objected": gettext_lazy("Your objection is noted. We answer it before the list is final."),
    "objected_for": gettext_lazy("The objection is noted."),
    "amended": gettext_lazy("The amendment is made. Everybody can read it."),
}


def draw_refused(problem: DrawProblem) -> str:
    """Say why an act of the draw day cannot be done now."""
    return str(WHY_NOT[problem])


def source_refused(problem: SourceProblem) -> str:
    """Say why a source or its value is not taken."""
    return str(WHY_NO_SOURCE[problem])


def draw_done(act: str) -> str:
    """Say what was done, and what follows from it."""
    return str(DONE[act])


def bucket(name: str) -> str:
    """Say for whom a kind of seat is."""
    return str(BUCKETS.get(name, name))


def last_admitted(cutoff: CutOff | None) -> str:
    """Say up to which number people came in."""
    if cutoff is None or cutoff.end == CutOff.End.CLOSED:
        return _("none")
    if cutoff.end == CutOff.End.NOT_FULL:
        return _("not full")
    return _("up to %(number)s") % {"number": cutoff.number}


CHANGES = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("put right"),
    "removed": gettext_lazy("taken off"),
}


def difference(change: str, reason: str) -> tuple[str, str]:
    """Say what became of a form from one list to the next, and why."""
    kinds = dict(Objection.Kind.choices)
    why = kinds.get(reason, _("by an amendment"))
    return str(CHANGES[change]), str(why)


ACTS = {
    "freeze": (
        gettext_lazy("Close the list"),
        gettext_lazy(
            "Every choice is asked once more. From then on no form, no class and no rule of the"
            " term can be changed; the list and its digest can be read by everybody at once."
        ),
        gettext_lazy("Close the list now"),
    ),
    "finalise": (
        gettext_lazy("Make the list final"),
        gettext_lazy(
            "What was rightly objected to is put right. Everybody can read what changed. From"
            " then on nothing changes the list."
        ),
        gettext_lazy("Make the list final now"),
    ),
    "run": (
        gettext_lazy("Draw"),
        gettext_lazy(
            "The computer works out numbers and seats from the list and the sources, and checks"
            " them a second time with the program that everybody can download. A term is drawn"
            " once. Nobody sees anything yet."
        ),
        gettext_lazy("Draw now"),
    ),
    "publish": (
        gettext_lazy("Publish the results"),
        gettext_lazy(
            "Everybody can read the results from this moment. Seats are kept for whoever was"
            " drawn, the others stand on the waiting lists, and all are told by letter."
        ),
        gettext_lazy("Publish now"),
    ),
}


def act_of_the_day(name: str) -> tuple[str, str, str]:
    """Return the title of a step of the day, what it does, and its button."""
    title, warning, button = ACTS[name]
    return str(title), str(warning), str(button)
