"""Hangs the posters: pages in three languages with their pictures, and the editors' desks."""

from datetime import datetime, time

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from wagtail.models import Collection, Page, Site

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
from config.demo import load_translations, place_texts, texts
from config.demo.calendar import CHINA, at_hour
from config.demo.load_places import Keys
from config.demo.load_posters import Poster, Posters
from config.demo.pictures import Picture, draw_all
from config.demo.records import CityPlan
from config.demo.texts import PageText
from courses.models import CoursePage, ProspectusPage, SubjectIndexPage
from livestream.models import SeriesPage

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


def load_pages(plan: CityPlan, keys: dict[str, Keys], pictures: Keys) -> int:
    """Hang all pages; return how many."""
    for page in Page.objects.filter(depth=2):
        page.delete()  # Wagtail's greeting, and the site that showed it
    site = CitySite(plan, keys, pictures)
    site.hang_fixed_pages()
    site.hang_help_and_news()
    site.hang_courses()
    site.hang_places()
    load_translations.connect(site.written)
    open_all_desks()
    return site.posters.count


class CitySite:
    """The pages of the city, below one home page."""

    def __init__(self, plan: CityPlan, keys: dict[str, Keys], pictures: Keys) -> None:
        self.plan, self.keys, self.pictures = plan, keys, pictures
        self.posters = Posters(at_hour(plan.today, time(8)), keys["units"])
        self.written: list[Poster] = []  # by editors, who will change them in one language first
        self.fixed = texts.fixed_pages(plan)
        self.home: Poster = self.posters.hang(HomePage, self.posters.root(), self.fixed["home"])
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={
                "hostname": "localhost",
                "port": 80,
                "root_page": self.home["zh-hans"],
                "site_name": "青澜老年大学",
            },
        )

    def hang_fixed_pages(self) -> None:
        """What every site has: about, accessibility, lists, the prospectus."""
        hang, fixed = self.posters.hang, self.fixed
        for key in ("about", "accessibility"):
            self.written.append(hang(PlainPage, self.home, fixed[key]))
        hang(CampusIndexPage, self.home, fixed["campuses"])
        hang(SeriesPage, self.home, fixed["lectures"])
        term = self.keys["terms"][self.plan.next_term.code]
        hang(ProspectusPage, self.home, fixed["prospectus"], term_id=term)

    def hang_help_and_news(self) -> None:
        """Help pages, notices, stories."""
        hang, plan = self.posters.hang, self.plan
        index = hang(HelpIndexPage, self.home, self.fixed["help"])
        for text in _some(plan, texts.help_pages()):
            self.written.append(hang(HelpPage, index, text))
        index = hang(NoticeIndexPage, self.home, self.fixed["notices"])
        for text in _some(plan, texts.notices(plan)):
            facts = text.facts
            until = facts["until"]
            notice = hang(
                NoticePage,
                index,
                text,
                kind=facts["kind"],
                dated_on=facts["day"],
                objections_until=datetime.combine(until, time(17), CHINA) if until else None,
            )
            self.written.append(notice)
        index = hang(StoryIndexPage, self.home, self.fixed["stories"])
        for text in _some(plan, texts.stories(plan)):
            picture = self.pictures[text.facts["picture"].lower()]
            hang(StoryPage, index, text, dated_on=text.facts["day"], picture_id=picture)

    def hang_courses(self) -> None:
        """A poster for every course that is taught."""
        index = self.posters.hang(SubjectIndexPage, self.home, self.fixed["subjects"])
        for course in texts.taught_courses(self.plan):
            self.posters.hang(
                CoursePage,
                index,
                texts.course_text(course),
                course_id=self.keys["courses"][course.code],
                picture_id=self.pictures[course.subject.lower()],
            )

    def hang_places(self) -> None:
        """A poster for every university and, below it, for its campuses."""
        plan = self.plan
        for unit in plan.units:
            campuses = [campus for campus in plan.campuses if campus.unit == unit.code]
            front = next(c.code for c in reversed(campuses) if c.kind == "main")
            above = self.posters.hang(
                UnitPage,
                self.home,
                place_texts.unit_text(plan, unit),
                unit_id=self.keys["units"][unit.code],
                picture_id=self.pictures[front],
            )
            for campus in campuses:
                if plan.size == "full" or campus.kind == "main":
                    self.posters.hang(
                        CampusPage,
                        above,
                        place_texts.campus_text(plan, campus),
                        campus_id=self.keys["campuses"][campus.code],
                        picture_id=self.pictures.get(campus.code),
                    )
