"""Forms of a term with every version, the chain that keeps them, and the draw."""

import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_proofs_of_care'),
        ('courses', '0006_names_on_the_desks'),
        ('enrolment', '0023_a_timely_answer_is_not_swept_away'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RosterLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('max_seats', models.PositiveSmallIntegerField()),
                ('size', models.PositiveSmallIntegerField(default=1)),
                ('choices', models.JSONField(default=list)),
                ('dropped', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='Roster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('frozen_at', models.DateTimeField()),
                ('sha256', models.CharField(max_length=64)),
                ('count', models.PositiveIntegerField()),
                ('entry', models.PositiveIntegerField()),
                ('head', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'roster',
            },
        ),
        migrations.CreateModel(
            name='Amendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.TextField(verbose_name='what is changed')),
                ('why', models.TextField(verbose_name='why it must be')),
                ('at', models.DateTimeField()),
                ('countersigned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='courses.term')),
            ],
            options={
                'verbose_name': 'amendment',
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=12, unique=True, verbose_name='number')),
                ('state', models.CharField(choices=[('draft', 'being filled in'), ('submitted', 'handed in'), ('withdrawn', 'withdrawn'), ('rejected', 'not possible'), ('in_draw', 'in the draw'), ('allocated', 'has a place'), ('unallocated', 'without a place'), ('closed', 'closed')], default='draft', max_length=12)),
                ('rejected_for', models.CharField(blank=True, db_default='', default='', max_length=32)),
                ('begun_at', models.DateTimeField()),
                ('undo_until', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('goes_with', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='companion', to='enrolment.application')),
                ('learner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='accounts.learner')),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.learner')),
                ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='courses.term')),
                ('unit', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
            ],
            options={
                'verbose_name': 'application',
                'verbose_name_plural': 'applications',
            },
        ),
        migrations.CreateModel(
            name='ApplicationVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('wanted', models.PositiveSmallIntegerField(default=1)),
                ('split_ok', models.BooleanField(default=False)),
                ('wants_better', models.BooleanField(default=False)),
                ('substitutes_asked', models.BooleanField(default=False)),
                ('rule_version', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('channel', models.CharField(choices=[('web', 'website'), ('counter', 'counter'), ('phone', 'telephone'), ('sms', 'SMS'), ('system', 'by rule')], max_length=8)),
                ('begun_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('application', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='enrolment.application')),
            ],
            options={
                'verbose_name': 'version of an application',
            },
        ),
        migrations.AddField(
            model_name='application',
            name='current',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrolment.applicationversion'),
        ),
        migrations.CreateModel(
            name='ChainEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('act', models.CharField(choices=[('submit', 'handed in'), ('change', 'changed'), ('undo', 'taken back'), ('withdraw', 'withdrawn'), ('freeze', 'list closed'), ('amend', 'list amended'), ('draw', 'drawn')], max_length=10)),
                ('content', models.JSONField()),
                ('head', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='enrolment.application')),
                ('term', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='chain', to='courses.term')),
            ],
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seed_text', models.TextField()),
                ('seed', models.CharField(max_length=64)),
                ('strategy', models.CharField(default='RDA/1', max_length=20)),
                ('engine', models.CharField(max_length=10)),
                ('code_sha256', models.CharField(max_length=64)),
                ('result_sha256', models.CharField(max_length=64)),
                ('drawn_at', models.DateTimeField()),
                ('seconds', models.FloatField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('term', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='draw', to='courses.term')),
            ],
            options={
                'verbose_name': 'draw',
            },
        ),
        migrations.CreateModel(
            name='CutOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('bucket', models.CharField(max_length=10)),
                ('end', models.CharField(choices=[('number', 'last number admitted'), ('not_full', 'not full'), ('closed', 'no such seat in this round')], max_length=8)),
                ('tier', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('number', models.PositiveIntegerField(blank=True, null=True)),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cutoffs', to='courses.classsection')),
                ('draw', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cutoffs', to='enrolment.draw')),
            ],
            options={
                'verbose_name': 'last number admitted',
            },
        ),
        migrations.CreateModel(
            name='DrawnNumber',
            fields=[
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='drawn', serialize=False, to='enrolment.rosterline')),
                ('number', models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='rosterline',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='enrolment.application'),
        ),
        migrations.CreateModel(
            name='EntropySource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('dice', 'dice of the witnesses'), ('beacon', 'public beacon of random numbers'), ('digits', 'published digits')], max_length=8)),
                ('name', models.CharField(max_length=32, verbose_name='name in seed.txt')),
                ('what', models.CharField(max_length=300, verbose_name='what it is, and where anybody can read it')),
                ('address', models.URLField(blank=True, verbose_name='address to read it from')),
                ('fallback', models.CharField(max_length=300, verbose_name='what counts if it is missing')),
                ('due_at', models.DateTimeField(verbose_name='when it is known')),
                ('named_at', models.DateTimeField()),
                ('value', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('proof', models.TextField(blank=True, db_default='', default='')),
                ('is_fallback', models.BooleanField(db_default=False, default=False)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('read_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('term', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entropy_sources', to='courses.term')),
            ],
            options={
                'verbose_name': 'source of chance',
                'verbose_name_plural': 'sources of chance',
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('missing', 'a form that was handed in is missing'), ('keyed_wrong', 'not what the form said'), ('eligibility', 'who may be in which class'), ('reserve', 'a reserve that should be open, or should not')], max_length=12)),
                ('words', models.TextField(verbose_name='what is wrong')),
                ('filed_at', models.DateTimeField()),
                ('upheld', models.BooleanField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, verbose_name='what was decided, and why')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='enrolment.application')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'objection',
            },
        ),
        migrations.CreateModel(
            name='PostedHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('number', models.PositiveIntegerField()),
                ('head', models.CharField(max_length=64)),
                ('posted_at', models.DateTimeField()),
                ('term', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='posted_heads', to='courses.term')),
            ],
            options={
                'ordering': ('term', 'day'),
            },
        ),
        migrations.AddField(
            model_name='rosterline',
            name='roster',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='enrolment.roster'),
        ),
        migrations.AddField(
            model_name='roster',
            name='amendment',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='roster', to='enrolment.amendment'),
        ),
        migrations.AddField(
            model_name='roster',
            name='frozen_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='roster',
            name='term',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rosters', to='courses.term'),
        ),
        migrations.CreateModel(
            name='DrawFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_result', models.BooleanField()),
                ('name', models.CharField(max_length=40)),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('roster', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='enrolment.roster')),
            ],
        ),
        migrations.AddField(
            model_name='draw',
            name='roster',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='draw', to='enrolment.roster'),
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                ('is_substitute', models.BooleanField(default=False)),
                ('flags', models.CharField(blank=True, db_default='', default='', max_length=3)),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wishes', to='courses.classsection')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to='enrolment.applicationversion')),
            ],
            options={
                'verbose_name': 'choice',
                'verbose_name_plural': 'choices',
            },
        ),
        migrations.CreateModel(
            name='WishResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField()),
                ('code', models.CharField(choices=[('ADMITTED', 'given'), ('BETTER_SEAT', 'has something better'), ('CLASH', 'clashes with another class'), ('FULL', 'full'), ('HARD_RESERVED', 'kept for others'), ('NO_SEATS', 'no seats'), ('HOT_LIMIT', 'one of the most wanted'), ('HELD', 'has a class already'), ('INELIGIBLE', 'not possible')], max_length=14)),
                ('rule', models.CharField(blank=True, db_default='', default='', max_length=32)),
                ('round', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('bucket', models.CharField(blank=True, db_default='', default='', max_length=10)),
                ('bars', models.JSONField(default=list)),
                ('blocked_by', models.JSONField(default=list)),
                ('place', models.PositiveIntegerField(blank=True, null=True)),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='enrolment.rosterline')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='courses.classsection')),
            ],
            options={
                'verbose_name': 'result of a choice',
            },
        ),
        migrations.CreateModel(
            name='Witness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('office', models.CharField(max_length=120, verbose_name='on whose behalf')),
                ('signed', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='witnesses', to='courses.term')),
            ],
            options={
                'verbose_name': 'witness',
                'verbose_name_plural': 'witnesses',
            },
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.CheckConstraint(condition=models.Q(('signed_by', models.F('countersigned_by')), _negated=True), name='an_amendment_is_signed_by_two'),
        ),
        migrations.AddConstraint(
            model_name='applicationversion',
            constraint=models.UniqueConstraint(fields=('application', 'version'), name='a_version_is_written_once'),
        ),
        migrations.AddConstraint(
            model_name='applicationversion',
            constraint=models.UniqueConstraint(condition=models.Q(('submitted_at', None)), fields=('application',), name='one_draft_of_an_application'),
        ),
        migrations.AddConstraint(
            model_name='applicationversion',
            constraint=models.CheckConstraint(condition=models.Q(('wanted__gte', 1), ('wanted__lte', 2)), name='one_or_two_classes_are_wanted'),
        ),
        migrations.AddConstraint(
            model_name='applicationversion',
            constraint=models.CheckConstraint(condition=models.Q(('submitted_at', None), ('rule_version__isnull', False), _connector='OR'), name='what_is_handed_in_names_its_rules'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['term', 'state'], name='applications_of_a_term'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(fields=('learner', 'term'), name='one_application_per_learner_and_term', violation_error_message='This learner has an application for this term.'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('number__regex', '^[1-9][0-9]{11}$')), name='a_number_has_twelve_digits'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('current__isnull', False), ('goes_with__isnull', False), _connector='OR'), name='what_is_handed_in_has_a_version'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('goes_with', None), models.Q(('goes_with', models.F('id')), _negated=True), _connector='OR'), name='nobody_goes_with_themselves'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('goes_with', None), ('partner__isnull', False), _connector='OR'), name='who_goes_with_somebody_says_with_whom'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'rejected'), ('rejected_for', ''), _connector='XOR'), name='what_is_not_possible_says_why'),
        ),
        migrations.AddConstraint(
            model_name='chainentry',
            constraint=models.UniqueConstraint(fields=('term', 'number'), name='an_entry_has_its_number'),
        ),
        migrations.AddConstraint(
            model_name='cutoff',
            constraint=models.UniqueConstraint(fields=('draw', 'section', 'round', 'bucket'), name='one_cut_off_a_class_round_and_bucket'),
        ),
        migrations.AddConstraint(
            model_name='cutoff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end', 'number'), ('number__isnull', False), ('tier__isnull', False)), models.Q(models.Q(('end', 'number'), _negated=True), ('number', None), ('tier', None)), _connector='OR'), name='a_cut_off_is_a_number_or_says_why_not'),
        ),
        migrations.AddField(
            model_name='drawnnumber',
            name='draw',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='numbers', to='enrolment.draw'),
        ),
        migrations.AddConstraint(
            model_name='entropysource',
            constraint=models.UniqueConstraint(fields=('term', 'name'), name='a_source_is_named_once'),
        ),
        migrations.AddConstraint(
            model_name='entropysource',
            constraint=models.CheckConstraint(condition=models.Q(('name__regex', '^[a-z][a-z0-9-]{0,31}$')), name='a_plain_name_of_a_source'),
        ),
        migrations.AddConstraint(
            model_name='entropysource',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('read_at', None), ('value', '')), models.Q(models.Q(('value', ''), _negated=True), ('read_at__isnull', False)), _connector='OR'), name='what_was_read_has_its_time'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('decided_at', None), ('upheld', None)), models.Q(('decided_at__isnull', False), ('upheld__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='a_decision_says_what_and_why'),
        ),
        migrations.AddConstraint(
            model_name='postedhead',
            constraint=models.UniqueConstraint(fields=('term', 'day'), name='a_head_is_posted_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='rosterline',
            constraint=models.UniqueConstraint(fields=('roster', 'application'), name='an_application_has_one_line'),
        ),
        migrations.AddConstraint(
            model_name='rosterline',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 1), ('size__lte', 2)), name='one_or_two_people_a_line'),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.UniqueConstraint(fields=('term', 'version'), name='a_roster_of_a_version_once'),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amendment', None), ('version__gte', 1), ('version__lte', 2)), models.Q(('amendment__isnull', False), ('version__gte', 3)), _connector='OR'), name='after_the_final_list_an_amendment'),
        ),
        migrations.AddConstraint(
            model_name='drawfile',
            constraint=models.UniqueConstraint(fields=('roster', 'is_result', 'name'), name='a_file_is_published_once'),
        ),
        migrations.AddConstraint(
            model_name='wish',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('version', 'rank'), name='a_rank_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='wish',
            constraint=models.UniqueConstraint(fields=('version', 'section'), name='a_class_is_chosen_once', violation_error_message='This class is on the form already.'),
        ),
        migrations.AddConstraint(
            model_name='wish',
            constraint=models.CheckConstraint(condition=models.Q(('rank__gte', 1), ('rank__lte', 8)), name='a_list_has_eight_places'),
        ),
        migrations.AddConstraint(
            model_name='wishresult',
            constraint=models.UniqueConstraint(fields=('line', 'section'), name='a_choice_has_one_result'),
        ),
        migrations.AddConstraint(
            model_name='drawnnumber',
            constraint=models.UniqueConstraint(fields=('draw', 'number'), name='a_number_is_drawn_once'),
        ),
    ]
