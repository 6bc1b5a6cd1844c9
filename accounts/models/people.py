"""Accounts, learners, and who may act for whom."""

import hashlib
import hmac
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.domain import phones
from accounts.models.units import Unit


class User(AbstractUser):  # type: ignore[django-manager-missing]  # that of Wagtail's images
    """A way to sign in: learners and helpers by phone, staff by name and second factor."""

    phone = models.CharField(_("mobile number"), max_length=20, unique=True, null=True, blank=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)

    # Read together with the account of a session (accounts/queries.py); None for other readers.
    may_act_for: Any = None

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(phone=None) | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="phone_is_written_one_way",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        """Return the name in its own order: Chinese names begin with the family's."""
        chinese = any("\u3400" <= letter <= "\u9fff" for letter in self.last_name)
        return f"{self.last_name}{self.first_name}" if chinese else super().get_full_name()

    @property
    def shown_name(self) -> str:
        """How people call this account: by name, else by its phone, else by its user name."""
        if full_name := self.get_full_name():
            return full_name
        return phones.for_people(self.phone) if self.phone else self.username


class LearnerQuerySet(models.QuerySet["Learner"]):
    """The words we have for learners."""

    def for_user(self, user: User, at: datetime) -> Self:
        """Whom this account may act for at this moment: its own learners, and those it helps.

        The wall is row-level security; this is the second one, for lists that people see.
        """
        live = HelperGrant.objects.live(at).filter(helper=user)
        return self.filter(Q(user=user) | Q(pk__in=live.values("learner")), deceased_on=None)

    def known_by(self, card_no: str, phone: str) -> Self:
        """Whose card or phone this is, the whole number; an empty one is nobody's."""
        card = "".join(card_no.split()).upper()
        by_phone = Q(phone=phone) if phone else Q(pk__in=[])
        return self.filter(Q(card_no=card) | by_phone, deceased_on=None)

    def in_order(self) -> Self:
        """By name, as Chinese lists are read."""
        return self.order_by("name_pinyin", "pk")


class Learner(models.Model):
    """A person who learns. May have no account, and may share a phone with others."""

    class Sex(models.TextChoices):
        FEMALE = "f", _("female")
        MALE = "m", _("male")

    class IdKind(models.TextChoices):
        RESIDENT = "resident", _("resident identity card")
        RESIDENT_OLD = "resident_15", _("identity card of 15 digits")
        PASSPORT = "passport", _("passport")
        HK_MACAU = "hk_macau", _("Hong Kong and Macau permit")

    class Device(models.TextChoices):
        ALONE = "alone", _("smartphone, alone")
        HELPED = "helped", _("smartphone, with help")
        FEATURE = "feature", _("phone without internet")
        NONE = "none", _("no mobile phone")

    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="learners"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="learners")
    name = models.CharField(_("name"), max_length=80)
    name_pinyin = models.CharField(max_length=200, blank=True, editable=False)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices)
    born_on = models.DateField(_("date of birth"))
    id_kind = models.CharField(max_length=12, choices=IdKind.choices, default=IdKind.RESIDENT)
    id_hmac = models.CharField(max_length=64, unique=True, null=True, blank=True)
    id_last4 = models.CharField(max_length=4, blank=True)
    region_code = models.CharField(_("street or town"), max_length=24, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, db_index=True)
    device = models.CharField(max_length=8, choices=Device.choices, default=Device.ALONE)
    contact_name = models.CharField(_("person to call"), max_length=80, blank=True)
    contact_phone = models.CharField(_("their phone"), max_length=20, blank=True)
    card_no = models.CharField(_("learner card"), max_length=12, unique=True)
    wants_care_reserve = models.BooleanField(default=False)
    deceased_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = LearnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("learner")
        verbose_name_plural = _("learners")

    def __str__(self) -> str:
        return f"learner {self.card_no}"  # no name: labels stand in logs and histories

    @staticmethod
    def digest_of(id_number: str) -> str:
        """Return ``id_hmac``: enough to know a number again, not to read it."""
        key = settings.SECRET_KEY.encode()
        return hmac.new(key, id_number.encode(), hashlib.sha256).hexdigest()

    def age_on(self, day: date) -> int:
        """Return full years of age on a day."""
        birthday_to_come = (day.month, day.day) < (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - birthday_to_come

    @property
    def feature_phone_only(self) -> bool:
        """Whether letters must reach this person without the internet."""
        return self.device in {self.Device.FEATURE, self.Device.NONE}


class LearnerUnit(models.Model):
    """An office that knows a learner besides the home office: there they hold or held a seat."""

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="known_at")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "unit"], name="a_unit_knows_a_learner_once")
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} at {self.unit_id}"


class HelperGrantQuerySet(models.QuerySet["HelperGrant"]):
    """The words we have for grants."""

    def live(self, at: datetime) -> Self:
        """Grants that let somebody act at this moment."""
        return self.filter(granted_at__lte=at, expires_at__gt=at, revoked_at=None)

    def open(self) -> Self:
        """Grants that nobody has ended, run out or not."""
        return self.filter(revoked_at=None)

    def ended_at(self, moment: datetime) -> Self:
        """Grants that ended at exactly this moment."""
        return self.filter(revoked_at=moment)

    def not_given_anew(self) -> Self:
        """Those of pairs of people who have no open grant since."""
        since = HelperGrant.objects.open().filter(
            learner=OuterRef("learner"), helper=OuterRef("helper")
        )
        return self.exclude(Exists(since))


class HelperGrant(models.Model):
    """What a learner lets another person do for them, until when, and how that was agreed."""

    class Kind(models.TextChoices):
        FAMILY = "family", _("family")
        STAFF = "staff", _("counter staff")
        COMMUNITY = "community", _("community worker")
        VOLUNTEER = "volunteer", _("volunteer")

    class Consent(models.TextChoices):
        SMS = "sms", _("code by SMS")
        VOICE = "voice", _("spoken on the phone")
        PAPER = "paper", _("signed paper")
        IN_PERSON = "in_person", _("in person")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="grants")
    helper = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    may_view = models.BooleanField(default=True)
    may_apply = models.BooleanField(default=True)
    may_pay = models.BooleanField(default=False)
    may_withdraw = models.BooleanField(default=False)
    how_consented = models.CharField(max_length=12, choices=Consent.choices)
    evidence = models.CharField(max_length=200, blank=True)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = HelperGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("helper grant")
        verbose_name_plural = _("helper grants")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "helper"],
                condition=Q(revoked_at=None),
                name="one_open_grant_per_learner_and_helper",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("granted_at")), name="a_grant_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class ConsentRecordQuerySet(models.QuerySet["ConsentRecord"]):
    """The words we have for papers."""

    def counting(self, learner: Learner, at: datetime) -> Self:
        """Papers of a learner that count at a moment."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=at), learner=learner, given_at__lte=at
        )


class ConsentRecord(models.Model):
    """What a learner agreed to or showed us: a declaration, a family's consent, a proof."""

    class Kind(models.TextChoices):
        HEALTH = "health", _("health declaration")
        FAMILY = "family", _("family consent")
        HELPER = "helper", _("consent to a helper")
        PRIVACY = "privacy", _("privacy notice")
        RESIDENCE = "residence", _("proof of residence in the city")
        WORK = "work", _("proof of work in the city")
        CHILD = "child", _("proof of a child who lives in the city")
        HARDSHIP = "hardship", _("proof of hardship")
        DISABILITY = "disability", _("proof of a disability")
        CARER = "carer", _("proof of caring for somebody full time")

        @classmethod
        def proofs_of_residence(cls) -> "list[ConsentRecord.Kind]":
            """Any one of these shows that somebody belongs to the city."""
            return [cls.RESIDENCE, cls.WORK, cls.CHILD]

        @classmethod
        def proofs_of_care(cls) -> "list[ConsentRecord.Kind]":
            """Any one of these opens the reserve for people who need care; which is private."""
            return [cls.HARDSHIP, cls.DISABILITY, cls.CARER]

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    how = models.CharField(max_length=12, choices=HelperGrant.Consent.choices)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)

    objects = ConsentRecordQuerySet.as_manager()

    def __str__(self) -> str:
        return f"consent {self.pk}"
