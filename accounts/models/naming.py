"""Names that people read: Chinese first, other scripts beside it."""

from functools import cache

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from opencc import OpenCC
from pypinyin import lazy_pinyin


@cache
def _to_traditional() -> OpenCC:
    # s2tw writes 為, 裡 and 才, which readers know; s2t writes 爲, 裏 and 纔, which few do.
    return OpenCC("s2tw")  # loading the dictionaries takes a moment: once a process


def traditional(text: str) -> str:
    """Return simplified Chinese in traditional characters."""
    return str(_to_traditional().convert(text))


def pinyin_of(text: str) -> str:
    """Return the sort and search key of a Chinese text: ``'太极 A1'`` is ``'tai ji a1'``.

    >>> pinyin_of("太极")
    'tai ji'
    """
    return " ".join(part.strip().lower() for part in lazy_pinyin(text) if part.strip())


class Named(models.Model):
    """A record with a name in simplified Chinese and, where known, in other languages."""

    name = models.CharField(_("name"), max_length=120)
    name_i18n = models.JSONField(
        _("name in other languages"),
        default=dict,
        blank=True,
        help_text=_("By language code, for example “en”. Traditional Chinese fills itself."),
    )
    name_pinyin = models.CharField(max_length=400, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def display_name(self, language: str | None = None) -> str:
        """Return the name for a reader of ``language`` (the one in force, if none is given)."""
        return str(self.name_i18n.get(language or get_language() or "") or self.name)

    def complete_names(self) -> None:
        """Fill pinyin, and traditional characters unless a person wrote them."""
        self.name_pinyin = pinyin_of(self.name)
        self.name_i18n.setdefault("zh-hant", traditional(self.name))
