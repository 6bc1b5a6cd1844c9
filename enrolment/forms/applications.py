"""The questions of a term's form, one at a time; each answer is saved when it is sent."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner
from campus.templatetags.places import slot_words
from enrolment.queries import LikeClass

ALONE = "nobody"


class QuestionForm(forms.Form):
    """One question a page: its words are the title of the page."""

    question_is_title = True
    marks_optional = False


def _yes_or_no(yes: Any, no: Any) -> list[tuple[str, Any]]:
    return [("yes", yes), ("no", no)]


class WantedForm(QuestionForm):
    """One class or two."""

    wanted = forms.TypedChoiceField(
        label=_("How many classes would you like this term?"),
        help_text=_(
            "First everybody gets one class, as far as the places go. Then those who want two."
        ),
        choices=[("1", _("One class only")), ("2", _("Up to two classes"))],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one class or two.")},
    )


class BetterForm(QuestionForm):
    """Whether to wait on for a choice that stands higher."""

    better = forms.ChoiceField(
        label=_("If a higher choice becomes free later, shall we change your class?"),
        help_text=_(
            "You may get your second choice, and a place in your first choice becomes free later."
        ),
        choices=_yes_or_no(
            _("Yes: I change, and give the other class back"),
            _("No: I keep the class I get"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose yes or no.")},
    )


class InsteadForm(QuestionForm):
    """Like classes elsewhere, by name, all ticked until some are struck out."""

    classes = forms.MultipleChoiceField(
        label=_("If none of your choices comes about: which of these would you take?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, found: Sequence[LikeClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["classes"]
        field.help_text = gettext(
            "The same courses at another hour or place. Take the tick away where you would not"
            " go. They only count when none of your own choices is possible."
        )
        field.choices = [(str(one.section.pk), _label(one)) for one in found]


def _label(one: LikeClass) -> str:
    section = one.section
    where = section.campus.display_name()
    if one.minutes is not None:
        away = ngettext("%(number)s minute away", "%(number)s minutes away", one.minutes) % {
            "number": one.minutes
        }
        where = gettext("%(campus)s, %(away)s") % {"campus": where, "away": away}
    return format_html(
        "<strong>{}</strong><br>{}<br>{}", section.display_name(), slot_words(section.slot), where
    )


class TogetherForm(QuestionForm):
    """With whom somebody goes: people this account acts for, or nobody."""

    companion = forms.ChoiceField(
        label=_("Does somebody go to class together with you?"),
        help_text=_(
            "A couple, or somebody and who cares for them. Both stand on this one form and get"
            " one number. A class is given only when there are two places."
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a name, or “Nobody”.")},
    )

    def __init__(self, *args: Any, companions: Iterable[Learner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["companion"]
        field.choices = [
            *((str(one.pk), one.name) for one in companions),
            (ALONE, gettext("Nobody, I go alone")),
        ]


class AloneForm(QuestionForm):
    """Of two who go together: what to do where there is one place."""

    split = forms.ChoiceField(
        label=_("If there is one place only: may one of you go alone?"),
        choices=_yes_or_no(
            _("Yes: then each of us has a number alone"),
            _("No: both of us, or neither"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose yes or no.")},
    )
