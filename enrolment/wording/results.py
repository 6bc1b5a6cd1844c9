"""What the draw came to, choice by choice, in sentences that anybody can check with the tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import ClassSection
from enrolment.domain.refusals import Refusal
from enrolment.models import Enrolment, WishResult
from enrolment.wording.forms import rank
from enrolment.wording.moments import moment
from enrolment.wording.why_not import refusal, told_apart

Code = WishResult.Code
RULES = frozenset(Refusal)

# How each kind of seat is called, at the head of "… went to number 4,120".
KINDS = {
    "open": gettext_lazy("open places"),
    "N": gettext_lazy("places for newcomers"),
    "C": gettext_lazy("places for those with care needs or living nearby"),
    "M": gettext_lazy("places for those who missed out before"),
}
GIVEN_BY = {
    "open": gettext_lazy("You have a place. It is one of the open ones."),
    "N": gettext_lazy("You have a place. It is one of those kept for newcomers."),
    "C": gettext_lazy(
        "You have a place. It is one of those kept for care needs and people living nearby."
    ),
    "M": gettext_lazy("You have a place. It is one of those kept for who missed out before."),
}
WITHOUT_FIGURES = {
    Code.BETTER_SEAT: gettext_lazy(
        "You have what you ranked higher, and as many classes as you asked for."
    ),
    Code.HARD_RESERVED: gettext_lazy(
        "The places for everybody were gone. Those that were left are kept for others."
    ),
    Code.NO_SEATS: gettext_lazy("This class had no places to draw for."),
}


def choice(place: int, *, is_substitute: bool) -> str:
    """Say which choice it was; a like class was never one's sixth choice, but taken instead."""
    return _("A class you would also take") if is_substitute else rank(place)


def became_of(
    result: WishResult,
    *,
    number: int,
    not_theirs: Iterable[str] = (),
    in_the_way: Sequence[ClassSection] = (),
) -> list[str]:
    """Say what became of one choice, in one to four short sentences.

    ``number`` is the person's own; ``not_theirs`` are reserves of the class that were not open
    to them; ``in_the_way`` the classes that clash with it.
    """
    code = Code(result.code)
    if code is Code.ADMITTED:
        return _given(result)
    if code in WITHOUT_FIGURES:
        return [str(WITHOUT_FIGURES[code])]
    if code is Code.FULL:
        rounds = sorted({bar[0] for bar in result.bars})
        said = [_full(result.bars, number, each) for each in rounds]
        return [*(said or [_("This class was full.")]), *_not_open_to_them(not_theirs)]
    return [_cannot_be(code, result, in_the_way)]


def _given(result: WishResult) -> list[str]:
    said = str(GIVEN_BY[_kind(result.bucket)])
    return [said, _("It is your second class.")] if (result.round or 1) > 1 else [said]


def _full(bars: Sequence[Any], number: int, of_round: int) -> str:
    """Name the last number of each kind of seat that was open to the person in one round.

    Where a round goes from the largest number, people stand in it in another place, as in the
    published table.
    """
    here = [bar for bar in bars if bar[0] == of_round]
    own = here[0][2][1]
    ends = _("; ").join(_end(kind, last) for kind, last in _ends(here).items())
    if own != number:
        return _(
            "The second round went from the largest number. There you stood at %(place)s:"
            " %(ends)s."
        ) % {"place": own, "ends": ends}
    return _("Your number is %(number)s: %(ends)s.") % {"number": number, "ends": ends}


def _ends(bars: Iterable[Any]) -> dict[str, Any]:
    """Say where each kind of seat ended, the open ones once.

    Open seats come first and last in a draw. For a person they are one kind, and they ended
    where the last of them went: what the published table says, too.
    """
    found: dict[str, Any] = {}
    for _round, bucket, _own, last in bars:
        kind = _kind(bucket)
        if kind not in found or last != "closed":
            found[kind] = last
    return found


def _end(kind: str, last: Any) -> str:
    words = {"kind": KINDS[kind]}
    if last is None:  # one seat for two people, or one that fell free when it was too late
        return _("the %(kind)s that were left could not be given") % words
    if last == "closed":
        return _("%(kind)s: none") % words
    return _("%(kind)s went to number %(last)s") % {**words, "last": last[1]}


def _not_open_to_them(letters: Iterable[str]) -> list[str]:
    return [
        _("The %(kind)s were not open to you.") % {"kind": KINDS[letter]} for letter in letters
    ]


def _cannot_be(code: Code, result: WishResult, in_the_way: Sequence[ClassSection]) -> str:
    names = _(" and ").join(f"“{told_apart(one, result.section)}”" for one in in_the_way) or _(
        "another class of yours"
    )
    if code is Code.CLASH:
        return _("You have a place in %(other)s, and cannot be in both.") % {"other": names}
    if code is Code.HELD:
        return _("You are in %(other)s already, and cannot be in both.") % {"other": names}
    if code is Code.HOT_LIMIT:
        return _("One person can have one of the most wanted classes. You have %(other)s.") % {
            "other": names
        }
    if result.rule in RULES:
        other = in_the_way[0] if in_the_way else None
        return refusal(Refusal(result.rule), result.section, other=other)
    return _("This class was not possible for you. Please phone us, we explain it.")


def _kind(bucket: str) -> str:
    return bucket if bucket in KINDS else "open"


# What happens next


def next_of_place(place: Enrolment) -> str:
    """Say what is to be done about a place that the draw gave."""
    status = Enrolment.Status(place.status)
    if place.asks_for_an_answer:
        return _("Please tell us until %(until)s whether you come.") % _until(place)
    if status is Enrolment.Status.OFFERED:
        return _("You come; please pay until %(until)s.") % _until(place)
    if status in {Enrolment.Status.CONFIRMED, Enrolment.Status.ACTIVE}:
        return _("The place is yours for certain.")
    if status is Enrolment.Status.DECLINED:
        return _("You said that you do not come. The place went to somebody who waits.")
    if status is Enrolment.Status.LAPSED:
        return _("It was not answered or paid in time, so the place could not be kept.")
    return str(place.get_status_display())


def next_of_line(place: int) -> str:
    """Say what a place in the line means."""
    return _(
        "You are number %(place)s on the waiting list. When it is your turn, we write or phone."
    ) % {"place": place}


def _until(place: Enrolment) -> dict[str, str]:
    return {"until": moment(place.due_at) if place.due_at else ""}


def where_left_over(seats: int) -> str:
    """Say how many places a class has left."""
    return ngettext("%(seats)s place left", "%(seats)s places left", seats) % {"seats": seats}


def headline(*, has_place: bool, waits: bool, is_out: bool = False) -> str:
    """Say the result in one breath, at the top; ``is_out``: who stepped out before the draw."""
    if is_out:
        return _("You stepped out before the draw, so no place was given")
    if has_place:
        return _("You have a place")
    if waits:
        return _("No place yet: you are on the waiting list")
    return _("No place this time")
