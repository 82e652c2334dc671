"""An exclusion knows its line of the target."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0002_append_only_journal"),
    ]

    operations = [
        migrations.AddField(
            model_name="exclusion",
            name="line",
            field=models.IntegerField(null=True),
        ),
    ]
