"""What is said about the form of a term: why not, what counts, what is still to be done."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from courses.models import ClassSection
from enrolment.domain.refusals import Finding, Objection, Refusal
from enrolment.domain.wishes import MISSED_TERMS, MOST_WISHES, FormProblem, Standing
from enrolment.wording.moments import moment
from enrolment.wording.rules import PAPERS
from enrolment.wording.several import names, why_not_for
from enrolment.wording.why_not import objection as why_not
from enrolment.wording.why_not import refusal

# Why a form stays as it is, in the same words whatever the class.
PROBLEMS = {
    FormProblem.NOTHING_CHOSEN: gettext_lazy(
        "There is no class on the form yet. Choose at least one, then hand the form in."
    ),
    FormProblem.TWICE: gettext_lazy("A class stands on the form twice. Take one of the two off."),
    FormProblem.UNKNOWN_CLASS: gettext_lazy(
        "This class is not in the draw. Please choose another one."
    ),
    FormProblem.TOO_EARLY: gettext_lazy(
        "Forms cannot be filled in yet. Put classes on your list until then."
    ),
    FormProblem.NOTHING_TO_UNDO: gettext_lazy(
        "The ten minutes are over, so this cannot be taken back with one press."
        " You can still change the form or withdraw it."
    ),
    FormProblem.NOT_HANDED_IN: gettext_lazy(
        "The form has not been handed in, so there is nothing to withdraw."
    ),
    FormProblem.WITH_SOMEBODY: gettext_lazy(
        "You are on the form of the other of you two. Change that form, or part the two first."
    ),
    FormProblem.LINKED_ALREADY: gettext_lazy(
        "One of you two is on the list together with somebody already. Part those two first."
    ),
    FormProblem.NOT_ON_THE_LIST: gettext_lazy(
        "This form is not on the closed list of a draw. While forms are open it can be withdrawn."
    ),
    FormProblem.DRAW_IS_PUBLIC: gettext_lazy(
        "The draw is public. A place that you do not want can be declined on its page."
    ),
}
RANKS = (
    pgettext_lazy("choice on a form", "First choice"),
    pgettext_lazy("choice on a form", "Second choice"),
    pgettext_lazy("choice on a form", "Third choice"),
    pgettext_lazy("choice on a form", "Fourth choice"),
    pgettext_lazy("choice on a form", "Fifth choice"),
    pgettext_lazy("choice on a form", "Sixth choice"),
    pgettext_lazy("choice on a form", "Seventh choice"),
    pgettext_lazy("choice on a form", "Eighth choice"),
)
RESERVES = {
    "N": gettext_lazy("newcomers"),
    "C": gettext_lazy("people who live near or need care"),
    "M": gettext_lazy("people who got no place twice"),
}


def form_problem(
    problem: FormProblem,
    *,
    section: ClassSection | None = None,
    objection: Objection | None = None,
    other: ClassSection | None = None,
    of: str = "",
) -> str:
    """Say why a form stays as it is, and what to do; ``of`` names whoever it is about."""
    match problem:
        case FormProblem.NOT_POSSIBLE if objection is not None and section is not None:
            return impossible(objection, section, other=other, of=of)
        case FormProblem.TOO_MANY:
            return ngettext(
                "A form holds %(number)s choice. Take one off to add another.",
                "A form holds %(number)s choices. Take one off to add another.",
                MOST_WISHES,
            ) % {"number": MOST_WISHES}
        case FormProblem.TOO_LATE | FormProblem.FROZEN:
            return _(
                "The time for forms is over, so nothing can be changed here any more."
                " Is something wrong? Phone us today: %(phone)s."
            ) % {"phone": settings.SITE_PHONE}
    return str(PROBLEMS.get(problem, PROBLEMS[FormProblem.UNKNOWN_CLASS]))


def impossible(
    said: Objection, section: ClassSection, *, other: ClassSection | None = None, of: str = ""
) -> str:
    """Say which class cannot stand on a form, for whom, and why."""
    because = (
        why_not_for(of, said, section, other=other) if of else why_not(said, section, other=other)
    )
    return _("“%(class)s” cannot be chosen. %(why)s") % {
        "class": section.display_name(),
        "why": because,
    }


def rank(place: int) -> str:
    """Return the name of a choice by its rank, from 1: five of one's own, like classes after."""
    return str(RANKS[place - 1])


def papers_to_bring(findings: Iterable[Finding], *, until: datetime | None) -> str:
    """Say which papers a choice still needs and until when; "" for none."""
    missing = [
        str(PAPERS[found.said.paper])
        for found in findings
        if isinstance(found.said, Objection) and found.said.paper is not None
    ]
    if not missing:
        return ""
    listed = {"papers": _(", ").join(missing)}
    if until is None:
        return _("Needed for it: %(papers)s. Bring it before the draw.") % listed
    return _("Needed for it: %(papers)s. Bring it before %(day)s.") % {
        **listed,
        "day": moment(until),
    }


def reserved(cut: Mapping[str, int]) -> str:
    """Say for whom some seats of a class are put aside; "" where none are."""
    parts = [
        _("%(number)s for %(whom)s") % {"number": seats, "whom": RESERVES[letter]}
        for letter, seats in cut.items()
        if letter in RESERVES
    ]
    return _("Of these first: %(parts)s") % {"parts": _(", ").join(parts)} if parts else ""


def standing(of: Standing) -> list[str]:
    """Say which reserved seats are open to somebody, and why."""
    said = []
    if of.is_newcomer:
        said.append(_("You are a newcomer: in each class some places are for newcomers first."))
    if of.has_reason or of.age >= of.care_from_age:
        said.append(_("Places for people who need care are open to you in each class."))
    elif of.near:
        said.append(_("At the campuses near your home some places are for neighbours first."))
    if of.missed >= MISSED_TERMS:
        said.append(_("You got no place in two terms: some places are for people like you first."))
    return said


def in_the_way_of_each_other(one: ClassSection, other: ClassSection) -> str:
    """Say that two choices cannot both come true, which is no fault."""
    return _(
        "“%(one)s” and “%(other)s” do not fit beside each other. You get one of the two at most."
    ) % {"one": one.display_name(), "other": other.display_name()}


def chosen(section: ClassSection, place: int) -> str:
    """Say where a class stands on the form now."""
    return _("“%(class)s” is on the form: %(rank)s. It is saved.") % {
        "class": section.display_name(),
        "rank": rank(place),
    }


def struck(section: ClassSection) -> str:
    """Say that a class is off the form."""
    return _("“%(class)s” is off the form.") % {"class": section.display_name()}


def saved() -> str:
    """Say that an answer is kept."""
    return _("Your answer is saved.")


def all_chosen(number: int) -> str:
    """Say how many classes of the list stand on the form now."""
    return ngettext(
        "%(number)s class of your list is on the form now.",
        "%(number)s classes of your list are on the form now.",
        number,
    ) % {"number": number}


def not_in_the_draw(reason: str) -> str:
    """Say why a form was left out when the list was closed; ``reason``: a word of the rules."""
    if reason not in set(Refusal):
        return _("None of its classes was possible when the list was closed.")
    return _("None of its classes was possible when the list was closed. %(why)s") % {
        "why": refusal(Refusal(reason))
    }


def handed_back() -> str:
    """Say that the last step was taken back."""
    return _("Your last step is taken back. What counts now stands below.")


def changes_dropped() -> str:
    """Say that what was changed and not handed in is forgotten."""
    return _("Your changes are dropped. What you handed in before goes on counting.")


def together_now(one: str, other: str, *, is_handed_in: bool) -> str:
    """Say that two stand on one form, and whether it counts already."""
    who = names([one, other])
    if is_handed_in:
        return _("%(names)s are on the list together from now on.") % {"names": who}
    return _("%(names)s are on one form now. It counts when you hand it in.") % {"names": who}


def apart_now(other: str, *, is_handed_in: bool) -> str:
    """Say that two are apart again, and what that means for the other's form."""
    if is_handed_in:
        return _("Each of you has a form alone now. What %(name)s handed in before counts.") % {
            "name": other
        }
    return _("Each of you has a form alone now. %(name)s still has to hand one in.") % {
        "name": other
    }
