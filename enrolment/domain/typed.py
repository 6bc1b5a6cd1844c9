"""What staff type off a paper or hear on the telephone: numbers of classes, and who somebody is.

People write as they are used to: digits of full width, commas of two scripts, dates in three
ways. All of it is read; what cannot be is given back as it was typed.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

_APART = re.compile(r"[\s,，、;；/]+")
_DASHES = str.maketrans("–—−‐", "----")
_DATE = re.compile(
    r"(?<![0-9A-Za-z])((?:19|20)[0-9]{2})"
    r"(?:[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?![0-9])"
)
_MOMENT = re.compile(
    r"(?:([0-9]{1,2})[-./月]([0-9]{1,2})日?\s*)?([0-9]{1,2})[:点时]([0-9]{1,2})?分?"
)
_WEEKDAYS = {
    f"{begin}{day}": number
    for begin in ("周", "星期", "礼拜")
    for number, days in enumerate(("一", "二", "三", "四", "五", "六", "日天"), 1)
    for day in days
}


@dataclass(frozen=True)
class ClassNumber:
    """A class as it is numbered in the prospectus. ``prefix``: subject and level, if written."""

    number: int
    prefix: str = ""

    def __str__(self) -> str:
        return f"{self.prefix}-{self.number}" if self.prefix else str(self.number)


@dataclass(frozen=True)
class Person:
    """Who is meant: by card, by phone, or by name and date of birth."""

    number: str = ""
    name: str = ""
    born_on: date | None = None


def class_numbers(text: str) -> tuple[list[ClassNumber], list[str]]:
    """Return the classes that are named by number, in order, and whatever else was typed.

    >>> class_numbers("371，PIANO1-402 515")[0]
    [ClassNumber(number=371, prefix=''), ClassNumber(number=402, prefix='PIANO1'), \
ClassNumber(number=515, prefix='')]
    >>> class_numbers("钢琴 周二 371")
    ([ClassNumber(number=371, prefix='')], ['钢琴', '周二'])
    """
    numbers: dict[int, ClassNumber] = {}
    words = []
    for word in words_of(text):
        prefix, _dash, digits = word.rpartition("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= 9:
            numbers.setdefault(int(digits), ClassNumber(int(digits), prefix.upper()))
        else:
            words.append(word)
    return list(numbers.values()), words


def words_of(text: str) -> list[str]:
    """Return the words of a line, whatever stands between them."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return [word for word in _APART.split(plain) if word]


def weekday_of(word: str) -> int | None:
    """Return the day of the week that a word is, Monday being 1.

    >>> weekday_of("周二"), weekday_of("星期天"), weekday_of("二胡")
    (2, 7, None)
    """
    return _WEEKDAYS.get(word)


def person(text: str) -> Person | None:
    """Return who is meant; None where that cannot be read.

    >>> person("Q20260001").number, person("+86 138-0000-0000").number
    ('Q20260001', '+8613800000000')
    >>> person("王秀英 1949年3月2日")
    Person(number='', name='王秀英', born_on=datetime.date(1949, 3, 2))
    >>> person("王秀英")
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    if not plain:
        return None
    found = _DATE.search(plain)
    name = (plain[: found.start()] + plain[found.end() :]).strip(" ,，、") if found else ""
    if found and name and not any(sign.isdigit() for sign in name):
        try:
            born_on = date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
        except ValueError:
            return None
        return Person(name=name, born_on=born_on)
    number = re.sub(r"[\s-]", "", plain)
    return Person(number=number) if any(sign.isdigit() for sign in number) else None


def moment(text: str, *, now: datetime) -> datetime | None:
    """Return when something came, as clerks write it on a sheet; None where it cannot be read.

    A day alone, without an hour, is not read: the hour decides about the deadline.

    >>> now = datetime(2026, 12, 28, 9, 30)
    >>> moment("12-27 16:30", now=now), moment("16：59", now=now)
    (datetime.datetime(2026, 12, 27, 16, 30), datetime.datetime(2026, 12, 28, 16, 59))
    >>> moment("12月27日16点05", now=now)
    datetime.datetime(2026, 12, 27, 16, 5)
    >>> moment("12-27", now=now)
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    found = _MOMENT.fullmatch(plain)
    if found is None:
        return None
    month, day, hour, minute = (int(part) if part else None for part in found.groups())
    try:
        return now.replace(
            month=month or now.month,
            day=day or now.day,
            hour=hour or 0,
            minute=minute or 0,
            second=0,
            microsecond=0,
        )
    except ValueError:
        return None
