"""Writes a planned city into the records and pages of the platform."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from datetime import time as hour
from pathlib import Path

from django.db import transaction

from accounts.models import Unit
from config.demo import (
    before_draw,
    draw_day,
    fee_stories,
    fees,
    guide,
    load_applications,
    load_catalogue,
    load_fees,
    load_films,
    load_lectures,
    load_live,
    load_pages,
    load_people,
    load_places,
    load_rows,
    load_seats,
    load_viewings,
    tables,
)
from config.demo.calendar import at_hour
from config.demo.load_places import Keys
from config.demo.records import CityPlan
from enrolment.services.money import recognise_income

Say = Callable[[str], None]


class City:
    """Loads a city step by step, and says how long each step took."""

    def __init__(self, plan: CityPlan, say: Say) -> None:
        self.plan, self.say = plan, say
        self.at = at_hour(plan.today, hour(8))
        self.keys: dict[str, Keys] = {}
        self.learners: dict[int, int] = {}
        self.sections: dict[str, dict[int, int]] = {}

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step of the work, said with its seconds."""
        began, used = time.monotonic(), time.process_time()
        yield
        self.say(
            f"{what}: {time.monotonic() - began:.1f} s"
            f" ({time.process_time() - used:.1f} s of this process)"
        )

    def load_records(self) -> None:
        """Write all records."""
        with self.step("places"):
            self._places()
        with self.step("lectures"):
            self.say(f"{load_lectures.load_series(self.plan, self.keys)} lectures")
        with self.step("people"):
            self._people()
        with self.step("terms, classes, lessons"):
            self._classes()
        with self.step("seats, waiting lists, earlier terms"):
            self._seats()
        with self.step("fees"):
            self._fees()
        if self.plan.phase in before_draw.PHASES:
            with self.step("forms"):
                self._forms()
        if self.plan.phase in draw_day.WITH_SOURCES:
            with self.step("draw"):
                self._draw()

    def _places(self) -> None:
        plan, keys = self.plan, self.keys
        keys["units"] = load_places.load_units(plan)
        keys["localities"] = load_places.load_localities(plan, keys["units"])
        keys["campuses"] = load_places.load_campuses(plan, keys["units"])
        keys["rooms"] = load_places.load_rooms(plan, keys["campuses"])
        load_places.load_travel(plan, keys["localities"], keys["campuses"])
        load_places.load_holidays(plan)
        load_places.load_site_details(plan)

    def _people(self) -> None:
        plan, keys = self.plan, self.keys
        began = plan.current_term.phases[0].begins
        self.learners = load_people.load_learners(plan, keys["units"])
        self.users = load_people.load_staff(plan, keys["units"], began)
        load_people.load_helpers(plan, self.learners, began)
        counter = self.users["zhang-xiaomei"]
        load_people.load_consents(plan, self.learners, counter, began)

    def _classes(self) -> None:
        plan, keys = self.plan, self.keys
        slots = load_places.load_slots(plan)
        keys["subjects"] = load_catalogue.load_subjects(plan)
        keys["courses"] = load_catalogue.load_courses(plan, keys["subjects"])
        keys["terms"] = load_catalogue.load_terms(plan, keys["units"][tables.CITY])
        teachers = load_catalogue.load_teachers(
            plan, keys["units"], keys["subjects"], keys["campuses"]
        )
        load_catalogue.load_free_hours(plan, teachers, slots)
        load_people.give_teachers_their_accounts(plan, teachers, self.users)
        loader = load_catalogue.SectionLoader(plan, keys, teachers, slots)
        for term in (plan.current_term, plan.next_term):
            self.sections[term.code] = loader.load(term)
        load_catalogue.load_openings(plan, keys["terms"], self.at)
        load_catalogue.lose_two_lessons(plan, self.sections[plan.current_term.code])

    def _seats(self) -> None:
        plan = self.plan
        self.first_enrolment = load_seats.Seats(
            plan, units=self.keys["units"], learners=self.learners, sections=self.sections
        ).load(self.at)
        load_seats.load_term_records(plan, self.learners, self.keys["terms"], self.keys["courses"])
        current = self.sections[plan.current_term.code]
        load_seats.load_attendance(plan, self.learners, current, self.users.get("he-laoshi"))
        load_seats.show_seats_left(self.at)
        self.say(f"{load_viewings.load_cloud_seats(self.users['zhang-xiaomei'])} cloud seats")
        city = Unit.objects.get(pk=self.keys["units"][tables.CITY])
        load_people.note_the_making(plan, city, self.at)

    def _fees(self) -> None:
        rows = fees.plan_fees(self.plan)
        loader = load_fees.Fees(
            self.plan,
            rows,
            keys=self.keys,
            learners=self.learners,
            sections=self.sections,
            users=self.users,
            first_enrolment=self.first_enrolment,
        )
        self.say(f"{loader.load()} orders")
        fee_stories.Stories(
            self.plan,
            rows,
            units=self.keys["units"],
            users=self.users,
            first_enrolment=self.first_enrolment,
        ).load(self.at)
        self.say(f"{recognise_income(at=self.at)} months of income, office by office")

    def _forms(self) -> None:
        plan = self.plan
        forms = load_applications.Forms(
            plan,
            units=self.keys["units"],
            learners=self.learners,
            sections=self.sections[plan.next_term.code],
        )
        self.say(f"{forms.load(self.at, self.users['zhang-xiaomei'])} forms")

    def _draw(self) -> None:
        """Name where chance comes from, and hold the draw as far as the phase says."""
        registrar = next(
            self.users[one.username]
            for one in self.plan.staff
            if one.role == "registrar" and one.unit == tables.CITY
        )
        day = draw_day.DrawDay(self.plan, registrar)
        day.name_sources()
        if self.plan.phase in draw_day.HELD_UP_TO:
            for line in day.hold():
                self.say(line)

    def leave_errands(self, now: datetime) -> None:
        """Leave the films to the workers."""
        term = self.plan.next_term if self.plan.phase == "teaching" else self.plan.current_term
        lessons = load_films.leave_errands(self.plan, self.sections[term.code], self.at, now)
        if lessons:
            load_viewings.load_viewings(lessons[0], self.users["facilitator"], self.at)
            load_live.plan_lessons(lessons[0], self.at)

    def load_posters(self) -> None:
        """Draw the pictures and hang the pages."""
        with self.step("pictures"):
            pictures = load_pages.load_pictures(self.plan)
        with self.step("pages"):
            count = load_pages.load_pages(self.plan, self.keys, pictures)
            load_lectures.hang_on_posters()
        self.say(f"{count} pages in three languages")

    def write_guide(self, folder: Path) -> None:
        """Write who can sign in and what there is to see."""
        guide.write(self.plan, folder)


def load_city(
    plan: CityPlan, *, folder: Path, say: Say, now: datetime, replace: bool = False
) -> None:
    """Write the whole city in one transaction: there is all of it, or nothing.

    ``replace`` takes everything away first that the database holds.
    """
    city = City(plan, say)
    with transaction.atomic():
        if replace:
            load_rows.empty_everything()
        city.load_records()
        load_rows.look_again()
        city.load_posters()
        city.leave_errands(now)
        city.write_guide(folder)
