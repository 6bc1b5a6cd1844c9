"""What stands in for a source of chance is signed by two; an amendment brings its list."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from enrolment.sql import install

# A row alone would open the forms of its term for as long as nobody wrote the list after it.
AMENDED = """
CREATE FUNCTION ensure_an_amendment_has_its_list() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM enrolment_roster r WHERE r.amendment_id = NEW.id) THEN
        RAISE EXCEPTION 'amendment % has no list of its own', NEW.id
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'an_amendment_has_its_list',
                  HINT = 'Forms are opened by an amendment only to write the list after it.';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER an_amendment_has_its_list AFTER INSERT ON enrolment_amendment
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ensure_an_amendment_has_its_list();
"""
FREE = """
DROP TRIGGER an_amendment_has_its_list ON enrolment_amendment;
DROP FUNCTION ensure_an_amendment_has_its_list;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('enrolment', '0037_a_form_on_the_list_stays_in_the_draw'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='entropysource',
            name='countersigned_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='entropysource',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('countersigned_by', None), ('is_fallback', False)), models.Q(('countersigned_by__isnull', False), ('is_fallback', True), ('read_by__isnull', False), models.Q(('read_by', models.F('countersigned_by')), _negated=True)), _connector='OR'), name='what_stands_in_is_signed_by_two'),
        ),
        migrations.RunSQL(AMENDED, FREE),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
