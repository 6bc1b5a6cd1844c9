"""What staff type."""

from enrolment.forms.counter import ReasonForm, ResizeForm
from enrolment.forms.papers import PapersForm, PlaceForm

__all__ = ["PapersForm", "PlaceForm", "ReasonForm", "ResizeForm"]
