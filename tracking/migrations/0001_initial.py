"""The first tables."""

import django.db.models.deletion
from django.db import migrations, models

import storage.ids
from storage.operations import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("storage", "0001_ids"),
        ("deliveries", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrackedUrl",
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
                ("label", models.CharField(max_length=200, verbose_name="label")),
                ("category", models.CharField(blank=True, max_length=100, verbose_name="category")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("tracked", "Tracked"),
                            ("not_tracked", "Not tracked"),
                            ("always", "Always"),
                            ("never", "Never"),
                            ("opt_out", "Opt-out"),
                        ],
                        default="tracked",
                        max_length=12,
                        verbose_name="mode",
                    ),
                ),
                ("url", models.TextField(verbose_name="source URL")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="deliveries.delivery"
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            name="Link",
            column="message_id",
            step="month",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "message_id",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("id", models.BigIntegerField(db_default=storage.ids.NextId(), editable=False)),
                ("token", models.CharField(max_length=16)),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="deliveries.message",
                    ),
                ),
                (
                    "url",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="tracking.trackedurl",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["token"], name="links_by_token")],
            },
        ),
        CreatePartitionedModel(
            name="Click",
            column="message_id",
            step="month",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "message_id",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("id", models.BigIntegerField(db_default=storage.ids.NextId(), editable=False)),
                ("request_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("method", models.CharField(max_length=8)),
                ("user_agent", models.CharField(blank=True, max_length=500)),
                ("network", models.CharField(blank=True, max_length=43)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("unjudged", "Not judged yet"),
                            ("human", "Human"),
                            ("bot", "Robot"),
                            ("preview", "Link preview"),
                        ],
                        default="unjudged",
                        max_length=8,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="deliveries.delivery",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="deliveries.message",
                    ),
                ),
                (
                    "url",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="tracking.trackedurl",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["delivery", "-at", "-id"], name="clicks_by_delivery")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("message", "request_id"), name="a_click_is_kept_once"
                    )
                ],
            },
        ),
    ]
