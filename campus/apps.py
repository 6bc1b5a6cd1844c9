"""Where: places, and the general pages of the site."""

from django.apps import AppConfig


class CampusConfig(AppConfig):
    name = "campus"
