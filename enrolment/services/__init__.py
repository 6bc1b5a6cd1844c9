"""Every write of enrolment."""

from enrolment.domain.draws import RightForm
from enrolment.domain.entropy import SourcePlan
from enrolment.services.applications import (
    FormRefused,
    hand_in,
    take_back,
    withdraw_application,
)
from enrolment.services.calls import extend_place, keep_for_calls, record_call
from enrolment.services.chain import append_entry, post_heads
from enrolment.services.clockwork import Swept, lapse_and_promote, refresh_availability
from enrolment.services.company import go_together, join_forms, part_forms
from enrolment.services.counter import (
    ClassCalledOff,
    SeatsInUse,
    cancel_section,
    empty_section,
    resize_section,
)
from enrolment.services.deaths import end_affairs, note_death
from enrolment.services.demand import say_how_wanted
from enrolment.services.desk import Word, act_for_learner
from enrolment.services.draws import (
    Rehearsal,
    publish_draw,
    rehearse,
    run_draw,
)
from enrolment.services.figures import count_figures
from enrolment.services.forms import (
    answer_form,
    choose,
    drop_changes,
    form_for,
    move_choice,
    open_form,
    rank_choices,
    strike,
    take_instead,
)
from enrolment.services.meter import Door, last_claims, note_claim
from enrolment.services.objections import (
    decide_objection,
    file_objection,
)
from enrolment.services.openings import (
    PlanProblem,
    PlanRefused,
    end_by_hand,
    hold_people_back,
    limit_pace,
    plan_openings,
)
from enrolment.services.pacing import (
    Pacer,
    advance,
    draw_order,
    end_room,
    number_latecomers,
    waiting_before,
)
from enrolment.services.papers import declare_health, record_papers, remind_of_opening
from enrolment.services.placements import (
    PlacementRefused,
    people_known_by,
    place_learner,
    subjects_to_place_in,
)
from enrolment.services.refused import PressReused, SeatRefused
from enrolment.services.replies import ask_about_offer, number_offers, read_sms
from enrolment.services.result_letters import remind_of_results, tell_results
from enrolment.services.results import place_the_drawn, say_one_comes, say_one_stays_away
from enrolment.services.rosters import (
    Change,
    amend_roster,
    finalise_roster,
    freeze_roster,
    list_closes_from,
    objections_until,
)
from enrolment.services.seats import hold_seat, undo_withdrawal, withdraw, yield_seat
from enrolment.services.several import Part, SeveralRefused, hold_several, swap_class
from enrolment.services.shortlist import ListFull, enrol_from_list, put_aside, take_off
from enrolment.services.sources import (
    READ_BEACON,
    READERS,
    Reading,
    SourceAway,
    ask_source,
    digest_to_sign,
    ensure_may_stand_in,
    fetch_source,
    has_signed,
    may_name_sources,
    name_sources,
    name_witness,
    read_source,
    sign,
    stand_in,
)
from enrolment.services.struck_out import step_out
from enrolment.services.terms import (
    PhaseRefused,
    TermStillTaught,
    close_term,
    move_term_on,
    open_class,
    phases_ahead,
)
from enrolment.services.trials import NoForms, answer_trial, ask_for_trial
from enrolment.services.waiting_room import (
    NotYourTurn,
    RoomClosed,
    ensure_admitted,
    enter_room,
    join_for,
    join_room,
    renewed_pass,
)
from enrolment.services.waitlist import accept_offer, decline_offer, leave_waitlist, promote

__all__ = [
    "READERS",
    "READ_BEACON",
    "Change",
    "ClassCalledOff",
    "Door",
    "FormRefused",
    "ListFull",
    "NoForms",
    "NotYourTurn",
    "Pacer",
    "Part",
    "PhaseRefused",
    "PlacementRefused",
    "PlanProblem",
    "PlanRefused",
    "PressReused",
    "Reading",
    "Rehearsal",
    "RightForm",
    "RoomClosed",
    "SeatRefused",
    "SeatsInUse",
    "SeveralRefused",
    "SourceAway",
    "SourcePlan",
    "Swept",
    "TermStillTaught",
    "Word",
    "accept_offer",
    "act_for_learner",
    "advance",
    "amend_roster",
    "answer_form",
    "answer_trial",
    "append_entry",
    "ask_about_offer",
    "ask_for_trial",
    "ask_source",
    "cancel_section",
    "choose",
    "close_term",
    "count_figures",
    "decide_objection",
    "declare_health",
    "decline_offer",
    "digest_to_sign",
    "draw_order",
    "drop_changes",
    "empty_section",
    "end_affairs",
    "end_by_hand",
    "end_room",
    "enrol_from_list",
    "ensure_admitted",
    "ensure_may_stand_in",
    "enter_room",
    "extend_place",
    "fetch_source",
    "file_objection",
    "finalise_roster",
    "form_for",
    "freeze_roster",
    "go_together",
    "hand_in",
    "has_signed",
    "hold_people_back",
    "hold_seat",
    "hold_several",
    "join_for",
    "join_forms",
    "join_room",
    "keep_for_calls",
    "lapse_and_promote",
    "last_claims",
    "leave_waitlist",
    "limit_pace",
    "list_closes_from",
    "may_name_sources",
    "move_choice",
    "move_term_on",
    "name_sources",
    "name_witness",
    "note_claim",
    "note_death",
    "number_latecomers",
    "number_offers",
    "objections_until",
    "open_class",
    "open_form",
    "part_forms",
    "people_known_by",
    "phases_ahead",
    "place_learner",
    "place_the_drawn",
    "plan_openings",
    "post_heads",
    "promote",
    "publish_draw",
    "put_aside",
    "rank_choices",
    "read_sms",
    "read_source",
    "record_call",
    "record_papers",
    "refresh_availability",
    "rehearse",
    "remind_of_opening",
    "remind_of_results",
    "renewed_pass",
    "resize_section",
    "run_draw",
    "say_how_wanted",
    "say_one_comes",
    "say_one_stays_away",
    "sign",
    "stand_in",
    "step_out",
    "strike",
    "subjects_to_place_in",
    "swap_class",
    "take_back",
    "take_instead",
    "take_off",
    "tell_results",
    "undo_withdrawal",
    "waiting_before",
    "withdraw",
    "withdraw_application",
    "yield_seat",
]
