"""A form is filled in: each answer is kept at once, on the draft of the next version."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from accounts import scope
from accounts.models import Learner, User
from courses.models import Term
from enrolment import queries
from enrolment.domain import wishes
from enrolment.domain.wishes import MOST_LISTED, MOST_WISHES, FormProblem
from enrolment.models import Application, ApplicationVersion, Wish
from enrolment.services.applications import FormRefused, copy_version, ensure_window, form_of


def open_form(
    *, term: Term, learner: Learner, actor: User, channel: str, at: datetime
) -> ApplicationVersion:
    """Return the draft of a learner's form; begin one, from what was handed in if anything was.

    Raises ``FormRefused`` outside the window, and for a form that goes with another's.
    """
    with scope.learners([learner.pk]):
        application = Application.objects.filter(term=term, learner=learner).first()
        draft = application.versions.drafts().first() if application else None
        ensure_window(term, at=at, channel=channel, begun_at=draft.begun_at if draft else None)
        if application is None:
            application = form_for(term=term, learner=learner, at=at)
        if application.goes_with_id:
            raise FormRefused(FormProblem.WITH_SOMEBODY)
        if draft is not None:
            return draft
    with form_of(application) as form:
        draft = form.versions.drafts().first()  # a twin of this press may have been first
        if draft is not None:
            return draft
        if form.current is not None:
            return copy_version(form.current, actor=actor, channel=channel, at=at)
        latest = form.versions.latest_first().first()
        return ApplicationVersion.objects.create(
            application=form,
            version=(latest.version if latest else 0) + 1,
            channel=channel,
            actor=actor,
            begun_at=at,
        )


def form_for(*, term: Term, learner: Learner, at: datetime) -> Application:
    """Return a learner's form; begin one with a number of its own if there is none.

    Of two presses at once one begins it. Needs the learner's rows in scope.
    """
    found = Application.objects.filter(term=term, learner=learner).first()
    if found is not None:
        return found
    with scope.system("number an application"):
        number = wishes.new_number(lambda n: Application.objects.filter(number=n).exists())
    form = Application(
        term=term, learner=learner, unit_id=learner.unit_id, number=number, begun_at=at
    )
    Application.objects.bulk_create([form], ignore_conflicts=True)
    return Application.objects.get(term=term, learner=learner)


def choose(
    *, application: Application, section_id: int, actor: User, channel: str, at: datetime
) -> None:
    """Put a class on the form, after the choices that stand there. Twice is once.

    Raises ``FormRefused`` when the list is full, or the class is not possible for this person
    or for whoever goes with them.
    """
    with _draft(application, channel, at) as (form, draft):
        own, substitutes = _listed(draft)
        if section_id in own:
            return
        if len(own) >= MOST_WISHES:
            raise FormRefused(FormProblem.TOO_MANY)
        if not queries.can_be_chosen(form.term).filter(pk=section_id).exists():
            raise FormRefused(FormProblem.UNKNOWN_CLASS, section=section_id)
        _ensure_possible(form, [section_id], actor, at)
        # A choice of one's own goes before what one would take instead.
        rest = [one for one in substitutes if one != section_id]
        _write(draft, [*own, section_id], rest[: MOST_LISTED - len(own) - 1])
        if draft.substitutes_asked:  # there are other like classes now
            draft.substitutes_asked = False
            draft.save(update_fields=["substitutes_asked"])


def strike(*, application: Application, section_id: int, channel: str, at: datetime) -> None:
    """Take a class off the form, if it is there; the others move up."""
    with _draft(application, channel, at) as (_form, draft):
        own, substitutes = _listed(draft)
        _write(
            draft,
            [one for one in own if one != section_id],
            [one for one in substitutes if one != section_id],
        )


def move_choice(
    *, application: Application, section_id: int, places: int, channel: str, at: datetime
) -> None:
    """Move a choice up (-1) or down (1); at the ends nothing happens."""
    with _draft(application, channel, at) as (_form, draft):
        own, substitutes = _listed(draft)
        if section_id in own:
            _write(draft, wishes.moved(own, section_id, places), substitutes)


def rank_choices(
    *, application: Application, order: Sequence[int], channel: str, at: datetime
) -> None:
    """Put the choices into this order; what it leaves out stays behind, as it stood."""
    with _draft(application, channel, at) as (_form, draft):
        own, substitutes = _listed(draft)
        named = [one for one in dict.fromkeys(order) if one in own]
        _write(draft, [*named, *(one for one in own if one not in named)], substitutes)


def take_instead(
    *,
    application: Application,
    section_ids: Collection[int],
    actor: User,
    channel: str,
    at: datetime,
) -> None:
    """Write down which like classes somebody would take if none of theirs comes about.

    They stand behind the choices, nearest first as they were shown; the list has eight places.
    An empty answer is an answer. Raises ``FormRefused``.
    """
    with _draft(application, channel, at) as (form, draft):
        own, _before = _listed(draft)
        wanted = [one for one in dict.fromkeys(section_ids) if one not in own]
        if len(own) + len(wanted) > MOST_LISTED:
            raise FormRefused(FormProblem.TOO_MANY)
        known = queries.can_be_chosen(form.term).filter(pk__in=wanted)
        if strange := set(wanted) - set(known.values_list("pk", flat=True)):
            raise FormRefused(FormProblem.UNKNOWN_CLASS, section=min(strange))
        _ensure_possible(form, wanted, actor, at)
        _write(draft, own, wanted)
        draft.substitutes_asked = True
        draft.save(update_fields=["substitutes_asked"])


def answer_form(
    *,
    application: Application,
    channel: str,
    at: datetime,
    wanted: int | None = None,
    split_ok: bool | None = None,
    wants_better: bool | None = None,
) -> None:
    """Keep the answers that are given; those left out stay as they were."""
    with _draft(application, channel, at) as (_form, draft):
        given: dict[str, int | None] = {
            "wanted": wanted,
            "wanted_asked": wanted and True,
            "split_ok": split_ok,
            "wants_better": wants_better,
            "better_asked": None if wants_better is None else True,
        }
        changed = {name: value for name, value in given.items() if value is not None}
        for name, value in changed.items():
            setattr(draft, name, value)
        draft.save(update_fields=list(changed))


@transaction.atomic
def drop_changes(*, application: Application) -> None:
    """Forget what was changed and not handed in; what was handed in goes on counting."""
    with form_of(application) as form:
        if form.current_id is not None:
            form.versions.drafts().delete()


@contextmanager
def _draft(
    application: Application, channel: str, at: datetime
) -> Iterator[tuple[Application, ApplicationVersion]]:
    with form_of(application) as form:
        draft = form.versions.drafts().first()
        begun_at = draft.begun_at if draft else None
        ensure_window(form.term, at=at, channel=channel, begun_at=begun_at)
        if draft is None:
            raise FormRefused(FormProblem.NOTHING_CHOSEN)
        yield form, draft


def _listed(draft: ApplicationVersion) -> tuple[list[int], list[int]]:
    rows = list(draft.wishes.in_order().values_list("section_id", "is_substitute"))
    own = [section for section, is_substitute in rows if not is_substitute]
    return own, [section for section, is_substitute in rows if is_substitute]


def _write(draft: ApplicationVersion, own: Sequence[int], substitutes: Sequence[int]) -> None:
    draft.wishes.all().delete()
    Wish.objects.bulk_create(
        Wish(version=draft, rank=rank, section_id=section, is_substitute=rank > len(own))
        for rank, section in enumerate([*own, *substitutes], 1)
    )


def _ensure_possible(form: Application, sections: list[int], actor: User, at: datetime) -> None:
    if not sections:
        return
    for person in filter(None, [form.learner, form.partner]):
        facts = queries.dossier(sections, learner=person, actor=actor, at=at)
        for section in sections:
            objection = facts.against_wish(section)
            if objection is not None:
                raise FormRefused(
                    FormProblem.NOT_POSSIBLE, section=section, objection=objection, of=person
                )
