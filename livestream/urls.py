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
    path("teaching/films/<int:recording_id>/publish/", views.publish_film, name="publish-film"),
    path(
        "teaching/films/<int:recording_id>/take-back/", views.take_film_back, name="take-film-back"
    ),
    path("teaching/films/<int:recording_id>/again/", views.try_film_again, name="try-film-again"),
    path("teaching/films/<int:recording_id>/remove/", views.remove_film, name="remove-film"),
]
