from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("livestream", "0004_rights_end_early")]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taken_back_at", None), ("status", "ready"), _connector="OR"
                ),
                name="only_a_replay_is_taken_back",
            ),
        ),
    ]
