"""What staff type when they act for a learner at the counter or on the telephone."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import HelperGrant
from enrolment.forms.counter import REASON, ReasonForm
from enrolment.models import CallAttempt, Channel

LONGEST_REASON = 200
CHANNELS = [(one.value, one.label) for one in (Channel.COUNTER, Channel.PHONE)]
ANSWERS = (CallAttempt.Outcome.REACHED_YES, CallAttempt.Outcome.REACHED_NO)
CHOOSE = {
    "required": _("Please choose one of these."),
    "invalid_choice": _("Please choose one of these."),
}


class WordForm(forms.Form):
    """By which way a learner spoke to us, how we know that they agree, and why."""

    channel = forms.ChoiceField(
        label=_("Where does the learner speak to you?"),
        choices=CHANNELS,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    how = forms.ChoiceField(
        label=_("How did the learner agree?"),
        choices=HelperGrant.Consent.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For example: asks for it at the counter, card shown. Kept with your name."),
        max_length=LONGEST_REASON,
        error_messages=REASON,
    )

    def word(self) -> dict[str, str]:
        """Return what was typed, as ``services.Word`` takes it."""
        said = self.cleaned_data
        return {name: said[name] for name in ("channel", "how", "reason")}


class EnrolForm(WordForm):
    """The same for a class; once its lessons have begun the teacher is asked first."""

    teacher_agreed = forms.BooleanField(
        label=_("The teacher agreed to one more learner"),
        error_messages={
            "required": _("Lessons have begun: ask the teacher first, then tick this.")
        },
    )
    field_order = ("teacher_agreed", "channel", "how", "reason")

    def __init__(self, *args: Any, joins_late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not joins_late:
            del self.fields["teacher_agreed"]

    def word(self) -> dict[str, str]:
        """Return what was typed; the teacher's word stands in the reason."""
        word = super().word()
        if "teacher_agreed" in self.cleaned_data:
            agreed = gettext("teacher agreed; %(reason)s") % {"reason": word["reason"]}
            word["reason"] = agreed[:LONGEST_REASON]
        return word


class AnswerForm(WordForm):
    """Yes or no to a place that was offered."""

    answer = forms.ChoiceField(
        label=_("What does the learner say?"),
        choices=[("yes", _("Comes to this class")), ("no", _("Does not come"))],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    field_order = ("answer", "channel", "how", "reason")


class CallForm(forms.Form):
    """How a call went."""

    outcome = forms.ChoiceField(
        label=_("How did the call go?"),
        choices=CallAttempt.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("For example: call again after four; the daughter answered."),
        max_length=LONGEST_REASON,
        required=False,
    )

    def __init__(self, *args: Any, is_lost: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_lost:  # nothing to answer any more
            labels = dict(CallAttempt.Outcome.choices)
            labels[CallAttempt.Outcome.REACHED_YES] = _("reached, and told")
            del labels[CallAttempt.Outcome.REACHED_NO]
            self.fields["outcome"].choices = list(labels.items())  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """An answer is acted on: the history of the seat says why, if only in the usual words."""
        said = super().clean() or {}
        if said.get("outcome") in ANSWERS and not said.get("note"):
            said["note"] = gettext("said so on the telephone")
        return said


class ExtendForm(ReasonForm):
    """Why a place is kept longer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "For example: in hospital until Thursday, the son has phoned. Kept with your name."
        )
