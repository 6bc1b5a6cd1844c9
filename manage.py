#!/usr/bin/env python
"""Django's command line, for staff and machines."""

import sys

from config import env

# Commands that shape the database or fill it as a whole; all others run as the web does,
# with a role that owns nothing and sees what row-level security lets it see.
OWNER_COMMANDS = {
    "clock",
    "createcachetable",
    "dbshell",
    "demo_city",
    "flush",
    "makemigrations",
    "migrate",
    "showmigrations",
    "sqlmigrate",
    "wagtail_update_image_renditions",
}


def main() -> None:
    """Run one command, as the database role it needs."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    env.prepare(
        settings="config.settings.dev",
        owner=command in OWNER_COMMANDS,
        web=command == "runserver",
    )
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
