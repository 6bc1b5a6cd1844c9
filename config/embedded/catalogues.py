"""Compile translation catalogues (.po to .mo) without GNU gettext."""

import ast
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import StartRefused

MAGIC = 0x950412DE  # little-endian .mo
CONTEXT, PLURAL = "\x04", "\x00"  # how GNU gettext joins context and plural to a message


@dataclass
class _Entry:
    """One message while it is being read; ``parts`` by keyword."""

    parts: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False

    def key(self) -> str:
        key = self.parts["msgid"]
        if "msgctxt" in self.parts:
            key = f"{self.parts['msgctxt']}{CONTEXT}{key}"
        if "msgid_plural" in self.parts:
            key += PLURAL + self.parts["msgid_plural"]
        return key

    def value(self) -> str:
        """The translation with all its plural forms; empty unless every form is translated."""
        forms = [text for word, text in sorted(self.parts.items()) if word.startswith("msgstr")]
        return PLURAL.join(forms) if all(forms) else ""


def compile_all(locale: Path) -> list[Path]:
    """Compile every catalogue below ``locale`` that is newer than its compiled form.

    Raises ``StartRefused`` naming file and line of a catalogue that cannot be read.
    """
    compiled = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            messages = read(source)
            fresh = target.with_suffix(".mo.new")
            fresh.write_bytes(pack(messages))
            fresh.replace(target)
            compiled.append(target)
    return compiled


def read(source: Path) -> dict[str, str]:
    """The translated messages of a catalogue; fuzzy and untranslated ones are left out."""
    messages = {}
    with source.open(encoding="utf-8") as lines:
        for entry in _entries(lines, source):
            value = entry.value()
            # The header is the translation of "" and counts even when a tool marked it fuzzy.
            if value and (not entry.fuzzy or entry.parts["msgid"] == ""):
                messages[entry.key()] = value
    return messages


def _entries(lines: Iterable[str], source: Path) -> Iterator[_Entry]:
    entry, word = _Entry(), ""
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        starts_entry = line.startswith(("#", "msgctxt ", "msgid "))
        if starts_entry and any(part.startswith("msgstr") for part in entry.parts):
            yield entry
            entry = _Entry()
        if line.startswith("#"):
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
            continue
        if not line:
            continue
        if not line.startswith('"'):
            word, _, line = line.partition(" ")
            entry.parts[word] = ""
        try:
            text = ast.literal_eval(line.strip())
            entry.parts[word] += text
        except (SyntaxError, ValueError, TypeError, KeyError):
            raise StartRefused(
                f"{source}, line {number}: this is not a line of a catalogue: {raw.strip()}"
            ) from None
    if any(part.startswith("msgstr") for part in entry.parts):
        yield entry


def pack(messages: dict[str, str]) -> bytes:
    """The .mo form: two sorted tables of (length, offset), then the texts."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    header_size = 7 * 4
    texts_start = header_size + 2 * 8 * len(pairs)
    blob = bytearray()
    keys: list[int] = []
    values: list[int] = []
    for table, column in ((keys, 0), (values, 1)):
        for pair in pairs:
            table += [len(pair[column]), texts_start + len(blob)]
            blob += pair[column] + b"\0"
    header = (MAGIC, 0, len(pairs), header_size, header_size + 8 * len(pairs), 0, 0)
    return struct.pack(f"<{7 + len(keys) + len(values)}I", *header, *keys, *values) + bytes(blob)
