from django.db import migrations


class Migration(migrations.Migration):
    """Tables that were made ahead of their use, and that nothing writes or reads."""

    dependencies = [("livestream", "0004_rights_end_early")]

    operations = [
        migrations.DeleteModel(name)
        for name in (
            "Broadcast",
            "Channel",
            "Captions",
            "Chapter",
            "Storyboard",
            "WatchRange",
            "WorkUnit",
        )
    ]
