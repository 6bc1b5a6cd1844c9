"""Counting what must not be tried without end. No counter, no try; except where the count is
for fairness and no guard: then nobody is kept from anything because a counter is away.

Counts live in Valkey and grow atomically: of sixty guesses sent at once, exactly the allowed
number is judged. allauth's own counter (read, add, write in the session) lets many through.
"""

import logging
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.timezone import localtime
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

GUESSES_PER_CODE = 3
GUESSES_PER_DAY = 20
CODE_LIVES = 600  # seconds
DAY = 24 * 3600
REPLIES_PER_DAY = 5
VOUCHERS_PER_DAY = 30
WRONG_CODES_ALARM = 60  # a minute, in the whole city
HELPED_PER_HOUR = 3  # people for whom one account asks, beside its own
ASKED_TO_PAY_PER_DAY = 5
HOUR = 3600
TELEVISIONS_PER_HOUR = 40  # from one address: a hall of sets being set up does not reach it
PAIRINGS_PER_HOUR = 10  # codes of televisions that one account tries
UNKNOWN_CODES_PER_HOUR = 30  # from one address: a hall of people who mistype does not reach it


class TooMany(Exception):
    """This was tried too often; the page says when to come back."""


def count_guess(number: str, issue: str, *, at: datetime) -> int:
    """Count one guess of a code before it is judged; return how many are left for this code.

    Raises ``TooMany`` past three guesses a code, or twenty a number and day.
    """
    if _next(f"guesses:{_mark(number)}:{at:%Y%m%d}", DAY) > GUESSES_PER_DAY:
        raise TooMany
    used = _next(f"guess:{_mark(number)}:{issue}", 2 * CODE_LIVES)
    if used > GUESSES_PER_CODE:
        raise TooMany
    return GUESSES_PER_CODE - used


def count_reply(number: str, *, at: datetime) -> bool:
    """Count one letter that answers a message of this number; False when today has had enough.

    Two machines that answer each other would never end otherwise.
    """
    return _next(f"replies:{_mark(number)}:{localtime(at):%Y%m%d}", DAY) <= REPLIES_PER_DAY


def count_helped(helper: int, learner: int, *, at: datetime) -> bool:
    """Count somebody for whom an account asks within this hour; False when it had enough.

    The same person again does not count. Of many presses at once no more than the number come
    through, because each takes one of so many places. With Valkey away everybody does.
    """
    places = [f"helped:{helper}:{at:%Y%m%d%H}:{no}" for no in range(HELPED_PER_HOUR)]
    try:
        if learner in cache.get_many(places).values():
            return True
        # Two presses for one person at once ask in one order, so the second meets the first.
        return any(
            cache.add(place, learner, HOUR) or cache.get(place) == learner for place in places
        )
    except RedisError as away:
        log.warning("who is helped is not counted: %s", away)
        return True


def count_asked_to_pay(learner: int, *, at: datetime) -> None:
    """Count one message that asks a relative to pay; raises ``TooMany`` past five a day.

    The number is typed by hand: nobody shall be pestered in our name.
    """
    if _next(f"asked-to-pay:{learner}:{localtime(at):%Y%m%d}", DAY) > ASKED_TO_PAY_PER_DAY:
        raise TooMany


def helps_again_at(at: datetime) -> datetime:
    """Return when an account that had enough may go on: the next full hour."""
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(seconds=HOUR)


def ensure_may_try_code(address: str, *, at: datetime) -> None:
    """Raise ``TooMany`` where this hour has seen too many pay codes that do not exist.

    Of codes that exist, too: else the answer would tell them apart. With Valkey away everybody
    may: what a right guess shows is an amount, and paying goes on without a counter of guesses.
    """
    try:
        tried = int(cache.get(_codes_key(address, at), 0))
    except RedisError as away:
        log.warning("pay codes that do not exist are not counted: %s", away)
        return
    if tried >= UNKNOWN_CODES_PER_HOUR:
        raise TooMany


def note_unknown_code(address: str, *, at: datetime) -> None:
    """Count a pay code that does not exist, for the address it was tried from."""
    try:
        _next(_codes_key(address, at), HOUR)
    except RedisError as away:
        log.warning("a pay code that does not exist is not counted: %s", away)


def _codes_key(address: str, at: datetime) -> str:
    return f"unknown-codes:{_mark(address)}:{at:%Y%m%d%H}"


def count_television(address: str, *, at: datetime) -> None:
    """Count one television that asks for a code; raises ``TooMany`` past the hour's."""
    if _next(f"televisions:{_mark(address)}:{at:%Y%m%d%H}", HOUR) > TELEVISIONS_PER_HOUR:
        raise TooMany


def count_pairing(account: int, *, at: datetime) -> None:
    """Count one code of a television that an account tries; raises ``TooMany`` past the hour's.

    With six digits and a few sets waiting at a time, guessing one takes years.
    """
    if _next(f"pairings:{account}:{at:%Y%m%d%H}", HOUR) > PAIRINGS_PER_HOUR:
        raise TooMany


def count_voucher(account: int, *, at: datetime) -> None:
    """Count one code of a voucher that an account tries; raises ``TooMany`` after the day's.

    Counters try many; a learner has one or two, and a mistake or three.
    """
    if _next(f"vouchers:{account}:{localtime(at):%Y%m%d}", DAY) > VOUCHERS_PER_DAY:
        raise TooMany


def note_wrong_code(*, at: datetime) -> int:
    """Count wrong codes of the whole city in this minute; shout when somebody sprays them."""
    wrong = _next(_wrong_codes_key(at), 2 * 3600)
    if wrong == WRONG_CODES_ALARM:
        log.error("%s wrong sign-in codes within a minute: somebody may be guessing", wrong)
    return wrong


def wrong_codes_before(at: datetime) -> int:
    """Return how many wrong codes the whole minute before ``at`` saw."""
    return int(cache.get(_wrong_codes_key(at - timedelta(minutes=1)), 0))


def _wrong_codes_key(at: datetime) -> str:
    return f"wrong-codes:{at:%Y%m%d%H%M}"


def _next(key: str, lasts: int) -> int:
    """Add one and return the new count; one atomic step on the server."""
    cache.add(key, 0, lasts)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two lines
        cache.add(key, 0, lasts)
        return int(cache.incr(key))


def _mark(number: str) -> str:
    return salted_hmac("accounts.limits", number).hexdigest()[:32]
