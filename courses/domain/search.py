"""How the catalogue forgives what people type: script, pinyin, sound, one slip.

A course keeps one key, made here; a query is compared with it in three steps, each looser than
the one before and taken only when that one found nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import cast

from opencc import OpenCC
from pypinyin import lazy_pinyin

LONGEST = 40  # characters of a query that are read
SHORTEST_LATIN_SLIP = 4  # letters a word needs before one of them may be wrong
SHORTEST_ALIKE = 3  # syllables of a Chinese word before it may merely be alike, and as much of
SHORTEST_LATIN_ALIKE = 8  # a Latin one: with less, half of another word is alike already
# Who writes with a finger, writes these for one another.
LOOK_ALIKE = (
    "大太天夫犬", "人入八", "土士工", "己已巳", "未末木本", "干千于", "日曰目白", "王玉主",
    "手毛", "午牛", "问间", "力刀", "贝见", "书节", "画面", "字学", "拳券", "剑箭", "琴瑟",
    "鼓彭", "舞无", "歌哥", "词诗", "法去", "医区", "气汽", "影景", "乐东", "语话",
)  # fmt: skip
# Who speaks a dialect of the south, types these for one another.
SOUND_ALIKE = {
    **dict.fromkeys(("z", "zh"), "zh?"),
    **dict.fromkeys(("c", "ch"), "ch?"),
    **dict.fromkeys(("s", "sh"), "sh?"),
    **dict.fromkeys(("n", "l"), "[nl]"),
    **dict.fromkeys(("f", "h"), "[fh]"),
}
_SYLLABLE = re.compile(r"(zh?|ch?|sh?|[nlfh])?(.*?)((?<=[aei])ng?)?")
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
    return " ".join(lazy_pinyin(word)).lower().split()


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

    A Chinese word of three characters may have a wrong one. In two, a wrong one is half of the
    word: it must look like the right one, or both sound as in a dialect. A Latin word may have
    a wrong letter, one too many, one too few, or two that changed places.

    >>> one_slip("太及拳")
    '[^|]及拳|太[^|]拳|太及[^|]'
    >>> one_slip("大极")
    '[太天夫犬]极| da ji '
    >>> one_slip("tai")
    ''
    """
    if is_chinese(word):
        return _chinese_slip(word)
    if len(word) < SHORTEST_LATIN_SLIP:
        return ""
    spots = range(len(word))
    wrong = [word[:i] + "[^|]" + word[i + 1 :] for i in spots]
    missing = [word[:i] + "[^|]" + word[i:] for i in spots if i]
    extra = [word[:i] + word[i + 1 :] for i in spots]
    swapped = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in spots[:-1]]
    return "|".join(dict.fromkeys([*wrong, *missing, *extra, *swapped]))


def sound_to_be_like(words: list[str]) -> str:
    """Return the sound of a query that may merely be alike; empty when that is too short.

    >>> sound_to_be_like(["水山画"])
    'shuishanhua'
    >>> sound_to_be_like(["火箭"])
    ''
    """
    query = "".join(words)
    sounds = syllables(query)
    sound = "".join(sounds)
    enough = (
        len(sounds) >= SHORTEST_ALIKE if is_chinese(query) else len(sound) >= SHORTEST_LATIN_ALIKE
    )
    return sound if enough else ""


def _chinese_slip(word: str) -> str:
    spots = range(len(word))
    if len(word) > 2:
        return "|".join(word[:i] + "[^|]" + word[i + 1 :] for i in spots)
    if len(word) < 2:
        return ""
    looks = [
        f"{word[:i]}[{group.replace(word[i], '')}]{word[i + 1 :]}"
        for i in spots
        for group in LOOK_ALIKE
        if word[i] in group
    ]
    return "|".join([*looks, f" {' '.join(map(_as_in_a_dialect, syllables(word)))} "])


def _as_in_a_dialect(syllable: str) -> str:
    """Return a regular expression for a syllable as the south may say it.

    >>> _as_in_a_dialect("zhen"), _as_in_a_dialect("qing"), _as_in_a_dialect("hu")
    ('zh?eng?', 'qing?', '[fh]u')
    """
    first, middle, last = cast("re.Match[str]", _SYLLABLE.fullmatch(syllable)).groups()
    return SOUND_ALIKE.get(first, "") + middle + ("ng?" if last else "")
