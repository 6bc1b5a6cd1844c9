"""Pictures of the pages people meet first, to be looked at with an old person's eyes.

``python -m tests.journeys.screenshots FOLDER`` takes them from a running ``./run`` (its PORT and
VAR_DIR), small in the largest text and wide in the standard one. It changes nothing there but
sign-ins.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from config.embedded import programs
from tests.journeys.people import DESKTOP, PHONE, People, Person
from tests.journeys.stack import Stack

LEARNER, TEACHER, EDITOR = "金雪梅", "何慕云", "林晓"
PAGES: dict[str, dict[str, str]] = {
    "": {
        "home": "/",
        "catalogue": "/courses/",
        "found": "/courses/?q=太极",
        "course": "article.course h2 a",
        "nothing-found": "/courses/?q=潜水",
        "campuses": "/campuses/",
        "where-you-live": "/where-you-live/",
        "sign-in": "/accounts/login/code/",
        "help": "/help/",
        "subjects": "/subjects/",
        "not-found": "/nothing-here/",
        "en-home": "/en/",
        "hant-courses": "/zh-hant/courses/",
    },
    LEARNER: {
        "my-page": "/my/",
        "my-classes": "/my/classes/",
        "my-class": "main a[href^='/my/classes/']",
        "timetable": "/my/timetable/",
        "replays": "/my/replays/",
        "replay": "main a[href^='/replays/']",
        "card": "/my/card/",
    },
    TEACHER: {"films": "/teaching/films/", "upload": "/teaching/films/send/"},
    EDITOR: {"office": "/admin/", "page-editor": "/admin/pages/3/edit/"},
}
WAYS = {"360-largest": ("largest", PHONE), "1280-standard": ("standard", DESKTOP)}


def main(folder: Path) -> None:
    """Take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    stack = Stack(Path(os.environ["VAR_DIR"]), int(os.environ["PORT"]), dict(os.environ))
    with sync_playwright() as playwright:
        fonts = programs.font_settings(folder)
        chromium = playwright.chromium.launch(
            executable_path=programs.chromium(),
            args=["--no-sandbox", "--disable-gpu"],
            env={**os.environ, **({"FONTCONFIG_FILE": str(fonts)} if fonts else {})},
        )
        people = People(stack, chromium)
        for name, pages in PAGES.items():
            person = people.signed_in(name) if name else people.somebody()
            for picture, where in pages.items():
                _take(person, folder / picture, where)
        people.go_home()


def _take(person: Person, picture: Path, where: str) -> None:
    page = person.page
    if where.startswith("/"):
        person.goto(where)
    else:  # a link of the page before
        page.locator(where).first.click()
        page.wait_for_load_state()
    for way, (size, (width, height)) in WAYS.items():
        person.read_at(size)
        page.set_viewport_size({"width": width, "height": height})
        page.reload()
        page.screenshot(path=f"{picture}-{way}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
