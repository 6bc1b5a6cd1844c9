"""The draw of a term: the closed list, where chance comes from, and what came out of it."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Term
from enrolment.models.applications import Application


class RosterQuerySet(models.QuerySet["Roster"]):
    """The words we have for rosters."""

    def of_term(self, term: Term) -> Self:
        """All versions of one term, the first first."""
        return self.filter(term=term).order_by("version")

    def last_of(self, term: Term) -> "Roster | None":
        """The one that counts; None while forms are still open."""
        return self.of_term(term).last()


class Roster(models.Model):
    """The closed list of a term, published with its digest before anybody has a number.

    Version 1 can be objected to, version 2 is final. A later one needs a public amendment.
    ``entry`` and ``head``: how far the chain of forms had come.
    """

    FIRST, FINAL = 1, 2

    term = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="rosters", db_index=False
    )
    version = models.PositiveSmallIntegerField()
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    entry = models.PositiveIntegerField()
    head = models.CharField(max_length=64)
    amendment = models.OneToOneField(
        "Amendment", on_delete=models.PROTECT, null=True, blank=True, related_name="roster"
    )

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster")
        constraints = [
            models.UniqueConstraint(fields=["term", "version"], name="a_roster_of_a_version_once"),
            models.CheckConstraint(
                condition=Q(version__gte=1, version__lte=2, amendment=None)
                | Q(version__gte=3, amendment__isnull=False),
                name="after_the_final_list_an_amendment",
            ),
        ]

    def __str__(self) -> str:
        return f"roster {self.version} of {self.term_id}"

    @property
    def is_final(self) -> bool:
        """Whether a draw may be made with it."""
        return self.version >= self.FINAL


class RosterLineQuerySet(models.QuerySet["RosterLine"]):
    """The words we have for the lines of a list."""

    def of_roster(self, roster: Roster) -> Self:
        """All lines of one version."""
        return self.filter(roster=roster)

    def by_number(self) -> Self:
        """As the published file has them: by the number of the form."""
        return self.order_by("application__number")


class RosterLine(models.Model):
    """An application on a roster: what it may get, with the reserves open to each choice.

    ``choices``: [class, letters] in rank order. ``dropped``: class to [reason, other class],
    for choices that could not go into the draw.
    """

    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="lines")
    max_seats = models.PositiveSmallIntegerField()
    size = models.PositiveSmallIntegerField(default=1)
    choices = models.JSONField(default=list)
    dropped = models.JSONField(default=dict)

    objects = RosterLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["roster", "application"], name="an_application_has_one_line"
            ),
            models.CheckConstraint(
                condition=Q(max_seats__gte=0, max_seats__lte=2),  # nobody wants more
                name="a_line_gets_two_seats_at_most",
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=2), name="one_or_two_people_a_line"
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


class Amendment(models.Model):
    """A change of a closed list that everybody is told of, signed by two people."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="amendments")
    what = models.TextField(_("what is changed"))
    why = models.TextField(_("why it must be"))
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    countersigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("amendment")
        constraints = [
            models.CheckConstraint(
                condition=~Q(signed_by=models.F("countersigned_by")),
                name="an_amendment_is_signed_by_two",
            )
        ]

    def __str__(self) -> str:
        return f"amendment {self.pk}"


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """The words we have for objections."""

    def of_term(self, term: Term) -> Self:
        """One term's, the oldest first."""
        return self.filter(application__term=term).order_by("filed_at", "pk")

    def open(self) -> Self:
        """Not decided yet."""
        return self.filter(decided_at=None)


class Objection(models.Model):
    """Somebody says that the list is wrong about an application, and what became of that.

    Facts only: who may be in which class, a form that is missing, a slip of the keys. The
    public list of differences names the application by number, and the kind, never the words.
    """

    class Kind(models.TextChoices):
        MISSING = "missing", _("a form that was handed in is missing")
        KEYED_WRONG = "keyed_wrong", _("not what the form said")
        ELIGIBILITY = "eligibility", _("who may be in which class")
        RESERVE = "reserve", _("a reserve that should be open, or should not")

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="objections"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    words = models.TextField(_("what is wrong"))
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    upheld = models.BooleanField(null=True, blank=True)
    answer = models.TextField(_("what was decided, and why"), blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, upheld=None, answer="")
                | (Q(decided_at__isnull=False, upheld__isnull=False) & ~Q(answer="")),
                name="a_decision_says_what_and_why",
            )
        ]

    def __str__(self) -> str:
        return f"objection {self.pk}"


class EntropySourceQuerySet(models.QuerySet["EntropySource"]):
    """The words we have for sources of chance."""

    def of_term(self, term: Term) -> Self:
        """What was named for the draw of one term, as ``seed.txt`` lists it."""
        return self.filter(term=term).order_by("name")

    def unread(self) -> Self:
        """Those that have given nothing yet."""
        return self.filter(value="")

    def known_by(self, at: datetime) -> Self:
        """Those whose value anybody may know at this moment, written down here or not."""
        return self.filter(due_at__lte=at)

    def locked(self) -> Self:
        """One at a time may write down what a source gave."""
        return self.select_for_update(no_key=True)


class EntropySource(models.Model):
    """Where chance comes from: named before forms open, read when the list is final.

    ``fallback`` says beforehand what counts if it is missing. ``value`` is what was read, as it
    stands in ``seed.txt``; a source that failed has the fallback's value, says so, and two people
    have signed that (``read_by`` and ``countersigned_by``).
    """

    class Kind(models.TextChoices):
        DICE = "dice", _("dice of the witnesses")
        BEACON = "beacon", _("public beacon of random numbers")
        DIGITS = "digits", _("published digits")

    term = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="entropy_sources", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(_("name in seed.txt"), max_length=32)
    what = models.CharField(_("what it is, and where anybody can read it"), max_length=300)
    address = models.URLField(_("address to read it from"), blank=True)
    fallback = models.CharField(_("what counts if it is missing"), max_length=300)
    due_at = models.DateTimeField(_("when it is known"))
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=200, blank=True, default="", db_default="")
    proof = models.TextField(blank=True, default="", db_default="")
    is_fallback = models.BooleanField(default=False, db_default=False)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    countersigned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = EntropySourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source of chance")
        verbose_name_plural = _("sources of chance")
        constraints = [
            models.UniqueConstraint(fields=["term", "name"], name="a_source_is_named_once"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[a-z][a-z0-9-]{0,31}$"), name="a_plain_name_of_a_source"
            ),
            models.CheckConstraint(
                condition=Q(value="", read_at=None) | (~Q(value="") & Q(read_at__isnull=False)),
                name="what_was_read_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(is_fallback=False, countersigned_by=None)
                | (
                    Q(is_fallback=True, read_by__isnull=False, countersigned_by__isnull=False)
                    & ~Q(read_by=models.F("countersigned_by"))
                ),
                name="what_stands_in_is_signed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"source {self.name}"


class DrawQuerySet(models.QuerySet["Draw"]):
    """The words we have for draws."""

    def made_of(self, term: Term) -> "Draw | None":
        """The draw of a term, public or not; None before it is made."""
        return self.filter(term=term).first()

    def public(self) -> Self:
        """Those whose results everybody may see."""
        return self.filter(published_at__isnull=False)

    def with_its_list(self) -> Self:
        """With the term and the list that was drawn, in one query."""
        return self.select_related("term", "roster")

    def locked(self) -> Self:
        """One at a time may publish it."""
        return self.select_for_update(of=("self",))


class Draw(models.Model):
    """The draw of a term: made once, with the final list and what the sources gave.

    The list is the last of the same term and final; a trigger of the database sees to it.
    ``code_sha256`` is the digest of the program that ran. Results are public from
    ``published_at`` on, all at once.
    """

    term = models.OneToOneField(Term, on_delete=models.PROTECT, related_name="draw")
    roster = models.OneToOneField(Roster, on_delete=models.PROTECT, related_name="draw")
    seed_text = models.TextField()
    seed = models.CharField(max_length=64)
    strategy = models.CharField(max_length=20, default="RDA/1")
    engine = models.CharField(max_length=10)
    code_sha256 = models.CharField(max_length=64)
    result_sha256 = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seconds = models.FloatField()
    published_at = models.DateTimeField(null=True, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = _("draw")

    def __str__(self) -> str:
        return f"draw of {self.term_id}"


class DrawFileQuerySet(models.QuerySet["DrawFile"]):
    """The words we have for published files."""

    def of_roster(self, roster: Roster) -> Self:
        """What was published when a list was closed."""
        return self.filter(roster=roster, is_result=False).order_by("name")

    def of_draw(self, draw: Draw) -> Self:
        """The whole package of a draw: list, seed, numbers, results, digests."""
        return self.filter(roster=draw.roster, is_result=True).order_by("name")


class DrawFile(models.Model):
    """A file of the public package, byte for byte as it was published."""

    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="files", db_index=False
    )
    is_result = models.BooleanField()
    name = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    objects = DrawFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["roster", "is_result", "name"], name="a_file_is_published_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
