"""Writes where things are: universities, streets, campuses, rooms, hours, ways, holidays."""

from datetime import date, timedelta

from django.utils.text import slugify

from accounts.models import Unit, pinyin_of
from campus.models import Campus, Holiday, Locality, Room, SiteDetails, TimeSlot, TravelTime
from config.demo import tables
from config.demo.calendar import monday_of
from config.demo.load_rows import copy_in
from config.demo.records import CampusPlan, CityPlan, HolidayPlan
from config.demo.texts import traditional

Keys = dict[str, int]
MAIN_PHONE = ("8888 0001", "+8657788880001")


def names(chinese: str, english: str) -> dict[str, str]:
    """A record's names beside the Chinese one."""
    return {"zh-hant": traditional(chinese), "en": english}


def load_units(plan: CityPlan) -> Keys:
    """Write the city's university and those of districts and counties below it."""
    first_phone = {campus.unit: campus.phone for campus in reversed(plan.campuses)}
    city: Unit | None = None
    keys: Keys = {}
    for position, unit in enumerate(plan.units):
        is_city = unit.code == tables.CITY
        record = Unit.objects.create(
            name=unit.name,
            name_i18n=names(unit.name, unit.name_en),
            name_pinyin=pinyin_of(unit.name),
            parent=None if is_city else city,
            kind=Unit.Kind.CITY if is_city else Unit.Kind.COUNTY,
            region_code=unit.region_code,
            phone=first_phone[unit.code],
            position=position,
        )
        city = city or record
        keys[unit.code] = record.pk
    return keys


def load_localities(plan: CityPlan, units: Keys) -> Keys:
    """Write the streets and towns."""
    rows = Locality.objects.bulk_create(
        Locality(
            name=place.name,
            name_i18n=names(place.name, place.name_en),
            name_pinyin=pinyin_of(place.name),
            unit_id=units[place.unit],
            region_code=place.code,
            x_km=place.place[0],
            y_km=place.place[1],
            on_island=place.unit == tables.ISLAND,
        )
        for place in plan.localities
    )
    return {row.region_code: row.pk for row in rows}


def slug_of(campus: CampusPlan) -> str:
    """The word in a campus's address."""
    return slugify(campus.name_en)[:60]


def load_campuses(plan: CityPlan, units: Keys) -> Keys:
    """Write all places of teaching."""
    rows = Campus.objects.bulk_create(
        Campus(
            name=campus.name,
            name_i18n=names(campus.name, campus.name_en),
            name_pinyin=pinyin_of(campus.name),
            unit_id=units[campus.unit],
            kind=campus.kind,
            slug=slug_of(campus),
            address=campus.address,
            address_i18n=names(campus.address, campus.address_en),
            x_km=campus.place[0],
            y_km=campus.place[1],
            on_island=campus.unit == tables.ISLAND,
            step_free=campus.step_free,
            lift=campus.lift,
            toilet=campus.toilet and campus.step_free,
            canteen=campus.canteen,
            phone=campus.phone,
            hours=campus.hours,
            hours_i18n=names(campus.hours, campus.hours_en),
            bus_lines="、".join(campus.buses),
            position=position,
        )
        for position, campus in enumerate(plan.campuses)
    )
    return {plan.campuses[n].code: row.pk for n, row in enumerate(rows)}


def load_rooms(plan: CityPlan, campuses: Keys) -> Keys:
    """Write the rooms; one of them is closed for repair for a fortnight from next Monday."""
    leaking = next(
        (
            room.code
            for room in plan.rooms
            if room.campus.startswith("luming") and room.kind == "dance"
        ),
        "",
    )
    closed_from = monday_of(plan.today) + timedelta(weeks=1)
    rows = Room.objects.bulk_create(
        Room(
            campus_id=campuses[room.campus],
            name=room.name,
            kind=room.kind,
            seats=room.seats,
            floor=room.floor,
            step_free=room.step_free,
            closed_from=closed_from if room.code == leaking else None,
            closed_until=closed_from + timedelta(days=13) if room.code == leaking else None,
        )
        for room in plan.rooms
    )
    return {plan.rooms[n].code: row.pk for n, row in enumerate(rows)}


def load_slots(plan: CityPlan) -> dict[int, int]:
    """Write the weekly hours."""
    ordinals = {"morning1": 1, "morning2": 2, "afternoon": 1}
    rows = TimeSlot.objects.bulk_create(
        TimeSlot(
            weekday=slot.weekday + 1,
            ordinal=ordinals[slot.part],
            half_day=slot.part.rstrip("12"),
            starts_at=slot.starts,
            ends_at=slot.ends,
        )
        for slot in plan.slots
    )
    return {plan.slots[n].no: row.pk for n, row in enumerate(rows)}


def load_travel(plan: CityPlan, localities: Keys, campuses: Keys) -> None:
    """Write the minutes from every street to every campus."""
    copy_in(
        TravelTime,
        ("locality_id", "campus_id", "minutes"),
        ((localities[place], campuses[campus], minutes) for place, campus, minutes in plan.travel),
    )


def load_holidays(plan: CityPlan) -> None:
    """Write closed days and worked weekend days; the latter stand for the last ones closed."""
    stands_for = _stands_for(plan.holidays)
    Holiday.objects.bulk_create(
        Holiday(
            day=holiday.day,
            kind=Holiday.Kind.CLOSED if holiday.closed else Holiday.Kind.WORKING,
            name=holiday.name,
            stands_in_for=stands_for.get(holiday.day),
        )
        for holiday in plan.holidays
    )


def _stands_for(holidays: list[HolidayPlan]) -> dict[date, date]:
    pairs: dict[date, date] = {}
    for name, year in dict.fromkeys((h.name, h.day.year) for h in holidays if h.closed):
        closed = [
            h.day for h in holidays
            if h.closed and (h.name, h.day.year) == (name, year) and h.day.weekday() < 5
        ]  # fmt: skip
        worked = [
            h.day for h in holidays
            if not h.closed and h.name.startswith(name) and h.day.year == year
        ]  # fmt: skip
        if worked:
            pairs |= zip(worked, closed[-len(worked) :], strict=True)
    return pairs


def load_site_details(plan: CityPlan) -> None:
    """Write what the shell of every page says: name, telephone, hours, address."""
    main = next(c for c in plan.campuses if c.short_name in {"新校区", "老校区"})
    name, hours = "青澜老年大学", "周一至周日 8:00–17:30"
    SiteDetails.objects.update_or_create(
        pk=1,
        defaults={
            "name": name,
            "name_i18n": names(name, "Qinglan Senior Universities"),
            "phone": MAIN_PHONE[0],
            "phone_to_dial": MAIN_PHONE[1],
            "phone_hours": hours,
            "phone_hours_i18n": names(hours, "Every day 8:00–17:30"),
            "address": main.address,
            "address_i18n": names(main.address, main.address_en),
        },
    )
