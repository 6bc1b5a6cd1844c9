"""Errands after a commit: an id in, the row read afresh, one call. Safe to come twice."""

from datetime import datetime
from uuid import UUID

from accounts import clock, outbox
from accounts.errands import TryAgainLater, errand
from accounts.messaging import READ_SMS
from accounts.models import Learner, User
from courses.models import ClassSection, Lesson, Term
from enrolment import notifications, queries, services
from enrolment.domain.refusals import Refusal
from enrolment.models import (
    Application,
    ChainEntry,
    Claim,
    CloudSeat,
    DeliveryRequest,
    Enrolment,
    EntropySource,
    Objection,
    Opening,
    Order,
    Outcome,
    Payment,
    Refund,
    Renewal,
    Roster,
    Seat,
    StruckOut,
    WaitlistEntry,
    ledger,
)
from enrolment.queries.struck_out import stays_in_the_draw
from enrolment.services import money

SECTION = ("section__course", "section__term", "section__campus", "section__room", "section__slot")


@errand("tell_claim")
def tell_claim(object_id: str) -> None:
    """Tell a learner what a press of a button came to."""
    learner_id, _, key = object_id.partition(":")
    claim = Claim.objects.select_related("learner", "actor", "entry", *SECTION).get(
        learner=int(learner_id), key=key
    )
    at = clock.now()
    place = None
    if claim.outcome == Outcome.WAITLISTED:
        places = ledger.places_in_line(learner=claim.learner, at=at)
        if claim.entry_id not in places:
            return  # no longer waiting: another letter says how that came
        place = places[claim.entry_id][0]
    late_fee = queries.late_fee_agreed(claim.enrolment) if claim.enrolment else None
    notifications.tell_of_claim(
        claim,
        place_in_line=place,
        late_fee=late_fee,
        old_class=queries.given_for(claim),
        is_over=claim.outcome == Outcome.WITHDRAWN and _is_settled(claim),
        at=at,
    )


@errand("tell_cloud")
def tell_cloud(object_id: str) -> None:
    """Tell a learner that a course can be followed from home. The seat, and when it was given."""
    seat_id, _, when = object_id.partition(":")
    seats = CloudSeat.objects.not_left().select_related("learner", "course").filter(pk=seat_id)
    for seat in seats:
        notifications.tell_of_cloud(seat, when=when, at=clock.now())


@errand("tell_pack")
def tell_pack(pack_id: str) -> None:
    """Tell a learner that a printed pack lies ready, unless it has been fetched meanwhile."""
    packs = DeliveryRequest.objects.printed().with_all_to_show().filter(pk=pack_id)
    for pack in packs:
        notifications.tell_of_pack(pack, at=clock.now())


@errand("tell_application")
def tell_application(object_id: str) -> None:
    """Tell whoever a form is for what was done with it. The entry of the chain, who, by which way.

    What counts is said as it stands by now: of two steps in a row the later one is the truth.
    """
    entry_id, actor_id, channel = object_id.split(":")
    entry = ChainEntry.objects.with_everybody().get(pk=entry_id)
    notifications.tell_of_form(
        entry,
        choices=queries.choices_that_count(entry),
        actor=User.objects.filter(pk=actor_id).first() if actor_id else None,
        channel=channel,
        until=queries.window_of(entry.term).closes_at,
        at=clock.now(),
    )


@errand("end_affairs")
def end_affairs(learner_id: str) -> None:
    """End what somebody who has died held, waited for and asked for, wherever in the city."""
    services.end_affairs(learner=Learner.objects.get(pk=learner_id), at=clock.now())


@errand("tell_offer")
def tell_offer(entry_id: str) -> None:
    """Ask a person who waits whether they come, unless they have answered meanwhile."""
    entry = WaitlistEntry.objects.offered().select_related("learner", *SECTION).filter(pk=entry_id)
    for offered in entry:
        services.ask_about_offer(entry=offered, at=clock.now())


@errand(READ_SMS)
def read_sms(message_id: str) -> None:
    """Read what somebody wrote to us, and do it or answer."""
    services.read_sms(message_id=UUID(message_id), at=clock.now())


@errand("tell_expired")
def tell_expired(entry_id: str) -> None:
    """Tell a person that an offer ran out, and where that leaves them."""
    entry = _entry(entry_id)
    notifications.tell_of_entry(
        "expired" if entry.expiries == 1 else "expired_twice", entry, at=clock.now()
    )


@errand("tell_passed_over")
def tell_passed_over(entry_id: str) -> None:
    """Tell a person that a place went by because of another class of theirs."""
    notifications.tell_of_entry("passed_over", _entry(entry_id), at=clock.now())


@errand("tell_line_closed")
def tell_line_closed(entry_id: str) -> None:
    """Tell a person who waits that the class was called off."""
    notifications.tell_of_entry("line_closed", _entry(entry_id), at=clock.now())


@errand("tell_line_ended")
def tell_line_ended(entry_id: str) -> None:
    """Tell a person who waits that nobody joins the class any more."""
    notifications.tell_of_entry("line_ended", _entry(entry_id), at=clock.now())


@errand("tell_lapsed")
def tell_lapsed(enrolment_id: str) -> None:
    """Tell a learner that a place was not paid for in time."""
    notifications.tell_of_enrolment("lapsed", _enrolment(enrolment_id), at=clock.now())


@errand("tell_cancelled")
def tell_cancelled(enrolment_id: str) -> None:
    """Tell a learner that the class was called off."""
    notifications.tell_of_enrolment("cancelled", _enrolment(enrolment_id), at=clock.now())


@errand("tell_results")
def tell_results(object_id: str) -> None:
    """Tell a hundred people what came of a draw. The draw, the first and the last learner."""
    draw, first, last = map(int, object_id.split(":"))
    services.tell_results(draw_id=draw, first=first, last=last, at=clock.now())


@errand("remind_of_results")
def remind_of_results(object_id: str) -> None:
    """Remind those of a hundred people who still owe an answer; the last part is which time."""
    draw, first, last, day = object_id.split(":")
    services.remind_of_results(
        draw_id=int(draw), first=int(first), last=int(last), day=day, at=clock.now()
    )


@errand("count_figures")
def count_figures(object_id: str) -> None:
    """Count the figures of a term at the stage it has come to, and publish them."""
    term_id, _, stage = object_id.partition(":")
    services.count_figures(term=Term.objects.get(pk=term_id), stage=stage, at=clock.now())


@errand("answer_trial")
def answer_trial(trial_id: str) -> None:
    """Play rules through that a registrar wants to try."""
    services.answer_trial(trial_id=int(trial_id), at=clock.now())


@errand(services.READ_BEACON)
def read_beacon(object_id: str) -> None:
    """Read a public source for the draw; where it is away, again a little later."""
    source_id, _, actor_id = object_id.partition(":")
    source = EntropySource.objects.select_related("term__unit").get(pk=source_id)
    actor = User.objects.filter(pk=actor_id).first()
    try:
        services.fetch_source(source=source, actor=actor, at=clock.now(), readers=services.READERS)
    except services.SourceAway as away:
        raise TryAgainLater(str(away)) from away


@errand("tell_paid")
def tell_paid(order_id: str) -> None:
    """Tell somebody that the fee is paid and the place theirs, unless that is over already."""
    order = _order(order_id)
    if order.state == Order.State.PAID:
        notifications.tell_paid(order, at=clock.now())


@errand("tell_voided")
def tell_voided(payment_id: str) -> None:
    """Tell somebody that the counter took a payment back, unless it is paid again by now."""
    with_order = Payment.objects.select_related("order__learner", "order__unit")
    payment = with_order.get(pk=UUID(payment_id))
    if payment.order is not None and payment.order.is_open:
        notifications.tell_voided(payment, payment.order, at=clock.now())


@errand("tell_looked_at")
def tell_looked_at(order_id: str) -> None:
    """Tell somebody that money came which is not as we asked for it."""
    order = _order(order_id)
    if order.state == Order.State.REVIEW:
        notifications.tell_looked_at(order, at=clock.now())


@errand("tell_late")
def tell_late(order_id: str) -> None:
    """Tell somebody that the money came when the place had gone."""
    notifications.tell_late(_order(order_id), at=clock.now())


@errand(money.READ_EVENT)
def read_event(event_id: str) -> None:
    """Read what a provider notified us of; while it does not answer, again a little later."""
    try:
        money.read_event(event_id=int(event_id), at=clock.now())
    except money.NO_ANSWER as away:
        raise TryAgainLater(str(away)) from away


@errand("tell_objection")
def tell_objection(objection_id: str) -> None:
    """Tell somebody what became of their objection to the list."""
    objection = Objection.objects.select_related("application__learner").get(pk=objection_id)
    notifications.tell_of_objection(objection, at=clock.now())


@errand("tell_rejected")
def tell_rejected(application_id: str) -> None:
    """Tell somebody that their form is not in the draw, while they can still object."""
    form = Application.objects.select_related("learner", "partner", "term").get(pk=application_id)
    roster = Roster.objects.last_of(form.term)
    if form.rejected_for and roster is not None and not roster.is_final:
        at = clock.now()
        until = services.objections_until(roster, at=at)
        notifications.tell_of_rejection(form, until=until, at=at)


@errand("tell_struck_out")
def tell_struck_out(row_id: str) -> None:
    """Tell somebody that they are out of the draw; and who goes with them, that they stay."""
    rows = StruckOut.objects.select_related("application__learner")
    row = rows.get(pk=row_id)
    other = stays_in_the_draw(row.application)
    notifications.tell_of_stepping_out(row, other=other, at=clock.now())


@errand("tell_opening")
def tell_opening(object_id: str) -> None:
    """Tell somebody who asked for it that enrolment for a class has begun, or its waiting room.

    A day that was put off meanwhile is waited for.
    """
    learner_id, _, section_id = object_id.partition(":")
    section = ClassSection.objects.with_all_to_show().get(pk=section_id)
    learner = Learner.objects.get(pk=learner_id)
    at = clock.now()
    opening = Opening.objects.for_class(section).not_over().first()
    if opening is None:
        notifications.tell_of_opening(learner, section, at=at)
    elif at < opening.doors_at:
        outbox.put("tell_opening", object_id, not_before=opening.doors_at)
    else:
        notifications.tell_of_doors(learner, section, opens_at=opening.opens_at, at=at)


@errand("tell_not_renewed")
def tell_not_renewed(object_id: str) -> None:
    """Tell somebody that they do not go on. The renewal, and what the database answered."""
    renewal_id, _, reason = object_id.partition(":")
    row = Renewal.objects.select_related("learner", *SECTION).get(pk=renewal_id)
    notifications.tell_of_renewal(row, Refusal(reason or Refusal.FULL), at=clock.now())


@errand("tell_class")
def tell_class(object_id: str) -> None:
    """Tell everybody with a place in a class that one of its lessons was moved or called off.

    The id of the lesson; of a lesson that got another hour with the old one.
    """
    lesson_id, _, moment = object_id.partition(":")
    was_at = datetime.fromisoformat(moment) if moment else None
    lesson = Lesson.objects.select_related("room").get(pk=lesson_id)
    seated = Enrolment.objects.holding_a_seat().filter(section=lesson.section_id)
    at = clock.now()
    for enrolment in seated.select_related("learner", *SECTION).order_by("pk"):
        notifications.tell_of_lesson(enrolment, lesson, was_at=was_at, at=at)


@errand("promote_section")
def promote_section(section_id: str) -> None:
    """Offer freed seats to the line; at night the sweep of the morning does it."""
    section = ClassSection.objects.select_related("term").get(pk=section_id)
    services.promote(section=section, at=clock.now())


@errand("empty_section")
def empty_section(section_id: str) -> None:
    """End everything in a class that was called off, and see to what was paid for it."""
    services.empty_section(section_id=int(section_id), at=clock.now())
    money.refund_class(section_id=int(section_id), at=clock.now())


@errand(money.SEND_REFUND)
def send_refund(refund_id: str) -> None:
    """Send money back the way it came; where the provider is away, again a little later."""
    try:
        money.send_refund(refund_id=UUID(refund_id), at=clock.now())
    except money.NO_ANSWER as away:
        raise TryAgainLater(str(away)) from away


@errand(money.DELETE_PAPERS)
def delete_papers(refund_id: str) -> None:
    """Delete what proved a special cause: it has been decided."""
    money.delete_papers(refund_id=UUID(refund_id), at=clock.now())


@errand("tell_refund")
def tell_refund(refund_id: str) -> None:
    """Tell a learner how a refund stands by now."""
    with_all = Refund.objects.select_related(
        "order__learner", "order__term", "line__enrolment__section__course"
    )
    refund = with_all.get(pk=UUID(refund_id))
    until = queries.arrives_by(refund)
    notifications.tell_of_refund(refund, until=until, at=clock.now())


@errand(money.APPLY_WAIVER)
def apply_waiver(learner_id: str) -> None:
    """Bring what somebody owes to the waivers that were decided or ended."""
    money.apply_waivers(learner_id=int(learner_id), at=clock.now())


def _is_settled(claim: Claim) -> bool:
    """Whether a place that was left is not to be had back any more at a word."""
    return not Seat.objects.leaving().filter(enrolment=claim.enrolment_id).exists()


def _order(order_id: str) -> Order:
    return Order.objects.select_related("learner", "unit").get(pk=order_id)


def _entry(entry_id: str) -> WaitlistEntry:
    return WaitlistEntry.objects.select_related("learner", *SECTION).get(pk=entry_id)


def _enrolment(enrolment_id: str) -> Enrolment:
    return Enrolment.objects.select_related("learner", *SECTION).get(pk=enrolment_id)
