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
]
