"""Rules that were tried out, in words: what was different, and whom it served."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrolment.models import RuleTrial
from enrolment.wording.figures import name_of_group

SAID_OF_RULE = {
    "draw": gettext_lazy("one draw for all classes"),
    "first come, first served": gettext_lazy("first come, first served"),
    "a separate draw per class": gettext_lazy("a draw for each class by itself"),
    "success number": gettext_lazy("wish by wish, whoever has won before stands back"),
}
LETTERS = {
    "N": gettext_lazy("newcomers"),
    "C": gettext_lazy("care"),
    "M": gettext_lazy("missed before"),
}


def rules_tried(trial: RuleTrial) -> str:
    """Return what was tried in one line."""
    tried = trial.tried
    parts = [str(SAID_OF_RULE.get(tried["rule"], tried["rule"]))]
    if tried["rule"] == "draw":
        parts += [f"{said} {tried['reserves'].get(key, 0)}%" for key, said in LETTERS.items()]
        parts.append(
            _("open places first") if tried["open_first"] else _("places put aside first")
        )
    parts.append(_("at most %(count)s a person") % {"count": tried["room_classes"]})
    if not tried["substitutes"]:
        parts.append(_("without like classes"))
    return _(" · ").join(parts)


def tried_on(trial: RuleTrial) -> str:
    """Return on whom rules were tried, with what is assumed of them."""
    if trial.forms_of is not None:
        said = _("On the forms of the %(term)s.") % {"term": trial.forms_of.display_name()}
        return said + _of_a_queue(trial)
    crowd = trial.invented or {}
    said = _(
        "On %(people)s people who are made up for the classes of the %(term)s: %(reserves)s."
        " Their ages, how many wishes they have and that four in five wishes stay at one's own"
        " school are assumed. Take the differences for a hint, not for a promise."
    )
    reserves = (f"{said} {crowd['reserves'].get(key, 0)}%" for key, said in LETTERS.items())
    told = said % {
        "people": crowd["people"],
        "term": trial.term.display_name(),
        "reserves": _(" · ").join(reserves),
    }
    return told + _of_a_queue(trial)


def _of_a_queue(trial: RuleTrial) -> str:
    if trial.tried["rule"] != "first come, first served":
        return ""
    return _(" How long people of an age take to send a form is assumed.")


def lines_of_trial(trial: RuleTrial) -> Iterator[dict[str, Any]]:
    """Yield a line for everybody and for each group: now, tried, and the difference."""
    answer = trial.answer or {}
    present, tried = answer["policies"]["present"], answer["policies"]["tried"]
    yield _line(_("everybody"), answer["people"], present["everybody"], tried["everybody"])
    before = {(row["kind"], row["name"]): row for row in present["groups"]}
    for row in tried["groups"]:
        was = before[row["kind"], row["name"]]
        yield _line(name_of_group(row["name"]), row["people"], was, row)


def _line(name: str, people: int, was: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    difference = now["given"][0] - was["given"][0]
    return {
        "name": name,
        "people": people,
        "given": f"{was['given'][0]:.1f} → {now['given'][0]:.1f}",
        "difference": _signed(difference),
        "first": f"{was['first'][0]:.1f} → {now['first'][0]:.1f}",
        "two": f"{was['two'][0]:.1f} → {now['two'][0]:.1f}",
    }


def _signed(difference: float) -> str:
    """With its sign and a word: never by colour alone."""
    if abs(difference) < 0.05:
        return _("the same")
    words = _("%(points)s more") if difference > 0 else _("%(points)s fewer")
    return words % {"points": f"{abs(difference):.1f}"}
