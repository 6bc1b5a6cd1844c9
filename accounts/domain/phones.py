"""Phone numbers, in every way people write them, kept in one."""

import re
import unicodedata

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
)

HOME = "CN"
LONGEST = 40
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class NotAPhone(ValueError):
    """These characters are no phone number."""


class NotAMobile(NotAPhone):
    """A phone that takes no short messages: a landline, a service number."""


def canonical(text: str) -> str:
    """Return a mobile number as E.164, however it was written.

    Full-width digits, blanks, dashes, dots, brackets, +86, 0086 and 86 are all understood;
    a number without a country is a Chinese one.

    >>> canonical("（0086）１３８-0000 0201")
    '+8613800000201'
    """
    number = _parsed(text)
    if number_type(number) not in _MOBILE:
        raise NotAMobile(text)
    return str(format_number(number, PhoneNumberFormat.E164))


def for_people(number: str) -> str:
    """Return a stored number as people read it: groups, and no country for our own.

    >>> for_people("+8613800000201")
    '138 0000 0201'
    """
    parsed = parse(number, None)
    ours = parsed.country_code == 86
    style = PhoneNumberFormat.NATIONAL if ours else PhoneNumberFormat.INTERNATIONAL
    return str(format_number(parsed, style))


def _parsed(text: str) -> PhoneNumber:
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    plain = re.sub(r"[^0-9+]", "", plain)
    try:
        number = parse(plain, HOME)
    except NumberParseException:
        raise NotAPhone(text) from None
    if not is_valid_number(number):
        raise NotAPhone(text)
    return number
