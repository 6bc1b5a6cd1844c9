"""Places where people learn, and the general pages of the site."""

from campus.models.media import CampusImage, CampusRendition
from campus.models.news import NoticeIndexPage, NoticePage, StoryIndexPage, StoryPage
from campus.models.pages import (
    BasePage,
    CampusIndexPage,
    CampusPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    PlainPage,
    UnitPage,
)
from campus.models.places import Campus, Holiday, Locality, Room, TimeSlot, TravelTime
from campus.models.site import SiteDetails

__all__ = [
    "BasePage",
    "Campus",
    "CampusImage",
    "CampusIndexPage",
    "CampusPage",
    "CampusRendition",
    "HelpIndexPage",
    "HelpPage",
    "Holiday",
    "HomePage",
    "Locality",
    "NoticeIndexPage",
    "NoticePage",
    "PlainPage",
    "Room",
    "SiteDetails",
    "StoryIndexPage",
    "StoryPage",
    "TimeSlot",
    "TravelTime",
    "UnitPage",
]
