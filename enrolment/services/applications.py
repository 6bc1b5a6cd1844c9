"""A form of a term is handed in, taken back, or withdrawn.

Filling it in is ``enrolment/services/forms.py``, two who go together ``company.py``. What was
handed in stands in the term's chain; the version that counts is the last one handed in before
the deadline, by whatever way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from accounts import outbox, scope
from accounts.models import AuditEvent, Learner, User
from courses.models import Term
from enrolment import queries
from enrolment.domain import wishes
from enrolment.domain.refusals import Objection
from enrolment.domain.wishes import FormProblem, Submission
from enrolment.models import Application, ApplicationVersion, ChainEntry, Wish
from enrolment.queries.applications import AT_THE_OFFICE
from enrolment.services.chain import append_entry

Act = ChainEntry.Act
State = Application.State


class FormRefused(Exception):
    """The form stays as it is. Shown to the person, with the class it is about if it is one.

    ``of``: for whom of two who go together it is not possible.
    """

    def __init__(
        self,
        problem: FormProblem,
        *,
        section: int | None = None,
        objection: Objection | None = None,
        of: Learner | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.section = section
        self.objection = objection
        self.of = of


@contextmanager
def form_of(application: Application) -> Iterator[Application]:
    """See a form, and that of whoever goes with it; one press at a time may change it."""
    ids = [application.learner_id, *filter(None, [application.partner_id])]
    with scope.learners(ids):
        yield (
            Application.objects.locked()
            .select_related("term", "learner", "current", "goes_with")
            .get(pk=application.pk)
        )


def hand_in(*, application: Application, actor: User, channel: str, at: datetime) -> Application:
    """Hand in what the form says now. A second tap finds nothing new and changes nothing.

    Every choice is asked again for everybody the form is for; papers may follow until the list
    is closed. Raises ``FormRefused``, and the form is kept.
    """
    with form_of(application) as form:
        draft = form.versions.drafts().first()
        if draft is None and form.is_handed_in:
            return form
        if form.goes_with_id:
            raise FormRefused(FormProblem.WITH_SOMEBODY)
        begun_at = draft.begun_at if draft else None
        ensure_window(form.term, at=at, channel=channel, begun_at=begun_at)
        if draft is None:
            raise FormRefused(FormProblem.NOTHING_CHOSEN)
        ensure_choices(form, draft, actor, at)
        was = form.state
        draft.channel, draft.actor, draft.submitted_at = channel, actor, at
        draft.rule_version = queries.rule_version(form.term, at=at)
        draft.save(update_fields=["channel", "actor", "submitted_at", "rule_version"])
        form.current, form.state, form.withdrawn_at = draft, State.SUBMITTED, None
        form.undo_until, form.last_step_by = _undo_until(form, at), actor
        form.save(update_fields=["current", "state", "withdrawn_at", "undo_until", "last_step_by"])
        _company_follows(form)
        act = Act.CHANGE if was == State.SUBMITTED else Act.SUBMIT
        note_step(form, act, actor, channel, at)
        return form


def take_back(
    *,
    application: Application,
    actor: User | None,
    channel: str,
    at: datetime,
    of_helper: bool = False,
) -> Application:
    """Take back the last step within ten minutes: what counted before counts again.

    What a helper did the learner may take back for as long as forms are open (``of_helper``).
    A first form goes back to being filled in, with everything on it. Raises ``FormRefused``.
    """
    with form_of(application) as form:
        ensure_window(form.term, at=at, channel=channel, begun_at=form.begun_at)
        closes_at = queries.window_of(form.term).closes_at
        if closes_at is not None and at >= closes_at:
            raise FormRefused(FormProblem.TOO_LATE)  # nobody could hand it in again
        in_time = form.undo_until is not None and at <= form.undo_until
        if not in_time and not (of_helper and done_by_another(form)):
            raise FormRefused(FormProblem.NOTHING_TO_UNDO)
        undone = form.current
        if form.state == State.WITHDRAWN:
            form.state, form.withdrawn_at = State.SUBMITTED, None
        elif undone is not None:
            before = _version_before(form, undone)
            form.current = before
            form.state = State.SUBMITTED if before else State.DRAFT
            _fill_in_again(form, undone, actor, channel, at)
        form.undo_until, form.last_step_by = None, None
        form.save(update_fields=["current", "state", "withdrawn_at", "undo_until", "last_step_by"])
        _company_follows(form)
        note_step(form, Act.UNDO, actor, channel, at)
        return form


def done_by_another(form: Application) -> bool:
    """Whether somebody else than the learner took the last step that can be taken back."""
    return form.last_step_by_id is not None and form.last_step_by_id != form.learner.user_id


def withdraw_application(
    *, application: Application, actor: User | None, channel: str, at: datetime
) -> Application:
    """Take a form out of the term; within ten minutes it can be put back. Twice is once.

    ``actor`` is None for who has died. Raises ``FormRefused`` once the list is closed: from
    then on a place can be declined.
    """
    with form_of(application) as form:
        if form.state == State.WITHDRAWN:
            return form
        if form.goes_with_id:
            raise FormRefused(FormProblem.WITH_SOMEBODY)
        if form.state != State.SUBMITTED:
            closed = form.state != State.DRAFT
            raise FormRefused(FormProblem.FROZEN if closed else FormProblem.NOT_HANDED_IN)
        ensure_window(form.term, at=at, channel=channel, begun_at=form.begun_at)
        form.state, form.withdrawn_at = State.WITHDRAWN, at
        form.undo_until, form.last_step_by = _undo_until(form, at), actor
        form.save(update_fields=["state", "withdrawn_at", "undo_until", "last_step_by"])
        _company_follows(form)
        note_step(form, Act.WITHDRAW, actor, channel, at)
        return form


def ensure_window(term: Term, *, at: datetime, channel: str, begun_at: datetime | None) -> None:
    """See to it that forms are open for this way of handing in. Raises ``FormRefused``."""
    window = queries.window_of(term)
    if window.is_frozen:
        raise FormRefused(FormProblem.FROZEN)
    if not window.takes(at, channel=channel, begun_at=begun_at):
        early = not window.is_open_phase and term.phase in {
            Term.Phase.PUBLISHED,
            Term.Phase.RENEWAL_OPEN,
        }
        raise FormRefused(FormProblem.TOO_EARLY if early else FormProblem.TOO_LATE)


def ensure_choices(
    form: Application,
    draft: ApplicationVersion,
    actor: User,
    at: datetime,
    *,
    only_ask: bool = False,
) -> None:
    """Ask every choice again for everybody the form is for, and write down its reserves.

    Raises ``FormRefused`` with the first choice that is not possible.
    """
    rows = list(draft.wishes.with_all_to_show().in_order())
    own = [row.section_id for row in rows if not row.is_substitute]
    problem = wishes.ensure_list(own, [row.section_id for row in rows if row.is_substitute])
    if problem is not None:
        raise FormRefused(problem)
    _ask_for(form.learner, rows, actor, at)
    flags = [row.flags for row in rows]
    if form.partner is not None:
        _ask_for(form.partner, rows, actor, at)
        for row, of_the_first in zip(rows, flags, strict=True):
            row.flags = wishes.flags_of_both(of_the_first, row.flags)
    if not only_ask:
        Wish.objects.bulk_update(rows, ["flags"])


def _ask_for(person: Learner, rows: list[Wish], actor: User, at: datetime) -> None:
    listed = [row.section_id for row in rows]
    facts = queries.dossier(listed, learner=person, actor=actor, at=at)
    standing = queries.standing_of(person, facts, listed[0], at=at)
    possible = queries.can_be_chosen(rows[0].section.term).values_list("pk", flat=True)
    missing = set(listed) - set(possible.filter(pk__in=listed))
    for row in rows:
        if row.section_id in missing:
            raise FormRefused(FormProblem.UNKNOWN_CLASS, section=row.section_id)
        objection = facts.against_wish(row.section_id)
        if objection is not None:
            raise FormRefused(
                FormProblem.NOT_POSSIBLE, section=row.section_id, objection=objection, of=person
            )
        row.flags = standing.flags(row.section.campus_id)


def _undo_until(form: Application, at: datetime) -> datetime:
    rules = queries.rules_of(form.term, at=at).stored
    return queries.undo_until(
        at, minutes=rules.get("undo_minutes", 10), deadline=queries.window_of(form.term).closes_at
    )


def _version_before(form: Application, undone: ApplicationVersion) -> ApplicationVersion | None:
    """The version that counted before; none where the form was not in the term.

    Each entry of the chain says what counted after it.
    """
    for entry in ChainEntry.objects.filter(application=form).order_by("-number"):
        counted = entry.content["state"] == State.SUBMITTED
        if counted and entry.content["version"] == undone.version:
            continue
        return form.versions.get(version=entry.content["version"]) if counted else None
    return None


def _fill_in_again(
    form: Application, undone: ApplicationVersion, actor: User | None, channel: str, at: datetime
) -> None:
    """Put what was taken back on the draft, unless somebody has begun another."""
    if not form.versions.drafts().exists():
        copy_version(undone, actor=actor, channel=channel, at=at)


def copy_version(
    version: ApplicationVersion, *, actor: User | None, channel: str, at: datetime
) -> ApplicationVersion:
    """Return a draft that says what a version says, to be changed and handed in."""
    rows = list(version.wishes.in_order())
    latest = version.application.versions.latest_first().first()
    draft = ApplicationVersion.objects.create(
        application=version.application,
        version=(latest.version if latest else 0) + 1,
        wanted=version.wanted,
        split_ok=version.split_ok,
        wants_better=version.wants_better,
        wanted_asked=version.wanted_asked,
        better_asked=version.better_asked,
        substitutes_asked=version.substitutes_asked,
        channel=channel,
        actor=actor,
        begun_at=at,
    )
    Wish.objects.bulk_create(
        Wish(
            version=draft, rank=row.rank, section_id=row.section_id,
            is_substitute=row.is_substitute,
        )
        for row in rows
    )  # fmt: skip
    return draft


def _company_follows(form: Application) -> None:
    """Whoever goes with the form is in the draw with it, and out of it with it."""
    companion = Application.objects.filter(goes_with=form)
    companion.update(state=form.state, withdrawn_at=form.withdrawn_at, rejected_for="")


def note_step(
    form: Application,
    act: ChainEntry.Act | None,
    actor: User | None,
    channel: str,
    at: datetime,
) -> None:
    """Write a step into the chain, the books, and onto the list of letters to be sent."""
    if act is not None:
        entry = append_entry(
            term=form.term, application=form, act=act, content=content_of(form), at=at
        )
        outbox.put("tell_application", f"{entry.pk}:{actor.pk if actor else ''}:{channel}")
    AuditEvent.objects.record(
        actor,
        f"application: {act.value if act else 'company'}",
        form,
        at=at,
        learner=form.learner,
        unit=form.unit,
        channel=channel,
        at_the_office=channel in AT_THE_OFFICE,
        version=form.current.version if form.current else 0,
    )


def content_of(form: Application) -> dict[str, object]:
    """Return what the chain keeps of a form: its number, its choices by code, nobody's name."""
    version = form.current
    if version is None:
        return Submission(application=form.number, state=form.state).content()
    partner = form.goes_with or (
        Application.objects.filter(goes_with=form).first() if form.partner_id else None
    )
    rows = version.wishes.with_all_to_show().in_order()
    return Submission(
        application=form.number,
        state=form.state,
        version=version.version,
        wanted=version.wanted,
        split=version.split_ok,
        better=version.wants_better,
        partner=partner.number if partner else "",
        rules=version.rule_version or 0,
        wishes=tuple(f"{queries.code_of(row.section)}:{row.flags}" for row in rows),
        by_channel=str(version.channel),
    ).content()
