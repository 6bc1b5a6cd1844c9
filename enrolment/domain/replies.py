"""What an answer by SMS says. Only what can be meant in one way is an answer."""

import re
import unicodedata
from dataclasses import dataclass

YES_WORDS = frozenset({"要", "要上", "我要", "我要上", "上", "好", "好的", "是", "是的", "同意"})
NO_WORDS = frozenset(
    {"不", "不上", "不要", "我不上", "我不要", "不要了", "不上了", "不去", "不来", "放弃"}
)
YES_DIGIT, NO_DIGIT = "1", "2"
# Blanks, marks, and what phones put around a digit to make a picture of it.
_NOISE = re.compile(r"[\s\W_\u20e3\ufe0f]+")
_SHAPE = re.compile(r"(?:我?选|请?回复?|答复?)?(?P<digits>[0-9]{0,3})(?P<words>[^0-9]*)")
_TAKE_BACK = re.compile(r"(?:请?回复?|答复?)?3|撤回|恢复")
# Ends letters that somebody subscribed to. Providers read some of these themselves.
_UNSUBSCRIBES = re.compile(
    r"(?:请?回复?|答复?|我要?)?(?:TD|T|退订|取消订阅|不订了)", re.IGNORECASE
)
LONGEST = 20  # characters of an answer; more is a letter, and for people to read


@dataclass(frozen=True)
class Reply:
    """Yes or no; to which question where several are open (``None``: it does not say)."""

    yes: bool
    question: int | None = None


def read(text: str) -> Reply | None:
    """Return what an answer says, or None for what could mean something else.

    Digits of any width, blanks, full stops and "回" before the digit are understood; a word
    beside the digit must say the same. The last of several digits is the answer, those before
    it the number of the question.

    >>> read("回１。")
    Reply(yes=True, question=None)
    >>> read("22 不上")
    Reply(yes=False, question=2)
    >>> read("1不上") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * LONGEST])
    if _two_answers(plain) or "?" in plain:
        return None  # somebody asks, or does not choose
    found = _SHAPE.fullmatch(_NOISE.sub("", plain)) if len(plain) <= LONGEST else None
    if found is None:
        return None
    digits, words = found["digits"], found["words"]
    said = {
        *({digits[-1] == YES_DIGIT} if digits else ()),
        *({words in YES_WORDS} if words else ()),
    }
    known_digit = not digits or digits[-1] in {YES_DIGIT, NO_DIGIT}
    known_word = not words or words in YES_WORDS | NO_WORDS
    if len(said) != 1 or not known_digit or not known_word:
        return None
    question = int(digits[:-1]) if len(digits) > 1 else None
    return None if question == 0 else Reply(said.pop(), question)


def takes_back(text: str) -> bool:
    """Whether somebody asks to take back what another did for them: 3, and nothing beside it.

    >>> takes_back("回３。"), takes_back("3"), takes_back("13"), takes_back("3班")
    (True, True, False, False)
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * LONGEST])
    return _TAKE_BACK.fullmatch(_NOISE.sub("", plain)) is not None


def unsubscribes(text: str) -> bool:
    """Whether somebody wants no more of the letters they subscribed to.

    >>> unsubscribes("退订。"), unsubscribes("回ＴＤ"), unsubscribes("退班")
    (True, True, False)
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * LONGEST])
    return _UNSUBSCRIBES.fullmatch(_NOISE.sub("", plain)) is not None


def _two_answers(plain: str) -> bool:
    """Whether digits stand apart, as in "1 2" and "1/2": no number of a question is so written."""
    return len(re.findall(r"[0-9]+", plain)) > 1
