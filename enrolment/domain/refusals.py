"""Every answer the rules may give. The sentences stand in ``enrolment/wording``."""

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why not. The database functions answer with the same words."""

    # the class
    NOT_OPEN_YET = "not_open_yet"
    WAIT_YOUR_TURN = "wait_your_turn"
    HELPED_ENOUGH = "helped_enough"
    CLOSED = "closed"
    LATE = "late"
    TOO_LATE_TO_JOIN = "too_late_to_join"
    # the learner's own doings
    ALREADY_IN = "already_in"
    ALREADY_WAITING = "already_waiting"
    JUST_WITHDRAWN = "just_withdrawn"
    LIMIT = "limit"
    HOT_LIMIT = "hot_limit"
    TOO_MANY_HOLDS = "too_many_holds"
    CLASH = "clash"
    TRAVEL_GAP = "travel_gap"
    # the learner
    ACCOUNT_CLOSED = "account_closed"
    TOO_YOUNG = "too_young"
    TOO_OLD_TO_BEGIN = "too_old_to_begin"
    NEEDS_HEALTH_DECLARATION = "needs_health_declaration"
    NEEDS_DECLARATION_AT_COUNTER = "needs_declaration_at_counter"
    NEEDS_FAMILY_CONSENT = "needs_family_consent"
    NEEDS_RESIDENCE = "needs_residence"
    LEVEL = "level"
    REPEAT = "repeat"
    ABSENCE = "absence"
    # one class for another, several at once
    FULL = "full"
    COSTS_MORE = "costs_more"
    OTHER_OFFICE = "other_office"
    TOO_LATE_TO_CHANGE = "too_late_to_change"
    # a press that comes to nothing
    NOT_IN = "not_in"
    NOT_WAITING = "not_waiting"
    TOO_LATE = "too_late"
    ALREADY_EXTENDED = "already_extended"
    OTHER_REQUEST = "other_request"
    NOT_YOURS = "not_yours"


class Advice(StrEnum):
    """What a person is told before they go on; it stops nobody."""

    TALK_FIRST = "talk_first"
    LATE_JOIN = "late_join"


class Paper(StrEnum):
    """What opens the way when the rules ask for it."""

    HEALTH = "health"
    FAMILY = "family"
    RESIDENCE = "residence"
    PLACEMENT = "placement"


class Verdict(StrEnum):
    """What one rule says, the weakest first."""

    OK = "ok"
    WARN = "warn"
    NEEDS_DOCUMENT = "needs_document"
    BLOCK = "block"


class Rule(StrEnum):
    """The rules of who may have a seat, in the order in which they are asked."""

    WINDOW = "window"
    OWN = "own"
    LIMIT = "limit"
    HOT_LIMIT = "hot_limit"
    HOLDS = "holds"
    ABSENCE = "absence"
    TIME = "time"
    AGE = "age"
    BEGINNING = "beginning"
    REPEAT = "repeat"
    LEVEL = "level"
    HEALTH = "health"
    FAMILY = "family"
    RESIDENCE = "residence"


# Reasons that a paper takes away. All others stand until something else changes.
PAPER_AGAINST = {
    Refusal.NEEDS_HEALTH_DECLARATION: Paper.HEALTH,
    Refusal.NEEDS_DECLARATION_AT_COUNTER: Paper.HEALTH,
    Refusal.NEEDS_FAMILY_CONSENT: Paper.FAMILY,
    Refusal.NEEDS_RESIDENCE: Paper.RESIDENCE,
    Refusal.LEVEL: Paper.PLACEMENT,
}


@dataclass(frozen=True)
class Objection:
    """A refusal, the class it is about where there is one, and the number of the rule if it has.

    ``other_section`` is the class in the way (clash, travel); ``number`` the age or the count
    that was passed.
    """

    reason: Refusal
    other_section: int | None = None
    number: int | None = None

    @property
    def paper(self) -> Paper | None:
        """The paper that would take the objection away; None when none would."""
        return PAPER_AGAINST.get(self.reason)


@dataclass(frozen=True)
class Finding:
    """What one rule says about one person and one class: nothing, an advice, or an objection."""

    rule: Rule
    said: Objection | Advice | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether one may go on: yes, yes but, with a paper, no."""
        match self.said:
            case None:
                return Verdict.OK
            case Advice():
                return Verdict.WARN
            case Objection(paper=None):
                return Verdict.BLOCK
        return Verdict.NEEDS_DOCUMENT
