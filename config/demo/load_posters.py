"""Hangs a poster in three languages at once."""

import json
import uuid
from datetime import datetime
from typing import Any

from wagtail.models import Locale, Page

from campus.models import HomePage
from config.demo.load_places import Keys
from config.demo.marks import Block
from config.demo.texts import LANGUAGES, PageText

Poster = dict[str, Page]
_NAMESPACE = uuid.UUID("0c0a8a52-94ad-4f3e-8f39-7f60d2a3b1c4")


class Posters:
    """Hangs pages one below the other, each in three languages at once."""

    def __init__(self, at: datetime, units: Keys) -> None:
        self.at, self.units = at, units
        self.locales = {
            code: Locale.objects.get_or_create(language_code=code)[0] for code in LANGUAGES
        }
        self.count = 0

    def root(self) -> Poster:
        """The invisible page above all others; it has one language only."""
        found = Page.get_first_root_node()
        if found is None:
            found = Page.add_root(
                instance=Page(title="Root", slug="root", locale=self.locales["zh-hans"])
            )
        return dict.fromkeys(LANGUAGES, found)

    def hang(self, model: type[Page], below: Poster, text: PageText, **facts: Any) -> Poster:
        """Hang one page below another in every language."""
        poster = {}
        for code in LANGUAGES:
            words = text.words[code]
            slug = text.slug if model is not HomePage else self._home_slug(code)
            page = model(
                title=words.title,
                slug=slug,
                lead=words.lead,
                body=json.dumps(self._resolved(words.body), ensure_ascii=False),
                locale=self.locales[code],
                translation_key=uuid.uuid5(
                    _NAMESPACE, f"{model.__name__}/{text.key or text.slug}"
                ),
                live=True,
                has_unpublished_changes=False,
                first_published_at=self.at,
                last_published_at=self.at,
                **facts,
                **{name: value for name, value in words.more.items() if value},
            )
            below[code].add_child(instance=page)
            poster[code] = page
            self.count += 1
        return poster

    @staticmethod
    def _home_slug(code: str) -> str:
        return "home" if code == "zh-hans" else f"home-{code}"

    def _resolved(self, blocks: list[Block]) -> list[Block]:
        """Blocks that name a unit get its key."""
        return [
            {**block, "value": {**block["value"], "unit": self._unit(block["value"]["unit"])}}
            if isinstance(block["value"], dict) and block["value"].get("unit")
            else block
            for block in blocks
        ]

    def _unit(self, named: dict[str, str]) -> int:
        return self.units[named["unit"]]
