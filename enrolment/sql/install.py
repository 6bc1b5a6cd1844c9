"""Put the functions of this folder into the database. A migration that changes one says so:

    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]

All of them are made anew each time, so a function may change its arguments and leave no old
self behind. They belong to ``seat_writer``. Those that say SECURITY DEFINER are doors, which the
web's role may call; the others are parts of these.
"""

from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent

DROP = """
DO $do$
DECLARE f record;
BEGIN
    FOR f IN
        SELECT oid::regprocedure AS signature FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(seat_|waitlist_places)'
    LOOP
        EXECUTE format('DROP FUNCTION %s', f.signature);
    END LOOP;
END $do$;
"""

OWNERSHIP = """
DO $do$
DECLARE f record;
BEGIN
    FOR f IN
        SELECT oid::regprocedure AS signature, prosecdef AS is_door FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(seat_|waitlist_places)'
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO seat_writer', f.signature);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f.signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO owner', f.signature);
        IF f.is_door THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO app', f.signature);
        END IF;
    END LOOP;
END $do$;
"""


def all_functions(apps: Any, schema_editor: Any) -> None:
    """Make every function of the folder anew, in an order in which each finds the others."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(DROP)
        cursor.execute("SET LOCAL check_function_bodies = off")
        for path in sorted(FOLDER.glob("*.sql")):
            cursor.execute(path.read_text(encoding="utf-8"))
        cursor.execute(OWNERSHIP)


def no_functions(apps: Any, schema_editor: Any) -> None:
    """Take them all out of the database."""
    schema_editor.execute(DROP)
