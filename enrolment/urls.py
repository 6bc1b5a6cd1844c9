"""Addresses of seats: classes to ask for, classes one has, lines one stands in.

Those of learners come before those of the desk: in a rush every step of the way counts.
"""

from django.urls import path

from enrolment import views
from enrolment.views import (
    calls,
    changes,
    desk,
    desk_changes,
    forms_desk,
    openings,
    openings_desk,
    papers,
    shortlist,
    terms,
    together,
)

app_name = "enrolment"
urlpatterns = [
    path("classes/<int:section_id>/enrol/", views.check_class, name="check-class"),
    path("classes/<int:section_id>/hold/", views.hold_seat, name="hold-seat"),
    path("classes/<int:section_id>/declare/", views.declare_health, name="declare-health"),
    path("classes/<int:section_id>/remind/", views.remind_of_opening, name="remind-of-opening"),
    path("classes/<int:section_id>/aside/", shortlist.put_aside, name="put-aside"),
    path("classes/<int:section_id>/not-aside/", shortlist.take_off, name="take-off-list"),
    path("classes/<int:section_id>/together/", together.enrol_together, name="enrol-together"),
    path(
        "classes/<int:section_id>/together/<uuid:key>/",
        together.show_together,
        name="show-together",
    ),
    path("my/list/", shortlist.show_list, name="show-list"),
    path("my/list/enrol/", shortlist.enrol_from_list, name="enrol-from-list"),
    path("my/list/<uuid:key>/", shortlist.show_answers, name="show-answers"),
    path("my/classes/", views.list_my_classes, name="my-classes"),
    path("my/classes/<int:enrolment_id>/change/", changes.choose_change, name="choose-change"),
    path(
        "my/classes/<int:enrolment_id>/change/<int:section_id>/",
        changes.change_class,
        name="change-class",
    ),
    path("my/classes/<int:enrolment_id>/", views.show_enrolment, name="show-enrolment"),
    path("my/classes/<int:enrolment_id>/withdraw/", views.withdraw, name="withdraw"),
    path("my/classes/<int:enrolment_id>/come/", views.say_one_comes, name="say-one-comes"),
    path(
        "my/classes/<int:enrolment_id>/stay-away/",
        views.say_one_stays_away,
        name="say-one-stays-away",
    ),
    path("my/classes/<int:enrolment_id>/undo/", views.undo_withdrawal, name="undo-withdrawal"),
    path("my/classes/<int:enrolment_id>/yield/", views.yield_seat, name="yield-seat"),
    path(
        "my/classes/<int:enrolment_id>/class.ics",
        views.download_enrolment,
        name="download-enrolment",
    ),
    path("my/waiting/<int:entry_id>/", views.show_entry, name="show-entry"),
    path("my/waiting/<int:entry_id>/accept/", views.accept_offer, name="accept-offer"),
    path("my/waiting/<int:entry_id>/decline/", views.decline_offer, name="decline-offer"),
    path("my/waiting/<int:entry_id>/leave/", views.leave_waitlist, name="leave-waitlist"),
    path("my/timetable/", views.show_timetable, name="show-timetable"),
    path("my/timetable.ics", views.download_timetable, name="download-timetable"),
    path("openings/", openings.list_openings, name="list-openings"),
    path("openings/<int:opening_id>/", openings.show_opening, name="show-opening"),
    path("openings/<int:opening_id>/join/", openings.join_room, name="join-room"),
    path("openings/<int:opening_id>/enter/", openings.enter_room, name="enter-room"),
    path("desk/classes/open/", terms.choose_place, name="choose-place"),
    path("desk/classes/open/<int:term_id>/<slug:slug>/", terms.open_class, name="open-class"),
    path("desk/terms/<int:term_id>/phase/", terms.move_term_on, name="move-term-on"),
    path("desk/placements/", papers.place_learner, name="place-learner"),
    path(
        "desk/classes/<int:section_id>/papers/<int:learner_id>/",
        papers.record_papers,
        name="record-papers",
    ),
    path("desk/calls/", calls.list_calls, name="phone-list"),
    path("desk/calls/offers/<int:entry_id>/", calls.call_about_offer, name="call-about-offer"),
    path("desk/calls/places/<int:enrolment_id>/", calls.call_about_place, name="call-about-place"),
    path("desk/offers/<int:entry_id>/longer/", calls.extend_offer, name="extend-offer"),
    path("desk/offers/<int:entry_id>/answer/", desk.answer_offer, name="answer-for"),
    path("desk/offers/<int:entry_id>/leave/", desk.leave_line_for, name="leave-line-for"),
    path("desk/places/<int:enrolment_id>/answer/", desk.answer_place, name="answer-place-for"),
    path("desk/places/<int:enrolment_id>/longer/", calls.extend_place, name="extend-place"),
    path(
        "desk/places/<int:enrolment_id>/change/<int:section_id>/",
        desk_changes.change_class_for,
        name="change-class-for",
    ),
    path("desk/places/<int:enrolment_id>/withdraw/", desk.withdraw_for, name="withdraw-for"),
    path("desk/places/<int:enrolment_id>/undo/", desk.undo_for, name="undo-for"),
    path("desk/places/<int:enrolment_id>/yield/", desk.yield_for, name="yield-for"),
    path("desk/learners/", desk.find_learner, name="find-learner"),
    path("desk/learners/<int:learner_id>/", desk.show_learner, name="show-learner"),
    path("desk/learners/<int:learner_id>/classes/", desk.choose_class, name="choose-class"),
    path(
        "desk/learners/<int:learner_id>/classes/<int:section_id>/",
        desk.enrol_learner,
        name="enrol-learner",
    ),
    path("desk/learners/<int:learner_id>/form/", forms_desk.form_for, name="form-for"),
    path(
        "desk/learners/<int:learner_id>/form/slip/",
        forms_desk.form_slip_for,
        name="form-slip-for",
    ),
    path(
        "desk/learners/<int:learner_id>/form/together/",
        forms_desk.join_form_for,
        name="join-form-for",
    ),
    *(
        path(
            f"desk/learners/<int:learner_id>/form/{what}/",
            forms_desk.step_form_for,
            {"what": what},
            name=f"{what}-form-for",
        )
        for what in forms_desk.STEPS
    ),
    path("desk/openings/", openings_desk.list_openings, name="staff-list-openings"),
    path(
        "desk/terms/<int:term_id>/openings/",
        openings_desk.plan_openings,
        name="staff-plan-openings",
    ),
    path("desk/openings/<int:opening_id>/", openings_desk.watch_room, name="staff-watch-room"),
    path(
        "desk/openings/<int:opening_id>/steer/",
        openings_desk.steer_room,
        name="staff-steer-room",
    ),
    path(
        "desk/openings/<int:opening_id>/people/",
        openings_desk.bring_learner,
        name="staff-bring-learner",
    ),
    path(
        "desk/openings/<int:opening_id>/people/<int:learner_id>/",
        openings_desk.give_place,
        name="staff-give-place",
    ),
]
