"""Addresses of replays and films."""

from django.urls import path

from livestream import views

app_name = "livestream"
urlpatterns = [
    path("my/replays/", views.list_replays, name="list-replays"),
    path("replays/<int:recording_id>/", views.watch, name="watch"),
    path("replays/<int:recording_id>/grant/", views.grant, name="grant"),
    path("replays/<int:recording_id>/place/", views.keep_place, name="keep-place"),
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
