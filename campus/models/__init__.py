"""Places where people learn, and the general pages of the site."""

from campus.models.media import CampusImage, CampusRendition
from campus.models.places import Campus, Holiday, Locality, Room, TimeSlot, TravelTime

__all__ = [
    "Campus",
    "CampusImage",
    "CampusRendition",
    "Holiday",
    "Locality",
    "Room",
    "TimeSlot",
    "TravelTime",
]
