"""Composes one letter at a time. Each is one SMS of 70 characters: who, what, until when, phone.

Letters are Chinese whatever language the reader uses on the site: providers approve their
words one by one. They can be read without opening a link.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.timezone import localtime

from accounts import messaging
from accounts.models import HelperGrant, Learner, Message
from campus.models import SiteDetails
from courses.models import ClassSection, Lesson
from enrolment.domain import deadlines
from enrolment.domain.refusals import Refusal
from enrolment.models import Act, Claim, Enrolment, Outcome, Renewal, WaitlistEntry

WEEKDAYS = "周一", "周二", "周三", "周四", "周五", "周六", "周日"
SHORT_COURSE, SHORT_NAME = 6, 5  # characters kept when a letter does not fit otherwise
WHERE_TO_PAY = "网上“我的缴费”或窗口"
SHORT_OLD = 3  # of a class that is named beside the one that took its place
LETTER_OF = {
    Outcome.HELD: "held",
    Outcome.CONFIRMED: "confirmed",
    Outcome.WAITLISTED: "waitlisted",
    Outcome.WITHDRAWN: "withdrawn",
    Outcome.RESTORED: "restored",
    Outcome.YIELDED: "yielded",
    Outcome.DECLINED: "declined",
    Outcome.LEFT_LINE: "left_line",
    Outcome.EXTENDED: "kept_longer",
}
LETTER_OF_CHANGE = {
    Outcome.HELD: "changed_held",
    Outcome.CONFIRMED: "changed",
    Outcome.WAITLISTED: "waits_to_change",
}
# What somebody else did, in the words of a letter to the person it was done for.
DONE_BY_HELPER = {
    Outcome.HELD: "留了名额",
    Outcome.CONFIRMED: "报了名",
    Outcome.WAITLISTED: "排了候补",
    Outcome.WITHDRAWN: "退了班",
    Outcome.RESTORED: "撤回了退班",
    Outcome.YIELDED: "让出了名额",
    Outcome.DECLINED: "回绝了空位",
    Outcome.LEFT_LINE: "退出了候补",
    Outcome.EXTENDED: "多留了名额",
}
CHANGED_BY_HELPER = {
    Outcome.HELD: "换了班",
    Outcome.CONFIRMED: "换了班",
    Outcome.WAITLISTED: "排了候补，排到再换班",
}
# Why a yes cannot be kept just now, in so few words as an SMS has.
WHY_NOT_NOW = {
    Refusal.CLASH: "与您别的课时间冲突",
    Refusal.TRAVEL_GAP: "与您别的课离得远，赶不及",
    Refusal.LIMIT: "您的课已满额",
    Refusal.HOT_LIMIT: "热门课已满额",
    Refusal.TOO_MANY_HOLDS: "您有别的名额没缴费",
    Refusal.ALREADY_IN: "您已经有名额",
    Refusal.CLOSED: "这个班不再收人",
    Refusal.OTHER_OFFICE: "是另一所学校的班，学费转不过去",
}
ANSWERED_BY_HELPER = {
    Outcome.HELD: "答复要来上",
    Outcome.CONFIRMED: "答复要来上",
    Outcome.DECLINED: "答复不来上",
}


def tell_of_claim(
    claim: Claim,
    *,
    place_in_line: int | None,
    late_fee: int | None,
    old_class: ClassSection | None,
    is_over: bool = False,
    at: datetime,
) -> None:
    """Tell the learner what a press came to; and, when a helper pressed, that they did.

    ``late_fee`` is what somebody pays who joined when lessons had begun; ``old_class`` the one
    that ended for this, or will when the learner says yes to a place; ``is_over``: another press
    has made it untrue, whose own letter says how it stands.
    """
    outcome = Outcome(claim.outcome)
    if not is_over:
        send_letter(
            _letter_of(claim, outcome, changes=old_class is not None),
            claim.learner,
            claim.section,
            key=f"claim {claim.learner_id} {claim.key}",
            at=at,
            valid_until=claim.due_at if outcome == Outcome.WITHDRAWN else None,
            due=when(claim.due_at),
            fee=yuan(claim.section.fee_fen if late_fee is None else late_fee),
            place_in_line=place_in_line,
            old_class=_short_name(old_class, keep=SHORT_OLD) if old_class else "",
        )
    helper = _helper(claim)
    if helper is not None:
        send_letter(
            "by_helper",
            claim.learner,
            claim.section,
            key=f"helped {claim.learner_id} {claim.key}",
            at=at,
            helper=helper,
            act=_done_by_helper(claim, changes=old_class is not None)[outcome],
        )


def _done_by_helper(claim: Claim, *, changes: bool) -> Mapping[Outcome, str]:
    if claim.act in {Act.COME, Act.STAY_AWAY}:
        return ANSWERED_BY_HELPER
    return CHANGED_BY_HELPER if changes else DONE_BY_HELPER


def _letter_of(claim: Claim, outcome: Outcome, *, changes: bool) -> str:
    if outcome == Outcome.WAITLISTED and claim.entry is not None and claim.entry.together:
        return "waits_together"
    return (LETTER_OF_CHANGE if changes else LETTER_OF)[outcome]


def tell_of_offer(
    entry: WaitlistEntry,
    *,
    number: int | None = None,
    old_class: ClassSection | None = None,
    at: datetime,
) -> None:
    """Ask a person who waits whether they come; close to the first day, by telephone.

    ``number``: what stands before the 1 or 2 of an answer, where the phone has several to give.
    ``old_class``: the one that ends with a yes.
    """
    by_phone = deadlines.by_phone_only(localtime(at), entry.section.term.starts_on)
    by_sms = "offer_to_change" if old_class else "offer"
    send_letter(
        "offer_by_phone" if by_phone else by_sms,
        entry.learner,
        entry.section,
        key=f"offer {entry.pk} {when(entry.due_at)}",
        at=at,
        valid_until=entry.due_at,
        channel=Message.Channel.VOICE if by_phone else Message.Channel.SMS,
        due=when(entry.due_at),
        number=number or "",
        old_class=_short_name(old_class, keep=SHORT_OLD) if old_class else "",
    )


def tell_of_entry(event: str, entry: WaitlistEntry, *, at: datetime) -> None:
    """Tell a person who waits what became of that: a name of one of the letters."""
    send_letter(
        event, entry.learner, entry.section, key=f"{event} {entry.pk} {entry.expiries}", at=at
    )


def tell_of_enrolment(event: str, enrolment: Enrolment, *, at: datetime) -> None:
    """Tell a learner what became of a class without their doing: ``lapsed``, ``cancelled``."""
    send_letter(event, enrolment.learner, enrolment.section, key=f"{event} {enrolment.pk}", at=at)


def tell_of_renewal(row: Renewal, reason: Refusal, *, at: datetime) -> None:
    """Tell somebody that they do not get the place they had asked to go on in.

    The lot is named where it decided: where all places were given. Otherwise what stood against.
    """
    send_letter(
        "not_renewed" if reason is Refusal.FULL else "renewal_stopped",
        row.learner,
        row.section,
        key=f"renewal {row.pk}",
        at=at,
        why=WHY_NOT_NOW.get(reason, ""),
    )


def tell_of_opening(learner: Learner, section: ClassSection, *, at: datetime) -> None:
    """Tell somebody who asked for it that a class can be enrolled in now."""
    send_letter("opening", learner, section, key=f"opening {learner.pk} {section.pk}", at=at)


def tell_of_doors(
    learner: Learner, section: ClassSection, *, opens_at: datetime, at: datetime
) -> None:
    """Tell somebody who asked for it that they can take a number, and need not hurry."""
    send_letter(
        "doors",
        learner,
        section,
        key=f"doors {learner.pk} {section.pk} {_stamp(opens_at)}",
        at=at,
        opens=f"{localtime(opens_at):%-H:%M}",
    )


def tell_of_lesson(
    enrolment: Enrolment, lesson: Lesson, *, was_at: datetime | None, at: datetime
) -> None:
    """Tell a learner that one lesson of their class was moved or called off.

    ``was_at``: when it was to begin, if it got another hour. Back at that hour already, there
    is nothing to tell of this: the letter of the later move says it.
    """
    if was_at == lesson.during.lower:
        return
    if lesson.status == Lesson.Status.LOST:
        event = "lesson_lost"
    else:
        event = "lesson_moved" if was_at else "lesson_elsewhere"
    room = lesson.room.name if lesson.room else "线上"
    with translation.override("zh-hans"):
        campus = enrolment.section.campus.display_name()
    send_letter(
        event,
        enrolment.learner,
        enrolment.section,
        # Moved twice is two letters; the same move told twice is one.
        key=f"lesson {lesson.pk} {lesson.status} {_stamp(was_at)}{_stamp(lesson.during.lower)}"
        f" {room} {enrolment.pk}",
        at=at,
        valid_until=lesson.during.upper,
        old_day=_weekday(was_at) if was_at else "",
        when=_hour(lesson.during.lower),
        place=f"{campus}{room}",
    )


def send_letter(
    event: str,
    learner: Learner,
    section: ClassSection,
    *,
    key: str,
    at: datetime,
    valid_until: datetime | None = None,
    channel: str = Message.Channel.SMS,
    **params: Any,
) -> None:
    letter = letter_to(
        event, learner, section, key=key, valid_until=valid_until, channel=channel, **params
    )
    if letter is not None:
        messaging.send_all([letter], at=at)


def letter_to(
    event: str,
    learner: Learner,
    section: ClassSection,
    *,
    key: str,
    valid_until: datetime | None = None,
    channel: str = Message.Channel.SMS,
    phone: str = "",
    **params: Any,
) -> messaging.Letter | None:
    """Compose a letter about a class; None for whom no phone reaches.

    ``phone``: that of the office, where many letters need it.
    """
    if not learner.phone or learner.deceased_on:
        return None  # the office has them on its call list
    template = f"enrolment/{event}"
    return messaging.Letter(
        template=template,
        to=learner.phone,
        params=_fitting(
            template, _about(learner, section, phone or office_phone()) | params, learner, section
        ),
        dedupe_key=key,
        valid_until=valid_until,
        learner=learner,
        channel=channel,
    )


def _about(learner: Learner, section: ClassSection, phone: str) -> dict[str, Any]:
    with translation.override("zh-hans"):
        campus = section.campus.display_name()
    slot = section.slot
    room = section.room.name if section.room else "线上"
    return {
        "name": learner.name,
        "class": f"{section.course.name}{section.number}班",
        "day": WEEKDAYS[slot.weekday - 1],
        "hour": f"{WEEKDAYS[slot.weekday - 1]}{slot.starts_at:%-H:%M}",
        "first_day": _day(localtime(section.meets[0].lower).date()) if section.meets else "",
        "place": f"{campus}{room}",
        "where": WHERE_TO_PAY,
        "phone": phone,
    }


def _fitting(
    template: str, params: dict[str, Any], learner: Learner, section: ClassSection
) -> dict[str, Any]:
    """Leave out what matters least until the letter fits into one SMS."""
    for less in (
        {"place": "地点见我的课程"},
        {"where": ""},
        {"class": _short_name(section)},
        {"name": f"{learner.name[:SHORT_NAME]}…"},
        {"place": "地点见网上"},
        {"old_class": "原来的班"} if params.get("old_class") else {},
        {"class": _short_name(section, keep=SHORT_OLD)},
        {"hour": ""},
    ):
        if len(messaging.text_of(template, params)) <= messaging.LONGEST:
            break
        params = params | less
    return params


def _short_name(section: ClassSection, keep: int = SHORT_COURSE) -> str:
    """Return a class in so few characters that a letter has room for it beside another."""
    course = section.course.name
    shown = f"{course[:keep]}…" if len(course) > keep + 1 else course
    return f"{shown}{section.number}班"


def _helper(claim: Claim) -> str | None:
    """Return who pressed, when that was a helper and not the learner or staff."""
    if claim.actor is None or claim.actor_id == claim.learner.user_id:
        return None
    grants = HelperGrant.objects.filter(learner=claim.learner, helper=claim.actor)
    if not grants.exclude(kind=HelperGrant.Kind.STAFF).exists():
        return None
    return claim.actor.get_full_name() or "您的家人"


def when(at: datetime | None) -> str:
    if at is None:
        return ""
    local = localtime(at)
    minutes = f"{local.minute}分" if local.minute else ""
    return f"{_day(local.date())}{local.hour}点{minutes}"


def _stamp(at: datetime | None) -> str:
    return f"{at:%m%d%H%M}" if at else ""


def _weekday(at: datetime) -> str:
    day = localtime(at).date()
    return f"{_day(day)}{WEEKDAYS[day.weekday()]}"


def _hour(at: datetime) -> str:
    return f"{_weekday(at)}{localtime(at):%-H:%M}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def yuan(fen: int) -> str:
    return f"{fen / 100:.2f}".removesuffix(".00")


def office_phone() -> str:
    details = SiteDetails.objects.first()
    return (details.phone if details and details.phone else settings.SITE_PHONE).replace(" ", "")
