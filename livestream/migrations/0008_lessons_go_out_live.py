import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_who_died'),
        ('courses', '0008_a_code_is_plain'),
        ('livestream', '0007_captions_are_drafted_and_read_through'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Nobody has ever used them: the way in belongs to one broadcast now.
        migrations.DeleteModel(name='Broadcast'),
        migrations.DeleteModel(name='Channel'),
        migrations.CreateModel(
            name='Broadcast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('planned', 'planned'), ('live', 'live'), ('ended', 'ended')], default='planned', max_length=8)),
                ('key_hash', models.CharField(max_length=64, null=True, unique=True)),
                ('key_press', models.UUIDField(blank=True, null=True)),
                ('dial_in', models.CharField(blank=True, max_length=40, verbose_name='number to listen by telephone')),
                ('began_at', models.DateTimeField(blank=True, null=True)),
                ('lost_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('handed_over_at', models.DateTimeField(blank=True, null=True)),
                ('packager', models.CharField(blank=True, max_length=80)),
                ('run', models.PositiveSmallIntegerField(default=0)),
                ('lease_ends_at', models.DateTimeField(blank=True, null=True)),
                ('lecture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='broadcasts', to='livestream.lecture')),
                ('lesson', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='broadcasts', to='courses.lesson')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='broadcasts', to=settings.AUTH_USER_MODEL)),
                ('recording', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='broadcast', to='livestream.recording')),
                ('trial_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='trials', to='livestream.broadcast')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='broadcasts', to='accounts.unit')),
            ],
            options={
                'verbose_name': 'broadcast',
            },
        ),
        migrations.CreateModel(
            name='Take',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('publisher', models.CharField(max_length=120)),
                ('began_at', models.DateTimeField()),
                ('heard_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('recorded_as', models.CharField(blank=True, max_length=200)),
                ('broadcast', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='takes', to='livestream.broadcast')),
            ],
            options={
                'verbose_name': 'take',
            },
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(('lesson', None), ('lecture', None), _connector='XOR'), name='a_broadcast_is_of_a_lesson_or_a_lecture'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(('trial_of', None), ('key_hash', None), _connector='XOR'), name='only_a_trial_has_no_key'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.UniqueConstraint(condition=models.Q(('trial_of', None), models.Q(('status', 'ended'), _negated=True)), fields=('lesson',), name='one_broadcast_of_a_lesson_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.UniqueConstraint(condition=models.Q(('trial_of', None), models.Q(('status', 'ended'), _negated=True)), fields=('lecture',), name='one_broadcast_of_a_lecture_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'ended'), _negated=True), fields=('trial_of',), name='one_trial_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('began_at', None), ('status', 'planned')), models.Q(('status', 'planned'), _negated=True), _connector='OR'), name='what_is_planned_has_not_begun'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'live'), _negated=True), ('began_at__isnull', False), _connector='OR'), name='what_is_live_has_begun'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'ended'), ('ended_at', None), _connector='XOR'), name='what_is_over_has_its_moment'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(('lost_at', None), ('status', 'live'), _connector='OR'), name='a_line_is_lost_while_live'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('began_at', None), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='a_broadcast_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='take',
            constraint=models.UniqueConstraint(fields=('broadcast', 'number'), name='a_take_has_its_own_number'),
        ),
        migrations.AddConstraint(
            model_name='take',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('broadcast',), name='one_publisher_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='take',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='a_take_ends_after_it_began'),
        ),
    ]
