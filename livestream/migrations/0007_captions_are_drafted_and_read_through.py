import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('livestream', '0006_generations_and_lectures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LessonNotes',
            fields=[
                ('recording', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='notes', serialize=False, to='livestream.recording')),
                ('text', models.TextField()),
                ('edited_at', models.DateTimeField()),
                ('edited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'lesson notes',
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='lesson_notes_say_something')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='captions',
            name='captions_are_checked_by_somebody',
        ),
        migrations.RemoveField(
            model_name='captions',
            name='made_by_machine',
        ),
        migrations.AddField(
            model_name='captions',
            name='draft',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='captions',
            name='edited_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='captions',
            name='machine',
            field=models.CharField(blank=True, choices=[('', 'written by people'), ('asked', 'being written by a machine'), ('wrote', 'written by a machine'), ('failed', 'the machine could not write them')], default='', max_length=6),
        ),
        migrations.AddField(
            model_name='captions',
            name='shown_version',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='captions',
            name='version',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='captions',
            name='language',
            field=models.CharField(choices=[('zh-Hans', 'Simplified Chinese'), ('zh-Hant', 'Traditional Chinese'), ('en', 'English')], max_length=12, verbose_name='language'),
        ),
        migrations.AlterField(
            model_name='captions',
            name='stored_as',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name='captions',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_at', None), ('checked_by', None), ('shown_version', None), ('stored_as', '')), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False), ('shown_version__isnull', False), ('stored_as__gt', '')), _connector='OR'), name='captions_that_are_shown_were_checked_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='chapter',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at_seconds__gte', 0)), name='a_chapter_starts_in_the_film'),
        ),
    ]
