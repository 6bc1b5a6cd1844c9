"""What the rule book is told about classes and a learner; one round trip for all of it."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.timezone import localtime

from accounts.models import ConsentRecord, Learner, User
from enrolment.domain import deadlines, eligibility, renewal, wishes
from enrolment.domain.eligibility import Case, ClassFacts, Held, LearnerFacts
from enrolment.domain.refusals import Finding, Objection, Paper, Refusal
from enrolment.domain.timetables import Spans
from enrolment.models import ledger
from enrolment.queries.times import TermRules

PROOFS_OF_RESIDENCE = frozenset(ConsentRecord.Kind.proofs_of_residence())
# What another class of one's own stands for, so that giving it up takes it away.
IN_ONES_OWN_WAY = frozenset(
    {
        Refusal.LIMIT,
        Refusal.HOT_LIMIT,
        Refusal.TOO_MANY_HOLDS,
        Refusal.CLASH,
        Refusal.TRAVEL_GAP,
    }
)
HALF_A_YEAR = timedelta(weeks=26)
SLACK = timedelta(weeks=8)  # terms do not begin on the same day every year


class Dossier:
    """The facts about one learner and some classes, as they stood at one moment."""

    def __init__(self, found: dict[str, Any], at: datetime) -> None:
        self._found = found
        self._at = at
        self._sections: dict[int, ClassFacts] = {}
        self._rules: dict[int, TermRules] = {}
        self._learner: dict[int, LearnerFacts] = {}

    def shows(self, section_id: int) -> bool:
        """Whether there is such a class, and the public may see it."""
        facts = (self._found["classes"] or {}).get(str(section_id))
        return facts is not None and bool(facts["is_shown"])

    def objection(
        self, section_id: int, *, by_staff: bool = False, giving_up: int | None = None
    ) -> Objection | None:
        """Ask the rule book about one class: what decides against it, None for nothing.

        ``giving_up``: the class that ends when this one comes about.
        """
        return eligibility.objection(
            self._case(section_id, by_staff=by_staff, giving_up=giving_up)
        )

    def findings(
        self, section_id: int, *, by_staff: bool = False, giving_up: int | None = None
    ) -> list[Finding]:
        """Ask the rule book about one class: what every rule says, in order."""
        return list(
            eligibility.findings(self._case(section_id, by_staff=by_staff, giving_up=giving_up))
        )

    def about_wish(self, section_id: int) -> list[Finding]:
        """Ask the rule book about a class as a choice for the draw: what every rule says."""
        return list(wishes.findings(self._case(section_id)))

    def against_wish(self, section_id: int) -> Objection | None:
        """Return what keeps a class off a form for good; a missing paper does not."""
        return wishes.blocking(self._case(section_id))

    def against_renewal(self, section_id: int) -> Objection | None:
        """Return what keeps the learner from going on into a class; None for nothing."""
        return renewal.objection(self._case(section_id))

    def could_be_given_for(self, section_id: int) -> list[int]:
        """Return those of the learner's classes of the term that alone stand in the way.

        Each of them could be changed for the class, papers aside.
        """
        objection = self.objection(section_id)
        if objection is None or objection.reason not in IN_ONES_OWN_WAY:
            return []
        held = [one.section for one in self.learner(section_id).holds if one.same_term]
        without = {one: self.objection(section_id, giving_up=one) for one in held}
        return [one for one, said in without.items() if said is None or said.paper is not None]

    def papers_missing(self, section_id: int) -> list[Paper]:
        """Return the papers that would open the way into a class, in order."""
        said = eligibility.objections(self._case(section_id))
        return [one.paper for one in said if one.paper is not None]

    def limit(self, section_id: int) -> tuple[int, list[int]]:
        """How many classes the learner may have in a class's term, and which count already."""
        learner, rules = self.learner(section_id), self.rules(section_id).rules
        allowed = rules.room_classes if learner.room_limit is None else learner.room_limit
        return allowed, [held.section for held in learner.holds if held.same_term and held.counts]

    def hold_until(self, section_id: int) -> datetime | None:
        """When a hold made now falls due; None for a class without a fee."""
        if not self.section(section_id).has_fee:
            return None
        rules = self.rules(section_id)
        days = ((date.fromisoformat(day), kind) for day, kind in self._found["days"])
        return deadlines.hold_until(localtime(self._at), rules.calendar(days), rules.terms)

    def section(self, section_id: int) -> ClassFacts:
        """Return what the rules ask of a class."""
        if section_id not in self._sections:
            facts = dict(self._found["classes"][str(section_id)])
            del facts["is_shown"], facts["opening"]
            term = self._found["terms"][str(facts.pop("term"))]
            self._sections[section_id] = ClassFacts(
                **facts
                | {
                    "term_starts_on": date.fromisoformat(term["starts_on"]),
                    "phase": term["phase"],
                    "meets": _spans(facts["meets"]),
                    "opens_at": _moment(facts["opens_at"]),
                    "closes_at": _moment(facts["closes_at"]),
                }
            )
        return self._sections[section_id]

    def opening(self, section_id: int) -> int | None:
        """Return the opening before which people stand in line for a class now, if they do."""
        found: int | None = self._found["classes"][str(section_id)]["opening"]
        return found

    @property
    def is_of_actor(self) -> bool:
        """Whether the learner belongs to the account that asks, and is nobody it helps."""
        return bool(self._found["learner"]["is_own"])

    def rules(self, section_id: int) -> TermRules:
        """Return the rules of a class's term."""
        term = self._term_of(section_id)
        if term not in self._rules:
            self._rules[term] = TermRules.read(self._found["terms"][str(term)]["rules"])
        return self._rules[term]

    def learner(self, section_id: int) -> LearnerFacts:
        """Return what the rules ask of the learner, with an eye to a class's term."""
        term = self._term_of(section_id)
        if term not in self._learner:
            self._learner[term] = self._with_an_eye_to(term, self.rules(section_id))
        return self._learner[term]

    def _case(
        self, section_id: int, *, by_staff: bool = False, giving_up: int | None = None
    ) -> Case:
        return Case(
            section=self.section(section_id),
            learner=self.learner(section_id),
            rules=self.rules(section_id).rules,
            at=localtime(self._at),
            by_staff=by_staff,
            giving_up=giving_up,
        )

    def _with_an_eye_to(self, term: int, rules: TermRules) -> LearnerFacts:
        found, stored = self._found, self._found["terms"][str(term)]
        starts_on = date.fromisoformat(stored["starts_on"])
        recent = starts_on - HALF_A_YEAR * rules.rules.repeat_terms - SLACK
        last = starts_on - HALF_A_YEAR - SLACK
        past = [row for row in self._past if row[0] < starts_on]
        holds = tuple(_held(held, term) for held in found["holds"])
        levels: dict[int, int] = {}
        for *_rest, course, subject, level in past:
            if course is not None:
                levels[subject] = max(level, levels.get(subject, 0))
        return LearnerFacts(
            sex=found["learner"]["sex"],
            born_on=date.fromisoformat(found["learner"]["born_on"]),
            has_died=found["learner"]["has_died"],
            holds=holds,
            waits_for=frozenset(found["waits_for"]),
            leaving=frozenset(found["leaving"]),
            room_limit=stored["room_limit"],
            is_newcomer=not any(seats and start >= recent for start, seats, *_ in past)
            and not any(held.counts and not held.same_term for held in holds),
            completed_recently=frozenset(
                row[3] for row in past if row[3] is not None and row[0] >= recent
            ),
            levels_completed=levels,
            placed=dict(found["placed"]),
            removed_for_absence=any(gone and start >= last for start, _s, gone, *_ in past),
            declared_health="health" in found["consents"],
            family_agreed="family" in found["consents"],
            belongs_here=found["learner"]["lives_here"]
            or not PROOFS_OF_RESIDENCE.isdisjoint(found["consents"]),
        )

    @cached_property
    def _past(self) -> list[tuple[date, int, bool, int | None, int, int]]:
        return [(date.fromisoformat(row[0]), *row[1:]) for row in self._found["past"]]

    def _term_of(self, section_id: int) -> int:
        return int(self._found["classes"][str(section_id)]["term"])


def dossier(section_ids: Iterable[int], *, learner: Learner, actor: User, at: datetime) -> Dossier:
    """Gather the facts about a learner and some classes.

    Raises ``PermissionDenied`` when the actor may not even look.
    """
    found = ledger.facts(section_ids=list(section_ids), learner=learner, actor=actor, at=at)
    if found is None:
        raise PermissionDenied
    return Dossier(found, at)


def _held(held: dict[str, Any], term: int) -> Held:
    return Held(
        section=held["section"],
        subject=held["subject"],
        level=held["level"],
        campus=held["campus"],
        same_term=held["term"] == term,
        meets=_spans(held["meets"]),
        is_online=held["is_online"],
        counts=held["counts"],
        hot=held["hot"],
        is_hold=held["is_hold"],
    )


@lru_cache(maxsize=1024)
def _spans(timetable: str | None) -> Spans:
    """Read the hours of a class. Kept, for in a rush many people ask for the same few classes."""
    return tuple(
        (datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        for start, end in json.loads(timetable or "[]")
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
