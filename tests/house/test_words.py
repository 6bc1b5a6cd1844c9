"""Everything a person reads can be read in three languages."""

from config import env
from config.translation import catalogue


def test_no_string_is_without_simplified_chinese():
    found = catalogue.found_in(env.ROOT)
    known = catalogue.read(catalogue.path_of(env.ROOT, "zh_Hans"), "zh_Hans")

    assert catalogue.missing(known, found) == []


def test_no_string_is_without_traditional_chinese():
    found = catalogue.found_in(env.ROOT)
    known = catalogue.read(catalogue.path_of(env.ROOT, "zh_Hant"), "zh_Hant")

    assert catalogue.missing(known, found) == []


def test_a_translation_keeps_the_placeholders_of_its_string():
    import re

    strange = []
    for locale in ("zh_Hans", "zh_Hant"):
        known = catalogue.read(catalogue.path_of(env.ROOT, locale), locale)
        for message in known:
            if not message.id:
                continue
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else message.string
            wanted = set(re.findall(r"%\((\w+)\)|\{(\w*)\}", ids[-1]))
            strange += [
                (locale, ids[0])
                for string in strings
                if string and set(re.findall(r"%\((\w+)\)|\{(\w*)\}", string)) - wanted
            ]
    assert strange == []


def test_the_check_finds_a_string_that_nobody_translated():
    """Control: an unknown string must be reported."""
    found = catalogue.found_in(env.ROOT)
    found.add("A sentence nobody translated")
    known = catalogue.read(catalogue.path_of(env.ROOT, "zh_Hans"), "zh_Hans")

    assert "A sentence nobody translated" in catalogue.missing(known, found)
