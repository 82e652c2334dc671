from django.db import migrations, models

import storage.ids


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0003_simulated_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="SimulatedVisit",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_default=storage.ids.NextId(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("due_at", models.DateTimeField(db_index=True)),
                ("url", models.TextField()),
                ("method", models.TextField()),
                ("agent", models.TextField()),
            ],
        ),
    ]
