"""Our compiler of catalogues against the reader of the standard library, which is GNU's format."""

import gettext

import pytest

from config.embedded import StartRefused, catalogues

PO = r"""
# A translator's comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: enrolment/wording.py:12
msgid "This class is full."
msgstr "这个班已经满员。"

msgctxt "a month"
msgid "May"
msgstr "五月"

#, python-format
msgid "%(left)s place left"
msgid_plural "%(left)s places left"
msgstr[0] "还剩 %(left)s 个名额"
msgstr[1] "还剩 %(left)s 个名额（多）"

msgid ""
"two lines\n"
"with a \"quote\" and a \\ slash"
msgstr ""
"两行\n"
"有\"引号\"和\\斜线"

#, fuzzy
msgid "guessed by a tool"
msgstr "猜的"

msgid "not yet translated"
msgstr ""

#~ msgid "gone"
#~ msgstr "没了"
"""


@pytest.fixture
def locale(tmp_path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO, encoding="utf-8")
    return tmp_path


def _read(locale):
    with (locale / "zh_Hans/LC_MESSAGES/django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_compiled_catalogue_says_what_the_source_says(locale):
    assert len(catalogues.compile_all(locale)) == 1

    chinese = _read(locale)
    assert chinese.gettext("This class is full.") == "这个班已经满员。"
    assert chinese.pgettext("a month", "May") == "五月"
    assert chinese.gettext("May") == "May"
    forms = ("%(left)s place left", "%(left)s places left")
    assert chinese.ngettext(*forms, 1) == "还剩 %(left)s 个名额"
    assert chinese.ngettext(*forms, 2) == "还剩 %(left)s 个名额（多）"
    assert chinese.gettext('two lines\nwith a "quote" and a \\ slash') == (
        '两行\n有"引号"和\\斜线'
    )


def test_guessed_missing_and_obsolete_messages_stay_in_the_source_language(locale):
    catalogues.compile_all(locale)

    chinese = _read(locale)
    for message in ("guessed by a tool", "not yet translated", "gone"):
        assert chinese.gettext(message) == message


def test_unchanged_catalogue_is_not_compiled_again(locale):
    catalogues.compile_all(locale)

    assert catalogues.compile_all(locale) == []


def test_broken_catalogue_is_named_with_its_line(locale):
    file = locale / "zh_Hans/LC_MESSAGES/django.po"
    file.write_text('msgid "one"\nmsgstr "没有结束\n', encoding="utf-8")

    with pytest.raises(StartRefused, match=r"django\.po, line 2"):
        catalogues.compile_all(locale)
