"""What is said of several classes at once, of two who come together, of one class for another."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.models import Learner
from courses.models import ClassSection
from courses.templatetags.catalogue import yuan
from enrolment.domain.changes import Difference, Money
from enrolment.domain.refusals import Objection, Refusal
from enrolment.wording.moments import moment
from enrolment.wording.why_not import counter_of, objection, told_apart

# What the rules say of the person one comes with: by name, not to the reader.
OF_ANOTHER = {
    Refusal.CLASH: gettext_lazy("At that hour %(name)s is in “%(other)s”."),
    Refusal.TRAVEL_GAP: gettext_lazy(
        "%(name)s is in “%(other)s” at another campus, with too little time for the way."
    ),
    Refusal.LIMIT: gettext_lazy("%(name)s has as many classes as one person can have this term."),
    Refusal.HOT_LIMIT: gettext_lazy("%(name)s has one of the most wanted classes already."),
    Refusal.TOO_MANY_HOLDS: gettext_lazy(
        "Places are being kept for %(name)s already. They have to be paid first."
    ),
    Refusal.ALREADY_IN: gettext_lazy("%(name)s is in this class already."),
    Refusal.ALREADY_WAITING: gettext_lazy("%(name)s waits for this class already."),
    Refusal.JUST_WITHDRAWN: gettext_lazy("%(name)s has just left this class."),
    Refusal.REPEAT: gettext_lazy("%(name)s has completed this course."),
    Refusal.ABSENCE: gettext_lazy(
        "%(name)s was taken off a class last term; the most wanted ones are closed this term."
    ),
    Refusal.LEVEL: gettext_lazy("%(name)s has not learnt the level below it yet."),
}


def put_aside(section: ClassSection) -> str:
    """Say that a class is on the list."""
    return _("“%(class)s” is on your list. Nothing is enrolled yet.") % {
        "class": section.display_name()
    }


def taken_off() -> str:
    """Say that a class is off the list."""
    return _("The class is off your list.")


def list_full(most: int) -> str:
    """Say that a list takes no more."""
    return ngettext(
        "Your list holds %(number)s class and no more. Take one off first.",
        "Your list holds %(number)s classes and no more. Take one off first.",
        most,
    ) % {"number": most}


def beside(said: Objection, section: ClassSection, neighbour: ClassSection) -> str:
    """Say that two classes of one list cannot both be had."""
    name = {"other": told_apart(neighbour, section)}
    if said.reason is Refusal.CLASH:
        return _("At the same hour as “%(other)s” on your list. You can have one of the two.") % (
            name
        )
    return _(
        "Too little time lies between it and “%(other)s” on your list, at another campus."
        " You can have one of the two."
    ) % (name)


def asked_for_now(open_now: int, in_all: int) -> str:
    """Say how many classes of a list one press asks for, and what becomes of the others."""
    if open_now == in_all:
        return ngettext(
            "You ask for %(number)s class.", "You ask for %(number)s classes.", open_now
        ) % {"number": open_now}
    return ngettext(
        "%(number)s class can be had now. The others stay on your list.",
        "%(number)s classes can be had now. The others stay on your list.",
        open_now,
    ) % {"number": open_now}


def more_than_allowed(limit: int) -> str:
    """Say before the press that not all of a list can come about."""
    return ngettext(
        "One person can have %(limit)s class a term. We ask from the top; the lower ones may go"
        " without.",
        "One person can have %(limit)s classes a term. We ask from the top; the lower ones may go"
        " without.",
        limit,
    ) % {"limit": limit}


def nothing_from_list() -> str:
    """Say that no class came about; why stands with each."""
    return _("No class came about. Why stands with each class below.")


def already_dealt_with() -> str:
    """Say that an earlier press asked for these classes."""
    return _("These classes were dealt with a moment ago. Here in My classes you see them.")


def nothing_chosen() -> str:
    """Say that no class of the list can be asked for."""
    return _("None of these classes can be had just now. Your list is kept.")


def one_term_only() -> str:
    """Say why classes of two terms do not hang together."""
    return _("All or none works for classes of one term only. Please choose again.")


def none_came_about(
    refused: ClassSection | None, why: str, *, among: Sequence[ClassSection]
) -> str:
    """Say that one class kept all of them away; ``among`` are all that were asked for."""
    if refused is None:
        return _("Nothing has changed: %(why)s") % {"why": why}
    return _("“%(class)s” could not be had, so nothing was enrolled. %(why)s") % {
        "class": told_apart(refused, *among),
        "why": why,
    }


def no_place_now() -> str:
    """Say that a class of several is full; nothing else hangs on it."""
    return _("It has no place just now.")


def came_about(*, held: int, enrolled: int, waiting: int) -> str:
    """Say what a press for several classes came to, counted; "" for nothing that still stands."""
    said = []
    if held:
        said.append(
            ngettext("%(number)s class is kept", "%(number)s classes are kept", held)
            % {"number": held}
        )
    if enrolled:
        said.append(
            ngettext("%(number)s class is yours", "%(number)s classes are yours", enrolled)
            % {"number": enrolled}
        )
    if waiting:
        said.append(
            ngettext("waiting for %(number)s class", "waiting for %(number)s classes", waiting)
            % {"number": waiting}
        )
    return pgettext("between parts of a heading", ", ").join(said)


def to_pay(sections: Sequence[ClassSection], until: datetime) -> list[str]:
    """Say at which counter how much is to be paid; ``until`` is the first day it falls due."""
    by_office: dict[str, int] = {}
    for section in sections:
        office = section.unit.display_name()
        by_office[office] = by_office.get(office, 0) + section.fee_fen
    return [
        _("Please pay %(amount)s until %(until)s at a counter of %(office)s, or send somebody.")
        % {"amount": yuan(fen), "until": moment(until), "office": office}
        for office, fen in by_office.items()
    ]


def told(people: Sequence[Learner]) -> list[str]:
    """Say to whom a message is on its way, and who has no phone to send it to."""
    with_phone = [one.name for one in people if one.phone]
    without = [one.name for one in people if not one.phone]
    said = []
    if with_phone:
        said.append(_("A message is on its way to %(names)s.") % {"names": names(with_phone)})
    if without:
        said.append(
            _("We have no mobile number of %(names)s. Please tell them yourself.")
            % {"names": names(without)}
        )
    return said


def why_not_for(
    name: str, said: Objection, section: ClassSection, *, other: ClassSection | None
) -> str:
    """Say of somebody else why the rules say no to them."""
    if said.paper is not None:
        return _("%(name)s needs a paper first. Please phone us.") % {"name": name}
    if said.reason not in OF_ANOTHER:
        return objection(said, section, other=other)
    return OF_ANOTHER[said.reason] % {
        "name": name,
        "other": told_apart(other, section) if other else _("another class"),
    }


def not_together(name: str, why: str) -> str:
    """Say for whose sake two people are not enrolled. An empty ``name``: not known whose."""
    if not name:
        return _("Nobody was enrolled. %(why)s") % {"why": why}
    return _("For %(name)s it is not possible, so nobody was enrolled. %(why)s") % {
        "name": name,
        "why": why,
    }


def choose_with_whom() -> str:
    """Ask to choose somebody."""
    return _("Please choose with whom you come.")


def names(several: Sequence[str]) -> str:
    """Return names as one reads them aloud."""
    return _(" and ").join(several)


def waits_with(known: Sequence[str], others: int) -> str:
    """Say with whom one waits; of people this account does not act for, only how many."""
    if not others:
        return ""
    if len(known) == others:
        return _("You wait together with %(names)s. Each gets a place, or nobody yet.") % {
            "names": names(known)
        }
    return ngettext(
        "You wait together with %(number)s person. Each gets a place, or nobody yet.",
        "You wait together with %(number)s people. Each gets a place, or nobody yet.",
        others,
    ) % {"number": others}


def changed(old: ClassSection, new: ClassSection) -> str:
    """Say that one class was changed for another."""
    return _("“%(old)s” has been changed for “%(new)s”. The old class has ended for you.") % {
        "old": told_apart(old, new),
        "new": told_apart(new, old),
    }


def waits_to_change(old: ClassSection) -> str:
    """Say that nothing ends before a place comes."""
    return _("You wait for it and stay in “%(old)s” meanwhile.") % {"old": old.display_name()}


def just_full() -> str:
    """Say that somebody was faster, and that the old class is safe."""
    return _("The last place went a moment ago. Your own class is as it was.")


def of_another_term() -> str:
    """Say that classes are changed within a term."""
    return _("The two classes are of different terms. A class is changed within its term.")


def money_of_change(said: Difference, section: ClassSection, due_at: datetime | None) -> str:
    """Say what a change costs or brings back; without ``due_at``, when there is a place."""
    amount = {"amount": yuan(said.fen)}
    match said.money:
        case Money.NOTHING:
            return _("Both classes cost nothing.")
        case Money.SAME:
            return _("The fee is the same. Nothing more to pay.")
        case Money.BACK:
            return (
                _("It costs %(amount)s less. The difference comes back the way you paid.") % amount
            )
        case Money.TO_PAY:
            if due_at is None:
                return _("You pay %(amount)s when you have the place.") % amount
            return _("Please pay %(amount)s until %(until)s, on the web or at a counter.") % {
                **amount,
                "until": moment(due_at),
            }
        case Money.MORE:
            return _(
                "It costs %(amount)s more. The counter of %(office)s (phone %(phone)s) changes it"
                " at once. You pay the difference there, or on the web afterwards."
            ) % {**amount, **counter_of(section)}
