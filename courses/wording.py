"""Every sentence said to staff about classes, lessons, terms and rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from courses.domain.phases import PhaseRefusal
from courses.models import Term
from courses.services.lessons import Refusal

WHY_NOT = {
    Refusal.ROOM_TAKEN: gettext_lazy(
        "Another class has this room at that hour. Choose another room or hour."
    ),
    Refusal.TEACHER_TAKEN: gettext_lazy(
        "This teacher has another class at that hour. Choose another one."
    ),
    Refusal.BEGUN: gettext_lazy("The lesson has been held. Only lessons to come can be changed."),
    Refusal.PAST: gettext_lazy("This time is over. Choose a day and hour to come."),
    Refusal.ENDS_BEFORE: gettext_lazy(
        "The lesson would end before it begins. Change one of the two hours."
    ),
    Refusal.WITHOUT_ROOM: gettext_lazy("A class that meets in a room needs one. Choose a room."),
    Refusal.LOST: gettext_lazy("This lesson has been called off already."),
    Refusal.DATED: gettext_lazy(
        "The lessons have dates already. Move single lessons, one by one."
    ),
    Refusal.CALLED_OFF: gettext_lazy(
        "This class was called off. Nothing about it can be changed any more."
    ),
    Refusal.TERM_OVER: gettext_lazy("This term is closed. Open the class in another term."),
    Refusal.NO_DAYS: gettext_lazy(
        "No day of this term is left at this hour. Choose another hour or term."
    ),
    Refusal.ROOM_TOO_SMALL: gettext_lazy(
        "The room has fewer seats than that. Choose fewer places or another room."
    ),
    Refusal.OTHER_UNIT: gettext_lazy(
        "This campus belongs to another office. Its own office opens classes there."
    ),
}
WHY_NOT_ON = {
    PhaseRefusal.BACKWARDS: gettext_lazy(
        "The term is in this phase or a later one already. Look at its page again."
    ),
    PhaseRefusal.NOT_PLANNED: gettext_lazy(
        "The calendar of the term does not have this phase. Enter its dates first."
    ),
    PhaseRefusal.NO_RULES: gettext_lazy("The term has no rules yet. Publish its rules first."),
    PhaseRefusal.STILL_TAUGHT: gettext_lazy(
        "The term is still being taught. Close it after its last day."
    ),
}


def refusal(reason: Refusal, term: Term | None = None) -> str:
    """Return why a class or its timetable cannot be so, and what to do next."""
    return list_closed(term) if reason is Refusal.LIST_CLOSED else str(WHY_NOT[reason])


def list_closed(term: Term | None = None) -> str:
    """Return why nothing of a closed list can be changed, until when, and who can open it."""
    planned = term.phases.of_phase(Term.Phase.CONFIRMING).first() if term else None
    said = {"phone": settings.SITE_PHONE}
    if planned is None:
        return (
            _(
                "The list for the draw is closed: classes, hours, places and rules stay as they"
                " are until the draw is published. If it cannot wait, the city's registrar can"
                " amend the list, for everybody to see. Phone %(phone)s."
            )
            % said
        )
    said["day"] = date_format(localtime(planned.opens_at), _("l j F"))
    return (
        _(
            "The list for the draw is closed: classes, hours, places and rules stay as they are"
            " until the draw is published, as planned on %(day)s. If it cannot wait, the city's"
            " registrar can amend the list, for everybody to see. Phone %(phone)s."
        )
        % said
    )


def named_on_a_list() -> str:
    """Return why subject and level of a class stay for now, and what does not."""
    return _(
        "The list for the draw is closed, and names its classes by subject and level. These"
        " stay as they are until the draw is published; names and all else can be changed."
        " Phone %(phone)s."
    ) % {"phone": settings.SITE_PHONE}


def phase_refusal(reason: PhaseRefusal) -> str:
    """Return why a term stays in its phase, and what to do next."""
    return str(WHY_NOT_ON[reason])


def holidays_unknown(year: int) -> str:
    """Return that a year's holidays are missing."""
    return _("No holidays have been entered for %(year)s. Deadlines may fall on them.") % {
        "year": year
    }


def ends_on_a_holiday(phase: str, day: date, name: str) -> str:
    """Return which deadline falls on a day on which nobody works."""
    return _("“%(phase)s” ends on a holiday: %(day)s, %(name)s. Move it to a working day.") % {
        "phase": phase,
        "day": date_format(day, _("l j F")),
        "name": name,
    }


def policy_refused(names: list[str], term: Term | None = None) -> str:
    """Return why rules cannot be published."""
    if names == ["list"]:
        return list_closed(term)
    if names == ["version"]:
        return _("This version has been published. Amend it by a next version.")
    labels = {rule.name: str(rule.label) for rule in RULES}
    named = _(", ").join(labels.get(name, name) for name in names)
    return _("Put these rules right first: %(names)s.") % {"names": named}


@dataclass(frozen=True)
class Rule:
    """A rule of a term as people read it. ``unit`` is a key of ``UNITS``, or a kind of its own."""

    name: str
    label: Any
    unit: str
    hint: Any = ""
    least: int = 0
    most: int = 100


UNITS = {
    "classes": gettext_lazy("classes"),
    "places": gettext_lazy("places"),
    "learners": gettext_lazy("learners"),
    "minutes": gettext_lazy("minutes"),
    "hours": gettext_lazy("hours"),
    "days": gettext_lazy("working days"),
    "weeks": gettext_lazy("weeks"),
    "terms": gettext_lazy("terms"),
    "years": gettext_lazy("years of age"),
    "share": gettext_lazy("in 100"),
    "reserves": gettext_lazy("in 100 places"),
    "yuan": gettext_lazy("yuan"),
}
SWITCH = {True: gettext_lazy("Asked for"), False: gettext_lazy("Not asked for")}
ORDERS = {
    "no_seat_first": gettext_lazy("Who has no class yet comes first"),
    "rank": gettext_lazy("In the order in which people joined"),
}
BUCKETS = {
    "N": gettext_lazy("Put aside for newcomers"),
    "C": gettext_lazy("Put aside for people who need care"),
    "M": gettext_lazy("Put aside for people who missed before"),
}
# In the order in which a prospectus prints them.
RULES = (
    Rule("room_classes", gettext_lazy("Classes one person may have"), "classes", least=1, most=20),
    Rule(
        "hot_classes",
        gettext_lazy("Much wanted classes one person may have"),
        "classes",
        gettext_lazy("Of the classes one person may have."),
        most=20,
    ),
    Rule(
        "holds_per_learner",
        gettext_lazy("Places held unpaid at one time"),
        "places",
        least=1,
        most=20,
    ),
    Rule(
        "travel_gap_minutes",
        gettext_lazy("Time between classes at two campuses"),
        "minutes",
        gettext_lazy("Less than this, and the second class is refused."),
        most=240,
    ),
    Rule(
        "hold_min_hours", gettext_lazy("A place is held for at least"), "hours", least=1, most=240
    ),
    Rule("day_ends_at", gettext_lazy("A held place falls due at"), "hour"),
    Rule("offer_working_days", gettext_lazy("Time to answer an offer"), "days", least=1, most=20),
    Rule(
        "offer_hours",
        gettext_lazy("Hours in which offers are made"),
        "hours_of_day",
        gettext_lazy("Nobody is phoned or sent an offer at night."),
    ),
    Rule("waitlist_order", gettext_lazy("Order of the waiting list"), "order"),
    Rule(
        "undo_minutes",
        gettext_lazy("Time to take back a withdrawal"),
        "minutes",
        gettext_lazy("The place is kept that long."),
        most=120,
    ),
    Rule("late_join_weeks", gettext_lazy("Joining late is possible for"), "weeks", most=20),
    Rule(
        "transfer_weeks",
        gettext_lazy("Changing to another class is possible for"),
        "weeks",
        most=20,
    ),
    Rule(
        "family_consent_above_age",
        gettext_lazy("The family agrees above the age of"),
        "years",
        least=50,
        most=120,
    ),
    Rule(
        "vigorous_warn_age",
        gettext_lazy("Vigorous courses: beginners see the teacher first above the age of"),
        "years",
        least=50,
        most=120,
    ),
    Rule(
        "vigorous_block_age",
        gettext_lazy("The hardest courses: nobody begins above the age of"),
        "years",
        gettext_lazy("For courses that have an age for new learners. The stricter age counts."),
        least=50,
        most=120,
    ),
    Rule("repeat_terms", gettext_lazy("The same course again after"), "terms", most=20),
    Rule(
        "residence_needed",
        gettext_lazy("Proof that one lives or works in the city, or has a child here"),
        "switch",
        gettext_lazy("Of learners in room classes whose street or town we do not know."),
    ),
    Rule("min_size", gettext_lazy("Smallest size of a new class"), "learners", least=1, most=500),
    Rule("attendance_to_renew", gettext_lazy("Attendance needed to renew"), "share"),
    Rule(
        "attendance_to_complete", gettext_lazy("Attendance needed to complete a course"), "share"
    ),
    Rule("reserves", gettext_lazy("Places put aside"), "reserves", most=50),
    Rule(
        "reserve_from_open",
        gettext_lazy("Places are put aside in classes with at least this many left"),
        "places",
        most=500,
    ),
    Rule(
        "care_from_age",
        gettext_lazy("Places for people who need care are open to everybody from the age of"),
        "years",
        least=50,
        most=120,
    ),
    Rule(
        "nearby_minutes",
        gettext_lazy("They are open to neighbours, too: those who live no further away than"),
        "minutes",
        most=120,
    ),
    Rule("renewal_cap", gettext_lazy("Places that go to renewal at most"), "share"),
    Rule(
        "refund_second_above_yuan",
        gettext_lazy("Two people decide about refunds of more than"),
        "yuan",
        gettext_lazy("About special reasons they always do."),
        most=100_000,
    ),
)


def rules_in_words(rules: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the rules of a term as one reads them, in the order of the prospectus."""
    lines = []
    for rule in RULES:
        value = rules.get(rule.name)
        if value is None:
            continue
        if rule.unit == "reserves":
            lines += [
                (str(said), _amount("reserves", value.get(bucket, 0)))
                for bucket, said in BUCKETS.items()
            ]
        else:
            lines.append((str(rule.label), _said(rule, value)))
    return lines


def changes_in_words(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Return what a next version changes: the rule, what it was, what it will be."""
    old = dict(rules_in_words(before))
    return [
        (label, old.get(label, ""), value)
        for label, value in rules_in_words(after)
        if old.get(label) != value
    ]


def _said(rule: Rule, value: Any) -> str:
    if rule.unit == "hours_of_day":
        return "–".join(value)
    if rule.unit == "hour":
        return str(value)
    if rule.unit == "switch":
        return str(SWITCH[bool(value)])
    if rule.unit == "order":
        return str(ORDERS.get(value, value))
    return _amount(rule.unit, value)


def _amount(unit: str, number: int) -> str:
    forms = {
        "classes": ngettext("%(number)s class", "%(number)s classes", number),
        "places": npgettext("seat", "%(number)s place", "%(number)s places", number),
        "learners": ngettext("%(number)s learner", "%(number)s learners", number),
        "minutes": ngettext("%(number)s minute", "%(number)s minutes", number),
        "hours": ngettext("%(number)s hour", "%(number)s hours", number),
        "days": ngettext("%(number)s working day", "%(number)s working days", number),
        "weeks": ngettext("%(number)s week", "%(number)s weeks", number),
        "terms": ngettext("%(number)s term", "%(number)s terms", number),
        "years": ngettext("%(number)s year", "%(number)s years", number),
        "share": _("%(number)s in 100"),
        "reserves": _("%(number)s in 100 places"),
        "yuan": _("%(number)s yuan"),
    }
    return forms[unit] % {"number": number}
