"""Who could not have a place of the lot for another reason is not called "not drawn"."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('enrolment', '0038_what_is_signed_by_two'),
    ]

    operations = [
        migrations.AlterField(
            model_name='renewal',
            name='state',
            field=models.CharField(choices=[('asked', 'asked for'), ('kept', 'place held'), ('not_drawn', 'not drawn'), ('refused', 'could not be given by the rules'), ('taken_back', 'taken back')], max_length=10),
        ),
    ]
