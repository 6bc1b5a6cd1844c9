"""Every reason why the rules may say no. The sentences stand in ``enrolment/wording.py``."""

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why not. The database functions answer with the same words."""

    # the class
    NOT_OPEN_YET = "not_open_yet"
    WAIT_YOUR_TURN = "wait_your_turn"
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
    NEEDS_FAMILY_CONSENT = "needs_family_consent"
    LEVEL = "level"
    REPEAT = "repeat"
    ABSENCE = "absence"
    # a press that comes to nothing
    NOT_IN = "not_in"
    NOT_WAITING = "not_waiting"
    TOO_LATE = "too_late"
    OTHER_REQUEST = "other_request"
    NOT_YOURS = "not_yours"


@dataclass(frozen=True)
class Objection:
    """A refusal, and the class it is about where there is one (clash, travel)."""

    reason: Refusal
    other_section: int | None = None
