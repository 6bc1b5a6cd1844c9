"""A closed list refuses under a name, and each lock that is no row has a number of its own.

Services turn the refusal into a sentence by that name. Who renews into a class no longer waits
for the draw whose number happens to be the class's.
"""

from django.db import migrations

from enrolment.sql import install

REFUSAL = """
CREATE OR REPLACE FUNCTION refuse_what_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the list of this term is closed: % stays as it was published', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'the_list_is_closed',
              HINT = 'An objection, or an amendment that everybody is told of, opens it.';
END;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0035_letters_say_what_the_page_says")]

    operations = [
        migrations.RunSQL(REFUSAL, migrations.RunSQL.noop),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
