"""What learners answer and staff type."""

from enrolment.forms.applications import (
    AloneForm,
    BetterForm,
    InsteadForm,
    TogetherForm,
    WantedForm,
)
from enrolment.forms.cloud import PackForForm, PackForm
from enrolment.forms.counter import ReasonForm, ResizeForm
from enrolment.forms.desk import (
    AnswerForm,
    CallForm,
    EnrolForm,
    ExtendForm,
    WordForm,
)
from enrolment.forms.desk_forms import HandInForm, JoinForm
from enrolment.forms.draw import (
    AmendmentForm,
    DecisionForm,
    ObjectionForm,
    ReadingForm,
    SourcesForm,
    WitnessForm,
    of_sources,
)
from enrolment.forms.openings import OpeningsForm, RoomPlaceForm, SteerForm
from enrolment.forms.papers import PapersForm, PlaceForm
from enrolment.forms.stepping_out import StepOutForm, WhoStepsOutForm
from enrolment.forms.trials import TrialForm, first_answers

__all__ = [
    "AloneForm",
    "AmendmentForm",
    "AnswerForm",
    "BetterForm",
    "CallForm",
    "DecisionForm",
    "EnrolForm",
    "ExtendForm",
    "HandInForm",
    "InsteadForm",
    "JoinForm",
    "ObjectionForm",
    "OpeningsForm",
    "PackForForm",
    "PackForm",
    "PapersForm",
    "PlaceForm",
    "ReadingForm",
    "ReasonForm",
    "ResizeForm",
    "RoomPlaceForm",
    "SourcesForm",
    "SteerForm",
    "StepOutForm",
    "TogetherForm",
    "TrialForm",
    "WantedForm",
    "WhoStepsOutForm",
    "WitnessForm",
    "WordForm",
    "first_answers",
    "of_sources",
]
