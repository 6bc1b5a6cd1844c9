"""Writes the forms of the next term: every choice, and the chain that all of them hang on."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from django.db import connection
from django.utils.timezone import localtime

from accounts.models import ConsentRecord, HelperGrant, User
from config.demo import tables
from config.demo.chance import stream
from config.demo.load_rows import copy_in, free_key, settle_sequences
from config.demo.people import age_on
from config.demo.records import ApplicationPlan, CityPlan, LearnerPlan
from courses.models import Term
from enrolment.domain import chain
from enrolment.domain.wishes import Submission, class_code
from enrolment.models import (
    Application,
    ApplicationVersion,
    ChainEntry,
    Channel,
    PostedHead,
    Wish,
)

CHANNELS = {
    "web": Channel.WEB,
    "helper": Channel.WEB,
    "counter": Channel.COUNTER,
    "phone": Channel.PHONE,
}
# Personas who fill in their form while somebody looks on; once lists are closed they have.
STILL_TO_APPLY = frozenset({"lin-xiuying", "zhou-jianguo", "shen-meifang"})
WANTS_BETTER = 0.3
RULES = 1
FAMILY_AGREES_ABOVE = 80
POSTED_AT = timedelta(hours=18)
_JOIN = """
UPDATE enrolment_application a SET goes_with_id = lead.id, state = 'submitted'
FROM enrolment_application lead
WHERE a.partner_id = lead.learner_id AND lead.partner_id = a.learner_id
  AND a.term_id = %(term)s AND lead.term_id = %(term)s AND a.current_id IS NULL
"""
_HAND_IN = """
UPDATE enrolment_applicationversion SET submitted_at = begun_at, rule_version = %(rules)s
WHERE id >= %(first)s
"""
_COUNTS = """
UPDATE enrolment_application a SET current_id = v.id, state = 'submitted'
FROM enrolment_applicationversion v WHERE v.application_id = a.id AND v.id >= %(first)s
"""


class Forms:
    """Writes the forms of a city, by the keys of its learners and of the next term's classes."""

    def __init__(
        self,
        plan: CityPlan,
        *,
        units: dict[str, int],
        learners: dict[int, int],
        sections: dict[int, int],
    ) -> None:
        self.plan, self.units = plan, units
        self.learners, self.sections = learners, sections
        self.rng = stream(plan.seed, "numbers of applications")
        self.people = {person.no: person for person in plan.learners}
        self.codes = {
            section.no: class_code(section.subject, section.level, sections[section.no])
            for section in plan.sections
        }
        self.forms = [form for form in plan.applications if not self._comes_later(form)]
        self.term = Term.objects.get(code=plan.next_term.code)

    def _comes_later(self, form: ApplicationPlan) -> bool:
        if self.plan.phase != "wishes_open":
            return False
        both = (form.learner, form.linked_with or form.learner)
        return any(self.people[no].persona in STILL_TO_APPLY for no in both)

    def load(self, now: datetime, actor: User) -> int:
        """Write all forms that were handed in before ``now``; return how many people's."""
        moments = self._moments(now)
        first, first_version = free_key(Application), free_key(ApplicationVersion)
        keys = {form.learner: first + n for n, form in enumerate(self.forms)}
        numbers = self._numbers()
        self._write_applications(keys, numbers, moments)
        self._write_versions(keys, first_version, moments)
        self._write_papers(actor)
        settle_sequences(Application, ApplicationVersion, Wish)
        with connection.cursor() as cursor:
            cursor.execute(_HAND_IN, {"first": first_version, "rules": RULES})
            cursor.execute(_COUNTS, {"first": first_version})
            cursor.execute(_JOIN, {"term": self.term.pk})
        self._write_chain(keys, numbers, moments)
        return len(self.forms)

    def _numbers(self) -> dict[int, str]:
        """Numbers that say nothing, the same for the same city."""
        given: set[str] = set()
        numbers = {}
        for form in self.forms:
            number = _number(self.rng)
            while number in given:
                number = _number(self.rng)
            given.add(number)
            numbers[form.learner] = number
        return numbers

    def _moments(self, now: datetime) -> dict[int, datetime]:
        """When each form came in: on any day, in daylight, before the window closed or now."""
        window = next(p for p in self.plan.next_term.phases if p.phase == "wishes_open")
        end = min(now, window.closes)
        days = max(1, (end - window.begins).days)
        return {
            form.learner: min(
                end - timedelta(minutes=1),
                window.begins
                + timedelta(days=self.rng.randrange(days), seconds=self.rng.randrange(32_000)),
            )
            for form in self.forms
        }

    def _leads(self, form: ApplicationPlan) -> bool:
        """Whether a form has choices of its own: of two who go together, the first has."""
        return not form.linked_with or form.learner < form.linked_with

    def _write_applications(
        self, keys: dict[int, int], numbers: dict[int, str], moments: dict[int, datetime]
    ) -> None:
        copy_in(
            Application,
            ("id", "term_id", "learner_id", "unit_id", "number", "state", "partner_id",
             "begun_at"),
            (
                (keys[form.learner], self.term.pk, self.learners[form.learner],
                 self.units[self.people[form.learner].unit], numbers[form.learner], "draft",
                 self.learners[form.linked_with] if form.linked_with else None,
                 moments[form.learner])
                for form in self.forms
            ),
        )  # fmt: skip

    def _write_versions(
        self, keys: dict[int, int], first: int, moments: dict[int, datetime]
    ) -> None:
        leading = [form for form in self.forms if self._leads(form)]
        copy_in(
            ApplicationVersion,
            ("id", "application_id", "version", "wanted", "split_ok", "wants_better",
             "substitutes_asked", "channel", "begun_at"),
            (
                (version, keys[form.learner], 1, form.wanted, form.split_ok,
                 self._wants_better(form), True, CHANNELS[form.channel], moments[form.learner])
                for version, form in enumerate(leading, first)
            ),
        )  # fmt: skip
        key = count(free_key(Wish))
        copy_in(
            Wish,
            ("id", "version_id", "rank", "section_id", "is_substitute", "flags"),
            (
                (next(key), version, rank, self.sections[section], rank > len(form.wishes),
                 form.flags_in(section))
                for version, form in enumerate(leading, first)
                for rank, section in enumerate(form.listed, 1)
            ),
        )  # fmt: skip

    def _wants_better(self, form: ApplicationPlan) -> bool:
        return (form.learner * 7919) % 100 < WANTS_BETTER * 100

    def _write_papers(self, actor: User) -> None:
        """The declarations and proofs that the forms ask for, brought with them."""
        kinds = ConsentRecord.Kind
        window = next(p for p in self.plan.next_term.phases if p.phase == "wishes_open")
        until = window.begins + timedelta(days=365)
        copy_in(
            ConsentRecord,
            ("learner_id", "kind", "how", "actor_id", "given_at", "valid_until"),
            (
                (self.learners[person.no], kind, HelperGrant.Consent.PAPER, actor.pk,
                 window.begins, until)
                for person, kind in self._papers(kinds)
            ),
        )  # fmt: skip

    def _papers(
        self, kinds: type[ConsentRecord.Kind]
    ) -> Iterator[tuple[LearnerPlan, ConsentRecord.Kind]]:
        subject = {section.no: section.subject for section in self.plan.sections}
        day = self.plan.next_term.teaching_starts
        for form in self.forms:
            person = self.people[form.learner]
            very_old = age_on(person.birth, day) > FAMILY_AGREES_ABOVE
            asks = very_old or any(subject[no] in tables.VIGOROUS for no in form.listed)
            if asks and not (person.persona and person.current):
                yield person, kinds.HEALTH
            if very_old:
                yield person, kinds.FAMILY
            if form.hardship:
                yield person, kinds.HARDSHIP

    def _write_chain(
        self, keys: dict[int, int], numbers: dict[int, str], moments: dict[int, datetime]
    ) -> None:
        head = chain.start(self.term.code)
        rows = []
        posted: dict[datetime, tuple[int, str]] = {}
        leading = sorted(
            (form for form in self.forms if self._leads(form)),
            key=lambda form: (moments[form.learner], form.learner),
        )
        for number, form in enumerate(leading, 1):
            at = moments[form.learner]
            content = {"act": "submit", **self._submission(form, numbers).content()}
            entry = chain.append(content, number=number, after=head)
            head = entry.head
            rows.append((self.term.pk, number, keys[form.learner], "submit", content, head, at))
            posted[localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)] = (
                number,
                head,
            )
        copy_in(
            ChainEntry,
            ("term_id", "number", "application_id", "act", "content", "head", "at"),
            rows,
        )
        PostedHead.objects.bulk_create(
            PostedHead(
                term=self.term, day=day.date(), number=number, head=last,
                posted_at=day + POSTED_AT,
            )
            for day, (number, last) in posted.items()
        )  # fmt: skip

    def _submission(self, form: ApplicationPlan, numbers: dict[int, str]) -> Submission:
        return Submission(
            application=numbers[form.learner],
            state="submitted",
            version=1,
            wanted=form.wanted,
            split=form.split_ok,
            better=self._wants_better(form),
            partner=numbers[form.linked_with] if form.linked_with else "",
            rules=RULES,
            wishes=tuple(f"{self.codes[no]}:{form.flags_in(no)}" for no in form.listed),
            by_channel=CHANNELS[form.channel].value,
        )


def _number(rng: random.Random) -> str:
    return str(rng.randrange(10**11, 10**12))
