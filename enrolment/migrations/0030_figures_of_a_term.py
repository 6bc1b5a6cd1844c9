"""The published figures of a term: groups, not people, so everybody may read them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0007_how_wanted_a_class_is'),
        ('enrolment', '0029_questions_answered'),
    ]

    operations = [
        migrations.CreateModel(
            name='TermFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('drawn', 'after the draw'), ('begun', 'at the first lesson'), ('ended', 'at the end of the term')], max_length=8)),
                ('as_of', models.DateTimeField()),
                ('content', models.JSONField()),
                ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='courses.term')),
            ],
            options={
                'verbose_name': 'figures of a term',
                'constraints': [models.UniqueConstraint(fields=('term', 'stage'), name='a_stage_is_counted_once')],
            },
        ),
        migrations.RunSQL(
            """
            REVOKE UPDATE, DELETE, TRUNCATE ON enrolment_termfigures FROM app;
            CREATE TRIGGER rows_stay_as_written BEFORE UPDATE OR DELETE ON enrolment_termfigures
                FOR EACH ROW EXECUTE FUNCTION refuse_to_strike_out();
            """,
            """
            DROP TRIGGER rows_stay_as_written ON enrolment_termfigures;
            GRANT UPDATE, DELETE, TRUNCATE ON enrolment_termfigures TO app;
            """,
        ),
    ]
