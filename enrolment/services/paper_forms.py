"""Forms that came on paper are keyed in: each sheet once, however often it is sent.

What the office had received by the deadline is keyed in until the list is closed. Of two forms
of one person the later one counts, and later is when it was handed in, not when it was typed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import scope
from accounts.models import HelperGrant, Learner, StaffPost, User
from courses.models import Term
from enrolment import queries
from enrolment.models import Application, Channel, PaperForm
from enrolment.services import applications, forms
from enrolment.services.desk import Press, Word, keep_word
from enrolment.services.office_forms import like_classes_of

OFFICES = (
    *(StaffPost.Role.REGISTRAR, StaffPost.Role.BRANCH_HEAD),
    *(StaffPost.Role.COUNTER, StaffPost.Role.HOTLINE),
)


class PaperProblem(StrEnum):
    """Why a sheet is not keyed in; ``enrolment/wording/paper.py`` has the sentences."""

    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NOT_YET = "not_yet"
    NEWER_FORM = "newer_form"
    OTHER_SHEET = "other_sheet"


class PaperRefused(Exception):
    """The sheet is not keyed in. ``moment``: the deadline, or when the newer form came."""

    def __init__(self, problem: PaperProblem, moment: datetime | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.moment = moment


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands on one sheet. ``any_like``: also the same course nearby, whichever has room.

    ``received_at`` is None for a sheet that is keyed in while the learner waits.
    """

    key: UUID
    learner: Learner
    section_ids: Sequence[int]
    wanted: int
    any_like: bool
    received_at: datetime | None

    @property
    def content_hash(self) -> str:
        """What tells this sheet from another one under the same key."""
        said = (
            self.learner.pk,
            *self.section_ids,
            self.wanted,
            self.any_like,
            self.received_at and self.received_at.isoformat(),
        )
        return hashlib.sha256(":".join(map(str, said)).encode()).hexdigest()


def key_in(*, term: Term, sheet: Sheet, reason: str, actor: User, at: datetime) -> PaperForm:
    """Hand in what stands on a sheet; the sheet of a key that is known changes nothing.

    Raises ``PaperRefused`` or ``FormRefused``, and nothing of the sheet is kept.
    """
    with scope.learners([sheet.learner.pk]):
        known = PaperForm.objects.filter(pk=sheet.key).first()
        if known is None:
            try:
                return _key_in(term, sheet, reason, actor, at)
            except IntegrityError:
                # Its twin was faster, or the key belongs to a sheet of somebody else.
                known = PaperForm.objects.filter(pk=sheet.key).first()
                if known is None:
                    raise PaperRefused(PaperProblem.OTHER_SHEET) from None
        if known.content_hash != sheet.content_hash:
            raise PaperRefused(PaperProblem.OTHER_SHEET)
        return known


@transaction.atomic
def _key_in(term: Term, sheet: Sheet, reason: str, actor: User, at: datetime) -> PaperForm:
    received_at = sheet.received_at or at
    _ensure_in_time(term, received_at, at)
    before = queries.application_of(sheet.learner, term)
    if before is not None:
        _ensure_newer(before, received_at)
    press: Press = {"channel": Channel.PAPER.value, "at": at}
    draft = forms.open_form(term=term, learner=sheet.learner, actor=actor, **press)
    form = draft.application
    _write_list(form, sheet, actor, at)
    form = applications.hand_in(application=form, actor=actor, **press)
    word = Word(channel=Channel.PAPER, how=HelperGrant.Consent.PAPER, reason=reason)
    keep_word(
        sheet.learner, word, unit=form.unit, actor=actor, at=at,
        act="key in", application=form.number, received_at=received_at.isoformat(),
    )  # fmt: skip
    post = StaffPost.objects.held().filter(user=actor, role__in=OFFICES).order_by("pk").first()
    return PaperForm.objects.create(
        key=sheet.key,
        content_hash=sheet.content_hash,
        term=term,
        unit_id=post.unit_id if post else form.unit_id,
        learner=sheet.learner,
        application=form,
        received_at=received_at,
        keyed_by=actor,
        keyed_at=at,
    )


def _write_list(form: Application, sheet: Sheet, actor: User, at: datetime) -> None:
    """Write what the sheet says, in the place of whatever stood on a draft."""
    press: Press = {"channel": Channel.PAPER.value, "at": at}
    draft = form.versions.drafts().get()
    for section in draft.wishes.values_list("section_id", flat=True):
        forms.strike(application=form, section_id=section, **press)
    for section in sheet.section_ids:
        forms.choose(application=form, section_id=section, actor=actor, **press)
    forms.answer_form(application=form, wanted=sheet.wanted, **press)
    instead = like_classes_of(form, actor, at) if sheet.any_like else []
    forms.take_instead(application=form, section_ids=instead, actor=actor, **press)


def _ensure_in_time(term: Term, received_at: datetime, at: datetime) -> None:
    window = queries.window_of(term)
    if received_at > at:
        raise PaperRefused(PaperProblem.NOT_YET)
    if window.closes_at is not None and received_at > window.closes_at:
        raise PaperRefused(PaperProblem.TOO_LATE, window.closes_at)
    if window.opens_at is not None and received_at < window.opens_at:
        raise PaperRefused(PaperProblem.TOO_EARLY, window.opens_at)


def _ensure_newer(form: Application, received_at: datetime) -> None:
    """What somebody said later, by whatever way, is not undone by a sheet from before."""
    counts_since = form.withdrawn_at or (form.current.submitted_at if form.current else None)
    paper = PaperForm.objects.of(form).first()
    if paper is not None and paper.keyed_at == counts_since:
        counts_since = paper.received_at
    if counts_since is not None and counts_since > received_at:
        raise PaperRefused(PaperProblem.NEWER_FORM, counts_since)
