"""While choices are open no counts are shown, but once a day how wanted a class is, in a word."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0006_names_on_the_desks'),
    ]

    operations = [
        migrations.AddField(
            model_name='sectionavailability',
            name='warmth',
            field=models.CharField(blank=True, choices=[('cool', 'few want it'), ('warm', 'many want it'), ('hot', 'very many want it')], db_default='', default='', max_length=4),
        ),
    ]
