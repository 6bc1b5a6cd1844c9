"""What cashiers type."""

import unicodedata
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.forms.money import YuanField
from enrolment.domain.money import cash
from enrolment.domain.money.books import Method
from enrolment.domain.money.handed import Handed
from enrolment.models import Payment
from enrolment.wording.money_finance import exact

MOST_PIECES = 9_999
FEW = 7  # campuses, all of which can be seen at once
MOST_CHANGE = 100_000  # fen: nobody hands over that much more than is owed
# What machines print: letters, digits and a few strokes.
PRINTED = RegexValidator(
    r"^[0-9A-Za-z./-]+\Z", _("Please write letters and digits only, as they are printed.")
)
REQUIRED = {"required": _("Please write this down as it is printed.")}


class PrintedField(forms.CharField):
    """What a machine printed, copied by hand: digits of either width, and blanks between them."""

    default_validators = [PRINTED]

    def to_python(self, value: Any) -> str:
        """Return it as it is printed."""
        return "".join(unicodedata.normalize("NFKC", super().to_python(value) or "").split())


class PiecesField(forms.IntegerField):
    """How many of a note or coin; a field of text, as scrolling must not change a count."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class CashForm(forms.Form):
    """What was handed over; left empty, it was exactly the amount."""

    given = YuanField(
        label=_("Cash handed over, in yuan"),
        help_text=_("To work out the change. May be left empty when it is exact."),
        required=False,
    )

    def __init__(self, *args: Any, owed_fen: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owed_fen = owed_fen

    def clean_given(self) -> int | None:
        """Enough to pay with, where an amount is written."""
        given: int | None = self.cleaned_data["given"]
        if given and cash.change(owed=self.owed_fen, given=given) < 0:
            raise forms.ValidationError(gettext("That is less than what is owed."))
        if given and given - self.owed_fen >= MOST_CHANGE:
            back = cash.change(owed=self.owed_fen, given=given)
            raise forms.ValidationError(
                gettext("%(change)s would go back. Please look at the amount again.")
                % {"change": f"¥{exact(back)}"}
            )
        return given or None

    def handed(self) -> Handed:
        """Return what the counter has in hand."""
        return Handed(method=Method.CASH, given_fen=self.cleaned_data["given"])


class PosForm(forms.Form):
    """The slip that the card terminal printed."""

    terminal = PrintedField(
        label=_("Number of the terminal"), max_length=20,
        error_messages=REQUIRED,
    )  # fmt: skip
    reference = PrintedField(
        label=_("Number of its slip"), max_length=40,
        error_messages=REQUIRED,
    )  # fmt: skip

    def handed(self) -> Handed:
        """Return what the counter has in hand."""
        return Handed(method=Method.POS, **self.cleaned_data)


class TransferForm(forms.Form):
    """A line of the bank's statement."""

    reference = PrintedField(
        label=_("Reference of the bank"), max_length=60,
        error_messages=REQUIRED,
    )  # fmt: skip
    amount = YuanField(
        label=_("Amount that came, in yuan"),
        help_text=_("May be left empty when it is what is owed."),
        required=False,
    )

    def handed(self) -> Handed:
        """Return what the counter has in hand."""
        said = self.cleaned_data
        return Handed(
            method=Method.TRANSFER, reference=said["reference"], amount_fen=said["amount"] or None
        )


class MoneyApartForm(forms.Form):
    """Money for which no fee is open here: a line of the bank's statement, a terminal's slip."""

    way = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[(one.value, one.label) for one in (Payment.Method.TRANSFER, Payment.Method.POS)],
        widget=forms.RadioSelect,
        initial=Payment.Method.TRANSFER,
        error_messages={"required": _("Please choose one of these.")},
    )
    amount = YuanField(label=_("Amount that came, in yuan"))
    reference = PrintedField(
        label=_("Reference of the bank, or number of the slip"), max_length=60,
        error_messages=REQUIRED,
    )  # fmt: skip
    terminal = PrintedField(
        label=_("Number of the terminal"),
        help_text=_("Only for a slip of the card terminal."),
        max_length=20,
        required=False,
    )
    payer = forms.CharField(
        label=_("Who paid, and for what"),
        help_text=_("What the bank's line says, or the name of the learner."),
        max_length=200,
        error_messages={"required": _("Please write who paid, as far as it is known.")},
    )

    def clean(self) -> dict[str, Any]:
        """A slip names its terminal: numbers of slips begin anew on each."""
        said = super().clean() or self.cleaned_data
        if said.get("way") == Payment.Method.POS and not said.get("terminal"):
            self.add_error("terminal", REQUIRED["required"])
        return said

    def handed(self) -> Handed:
        """Return what is known of it."""
        said = self.cleaned_data
        is_slip = said["way"] == Payment.Method.POS
        return Handed(
            method=Method(said["way"]), reference=said["reference"], note=said["payer"],
            terminal=said["terminal"] if is_slip else "",
        )  # fmt: skip

    def clean_amount(self) -> int:
        """An amount above nothing."""
        amount: int = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(gettext("Please write the amount that came."))
        return amount


class VoidForm(forms.Form):
    """Why a payment is taken back."""

    reason = forms.CharField(
        label=_("What was wrong?"),
        help_text=_("For example: taken for the wrong person. Kept with your name."),
        max_length=200,
        error_messages={"required": _("Please say what was wrong, in a few words.")},
    )


class FiscalForm(forms.Form):
    """The number of the state's receipt."""

    number = forms.CharField(
        label=_("Number of the state's receipt"),
        help_text=_("Look twice: once written, it stays as it is."),
        max_length=40,
        error_messages={"required": _("Please write the number that is printed on it.")},
    )

    def clean_number(self) -> str:
        """As it is printed: a code and a number, often with a blank between them."""
        parts = unicodedata.normalize("NFKC", self.cleaned_data["number"]).split()
        for part in parts:
            PRINTED(part)
        return " ".join(parts)


class OpenDrawerForm(forms.Form):
    """Where, and with how much change."""

    campus: Any = forms.ModelChoiceField(
        queryset=None, label=_("At which campus?"),
        error_messages={"required": _("Please choose one of these.")},
    )  # fmt: skip
    float = YuanField(label=_("Change in the drawer, in yuan"), initial=0)

    def __init__(self, *args: Any, campuses: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["campus"]
        field.queryset = campuses
        field.label_from_instance = lambda campus: campus.display_name()
        field.empty_label = None
        if campuses.count() <= FEW:
            field.widget = forms.RadioSelect()
            field.widget.choices = field.choices


class CountForm(forms.Form):
    """How many of each note and coin lie in the drawer, the change included."""

    marks_optional = False  # most of them are none
    explanation = forms.CharField(
        label=_("Explanation, if it is not what it should be"),
        help_text=_("For example: gave one yuan too much change."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for piece in cash.PIECES:
            self.fields[f"n{piece}"] = PiecesField(
                label=_("Pieces of %(amount)s") % {"amount": said_piece(piece)},
                min_value=0,
                max_value=MOST_PIECES,
                required=False,
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"),
                    _("Please write how many there are, like 12."),
                ),
            )
        self.order_fields([f"n{piece}" for piece in cash.PIECES])

    def pieces(self) -> dict[int, int]:
        """Return how many of each."""
        return {piece: self.cleaned_data[f"n{piece}"] or 0 for piece in cash.PIECES}


def said_piece(piece: int) -> str:
    """Name a note or a coin."""
    if piece >= 100:
        return gettext("%(number)s yuan") % {"number": piece // 100}
    return gettext("%(number)s jiao") % {"number": piece // 10}
