"""Addresses of replays and films."""

from django.urls import path

from livestream import views

app_name = "livestream"
urlpatterns = [
    path("my/replays/", views.list_replays, name="list-replays"),
    path("replays/<int:recording_id>/", views.watch, name="watch"),
    path("replays/<int:recording_id>/grant/", views.grant, name="grant"),
    path("replays/<int:recording_id>/transcript/", views.read_transcript, name="read-transcript"),
    path(
        "replays/<int:recording_id>/captions/<slug:language>.vtt",
        views.captions_file,
        name="captions-file",
    ),
    path(
        "teaching/films/<int:recording_id>/captions/", views.list_captions, name="list-captions"
    ),
    path(
        "teaching/films/<int:recording_id>/captions/begin/",
        views.begin_captions,
        name="begin-captions",
    ),
    path("teaching/captions/<int:captions_id>/", views.edit_captions, name="edit-captions"),
    path(
        "teaching/captions/<int:captions_id>/publish/",
        views.publish_captions,
        name="publish-captions",
    ),
    path(
        "teaching/captions/<int:captions_id>/remove/",
        views.remove_captions,
        name="remove-captions",
    ),
    path(
        "teaching/films/<int:recording_id>/chapters/", views.edit_chapters, name="edit-chapters"
    ),
    path("teaching/films/<int:recording_id>/notes/", views.edit_notes, name="edit-notes"),
    path("teaching/films/", views.list_films, name="list-films"),
    path("teaching/films/send/", views.upload_film, name="upload-film"),
    path("teaching/films/uploads/", views.announce_film, name="announce-film"),
    path("teaching/films/uploads/<uuid:press>/", views.send_film, name="send-film"),
    path("teaching/films/uploads/<uuid:press>/give-up/", views.give_up_film, name="give-up-film"),
    path("teaching/films/uploads/<uuid:press>/use/", views.use_cut_film, name="use-cut-film"),
    path("teaching/films/<int:recording_id>/publish/", views.publish_film, name="publish-film"),
    path(
        "teaching/films/<int:recording_id>/take-back/", views.take_film_back, name="take-film-back"
    ),
    path("teaching/films/<int:recording_id>/again/", views.try_film_again, name="try-film-again"),
    path("teaching/films/<int:recording_id>/remove/", views.remove_film, name="remove-film"),
    path("library/", views.show_library, name="library"),
    path("library/feed.xml", views.library_feed, name="library-feed"),
    path("library/podcast.xml", views.library_podcast, name="library-podcast"),
    path("podcast/<uuid:asset>.m4a", views.podcast_sound, name="podcast-sound"),
    path("series/", views.list_series, name="list-series"),
    path("series/<slug:slug>/", views.show_series, name="show-series"),
    path("series/<slug:slug>/plan/<int:year>/", views.print_year, name="print-year"),
    path("series/<slug:slug>/poster/<int:issue>/", views.print_lecture, name="print-lecture"),
    path("series/<slug:slug>/sms/", views.subscribe, name="subscribe"),
    path("series/<slug:slug>/feed.xml", views.series_feed, name="series-feed"),
    path("series/<slug:slug>/podcast.xml", views.series_podcast, name="series-podcast"),
    path("my/series/<slug:slug>/", views.subscribe_me, name="subscribe-me"),
    path("desk/series/", views.staff_list_series, name="staff-list-series"),
    path(
        "desk/series/<int:series_id>/plan/<int:year>/",
        views.staff_plan_year,
        name="staff-plan-year",
    ),
    path("tv/", views.tv_home, name="tv-home"),
    path("tv/all/", views.tv_titles, name="tv-titles"),
    path("tv/by/<slug:name>/", views.tv_shelves, name="tv-shelves"),
    path("tv/mine/", views.tv_mine, name="tv-mine"),
    path("tv/pair/", views.tv_pair, name="tv-pair"),
    path("tv/pair/state/", views.tv_pair_state, name="tv-pair-state"),
    path("tv/end/", views.tv_end, name="tv-end"),
    path("tv/replays/<int:recording_id>/", views.tv_watch, name="tv-watch"),
    path("tv/replays/<int:recording_id>/grant/", views.tv_grant, name="tv-grant"),
    path(
        "tv/replays/<int:recording_id>/captions/<slug:language>.vtt",
        views.tv_captions,
        name="tv-captions",
    ),
    path("my/tv/", views.list_televisions, name="list-televisions"),
    path("my/tv/<int:television_id>/end/", views.end_television, name="end-television"),
    path("partners/<str:token>/list.m3u", views.partner_list, name="partner-list"),
    path("partners/<str:token>/guide.xml", views.partner_guide, name="partner-guide"),
    path("partners/<str:token>/titles.json", views.partner_titles, name="partner-titles"),
    path("partners/<str:token>/play/<int:recording_id>/", views.partner_play, name="partner-play"),
    path("partners/<str:token>/live/<slug:slug>/", views.partner_live, name="partner-live"),
    path("viewings/", views.list_viewings, name="list-viewings"),
    path("viewings/<int:viewing_id>/", views.show_viewing, name="show-viewing"),
    path("viewings/<int:viewing_id>/begin/", views.begin_viewing, name="begin-viewing"),
    path("viewings/<int:viewing_id>/count/", views.count_heads, name="count-heads"),
    path("viewings/<int:viewing_id>/end/", views.end_viewing, name="end-viewing"),
    path("viewings/<int:viewing_id>/grant/", views.grant_to_room, name="grant-to-room"),
    path("viewings/<int:viewing_id>/names/", views.note_names, name="note-names"),
    path("desk/viewings/", views.staff_list_viewings, name="staff-list-viewings"),
    path("desk/viewings/add/", views.choose_what_to_show, name="choose-what-to-show"),
    path("desk/viewings/lecture/<int:lecture_id>/", views.plan_lecture, name="plan-lecture"),
    path("desk/viewings/lesson/<int:lesson_id>/", views.plan_lesson, name="plan-lesson"),
    path("desk/viewings/<int:viewing_id>/", views.change_viewing, name="change-viewing"),
    path("desk/viewings/<int:viewing_id>/off/", views.call_viewing_off, name="call-viewing-off"),
    path("desk/viewings/report/", views.report_viewings, name="report-viewings"),
    path("desk/viewings/report.csv", views.download_viewings, name="download-viewings"),
    path("desk/packs/<int:pack_id>/print/", views.print_pack, name="print-pack"),
    path("programme/<slug:slug>/", views.show_programme, name="show-programme"),
]
