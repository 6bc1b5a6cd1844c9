from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("livestream", "0003_pages")]

    operations = [
        migrations.AddIndex(
            model_name="watchgrant",
            index=models.Index(fields=["expires_at"], name="rights_by_their_end"),
        )
    ]
