from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("livestream", "0014_what_browsers_do_not_play_is_not_shown"),
    ]

    operations = [
        migrations.AddField(
            model_name="viewercount",
            name="gone",
            field=models.PositiveIntegerField(
                db_default=0, default=0, verbose_name="viewers of long ago"
            ),
        ),
    ]
