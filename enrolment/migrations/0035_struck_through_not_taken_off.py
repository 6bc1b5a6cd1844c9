"""Who steps out between the closed list and the published draw is struck through on the list."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.policies import RowPolicy
from enrolment.sql import install

# The last wall: a row comes while its form is on the list and the draw is not public, and stays.
# The form is locked by the reading, so a publication that has begun is waited for and seen.
RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON enrolment_struckout FROM app;
CREATE TRIGGER rows_stay_as_written BEFORE UPDATE OR DELETE ON enrolment_struckout
    FOR EACH ROW EXECUTE FUNCTION refuse_to_strike_out();
GRANT SELECT ON enrolment_struckout TO seat_writer;

CREATE FUNCTION ensure_it_is_time_to_step_out() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM enrolment_application WHERE id = NEW.application_id FOR SHARE;
    IF NOT EXISTS (
        SELECT FROM enrolment_application a
        WHERE a.id = NEW.application_id AND a.state = 'in_draw'
          AND last_roster_of(a.term_id) IS NOT NULL
          AND NOT EXISTS (SELECT FROM enrolment_draw d
                          WHERE d.term_id = a.term_id AND d.published_at IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'application % is in no draw that is still to come', NEW.application_id
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Before the list is closed it is withdrawn, after the draw a place declined.';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER only_before_the_draw BEFORE INSERT ON enrolment_struckout
    FOR EACH ROW EXECUTE FUNCTION ensure_it_is_time_to_step_out();
"""
FREE = """
DROP TRIGGER only_before_the_draw ON enrolment_struckout;
DROP FUNCTION ensure_it_is_time_to_step_out;
DROP TRIGGER rows_stay_as_written ON enrolment_struckout;
"""
POLICY = RowPolicy("enrolment_struckout", follows=("application_id", "enrolment_application"))


class Migration(migrations.Migration):

    dependencies = [
        ('enrolment', '0034_what_is_said_of_a_draw'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StruckOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('own_wish', 'does not want to any more'), ('ill', 'is ill, or cares for somebody who is'), ('moved', 'has moved away'), ('died', 'has died'), ('other', 'another reason')], max_length=8, verbose_name='why')),
                ('channel', models.CharField(choices=[('web', 'website'), ('counter', 'counter'), ('phone', 'telephone'), ('paper', 'paper form'), ('sms', 'SMS'), ('system', 'by rule')], max_length=8)),
                ('at', models.DateTimeField()),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='struck_out', to='enrolment.application')),
            ],
            options={
                'verbose_name': 'stepping out of a draw',
                'constraints': [models.CheckConstraint(condition=models.Q(('actor__isnull', False), models.Q(('channel', 'system'), ('reason', 'died')), _connector='OR'), name='only_who_died_is_struck_out_by_rule')],
            },
        ),
        migrations.AlterField(
            model_name='chainentry',
            name='act',
            field=models.CharField(choices=[('submit', 'handed in'), ('change', 'changed'), ('undo', 'taken back'), ('withdraw', 'withdrawn'), ('freeze', 'list closed'), ('amend', 'list amended'), ('strike', 'struck out'), ('draw', 'drawn')], max_length=10),
        ),
        *POLICY.operations(),
        migrations.RunSQL(RIGHTS, FREE),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
