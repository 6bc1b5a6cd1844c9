"""Going on into the next term: places held before forms open, and a lot where too many ask."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.policies import RowPolicy
from enrolment.sql import install

RIGHTS = """
REVOKE DELETE, TRUNCATE ON enrolment_renewal, enrolment_renewallot, enrolment_renewalsecret
    FROM app;
GRANT SELECT, INSERT, UPDATE ON enrolment_renewal TO seat_writer;
GRANT USAGE ON SEQUENCE enrolment_renewal_id_seq TO seat_writer;

-- The digest stands before anybody has asked; the lot is drawn once, with the seed it stands for.
CREATE TRIGGER a_lot_stays_as_promised BEFORE UPDATE ON enrolment_renewallot FOR EACH ROW
    WHEN (OLD.drawn_at IS NOT NULL
          OR (NEW.term_id, NEW.digest, NEW.made_at) <> (OLD.term_id, OLD.digest, OLD.made_at)
          OR NEW.seed <> '' AND encode(sha256(decode(NEW.seed, 'hex')), 'hex') <> OLD.digest)
    EXECUTE FUNCTION refuse_to_strike_out();
"""
FREE = "DROP TRIGGER a_lot_stays_as_promised ON enrolment_renewallot;"
POLICIES = [
    RowPolicy("enrolment_renewal", unit="unit_id", learner="learner_id"),
    RowPolicy("enrolment_renewalsecret"),  # work of the system alone
]


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_proofs_of_residence'),
        ('courses', '0007_how_wanted_a_class_is'),
        ('enrolment', '0032_rules_are_tried_out'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RenewalLot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('seed', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('made_at', models.DateTimeField()),
                ('drawn_at', models.DateTimeField(blank=True, null=True)),
                ('term', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='renewal_lot', to='courses.term')),
            ],
        ),
        migrations.AlterField(
            model_name='claim',
            name='act',
            field=models.CharField(choices=[('claim', 'ask for a place'), ('leave_line', 'leave the waiting list'), ('withdraw', 'withdraw'), ('undo', 'take the place back'), ('yield', 'give the place to the next person now'), ('accept', 'accept an offer'), ('decline', 'decline an offer'), ('come', 'say that one comes'), ('stay_away', 'say that one does not come'), ('confirm', 'confirm at the counter'), ('extend', 'keep a place longer'), ('basket', 'ask for several places at once'), ('swap', 'change one class for another'), ('renew', 'go on next term')], max_length=10),
        ),
        migrations.CreateModel(
            name='RenewalSecret',
            fields=[
                ('lot', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='secret', serialize=False, to='enrolment.renewallot')),
                ('seed', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Renewal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'asked for'), ('kept', 'place held'), ('not_drawn', 'not drawn'), ('taken_back', 'taken back')], max_length=10)),
                ('number', models.CharField(blank=True, db_default='', default='', max_length=12)),
                ('place', models.PositiveIntegerField(blank=True, null=True)),
                ('channel', models.CharField(choices=[('web', 'website'), ('counter', 'counter'), ('phone', 'telephone'), ('paper', 'paper form'), ('sms', 'SMS'), ('system', 'by rule')], max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrolment', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewed_by', to='enrolment.enrolment')),
                ('goes_on_from', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='enrolment.enrolment')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='accounts.learner')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='courses.classsection')),
                ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='courses.term')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
            ],
            options={
                'verbose_name': 'renewal',
                'indexes': [models.Index(fields=['section', 'state'], name='renewals_of_a_class')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('goes_on_from', 'term'), name='a_class_is_asked_to_go_on_once'), models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('number',), name='a_number_of_a_lot_is_given_once'), models.CheckConstraint(condition=models.Q(models.Q(('enrolment__isnull', False), ('state', 'kept')), models.Q(models.Q(('state', 'kept'), _negated=True), ('enrolment', None)), _connector='OR'), name='a_renewal_is_kept_by_an_enrolment'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['asked', 'not_drawn']), _negated=True), models.Q(('number', ''), _negated=True), _connector='OR'), name='who_waits_for_a_lot_has_a_number')],
            },
        ),
        migrations.AddConstraint(
            model_name='renewallot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('drawn_at', None), ('seed', '')), models.Q(('drawn_at__isnull', False), models.Q(('seed', ''), _negated=True)), _connector='OR'), name='the_seed_of_renewals_is_shown_with_the_order'),
        ),
        *(operation for policy in POLICIES for operation in policy.operations()),
        migrations.RunSQL(RIGHTS, FREE),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
