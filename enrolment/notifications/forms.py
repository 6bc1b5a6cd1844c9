"""Letters about the form of a term: what was done with it, by whom, and how to take it back."""

from datetime import datetime
from typing import Any

from accounts import messaging
from accounts.models import HelperGrant, Learner, User
from enrolment.models import Application, ChainEntry, Channel
from enrolment.notifications.seats import SHORT_NAME, office_phone, when

Act = ChainEntry.Act
LETTERS = {
    Act.SUBMIT: "form_submit",
    Act.CHANGE: "form_change",
    Act.WITHDRAW: "form_withdraw",
    Act.UNDO: "form_undo",
}
# What somebody else did, in the words of a letter to the person it was done for.
DONE_FOR_THEM = {Act.SUBMIT: "交了", Act.CHANGE: "改了", Act.WITHDRAW: "撤掉", Act.UNDO: "撤回"}
AT_THE_OFFICE = {Channel.COUNTER, Channel.PHONE, Channel.PAPER}


def tell_of_form(
    entry: ChainEntry,
    *,
    choices: int,
    actor: User | None,
    channel: str,
    until: datetime | None,
    at: datetime,
) -> None:
    """Tell everybody a form is for what was done with it; and, when somebody else did, who.

    ``choices``: how many count now; ``until``: the last moment at which it can be changed.
    """
    form = entry.application
    act = Act(entry.act)
    if form is None or act not in LETTERS:
        return
    if form.goes_with is not None and form.partner is not None:
        _send("form_joined", form.learner, entry, at=at, partner=form.partner.name)
        return
    for person in filter(None, [form.learner, form.partner]):
        _send(
            LETTERS[act],
            person,
            entry,
            at=at,
            number=form.number,
            count=choices,
            until=when(until) if until is not None and at < until else "",
        )
    by = _somebody_else(form, actor, channel)
    if by:
        _send("form_by_helper", form.learner, entry, at=at, helper=by, act=DONE_FOR_THEM[act])


def _somebody_else(form: Application, actor: User | None, channel: str) -> str:
    """Return who did it for the learner, in words; "" for the learner themselves."""
    if actor is None or actor.pk == form.learner.user_id:
        return ""
    if channel in AT_THE_OFFICE:
        return "窗口"
    grants = HelperGrant.objects.filter(learner=form.learner, helper=actor)
    is_family = grants.exclude(kind=HelperGrant.Kind.STAFF).exists()
    return f"您的家人{actor.get_full_name()}" if is_family else "窗口"


def _send(event: str, learner: Learner, entry: ChainEntry, *, at: datetime, **params: Any) -> None:
    if not learner.phone or learner.deceased_on:
        return  # nobody to reach by phone: the office has them on its call list
    template = f"enrolment/{event}"
    words = {"name": learner.name, "phone": office_phone(), **params}
    for less in ({"name": f"{learner.name[:SHORT_NAME]}…"}, {"helper": "您的家人"}):
        if (
            len(messaging.text_of(template, words)) > messaging.LONGEST
            and less.keys() <= words.keys()
        ):
            words |= less
    messaging.send(
        template=template,
        to=learner.phone,
        params=words,
        dedupe_key=f"form {event} {entry.pk} {learner.pk}",
        at=at,
        learner=learner,
    )
