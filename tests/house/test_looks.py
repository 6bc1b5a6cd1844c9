"""The sheets and the shell's templates keep what the pages promise to older eyes."""

import gzip
import re
from pathlib import Path

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation

from config import env

CSS = env.ROOT / "static/css"
EVERY_PAGE = ["tokens", "base", "shell", "components", "forms", "print"]
SCHEMES = {
    "light": r":root \{(.*?)\n\}",
    "dark": r"prefers-color-scheme: dark\) \{\s*:root \{(.*?)\n  \}",
}
# Text and the grounds it stands on, somewhere on a page.
TEXTS = [
    *((text, ground) for text in ("ink", "ink-quiet", "link") for ground in ("paper", "wash")),
    *((text, "paper") for text in ("done", "warn", "error")),
    *((text, f"{text}-wash") for text in ("done", "warn", "error")),
    *(("ink", f"{ground}-wash") for ground in ("done", "warn", "error")),
    ("brand-ink", "brand"),
    ("brand", "brand-ink"),
    ("action-ink", "action"),
    ("action-ink", "action-press"),
    ("helping-ink", "helping"),
]


def tokens_of(scheme: str) -> dict[str, str]:
    sheet = (CSS / "tokens.css").read_text()
    light, dark = (re.search(where, sheet, re.S)[1] for where in SCHEMES.values())
    found = re.findall(r"--([\w-]+): (#\w+);", light)
    return dict(found) | (
        dict(re.findall(r"--([\w-]+): (#\w+);", dark)) if scheme == "dark" else {}
    )


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_stands_out_seven_to_one_on_every_ground(scheme):
    tokens = tokens_of(scheme)

    weak = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in TEXTS}

    assert {pair: ratio for pair, ratio in weak.items() if ratio < 7} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_edges_stand_out_three_to_one(scheme):
    tokens = tokens_of(scheme)

    weak = [
        (edge, ground)
        for edge in ("edge", "action", "error", "done", "warn")
        for ground in ("paper", "wash")
        if contrast(tokens[edge], tokens[ground]) < 3
    ]

    assert weak == []


def test_the_sheets_of_every_page_stay_under_fifteen_kilobytes():
    weight = sum(len(gzip.compress((CSS / f"{name}.css").read_bytes())) for name in EVERY_PAGE)

    assert weight <= 15_000


def test_only_the_tokens_and_the_print_name_colours():
    strays = [
        (name, colour)
        for name in EVERY_PAGE
        if name not in {"tokens", "print"}
        for colour in re.findall(
            r"(?<![\w&-])#[0-9a-fA-F]{3,8}\b", (CSS / f"{name}.css").read_text()
        )
    ]

    assert strays == []


def test_nothing_in_a_template_carries_style_or_script_of_its_own():
    """The content security policy would drop it, silently."""
    strays = [
        (template.name, found)
        for template in sorted((env.ROOT / "templates").rglob("*.html"))
        for found in re.findall(
            r"<style|<script>|\sstyle=|\son[a-z]{3,}=|javascript:", template.read_text()
        )
    ]

    assert strays == []


def test_every_icon_that_a_template_asks_for_is_drawn():
    drawn = set(
        re.findall(r'<symbol id="([\w-]+)"', (env.ROOT / "static/img/icons.svg").read_text())
    )
    asked = {
        name
        for template in (env.ROOT / "templates").rglob("*.html")
        for name in re.findall(r'components/icon.html" with name="([\w-]+)"', template.read_text())
    }

    assert asked - drawn == set()


def test_every_template_that_another_includes_is_there():
    folder = env.ROOT / "templates"
    missing = {
        (template.name, name)
        for template in folder.rglob("*.html")
        for name in re.findall(
            r'{% (?:include|extends) "((?:components|blocks)/[^"]+|base.html)"',
            template.read_text(),
        )
        if not (folder / name).exists()
    }

    assert missing == set()


class Question(forms.Form):
    """One field that must be filled in, one that need not."""

    phone = forms.CharField(
        label="Phone", help_text="11 digits", error_messages={"required": "Give 11 digits"}
    )
    way = forms.ChoiceField(label="Way", choices=[("a", "A")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False)


def test_a_wrong_field_says_so_between_its_hint_and_itself():
    with translation.override("en"):
        html = str(Question({"way": "a"}))

    words = ["Phone", "11 digits", "Error: Give 11 digits", '<input type="text" name="phone"']
    places = [html.index(word) for word in words]
    assert places == sorted(places)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert 'id="id_phone_error"' in html


def test_only_what_may_be_left_empty_is_marked():
    with translation.override("en"):
        html = str(Question())

    assert re.findall(r"(\w+) <span class=\"field__optional\">", html) == ["Note"]


def test_the_summary_leads_to_each_wrong_field():
    with translation.override("en"):
        html = render_to_string("components/error_summary.html", {"form": Question({})})

    assert "2 things to put right" in html
    targets = re.findall(r'href="#([\w-]+)"', html)
    assert targets == ["id_phone", "id_way_group"]
    page = str(Question({}))
    assert [f'id="{target}"' in page for target in targets] == [True, True]


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"state": "open", "left": 6}, "Places free (6 left)"),
        ({"state": "few", "left": 2}, "Nearly full (2 left)"),
        ({"state": "full", "waiting": 3}, "Full, you can wait (3 ahead of you)"),
        ({"state": "full", "waiting": 0}, "Full, you can wait (nobody waits now)"),
        (
            {"state": "soon", "opens": "1 September"},
            "Enrolment has not started (from 1 September)",
        ),
        ({"state": "closed"}, "Enrolment has ended"),
    ],
)
def test_seats_are_said_in_a_closed_set_of_words(context, said):
    with translation.override("en"):
        html = render_to_string("components/seat_words.html", context)

    assert re.sub(r"<[^>]+>", "", html).strip() == said


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500", "503"])
def test_pages_of_refusal_stand_without_any_context(name):
    """As Django draws them when nothing else works."""
    with translation.override("en"):
        html = render_to_string(f"{name}.html")

    assert len(re.findall("<h1>", html)) == 1
    assert "Go to the home page" in html


def test_no_sheet_or_script_is_forgotten():
    """What stands in ``static/`` is asked for by some template, module or hook."""
    sources = [
        *(env.ROOT / "templates").rglob("*.html"),
        *(
            path
            for app in ("accounts", "campus", "courses", "enrolment", "livestream")
            for path in (env.ROOT / app).rglob("*.py")
        ),
        *(env.ROOT / "static/js").glob("*.js"),
    ]
    asked = "\n".join(Path(source).read_text() for source in sources)
    ours = [*CSS.glob("*.css"), *(env.ROOT / "static/js").glob("*.js")]

    assert [path.name for path in ours if path.name not in asked] == []
