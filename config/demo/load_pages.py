"""Hangs the posters: pages in three languages with their pictures, and the editors' desks."""

import json
import uuid
from datetime import datetime, time
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from wagtail.models import Collection, Locale, Page, Site

from campus.models import (
    CampusImage,
    CampusIndexPage,
    CampusPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    NoticeIndexPage,
    NoticePage,
    PlainPage,
    StoryIndexPage,
    StoryPage,
    UnitPage,
)
from campus.services.publishing import open_all_desks
from config.demo import place_texts, texts
from config.demo.calendar import CHINA, at_hour
from config.demo.load_places import Keys
from config.demo.marks import Block
from config.demo.pictures import Picture, draw_all
from config.demo.records import CityPlan
from config.demo.texts import LANGUAGES, PageText
from courses.models import CoursePage, ProspectusPage, SubjectIndexPage
from livestream.models import SeriesPage

Poster = dict[str, Page]
_NAMESPACE = uuid.UUID("0c0a8a52-94ad-4f3e-8f39-7f60d2a3b1c4")


# How many pages of a kind a small city has.
A_FEW = 2


def _some(plan: CityPlan, found: list[PageText]) -> list[PageText]:
    return found if plan.size == "full" else found[:A_FEW]


def load_pictures(plan: CityPlan) -> Keys:
    """Draw and store the pictures; give back their keys."""
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    keys = {}
    for picture in draw_all(plan):
        keys[picture.key] = _stored(picture)
    return keys


def _stored(picture: Picture) -> int:
    name = f"demo-{picture.key}.jpg"
    default_storage.delete(f"original_images/{name}")  # of a city that was replaced
    image = CampusImage(
        title=picture.title,
        alt_text=picture.alt,
        alt_text_i18n={"zh-hant": texts.traditional(picture.alt), "en": picture.alt_en},
        file=ContentFile(picture.jpeg, name=name),
    )
    image.save()
    return int(image.pk)


class Posters:
    """Hangs pages one below the other, each in three languages at once."""

    def __init__(self, plan: CityPlan, units: Keys) -> None:
        self.plan, self.units = plan, units
        self.at = at_hour(plan.today, time(8))
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
                translation_key=uuid.uuid5(_NAMESPACE, f"{model.__name__}/{text.slug}"),
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


def load_pages(plan: CityPlan, keys: dict[str, Keys], pictures: Keys) -> int:
    """Hang all pages; return how many."""
    posters = Posters(plan, keys["units"])
    for page in Page.objects.filter(depth=2):
        page.delete()  # Wagtail's greeting, and the site that showed it
    root = posters.root()
    fixed = texts.fixed_pages(plan)
    home = posters.hang(HomePage, root, fixed["home"])
    _open_site(home)
    for key in ("about", "accessibility"):
        posters.hang(PlainPage, home, fixed[key])
    posters.hang(CampusIndexPage, home, fixed["campuses"])
    posters.hang(SeriesPage, home, fixed["lectures"])
    posters.hang(
        ProspectusPage, home, fixed["prospectus"], term_id=keys["terms"][plan.next_term.code]
    )
    _hang_help_and_news(posters, home, fixed, pictures)
    _hang_courses(posters, home, fixed, keys["courses"], pictures)
    _hang_places(posters, home, keys, pictures)
    open_all_desks()
    return posters.count


def _open_site(home: Poster) -> None:
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": "localhost",
            "port": 80,
            "root_page": home["zh-hans"],
            "site_name": "青澜老年大学",
        },
    )


def _hang_help_and_news(
    posters: Posters, home: Poster, fixed: dict[str, PageText], pictures: Keys
) -> None:
    index = posters.hang(HelpIndexPage, home, fixed["help"])
    for text in _some(posters.plan, texts.help_pages()):
        posters.hang(HelpPage, index, text)
    index = posters.hang(NoticeIndexPage, home, fixed["notices"])
    for text in _some(posters.plan, texts.notices(posters.plan)):
        facts = text.facts
        until = facts["until"]
        posters.hang(
            NoticePage,
            index,
            text,
            kind=facts["kind"],
            dated_on=facts["day"],
            objections_until=datetime.combine(until, time(17), CHINA) if until else None,
        )
    index = posters.hang(StoryIndexPage, home, fixed["stories"])
    for text in _some(posters.plan, texts.stories(posters.plan)):
        picture = pictures[text.facts["picture"].lower()]
        posters.hang(StoryPage, index, text, dated_on=text.facts["day"], picture_id=picture)


def _hang_courses(
    posters: Posters, home: Poster, fixed: dict[str, PageText], courses: Keys, pictures: Keys
) -> None:
    index = posters.hang(SubjectIndexPage, home, fixed["subjects"])
    for course in texts.taught_courses(posters.plan):
        text = texts.course_text(course)
        posters.hang(
            CoursePage,
            index,
            text,
            course_id=courses[course.code],
            picture_id=pictures[course.subject.lower()],
        )


def _hang_places(posters: Posters, home: Poster, keys: dict[str, Keys], pictures: Keys) -> None:
    plan = posters.plan
    for unit in plan.units:
        campuses = [campus for campus in plan.campuses if campus.unit == unit.code]
        front = next((c.code for c in reversed(campuses) if c.kind == "main"), "")
        above = posters.hang(
            UnitPage,
            home,
            place_texts.unit_text(plan, unit),
            unit_id=keys["units"][unit.code],
            picture_id=pictures[front],
        )
        for campus in campuses:
            if plan.size == "small" and campus.kind != "main":
                continue
            posters.hang(
                CampusPage,
                above,
                place_texts.campus_text(plan, campus),
                campus_id=keys["campuses"][campus.code],
                picture_id=pictures.get(campus.code),
            )
