"""The words for what becomes of a seat; one set for every page (`domain.md` calls it binding)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SeatState(models.TextChoices):
    """What a seat row is doing."""

    FREE = "free", _("free")
    HELD = "held", _("held")
    OFFERED = "offered", _("offered")
    TAKEN = "taken", _("taken")
    LEAVING = "leaving", _("being given back")


class Bucket(models.TextChoices):
    """For whom a seat was put aside. It stays with the seat when the seat changes hands."""

    OPEN = "O", _("for everybody")
    NEWCOMER = "N", _("for newcomers")
    CARE = "C", _("for people who need care")
    MISSED = "M", _("for people who missed before")


class Channel(models.TextChoices):
    """By which way a word reached us."""

    WEB = "web", _("website")
    COUNTER = "counter", _("counter")
    PHONE = "phone", _("telephone")
    PAPER = "paper", _("paper form")
    SMS = "sms", _("SMS")
    SYSTEM = "system", _("by rule")


class Lane(models.TextChoices):
    """By which of two lines one comes to an opening."""

    PEOPLE = "people", _("by themselves")
    OFFICE = "office", _("through the office")


class Act(models.TextChoices):
    """What was asked for with one press of a button."""

    CLAIM = "claim", _("ask for a place")
    LEAVE_LINE = "leave_line", _("leave the waiting list")
    WITHDRAW = "withdraw", _("withdraw")
    UNDO = "undo", _("take the place back")
    YIELD = "yield", _("give the place to the next person now")
    ACCEPT = "accept", _("accept an offer")
    DECLINE = "decline", _("decline an offer")
    COME = "come", _("say that one comes")
    STAY_AWAY = "stay_away", _("say that one does not come")
    CONFIRM = "confirm", _("confirm at the counter")
    EXTEND = "extend", _("keep a place longer")
    BASKET = "basket", _("ask for several places at once")
    SWAP = "swap", _("change one class for another")
    RENEW = "renew", _("go on next term")


class Outcome(models.TextChoices):
    """What one press came to."""

    HELD = "held", _("held for you")
    CONFIRMED = "confirmed", _("yours")
    WAITLISTED = "waitlisted", _("on the waiting list")
    LEFT_LINE = "left_line", _("off the waiting list")
    WITHDRAWN = "withdrawn", _("withdrawn")
    RESTORED = "restored", _("yours again")
    YIELDED = "yielded", _("given to the next person")
    DECLINED = "declined", _("declined")
    EXTENDED = "extended", _("kept longer")
    ANSWERED = "answered", _("answered class by class")
    REFUSED = "refused", _("not possible")


class Together(models.TextChoices):
    """How the places hang together that one press asks for."""

    EACH = "each", _("each by itself")
    ALL = "all", _("all of them, or none")
    TOGETHER = "together", _("all of them, or wait for all of them")
