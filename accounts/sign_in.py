"""Signing in with a code by SMS or voice call; what stands in the session meanwhile.

One road for known and unknown numbers: the same rows written, the same page, the same letter.
Whose number it is we look up only when the code was right. Every letter's code works for its
own ten minutes, so asking again spoils nothing.
"""

import hmac
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse

from accounts import limits, messaging, services
from accounts.models import Message

KEY = "phone_sign_in"
PROVEN_PHONE = "proven_phone"  # session: [number without an account, when its code was right]
PROVEN_AT = "code_at"  # session: when a code of this account's phone was last right
STAYS_FRESH = timedelta(minutes=15)
CODE_LIVES = timedelta(seconds=limits.CODE_LIVES)
LETTERS = {
    Message.Channel.SMS: "accounts/sign_in_code",
    Message.Channel.VOICE: "accounts/sign_in_code_voice",
}


class Purpose(StrEnum):
    """What a right code is for."""

    SIGN_IN = "sign_in"
    PROVE = "prove"  # the phone is still in its owner's hand
    CHANGE_PHONE = "change_phone"
    KEEP_PHONE = "keep_phone"  # letters may go to it; nobody is signed in


@dataclass
class Code:
    """One code that was sent, until when it counts, and the name its guesses are counted under."""

    digits: str
    issue: str
    until: float


@dataclass
class Pending:
    """A sign-in that waits for its code. Sessions are rows: the browser sees none of this."""

    phone: str
    purpose: str = Purpose.SIGN_IN
    remember: bool = True
    next: str = ""
    codes: list[Code] = field(default_factory=list)

    def live(self, at: datetime) -> list[Code]:
        """Codes that still count, the newest last."""
        return [code for code in self.codes if code.until > at.timestamp()]


def pending(session: SessionBase, *, at: datetime) -> Pending | None:
    """Return the sign-in that waits in this session, if its code still counts."""
    stored: dict[str, Any] | None = session.get(KEY)
    if not stored:
        return None
    waiting = Pending(**{**stored, "codes": [Code(**code) for code in stored["codes"]]})
    return waiting if waiting.live(at) else None


def ask(
    request: HttpRequest,
    *,
    phone: str,
    at: datetime,
    remember: bool = True,
    next_url: str = "",
    channel: str = Message.Channel.SMS,
    purpose: Purpose = Purpose.SIGN_IN,
) -> bool:
    """Send a code to ``phone``; asking again goes the same way and counts the same.

    Returns False when a code went out a moment ago and still counts: nothing is sent.
    Raises ``TooMany`` when this number was written to too often and no code counts.
    """
    waiting = pending(request.session, at=at)
    if waiting is None or (waiting.phone, waiting.purpose) != (phone, purpose):
        waiting = Pending(phone, purpose)
    waiting.remember, waiting.next = remember, next_url
    if not ratelimit.consume(request, action="request_login_code", key=phone):
        if not waiting.live(at):
            raise limits.TooMany
        _store(request.session, waiting)
        return False
    code = Code(
        digits=f"{secrets.randbelow(1_000_000):06d}",
        issue=secrets.token_hex(8),
        until=(at + CODE_LIVES).timestamp(),
    )
    waiting.codes = [*waiting.live(at), code]
    messaging.send(
        template=LETTERS[Message.Channel(channel)],
        channel=channel,
        to=phone,
        params={"code": code.digits, "host": request.get_host().partition(":")[0]},
        dedupe_key=f"code:{code.issue}",
        at=at,
        valid_until=at + CODE_LIVES,
    )
    _store(request.session, waiting)
    return True


@dataclass(frozen=True)
class Judgement:
    """Whether a code was right, and how many guesses its number has left."""

    right: bool
    left: int


def judge(waiting: Pending, typed: str, *, at: datetime) -> Judgement:
    """Say whether ``typed`` is a code we sent. Counted first. Raises ``TooMany``."""
    live = waiting.live(at)
    left = limits.count_guess(waiting.phone, live[-1].issue, at=at)
    right = any(hmac.compare_digest(code.digits.encode(), typed.encode()) for code in live)
    if not right:
        limits.note_wrong_code(at=at)
    return Judgement(right, left)


def finish(request: HttpRequest, waiting: Pending, *, at: datetime) -> HttpResponse:
    """Sign the owner of the phone in; whoever has a second factor is asked for it now."""
    forget(request.session)
    user = services.account_for_phone(phone=waiting.phone, at=at)
    note_proven(request.session, at=at)
    request.session.set_expiry(None if waiting.remember else 0)
    record_authentication(request, user, method="code", phone=waiting.phone)
    response: HttpResponse = perform_login(
        request, Login(user=user, redirect_url=waiting.next or None)
    )
    return response


def note_proven(session: SessionBase, *, at: datetime) -> None:
    """Note that a code to this account's phone was right just now."""
    session[PROVEN_AT] = at.timestamp()


def proven_lately(session: SessionBase, *, at: datetime) -> bool:
    """Whether a code was right within the last quarter of an hour."""
    return at.timestamp() - float(session.get(PROVEN_AT, 0)) <= STAYS_FRESH.total_seconds()


def note_proven_phone(session: SessionBase, phone: str, *, at: datetime) -> None:
    """Note that a code to this number was right just now; nobody is signed in by it."""
    session[PROVEN_PHONE] = [phone, at.timestamp()]


def proven_phone(session: SessionBase, *, at: datetime) -> str | None:
    """Return the number whose code was right within the last quarter of an hour."""
    phone, proven_at = session.get(PROVEN_PHONE) or (None, 0.0)
    return phone if at.timestamp() - proven_at <= STAYS_FRESH.total_seconds() else None


def forget(session: SessionBase) -> None:
    """Drop what waits; its codes are dead."""
    session.pop(KEY, None)


def _store(session: SessionBase, waiting: Pending) -> None:
    session[KEY] = asdict(waiting)
