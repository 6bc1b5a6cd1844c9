"""The form of a term: ranked choices, every version of them, and the chain that keeps them."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, Unit, User
from courses.models import ClassSection, Term
from enrolment.models.vocabulary import Channel


class ApplicationQuerySet(models.QuerySet["Application"]):
    """The words we have for applications."""

    def of(self, learner: Learner) -> Self:
        """One learner's own, that of the latest term first."""
        return self.filter(learner=learner).order_by("-term__starts_on")

    def of_term(self, term: Term) -> Self:
        """Everybody's in one term."""
        return self.filter(term=term)

    def handed_in(self) -> Self:
        """Those that will be, or have been, in the draw."""
        return self.exclude(
            state__in=[Application.State.DRAFT, Application.State.WITHDRAWN]
        ).exclude(state=Application.State.REJECTED)

    def submitted(self) -> Self:
        """Handed in, and on no list yet."""
        return self.filter(state=Application.State.SUBMITTED)

    def in_the_draw(self) -> Self:
        """On the list, and not drawn yet."""
        return self.filter(state=Application.State.IN_DRAW)

    def drawn(self) -> Self:
        """Those that a public draw has said something of, while its term is not archived."""
        return self.in_state(Application.State.ALLOCATED, Application.State.UNALLOCATED)

    def not_struck_out(self) -> Self:
        """Those whose learner has not stepped out since the list was closed."""
        return self.filter(struck_out=None)

    def still_standing(self) -> Self:
        """Handed in and not withdrawn; also those that were kept off the list."""
        return self.exclude(state__in=[Application.State.DRAFT, Application.State.WITHDRAWN])

    def in_state(self, *states: str) -> Self:
        """Those in one of these states."""
        return self.filter(state__in=states)

    def on_their_own_line(self) -> Self:
        """Those with a line of their own on the roster: of two who go together, the first."""
        return self.filter(goes_with=None)

    def numbered(self, number: str) -> Self:
        """The application with a number, however it was typed."""
        return self.filter(number="".join(sign for sign in number if sign.isdigit()))

    def with_unsent_changes(self) -> Self:
        """Handed in, and changed since without handing the change in."""
        unsent = ApplicationVersion.objects.filter(
            application=OuterRef("pk"), submitted_at=None, wishes__isnull=False
        )
        return self.filter(Exists(unsent), state=Application.State.SUBMITTED)

    def done_by_another(self) -> Self:
        """Whose last step was taken by somebody else than the learner: a helper, the office."""
        return self.exclude(last_step_by=None).exclude(last_step_by=F("learner__user"))

    def locked(self) -> Self:
        """One at a time may change them."""
        return self.select_for_update(no_key=True, of=("self",))


class Application(models.Model):
    """A learner's form for one term. What counts of it is its version ``current``.

    ``number`` is all that outsiders see of it: 12 random digits, known to the applicant and
    their helpers. Of two who go together one form names the other (``goes_with``): the choices
    are those of the form that is named, and both get one number in the draw.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being filled in")
        SUBMITTED = "submitted", _("handed in")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REJECTED = "rejected", _("not possible")
        IN_DRAW = "in_draw", _("in the draw")
        ALLOCATED = "allocated", _("has a place")
        UNALLOCATED = "unallocated", _("without a place")
        CLOSED = "closed", _("closed")

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="applications")
    learner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, related_name="applications", db_index=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    number = models.CharField(_("number"), max_length=12, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    current = models.OneToOneField(
        "ApplicationVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    goes_with = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="companion"
    )
    # The other of two who go together; each may see the form of both.
    partner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Why the list was closed without it: a word of ``refusals.Refusal``.
    rejected_for = models.CharField(max_length=32, blank=True, default="", db_default="")
    begun_at = models.DateTimeField()
    # Until when the last step may be taken back.
    undo_until = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # Who took the last step: what a helper did can be taken back by a word of the learner.
    last_step_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "term"],
                name="one_application_per_learner_and_term",
                violation_error_message=_("This learner has an application for this term."),
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[1-9][0-9]{11}$"), name="a_number_has_twelve_digits"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(current__isnull=False) | Q(goes_with__isnull=False),
                name="what_is_handed_in_has_a_version",
            ),
            models.CheckConstraint(
                condition=Q(goes_with=None) | ~Q(goes_with=F("id")),
                name="nobody_goes_with_themselves",
            ),
            models.CheckConstraint(
                condition=Q(goes_with=None) | Q(partner__isnull=False),
                name="who_goes_with_somebody_says_with_whom",
            ),
            models.CheckConstraint(
                condition=Q(state="rejected") ^ Q(rejected_for=""),
                name="what_is_not_possible_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") ^ Q(withdrawn_at=None),
                name="what_is_withdrawn_says_when",
            ),
        ]
        indexes = [models.Index(fields=["term", "state"], name="applications_of_a_term")]

    def __str__(self) -> str:
        return f"application {self.number}"

    @property
    def is_handed_in(self) -> bool:
        """Whether a version of it counts: in the window, on the list, or in the draw."""
        return self.state not in {
            self.State.DRAFT,
            self.State.WITHDRAWN,
            self.State.REJECTED,
        }

    @property
    def spoken_number(self) -> str:
        """The number in groups of four, as people read it out."""
        return f"{self.number[:4]} {self.number[4:8]} {self.number[8:]}"


class ApplicationVersionQuerySet(models.QuerySet["ApplicationVersion"]):
    """The words we have for versions."""

    def drafts(self) -> Self:
        """Not handed in."""
        return self.filter(submitted_at=None)

    def latest_first(self) -> Self:
        """The newest first."""
        return self.order_by("-version")


class ApplicationVersion(models.Model):
    """What a form says at one time. Handed in it never changes; a change is the next version.

    ``wanted``: how many classes the learner would take this term, those they have included.
    ``…_asked``: the question has been answered, be it with what stands there anyway.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    version = models.PositiveSmallIntegerField()
    wanted = models.PositiveSmallIntegerField(default=1)
    # Of two who go together: whether each would go alone where there is one seat.
    split_ok = models.BooleanField(default=False)
    # Waits for something better, and gives the lower seat back when it comes.
    wants_better = models.BooleanField(default=False)
    wanted_asked = models.BooleanField(default=False, db_default=False)
    better_asked = models.BooleanField(default=False, db_default=False)
    substitutes_asked = models.BooleanField(default=False)
    # The rules it was handed in under.
    rule_version = models.PositiveSmallIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an application")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "version"], name="a_version_is_written_once"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(submitted_at=None),
                name="one_draft_of_an_application",
            ),
            models.CheckConstraint(
                condition=Q(wanted__gte=1, wanted__lte=2), name="one_or_two_classes_are_wanted"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(rule_version__isnull=False),
                name="what_is_handed_in_names_its_rules",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of application {self.application_id}"


class WishQuerySet(models.QuerySet["Wish"]):
    """The words we have for choices."""

    def own(self) -> Self:
        """What the person named."""
        return self.filter(is_substitute=False)

    def substitutes(self) -> Self:
        """Like classes elsewhere, taken if none of one's own comes about."""
        return self.filter(is_substitute=True)

    def in_order(self) -> Self:
        """The first choice first."""
        return self.order_by("rank")

    def with_all_to_show(self) -> Self:
        """Everything a card of a choice shows, in one query."""
        return self.select_related(
            "section__course__subject",
            "section__term",
            "section__unit",
            "section__campus",
            "section__room",
            "section__slot",
            "section__teacher",
        )


class Wish(models.Model):
    """One class on a form, with its rank. ``flags``: the reserves that were open to it then."""

    version = models.ForeignKey(
        ApplicationVersion, on_delete=models.CASCADE, related_name="wishes", db_index=False
    )
    rank = models.PositiveSmallIntegerField(_("rank"))
    section = models.ForeignKey(ClassSection, on_delete=models.PROTECT, related_name="wishes")
    is_substitute = models.BooleanField(default=False)
    flags = models.CharField(max_length=3, blank=True, default="", db_default="")

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "rank"],
                name="a_rank_is_given_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["version", "section"],
                name="a_class_is_chosen_once",
                violation_error_message=_("This class is on the form already."),
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=8), name="a_list_has_eight_places"
            ),
        ]

    def __str__(self) -> str:
        return f"choice {self.rank} of {self.version_id}"


class ChainEntryQuerySet(models.QuerySet["ChainEntry"]):
    """The words we have for the chain."""

    def of_term(self, term: Term) -> Self:
        """A term's, as they were added."""
        return self.filter(term=term).order_by("number")

    def with_everybody(self) -> Self:
        """With the form and the people it is for."""
        return self.select_related(
            "term", "application__learner", "application__partner", "application__goes_with"
        )

    def last_of(self, term: Term) -> "ChainEntry | None":
        """The one everything so far hangs on; None before the first form."""
        return self.of_term(term).last()


class ChainEntry(models.Model):
    """One form handed in, changed or withdrawn: an entry of a term's chain. Never changed.

    ``content`` names the application by number, never a person (``enrolment/domain/chain.py``).
    """

    class Act(models.TextChoices):
        SUBMIT = "submit", _("handed in")
        CHANGE = "change", _("changed")
        UNDO = "undo", _("taken back")
        WITHDRAW = "withdraw", _("withdrawn")
        FREEZE = "freeze", _("list closed")
        AMEND = "amend", _("list amended")
        STRIKE = "strike", _("struck out")
        DRAW = "draw", _("drawn")

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="chain", db_index=False)
    number = models.PositiveIntegerField()
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="entries"
    )
    act = models.CharField(max_length=10, choices=Act.choices)
    content = models.JSONField()
    head = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = ChainEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "number"], name="an_entry_has_its_number")
        ]

    def __str__(self) -> str:
        return f"entry {self.number} of {self.term_id}"

    @property
    def check_code(self) -> str:
        """The head in groups of four, as it stands on the slip and on the public board."""
        return in_fours(self.head)


def in_fours(head: str) -> str:
    """Return a head as eyes can compare it.

    >>> in_fours("0011aabb")
    '0011 aabb'
    """
    return " ".join(head[at : at + 4] for at in range(0, len(head), 4))


class PostedHead(models.Model):
    """The head of the chain as it was posted at the end of a day."""

    term = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="posted_heads", db_index=False
    )
    day = models.DateField()
    number = models.PositiveIntegerField()
    head = models.CharField(max_length=64)
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "day"], name="a_head_is_posted_once_a_day")
        ]
        ordering = ("term", "day")

    def __str__(self) -> str:
        return f"head of {self.day:%Y-%m-%d}"

    @property
    def check_code(self) -> str:
        """The head as it stands on the slips of that day."""
        return in_fours(self.head)
