"""How the catalogue forgives what people type: script, pinyin, sound, one slip.

A course keeps one key, made here; a query is compared with it in three steps, each looser than
the one before and taken only when that one found nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from opencc import OpenCC
from pypinyin import lazy_pinyin

LONGEST = 40  # characters of a query that are read
SHORTEST_LATIN_SLIP = 4  # letters a word needs before one of them may be wrong
_CJK = re.compile(r"[㐀-鿿]")
_NO_WORD = re.compile(r"[\W_]+")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")  # loading the dictionaries takes a moment: once a process


def plain(text: str) -> str:
    """Return words in simplified characters, small letters, one space between them.

    >>> plain("太極拳／劍  Tai-Chi")
    '太极拳 剑 tai chi'
    """
    wide = unicodedata.normalize("NFKC", text).lower()
    return _NO_WORD.sub(" ", str(_to_simplified().convert(wide))).strip()


def is_chinese(word: str) -> bool:
    """Whether a word has a Chinese character in it."""
    return bool(_CJK.search(word))


def syllables(word: str) -> list[str]:
    """Return the sounds of a word, without tones.

    >>> syllables("太极 ai")
    ['tai', 'ji', 'ai']
    """
    parts = (part.strip().lower() for part in lazy_pinyin(word))
    return [part for part in parts if part]


def key_of(names: Iterable[str]) -> str:
    """Return what the search compares: each name, its sounds apart, its sounds together.

    >>> key_of(["太極", "Tai Chi"])
    '|太极| tai ji |taiji|tai chi| tai chi |taichi|'
    """
    parts: list[str] = []
    for name in names:
        words = plain(name)
        if not words:
            continue
        sounds = syllables(words)
        parts += [words, f" {' '.join(sounds)} ", "".join(sounds)]
    return "|" + "|".join(dict.fromkeys(parts)) + "|" if parts else ""


def words_of(query: str) -> list[str]:
    """Return the words of a query; Latin syllables typed apart are one word.

    >>> words_of("tai ji")
    ['taiji']
    >>> words_of("太極 鹿鳴")
    ['太极', '鹿鸣']
    """
    words = plain(query[:LONGEST]).split()
    if words and not any(is_chinese(word) for word in words):
        return ["".join(words)]
    return words


def sounds_like(word: str) -> str:
    """Return the part of a key that a word of the same sound has.

    >>> sounds_like("太鸡")
    ' tai ji '
    """
    return f" {' '.join(syllables(word))} "


def one_slip(word: str) -> str:
    """Return a regular expression for a word with one slip in it; empty when it is too short.

    A Chinese word may have one wrong character. A Latin one may have a wrong letter, one too
    many, one too few, or two that changed places.

    >>> one_slip("太及")
    '[^|]及|太[^|]'
    >>> one_slip("tai")
    ''
    """
    spots = range(len(word))
    wrong = [word[:i] + "[^|]" + word[i + 1 :] for i in spots]
    if is_chinese(word):
        return "|".join(wrong) if len(word) > 1 else ""
    if len(word) < SHORTEST_LATIN_SLIP:
        return ""
    missing = [word[:i] + "[^|]" + word[i:] for i in spots if i]
    extra = [word[:i] + word[i + 1 :] for i in spots]
    swapped = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in spots[:-1]]
    return "|".join(dict.fromkeys([*wrong, *missing, *extra, *swapped]))
