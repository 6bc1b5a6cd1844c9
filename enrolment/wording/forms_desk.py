"""What is said to staff who fill in a form for somebody, or key one in from paper."""

from collections.abc import Iterable

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Learner
from courses.models import ClassSection
from enrolment.domain.wishes import FormProblem
from enrolment.wording.why_not import objection

# Said to staff. What stands against a class itself is said in the words of the rules.
FORM_PROBLEMS = {
    FormProblem.NOTHING_CHOSEN: gettext_lazy("No class stands on the form yet. Add one first."),
    FormProblem.TOO_MANY: gettext_lazy(
        "Five classes stand on the form already. Take one off first."
    ),
    FormProblem.TWICE: gettext_lazy("A class stands on the form twice. Take one of them off."),
    FormProblem.UNKNOWN_CLASS: gettext_lazy(
        "There is no such class in this draw. Look at the number again."
    ),
    FormProblem.NOT_POSSIBLE: gettext_lazy("This class is not possible for the learner."),
    FormProblem.TOO_EARLY: gettext_lazy("Forms are not open yet."),
    FormProblem.TOO_LATE: gettext_lazy(
        "The time for forms is over. Forms that came on paper in time are keyed in as such."
    ),
    FormProblem.FROZEN: gettext_lazy(
        "The list is closed. A mistake can be put right by an objection until the list is final."
    ),
    FormProblem.NOTHING_TO_UNDO: gettext_lazy("There is no step that could still be taken back."),
    FormProblem.NOT_HANDED_IN: gettext_lazy("The form has not been handed in."),
    FormProblem.WITH_SOMEBODY: gettext_lazy(
        "The classes stand on the form of the other person. Change it there."
    ),
    FormProblem.LINKED_ALREADY: gettext_lazy(
        "One of the two goes with somebody already. Let them part first."
    ),
    FormProblem.NOT_ON_THE_LIST: gettext_lazy(
        "The form is not on the closed list. While forms are open it can be withdrawn."
    ),
    FormProblem.DRAW_IS_PUBLIC: gettext_lazy(
        "The draw is public. Decline the place for the learner instead."
    ),
}


def staff_form_problem(
    problem: FormProblem,
    *,
    section: ClassSection | None = None,
    said: object = None,
    other: ClassSection | None = None,
    name: str = "",
) -> str:
    """Say to staff why a form stays as it is: with the class, and for whom of two.

    ``said`` is the objection of the rules, ``other`` the class that is in the way.
    """
    why = (
        objection(said, section, other=other)  # type: ignore[arg-type]  # an Objection
        if said is not None
        else str(FORM_PROBLEMS[problem])
    )
    if section is not None:
        why = _("%(class)s: %(why)s") % {"class": section.display_name(), "why": why}
    return _("%(name)s. %(why)s") % {"name": name, "why": why} if name else why


def numbers_not_known(numbers: Iterable[object]) -> str:
    """Say which numbers of classes mean no class of the draw."""
    listed = [str(number) for number in numbers]
    return ngettext(
        "%(numbers)s is no class of this draw. Look at the number again.",
        "%(numbers)s are no classes of this draw. Look at the numbers again.",
        len(listed),
    ) % {"numbers": _(", ").join(listed)}


def form_handed_in(name: str, number: str, *, changed: bool) -> str:
    """Say to staff that a form is in, with the number to read out."""
    said = (
        _("The changed form of %(name)s is handed in. Number: %(number)s.")
        if changed
        else _("The form of %(name)s is handed in. Number: %(number)s.")
    )
    return said % {"name": name, "number": number}


def form_withdrawn(name: str) -> str:
    """Say to staff that a form is out of the term, and for how long it can come back."""
    return _("The form of %(name)s is withdrawn. For ten minutes it can be put back.") % {
        "name": name
    }


def form_taken_back(name: str) -> str:
    """Say to staff that what counted before counts again."""
    return _("The last step is taken back. What %(name)s had before counts again.") % {
        "name": name
    }


def forms_joined(name: str, other: str) -> str:
    """Say to staff that two people stand on the list as one."""
    return _("%(name)s and %(other)s go together: one form, one number in the draw.") % {
        "name": name,
        "other": other,
    }


def forms_parted(name: str) -> str:
    """Say to staff that two people stand for themselves again."""
    return _("%(name)s stands alone again. The other one needs a form of their own.") % {
        "name": name
    }


def stepped_out(names: Iterable[str]) -> str:
    """Say to staff who is out of the draw, and that it stays so."""
    return _("%(names)s: out of the draw. The seats go to whoever waits; it stays so.") % {
        "names": _(", ").join(names)
    }


def like_class(section: ClassSection, minutes: int | None) -> str:
    """Name a class to take instead: day and hour, campus, the way there, its number."""
    slot = section.slot
    said = _("%(class)s, %(day)s %(hour)s, %(campus)s (%(number)s)") % {
        "class": section.display_name(),
        "day": WEEKDAYS[slot.weekday - 1],
        "hour": slot.starts_at.strftime("%H:%M"),
        "campus": section.campus.display_name(),
        "number": section.pk,
    }
    if minutes is None:
        return said
    return _("%(class)s, %(minutes)s minutes from home") % {"class": said, "minutes": minutes}


def nobody_meant() -> str:
    """Say that no number or name of this kind is known."""
    return _(
        "Your offices know nobody by this. Write the whole card number or mobile number,"
        " or name and date of birth."
    )


def several_meant(people: Iterable[Learner]) -> str:
    """Say that several people go by this number, and how they are told apart."""
    names = _(", ").join(f"{person.name} {person.card_no}" for person in people)
    return _("Several people go by this: %(names)s. Write the card number.") % {"names": names}
