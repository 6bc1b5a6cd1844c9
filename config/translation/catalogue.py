"""Find every string a person can read, and keep the catalogues complete.

English stands in the code. ``locale/zh_Hans`` is written by people; ``locale/zh_Hant`` is made
from it with OpenCC wherever nobody wrote a line by hand. Babel reads, writes and compiles;
no gettext program is needed on the machine.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from accounts.models.naming import traditional
from config.translation.borrowed import FROM_DJANGO, FROM_WAGTAIL

CODE = ("accounts", "campus", "courses", "enrolment", "livestream", "config")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
BY_HAND = "by hand"  # a comment in zh_Hant that keeps OpenCC away from a line
OUR_READING = {  # where OpenCC misreads our sentences: a phrase it wrote, and what it should be
    "發佈": "發布",
    "公佈": "公布",
    "併發布": "並發布",
    "請籤": "請簽",
    "要籤": "要簽",
    "籤同意": "簽同意",
    "來籤": "來簽",
    "已籤": "已簽",
    "組合並": "組合併",
    "賬號": "帳號",
    "s 周": "s 週",
    "四周": "四週",
}
HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""  # no dates, so that a catalogue changes only when its words do; Chinese has one plural form


def path_of(root: Path, locale: str) -> Path:
    """Return where a language's catalogue lies."""
    return root / "locale" / locale / "LC_MESSAGES" / "django.po"


def found_in(root: Path) -> Catalog:
    """Return all strings of code and templates, with the files they stand in."""
    catalogue = Catalog(project="senior-university", charset="utf-8", fuzzy=False)
    for whose, sentences in (("django/forms", FROM_DJANGO), ("wagtail", FROM_WAGTAIL)):
        for words in sentences:
            catalogue.add(words, locations=[(whose, None)])  # type: ignore[list-item]  # no line
    for path, text in _sources(root):
        found = extract("python", BytesIO(text.encode()), keywords=KEYWORDS)
        for _line, message, _comments, context in found:
            place = str(path.relative_to(root))
            catalogue.add(message, locations=[(place, None)], context=context)  # type: ignore[list-item]  # files move less than lines
    return catalogue


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    for app in CODE:
        for path in sorted((root / app).rglob("*.py")):
            if not {"migrations", "embedded"} & set(path.parts):
                yield path, path.read_text(encoding="utf-8")
    for path in sorted((root / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            source = path.read_text(encoding="utf-8")
            yield path, _unindented(templatize(source, origin=str(path.relative_to(root))))


def _unindented(text: str) -> str:
    # Babel reads templates as Python, to which the indentation of HTML makes no sense: no line
    # may begin with space, and none may end in the backslash of a stray bit of text.
    return "\n".join(line.strip().rstrip("\\") for line in text.splitlines())


def read(path: Path, locale: str) -> Catalog:
    """Return a catalogue, empty when there is none yet."""
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale, charset="utf-8")


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue as text, in the order of its strings."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.encode())
        write_po(
            file, catalogue, width=99, sort_output=True, omit_header=True, ignore_obsolete=True
        )


def completed(known: Catalog, found: Catalog) -> Catalog:
    """Return the strings found, with the translations known."""
    known.update(found, no_fuzzy_matching=True)
    return known


def in_traditional(simplified: Catalog, written: Catalog) -> Catalog:
    """Return the traditional catalogue: what people wrote by hand, the rest from simplified."""
    result = Catalog(locale="zh_Hant", charset="utf-8", fuzzy=False)
    for message in simplified:
        if not message.id:
            continue
        mine = written.get(message.id, message.context)
        by_hand = mine is not None and BY_HAND in mine.user_comments
        text = mine.string if mine is not None and by_hand else _converted(message)
        result.add(
            message.id,
            text,
            locations=message.locations,
            context=message.context,
            user_comments=[BY_HAND] if by_hand else [],
        )
    return result


def _converted(message: Message) -> str | tuple[str, ...]:
    forms = tuple(in_our_reading(form) for form in _forms(message))
    return forms if isinstance(message.id, tuple | list) else forms[0]


def in_our_reading(text: str) -> str:
    """Return a sentence in traditional characters, what OpenCC is known to misread put right."""
    converted = traditional(text)
    for wrong, right in OUR_READING.items():
        converted = converted.replace(wrong, right)
    return converted


def missing(catalogue: Catalog, found: Catalog) -> list[str]:
    """Return the strings of the product that a catalogue does not translate."""
    gaps = []
    for message in found:
        if not message.id:
            continue
        mine = catalogue.get(message.id, message.context)
        if mine is None or not _forms(mine) or not all(_forms(mine)):
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


def _forms(message: Message) -> tuple[str, ...]:
    """Return all plural forms of a translation; Chinese has one."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def compile_all(root: Path) -> int:
    """Compile every catalogue; return how many."""
    paths = sorted((root / "locale").glob("*/LC_MESSAGES/django.po"))
    for path in paths:
        catalogue = read(path, path.parts[-3])
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
    return len(paths)
