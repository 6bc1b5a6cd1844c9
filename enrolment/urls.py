"""Addresses of seats: classes to ask for, classes one has, lines one stands in."""

from django.urls import path

from enrolment import views
from enrolment.views import papers, terms

app_name = "enrolment"
urlpatterns = [
    path("desk/classes/open/", terms.choose_place, name="choose-place"),
    path("desk/classes/open/<int:term_id>/<slug:slug>/", terms.open_class, name="open-class"),
    path("desk/terms/<int:term_id>/phase/", terms.move_term_on, name="move-term-on"),
    path("desk/placements/", papers.place_learner, name="place-learner"),
    path(
        "desk/classes/<int:section_id>/papers/<int:learner_id>/",
        papers.record_papers,
        name="record-papers",
    ),
    path("classes/<int:section_id>/enrol/", views.check_class, name="check-class"),
    path("classes/<int:section_id>/hold/", views.hold_seat, name="hold-seat"),
    path("classes/<int:section_id>/declare/", views.declare_health, name="declare-health"),
    path("classes/<int:section_id>/remind/", views.remind_of_opening, name="remind-of-opening"),
    path("my/classes/", views.list_my_classes, name="my-classes"),
    path("my/classes/<int:enrolment_id>/", views.show_enrolment, name="show-enrolment"),
    path("my/classes/<int:enrolment_id>/withdraw/", views.withdraw, name="withdraw"),
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
]
