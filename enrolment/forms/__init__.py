"""What staff type."""

from enrolment.forms.counter import ReasonForm, ResizeForm
from enrolment.forms.desk import (
    AnswerForm,
    CallForm,
    ChangeForm,
    EnrolForm,
    ExtendForm,
    WordForm,
)
from enrolment.forms.desk_forms import HandInForm, JoinForm
from enrolment.forms.openings import OpeningsForm, RoomPlaceForm, SteerForm
from enrolment.forms.papers import PapersForm, PlaceForm

__all__ = [
    "AnswerForm",
    "CallForm",
    "ChangeForm",
    "EnrolForm",
    "ExtendForm",
    "HandInForm",
    "JoinForm",
    "OpeningsForm",
    "PapersForm",
    "PlaceForm",
    "ReasonForm",
    "ResizeForm",
    "RoomPlaceForm",
    "SteerForm",
    "WordForm",
]
