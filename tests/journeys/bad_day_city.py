"""Fill the house of the bad day: run beside it, as owner, in a process of its own.

Writes as JSON the things of ``tests/house/world.py`` and, for each role, the cookie of a browser
that is signed in.
"""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - settings must be chosen first

from accounts import clock  # noqa: E402
from config.access import Role  # noqa: E402
from tests.factories.times import TODAY  # noqa: E402
from tests.house import world  # noqa: E402


def main() -> None:
    clock.set_to(TODAY)
    city = world.build()
    cookies = {
        role.name: cookie.value
        for role in Role
        if (cookie := city.client(role).cookies.get(settings.SESSION_COOKIE_NAME))
    }
    phones = {role.name: user.phone for role, user in city.people.items() if user.phone}
    found = {"things": city.things, "cookies": cookies, "phones": phones}
    json.dump(found, sys.stdout, default=str)  # a press is named by a UUID


if __name__ == "__main__":
    main()
