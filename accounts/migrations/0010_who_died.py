"""Who has died: what the office was shown. No account acts for them any more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.policies import RowPolicy

LEARNERS_OF = """
CREATE OR REPLACE FUNCTION learners_of(asker bigint, at timestamptz)
    RETURNS TABLE (learner_id bigint, grant_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT l.id, NULL::bigint FROM accounts_learner l WHERE l.user_id = asker%(own)s
    UNION ALL
    SELECT g.learner_id, g.id FROM accounts_helpergrant g
    WHERE g.helper_id = asker
      AND g.granted_at <= at AND g.expires_at > at AND g.revoked_at IS NULL%(helped)s
    ORDER BY 1
$$;
"""
ALIVE = {
    "own": " AND l.deceased_on IS NULL",
    "helped": "\n      AND EXISTS (SELECT FROM accounts_learner l"
    " WHERE l.id = g.learner_id AND l.deceased_on IS NULL)",
}
BEFORE = {"own": "", "helped": ""}
POLICY = RowPolicy("accounts_deathrecord", follows=("learner_id", "accounts_learner"))


class Migration(migrations.Migration):
    dependencies = [
        ('accounts', '0009_proofs_of_care'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeathRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('died_on', models.DateField(verbose_name='day of death')),
                ('paper', models.CharField(choices=[('certificate', 'death certificate'), ('cremation', 'cremation certificate'), ('household', 'household register, with the name struck out'), ('committee', "letter of the residents' or village committee")], max_length=12)),
                ('kinship', models.CharField(choices=[('household', 'household register of both'), ('marriage', 'marriage certificate'), ('notary', 'notarised proof of kinship'), ('committee', 'letter of kinship from the committee or the police')], max_length=12)),
                ('brought_by', models.CharField(max_length=80)),
                ('noted_at', models.DateTimeField()),
                ('put_right_at', models.DateTimeField(null=True)),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deaths', to='accounts.learner')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('put_right_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('put_right_at', None)), fields=('learner',), name='nobody_dies_twice'), models.CheckConstraint(condition=models.Q(models.Q(('put_right_at', None), ('put_right_by', None)), models.Q(('put_right_at__isnull', False), ('put_right_by__isnull', False), models.Q(('put_right_by', models.F('noted_by')), _negated=True)), _connector='OR'), name='a_second_person_puts_a_death_right')],
            },
        ),
        *POLICY.operations(),
        migrations.RunSQL(
            "REVOKE DELETE, TRUNCATE ON accounts_deathrecord FROM app", migrations.RunSQL.noop
        ),
        migrations.RunSQL(LEARNERS_OF % ALIVE, LEARNERS_OF % BEFORE),
    ]
