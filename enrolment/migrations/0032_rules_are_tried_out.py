"""Rules of a term are tried out on forms before they are published."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0007_how_wanted_a_class_is'),
        ('enrolment', '0031_sheets_are_keyed_in_once'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('present', models.JSONField()),
                ('tried', models.JSONField()),
                ('invented', models.JSONField(blank=True, null=True)),
                ('asked_at', models.DateTimeField()),
                ('answer', models.JSONField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('forms_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.term')),
                ('term', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trials', to='courses.term')),
            ],
            options={
                'verbose_name': 'trial of rules',
                'verbose_name_plural': 'trials of rules',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answer__isnull', True), ('answered_at__isnull', True)), models.Q(('answer__isnull', False), ('answered_at__isnull', False)), _connector='OR'), name='an_answer_has_its_time'), models.CheckConstraint(condition=models.Q(('forms_of__isnull', True), ('invented__isnull', True), _connector='XOR'), name='rules_are_tried_on_forms_or_on_invented_ones')],
            },
        ),
    ]
