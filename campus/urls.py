"""Addresses of places."""

from django.urls import path

from campus import views

app_name = "campus"
urlpatterns = [
    path("campuses/", views.list_campuses, name="list-campuses"),
    path("campuses/<slug:slug>/", views.show_campus, name="show-campus"),
    path("units/", views.list_units, name="list-units"),
    path("where-you-live/", views.choose_locality, name="choose-locality"),
]
