"""Decisions about many addresses."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quarantine", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("release", "Release"),
                            ("quarantine", "Quarantine"),
                            ("denylist", "Denylist"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Under way"),
                            ("done", "Done"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("filter", models.JSONField(default=dict)),
                ("text", models.CharField(max_length=500)),
                (
                    "reason",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Not defined"),
                            (1, "User unknown"),
                            (2, "Invalid domain"),
                            (3, "Unreachable"),
                            (4, "Account disabled"),
                            (5, "Mailbox full"),
                            (6, "Not connected"),
                            (7, "Address not specified"),
                            (8, "Denylisted address"),
                            (9, "Address in quarantine"),
                            (10, "Double"),
                            (11, "Excluded by a rule"),
                            (12, "Excluded after arbitration"),
                            (14, "Bad-quality address"),
                            (15, "Unqualified address"),
                            (16, "Not eligible"),
                            (17, "Target limited in size"),
                            (20, "Refused"),
                            (25, "Error ignored"),
                            (127, "Control address"),
                        ],
                        default=0,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("cursor", models.BigIntegerField(default=0)),
                ("restored", models.PositiveIntegerField(default=0)),
                ("kept", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="BulkMember",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "act_id",
                        "address_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("act_id", models.BigIntegerField()),
                ("address_id", models.BigIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="address",
            index=models.Index(
                condition=models.Q(
                    models.Q(("status", "valid"), _negated=True), ("delivery_id__isnull", False)
                ),
                fields=["delivery_id"],
                name="addresses_by_their_cause",
            ),
        ),
        migrations.AddField(
            model_name="bulkact",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bulkact",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="act",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="quarantine.bulkact",
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="act",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="quarantine.bulkact",
            ),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("act__isnull", False)),
                fields=("act", "address"),
                name="a_bulk_act_is_one_fact_of_an_address",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkact",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "undoing"])),
                fields=["id"],
                name="bulk_acts_to_work_on",
            ),
        ),
    ]
