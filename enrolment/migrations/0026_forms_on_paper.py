"""A form may come on paper, keyed in by the office."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('enrolment', '0025_a_closed_list_stays_closed'),
    ]

    operations = [
        migrations.AlterField(
            model_name='applicationversion',
            name='channel',
            field=models.CharField(choices=[('web', 'website'), ('counter', 'counter'), ('phone', 'telephone'), ('paper', 'paper form'), ('sms', 'SMS'), ('system', 'by rule')], max_length=8),
        ),
        migrations.AlterField(
            model_name='claim',
            name='channel',
            field=models.CharField(choices=[('web', 'website'), ('counter', 'counter'), ('phone', 'telephone'), ('paper', 'paper form'), ('sms', 'SMS'), ('system', 'by rule')], max_length=8),
        ),
        migrations.AlterField(
            model_name='enrolmentevent',
            name='channel',
            field=models.CharField(choices=[('web', 'website'), ('counter', 'counter'), ('phone', 'telephone'), ('paper', 'paper form'), ('sms', 'SMS'), ('system', 'by rule')], max_length=8),
        ),
        migrations.AlterField(
            model_name='queueplace',
            name='channel',
            field=models.CharField(choices=[('web', 'website'), ('counter', 'counter'), ('phone', 'telephone'), ('paper', 'paper form'), ('sms', 'SMS'), ('system', 'by rule')], max_length=8),
        ),
    ]
