"""A term: its phases with their dates, and the rules it runs under."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Named, Unit, User


class TermQuerySet(models.QuerySet["Term"]):
    """The words we have for terms."""

    def published(self) -> Self:
        """Terms the public may see."""
        return self.exclude(phase=Term.Phase.DRAFT)

    def on_show(self) -> Self:
        """Terms whose classes stand in the catalogue: published and not over."""
        return self.exclude(phase__in=[Term.Phase.DRAFT, Term.Phase.CLOSED, Term.Phase.ARCHIVED])

    def taking_people(self) -> Self:
        """Terms in which a seat can be asked for today, on the web or at the counter."""
        return self.filter(phase__in=[Term.Phase.OPEN_ENROLMENT, Term.Phase.TEACHING])

    def taking_classes(self) -> Self:
        """Terms in which a class may still be opened: planned ones, too."""
        return self.exclude(phase__in=[Term.Phase.CLOSED, Term.Phase.ARCHIVED])

    def in_phase(self, *phases: str) -> Self:
        """Terms that stand in one of these phases."""
        return self.filter(phase__in=phases)

    def latest_first(self) -> Self:
        """The coming term first."""
        return self.order_by("-starts_on")


class Term(Named):
    """Half a year of teaching, from the prospectus to the archive."""

    class Phase(models.TextChoices):
        DRAFT = "draft", _("being planned")
        PUBLISHED = "published", _("published")
        RENEWAL_OPEN = "renewal_open", _("renewal")
        WISHES_OPEN = "wishes_open", _("choices open")
        FROZEN = "frozen", _("list closed")
        DRAWN = "drawn", _("drawn")
        CONFIRMING = "confirming", _("confirming")
        WAITLISTING = "waitlisting", _("waiting list")
        OPEN_ENROLMENT = "open_enrolment", _("open enrolment")
        TEACHING = "teaching", _("being taught")
        CLOSED = "closed", _("closed")
        ARCHIVED = "archived", _("archived")

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="terms", verbose_name=_("unit")
    )
    code = models.SlugField(_("code"), max_length=20, unique=True)
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices, default=Phase.DRAFT)
    starts_on = models.DateField(_("first day of teaching"))
    ends_on = models.DateField(_("last day of teaching"))
    weeks = models.PositiveSmallIntegerField(_("weeks of teaching"), default=16)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="a_term_ends_after_it_starts"
            )
        ]

    @property
    def takes_people(self) -> bool:
        """Whether a seat can be asked for in this phase."""
        return self.phase in {self.Phase.OPEN_ENROLMENT, self.Phase.TEACHING}

    @property
    def is_over(self) -> bool:
        """Whether the term has been closed."""
        return self.phase in {self.Phase.CLOSED, self.Phase.ARCHIVED}


class TermPhaseQuerySet(models.QuerySet["TermPhase"]):
    """The words we have for windows of a term."""

    def of_phase(self, phase: str) -> Self:
        """The windows of one phase: of a term, one at most."""
        return self.filter(phase=phase)

    def opening_for_all(self) -> Self:
        """The windows from which everybody may ask for a seat by themselves."""
        return self.filter(phase=Term.Phase.OPEN_ENROLMENT)

    def asking_now(self, at: datetime) -> Self:
        """Windows in which learners can do something today; the one that closes first, first."""
        return self.filter(
            phase__in=[
                Term.Phase.RENEWAL_OPEN,
                Term.Phase.WISHES_OPEN,
                Term.Phase.OPEN_ENROLMENT,
            ],
            term__phase=F("phase"),
            opens_at__lte=at,
            closes_at__gt=at,
        ).order_by("closes_at")


class TermPhase(models.Model):
    """From when to when a phase's window is open. A phase lasts until the next begins."""

    term = models.ForeignKey(
        Term, on_delete=models.CASCADE, related_name="phases", verbose_name=_("term")
    )
    phase = models.CharField(_("phase"), max_length=16, choices=Term.Phase.choices)
    opens_at = models.DateTimeField(_("from"))
    closes_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = TermPhaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "phase"], name="a_term_has_a_phase_once"),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="a_window_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} {self.phase}"

    def is_open(self, at: datetime) -> bool:
        """Whether the window is open at a moment."""
        return self.opens_at <= at and (self.closes_at is None or at < self.closes_at)


MOST_RESERVED = 50
"""In 100 seats, all reserves together: at least half of a class is open to everybody."""


def default_rules() -> dict[str, Any]:
    """Return the rules of a term as `domain.md` part 2 gives them; staff edit the copy."""
    return {
        "room_classes": 2,
        "hot_classes": 1,
        "travel_gap_minutes": 60,
        "hold_min_hours": 20,
        "offer_working_days": 2,
        "offer_hours": ["08:30", "18:00"],
        "day_ends_at": "17:00",
        "undo_minutes": 10,
        "holds_per_learner": 2,
        "waitlist_order": "no_seat_first",
        "late_join_weeks": 4,
        "transfer_weeks": 2,
        "family_consent_above_age": 80,
        "vigorous_warn_age": 70,
        "vigorous_block_age": 75,
        "repeat_terms": 4,
        "residence_needed": False,
        "min_size": 15,
        "attendance_to_renew": 60,
        "attendance_to_complete": 70,
        "reserves": {"N": 20, "C": 15, "M": 10},
        "reserve_from_open": 12,
        "care_from_age": 80,
        "nearby_minutes": 12,
        "renewal_cap": 40,
        "refund_second_above_yuan": 500,
    }


class TermPolicyQuerySet(models.QuerySet["TermPolicy"]):
    """The words we have for rules."""

    def published(self, term: Term, at: datetime) -> Self:
        """The versions of a term that have counted until a moment, that in force first."""
        return self.filter(term=term, published_at__lte=at).order_by("-version")

    def in_force(self, term: Term, at: datetime) -> "TermPolicy":
        """Return the version that counts at a moment. Raises ``DoesNotExist`` if none does."""
        return self.published(term, at).latest("version")

    def draft_of(self, term: Term) -> "TermPolicy | None":
        """Return the version that is being written, if one is."""
        return self.filter(term=term, published_at=None).first()


class TermPolicy(models.Model):
    """One version of a term's rules. Free until published, then frozen; amended by a next one."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="policies")
    version = models.PositiveSmallIntegerField()
    rules = models.JSONField(default=default_rules)
    published_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    notice = models.TextField(blank=True)

    objects = TermPolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "version"], name="one_policy_of_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.term_id} v{self.version}"
