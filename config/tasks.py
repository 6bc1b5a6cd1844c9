"""Errands of the demo city: its films, made after the city stands."""

from accounts import clock
from accounts.errands import errand
from config.demo import load_films


@errand("make_demo_film")
def make_demo_film(what: str) -> None:
    """Make one lesson film and send it in as its teacher."""
    load_films.make_and_send(what, at=clock.now())


@errand("publish_demo_film")
def publish_demo_film(what: str) -> None:
    """Publish the replay of a demo film once it is made."""
    load_films.publish_when_made(what, at=clock.now())
