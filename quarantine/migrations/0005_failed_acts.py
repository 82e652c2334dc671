"""Bulk acts that fail, and one index of changes less."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quarantine", "0004_incidents"),
    ]

    operations = [
        migrations.AddField(
            model_name="bulkact",
            name="error",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="bulkact",
            name="tried_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="bulkact",
            name="tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="bulkact",
            name="state",
            field=models.CharField(
                choices=[
                    ("staged", "To be confirmed"),
                    ("open", "Under way"),
                    ("done", "Done"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                    ("failed", "Failed"),
                ],
                default="open",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="address",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="quarantine.address",
            ),
        ),
    ]
