"""Turns lightly marked text into the blocks of a page's body.

Blocks get ids made from the page's key and their place, so that the same city has the same
bytes, and a translation's blocks are those of the original.
"""

import re
import uuid
from html import escape
from typing import Any

Block = dict[str, Any]
_NAMESPACE = uuid.UUID("6f1d9b0e-5b0a-4d7e-9a55-0a1b2c3d4e5f")
_STEP = re.compile(r"^\d+\. ")
# Headings that blocks from the records need, by language.
_HEADINGS = {
    "zh-hans": {"courses": "先看看这些课", "campuses": "校区", "phone": "想问问人？打电话"},
    "en": {"courses": "Courses to begin with", "campuses": "Campuses", "phone": "Ask a person"},
}


def block_id(*parts: object) -> str:
    """An id that is the same for the same place on the same page."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


def rich(text: str) -> str:
    """A line of plain text as rich text."""
    return f"<p>{escape(text, quote=False)}</p>"


class _Body:
    """The body of one page while it is read, line by line."""

    def __init__(self, key: str, language: str) -> None:
        self.key = key
        self.headings = _HEADINGS[language]
        self.blocks: list[Block] = []
        self.last_heading = ""
        self.caption = ""
        self.question: Block | None = None

    def add(self, kind: str, value: Any) -> None:
        """One more block."""
        self.blocks.append(
            {"type": kind, "value": value, "id": block_id(self.key, len(self.blocks))}
        )

    def add_item(self, kind: str, items: str, value: Any, heading: str | None = "") -> Block:
        """One more entry of the list block on top, or of a new one."""
        if not self.blocks or self.blocks[-1]["type"] != kind:
            self.add(kind, {"heading": heading, items: []})
        entries = self.blocks[-1]["value"][items]
        item = {
            "type": "item",
            "value": value,
            "id": block_id(self.key, len(self.blocks), len(entries)),
        }
        entries.append(item)
        return item

    def read(self, line: str) -> None:
        """Take in one line."""
        question, self.question = self.question, None
        if line.startswith("## "):
            self.last_heading = line[3:]
            self.add("heading", {"text": self.last_heading, "level": "2"})
        elif line.startswith("* "):
            word, _, fact = line[2:].partition(": ")
            self.add_item("facts", "facts", {"term": word, "detail": rich(fact)})
        elif _STEP.match(line):
            title, _, how = _STEP.sub("", line).partition(" — ")
            self.add_item("steps", "steps", {"title": title, "text": rich(how) if how else ""})
        elif line.startswith("? "):
            value = {"question": line[2:], "answer": ""}
            self.question = self.add_item("questions", "questions", value)
        elif question is not None:
            question["value"]["answer"] = rich(line)
        else:
            self._read_more(line)

    def _read_more(self, line: str) -> None:
        if line.startswith("!"):
            kind = "warning" if line.startswith("!!") else "info"
            self.add("notice", {"kind": kind, "text": rich(line.lstrip("! "))})
        elif line.startswith("> "):
            said, _, who = line[2:].rpartition(" — ")
            self.add("quote", {"text": said, "who": who})
        elif line.startswith("|= "):
            self.caption = line[3:]
        elif line.startswith("| "):
            self._row([cell.strip() for cell in line[2:].split("|")])
        elif line.startswith("@"):
            self._from_records(*line[1:].partition(" ")[::2])
        else:
            self.add("paragraph", rich(line))

    def _row(self, cells: list[str]) -> None:
        if not self.blocks or self.blocks[-1]["type"] != "table":
            columns = [self._cell(n, cell) for n, cell in enumerate(cells)]
            caption, self.caption = self.caption or self.last_heading or cells[0], ""
            self.add("table", {"caption": caption, "columns": columns, "rows": []})
            return
        rows = self.blocks[-1]["value"]["rows"]
        row = [self._cell(n, cell, len(rows)) for n, cell in enumerate(cells)]
        rows.append(
            {
                "type": "item",
                "value": row,
                "id": block_id(self.key, len(self.blocks), "row", len(rows)),
            }
        )

    def _cell(self, n: int, text: str, row: int | str = "head") -> Block:
        return {
            "type": "item",
            "value": text,
            "id": block_id(self.key, len(self.blocks), row, n),
        }

    def _from_records(self, what: str, rest: str) -> None:
        heading = self.headings[what]
        if what == "courses":
            self.add("courses", {"heading": heading, "words": rest, "number": 3})
        elif what == "campuses":
            self.add("campuses", {"heading": rest or heading, "unit": None, "number": 3})
        else:
            self.add("phone", {"heading": heading, "unit": None})


def blocks_of(text: str, *, key: str, language: str) -> list[Block]:
    """The blocks of a marked text, in order."""
    body = _Body(key, language)
    for line in text.strip().splitlines():
        if line.strip():
            body.read(line.strip())
    return body.blocks


def translated(value: Any, convert: Any) -> Any:
    """The same blocks with every text converted; ids, kinds and search words stay."""
    if isinstance(value, dict):
        return {
            name: part if name in {"id", "type", "kind", "level", "words"}
            else translated(part, convert)
            for name, part in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        return [translated(part, convert) for part in value]
    return convert(value) if isinstance(value, str) else value
