"""Addresses taken over from elsewhere."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quarantine", "0002_bulk_acts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "act_id",
                        "line",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("act_id", models.BigIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("channel", models.CharField(blank=True, max_length=8)),
                ("address", models.CharField(blank=True, max_length=320)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("status", models.CharField(blank=True, max_length=12)),
                ("reason", models.SmallIntegerField(default=0)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(null=True)),
                ("field", models.CharField(blank=True, max_length=16)),
                ("fault", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.AddField(
            model_name="bulkact",
            name="bad",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="bulkact",
            name="action",
            field=models.CharField(
                choices=[
                    ("release", "Release"),
                    ("quarantine", "Quarantine"),
                    ("denylist", "Denylist"),
                    ("import", "Import"),
                ],
                max_length=12,
            ),
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
                ],
                default="open",
                max_length=12,
            ),
        ),
    ]
