"""Tables made from here on are open to the web's role for rows, never for their shape.

Runs before every other migration. What the role must not write (seats, enrolments, audit)
is taken away again beside the table that says so.
"""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    run_before = [("contenttypes", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT USAGE ON SCHEMA public TO app, seat_writer;
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;
            ALTER DEFAULT PRIVILEGES IN SCHEMA public
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app;
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO app, seat_writer;
            """,
            """
            ALTER DEFAULT PRIVILEGES IN SCHEMA public
                REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM app;
            ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE USAGE ON SEQUENCES FROM app, seat_writer;
            """,
        ),
    ]
