"""A learner's form as its pages show it, and the classes that may be written on it."""

from dataclasses import dataclass, field
from datetime import datetime

from accounts import scope
from accounts.models import Learner
from courses.models import ClassSection, Term, TermPhase
from enrolment.domain.wishes import MOST_WISHES
from enrolment.models import (
    Application,
    ApplicationVersion,
    ChainEntry,
    Enrolment,
    LearnerTerm,
    Wish,
)
from enrolment.queries.applications import (
    Window,
    application_of,
    terms_with_forms,
    window_of,
)
from enrolment.queries.struck_out import OutOfDraw, out_of_draw
from enrolment.queries.times import rules_of

Phase = Term.Phase
# What has been handed in is told of until the results have all been answered.
STILL_TOLD_OF = (
    Phase.FROZEN,
    Phase.DRAWN,
    Phase.CONFIRMING,
    Phase.WAITLISTING,
    Phase.OPEN_ENROLMENT,
)


@dataclass(frozen=True)
class MyForm:
    """A learner's form: what is being filled in, what counts, and with whom it goes.

    ``draft`` is None while nothing is being changed. Of two who go together one has the choices;
    to the other the form is ``lead``'s.
    """

    term: Term
    window: Window
    application: Application | None = None
    draft: ApplicationVersion | None = None
    wishes: list[Wish] = field(default_factory=list)  # of the draft
    counted: list[Wish] = field(default_factory=list)  # of what counts
    partner_name: str = ""
    out: OutOfDraw = field(default_factory=OutOfDraw)  # who has stepped out since the list closed

    @property
    def record(self) -> Application:
        """The application, of a form that has been begun."""
        if self.application is None:
            raise Application.DoesNotExist
        return self.application

    @property
    def lead(self) -> Application | None:
        """The form whose choices count for this one, too."""
        return self.application.goes_with if self.application else None

    @property
    def counts(self) -> Application | None:
        """The form whose choices and number count: of two who go together the one of both."""
        return self.lead or self.application

    @property
    def current(self) -> ApplicationVersion | None:
        """The version that counts, or would if the form had not been withdrawn."""
        return self.counts.current if self.counts else None

    @property
    def is_handed_in(self) -> bool:
        """Whether something counts."""
        return self.application is not None and self.application.is_handed_in

    @property
    def own(self) -> list[Wish]:
        """The choices on the draft, in order."""
        return [wish for wish in self.wishes if not wish.is_substitute]

    @property
    def instead(self) -> list[Wish]:
        """The classes on the draft that one would take instead."""
        return [wish for wish in self.wishes if wish.is_substitute]

    @property
    def counted_own(self) -> list[Wish]:
        """The choices that count, in order."""
        return [wish for wish in self.counted if not wish.is_substitute]

    @property
    def counted_instead(self) -> list[Wish]:
        """The classes that count as those one would take instead."""
        return [wish for wish in self.counted if wish.is_substitute]

    @property
    def takes_more(self) -> bool:
        """Whether another class may be chosen."""
        return len(self.own) < MOST_WISHES

    @property
    def has_unsent_changes(self) -> bool:
        """Whether the form was handed in and says something else by now."""
        if self.draft is None or self.current is None or not self.is_handed_in:
            return False
        return _said(self.draft, self.wishes) != _said(self.current, self.counted)

    @property
    def may_step_out(self) -> bool:
        """Whether the form is on the closed list of a draw that is not public, and still in it."""
        on_the_list = self.is_handed_in and self.record.state == Application.State.IN_DRAW
        return on_the_list and self.out.own is None

    @property
    def has_its_result(self) -> bool:
        """Whether a draw has told what came of the form."""
        told = (Application.State.ALLOCATED, Application.State.UNALLOCATED)
        return self.application is not None and self.application.state in told

    @property
    def stands_as_one(self) -> bool:
        """Whether two people have one line on the list: they go together, or neither goes."""
        return bool(self.partner_name) and not (self.current and self.current.split_ok)

    @property
    def number_on_the_list(self) -> str:
        """The number of this person's line, as people read it out."""
        listed = self.counts if self.stands_as_one else self.application
        return listed.spoken_number if listed else ""

    @property
    def is_struck_alone(self) -> bool:
        """Whether the other person on the line stays, so that it is not struck through."""
        return self.stands_as_one and self.out.other is None

    def may_change(self, at: datetime) -> bool:
        """Whether the web still takes what is done to the form."""
        begun_at = self.draft.begun_at if self.draft else None
        return self.window.takes(at, channel="web", begun_at=begun_at)

    def may_undo(self, at: datetime) -> bool:
        """Whether the last step may be taken back by a press: never past the last day."""
        until = self.application.undo_until if self.application else None
        closes_at = self.window.closes_at
        return until is not None and at <= until and (closes_at is None or at < closes_at)


def _said(version: ApplicationVersion, rows: list[Wish]) -> tuple[object, ...]:
    listed = [(row.section_id, row.is_substitute) for row in rows]
    return listed, version.wanted, version.split_ok, version.wants_better


def term_of_form(learner: Learner) -> Term | None:
    """Return the term whose form concerns a learner now; None between the terms.

    The one that takes forms; else one with a form of theirs that is not over; else the next.
    """
    coming = terms_with_forms()
    open_now = [term for term in coming if term.phase == Phase.WISHES_OPEN]
    if open_now:
        return open_now[0]
    under_way = Application.objects.of(learner).filter(term__phase__in=STILL_TOLD_OF)
    found = under_way.select_related("term").first()
    return found.term if found else next(iter(coming), None)


def my_form(learner: Learner) -> MyForm | None:
    """Return a learner's form with its choices; None between the terms."""
    term = term_of_form(learner)
    if term is None:
        return None
    window = window_of(term)
    application = application_of(learner, term)
    if application is None:
        return MyForm(term, window)
    lead = application.goes_with
    draft = application.versions.drafts().first() if lead is None else None
    current = (lead or application).current
    return MyForm(
        term=term,
        window=window,
        application=application,
        draft=draft,
        wishes=_wishes(draft),
        counted=_wishes(current),
        partner_name=_partner_name(application),
        out=out_of_draw(application),
    )


def classes_that_fill(learner: Learner, term: Term, *, at: datetime) -> list[Enrolment]:
    """Return the classes of a term that somebody has who may have no more; [] for all others.

    To them every class would be refused, so their form is not asked for.
    """
    row = LearnerTerm.objects.filter(learner=learner, term=term).first()
    if row is None or not row.room_classes:
        return []
    allowed = row.limit_override
    if allowed is None:
        allowed = rules_of(term, at=at).rules.room_classes
    if row.room_classes < allowed:
        return []
    counting = ClassSection.objects.in_a_draw().filter(term=term)
    held = Enrolment.objects.of(learner).filter(section__in=counting).holding_a_seat()
    return list(held.with_all_to_show().in_order())


def has_unsent_changes(learner: Learner) -> bool:
    """Whether a learner has changed a form and not handed the change in; two small queries."""
    changed = Application.objects.of(learner).with_unsent_changes()
    if not changed.filter(term__phase=Phase.WISHES_OPEN).exists():
        return False
    form = my_form(learner)
    return form is not None and form.has_unsent_changes


def _wishes(version: ApplicationVersion | None) -> list[Wish]:
    return list(version.wishes.with_all_to_show().in_order()) if version else []


def _partner_name(application: Application) -> str:
    """Return the name of whoever goes with somebody: both know of it, whoever joined them."""
    if application.partner_id is None:
        return ""
    with scope.learners([application.learner_id, application.partner_id]):
        return Learner.objects.get(pk=application.partner_id).name


def handed_in_alone(learner_id: int, term: Term) -> bool:
    """Whether what somebody handed in counts by itself."""
    with scope.learners([learner_id]):
        form = Application.objects.of_term(term).filter(learner=learner_id, goes_with=None).first()
        return form is not None and form.is_handed_in


def last_entry(application: Application) -> ChainEntry | None:
    """Return the entry of the chain that a form's slip shows; None before the first."""
    return ChainEntry.objects.filter(application=application).order_by("number").last()


def choices_that_count(entry: ChainEntry) -> int:
    """Return how many choices counted after a step; 0 where none does any more."""
    form = entry.application
    if form is None or entry.content["state"] != Application.State.SUBMITTED:
        return 0
    version = form.versions.filter(version=entry.content["version"]).first()
    return version.wishes.own().count() if version else 0


def helped_with(phone: str) -> list[Application]:
    """Return the forms of the people of a phone on which somebody else took the last step."""
    forms = Application.objects.done_by_another().select_related("learner", "term")
    return list(forms.filter(learner__phone=phone, term__phase=Phase.WISHES_OPEN).order_by("pk"))


def day_of_result(term: Term) -> datetime | None:
    """Return when the draw of a term is held, as planned."""
    planned = TermPhase.objects.of_phase(Phase.DRAWN).filter(term=term).first()
    return planned.opens_at if planned else None


def papers_until(term: Term) -> datetime | None:
    """Return until when a missing paper can be brought: the closing of the list."""
    planned = TermPhase.objects.of_phase(Phase.FROZEN).filter(term=term).first()
    return planned.opens_at if planned else None
