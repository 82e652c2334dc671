"""The first tables."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import storage.ids
from storage.operations import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("storage", "0001_ids"),
        ("providers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QueueItem",
            fields=[
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("again", models.BooleanField(default=False)),
            ],
        ),
        CreatePartitionedModel(
            name="InboxEntry",
            column="id",
            step="day",
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
                ("method", models.CharField(max_length=8)),
                ("query", models.TextField(blank=True)),
                ("headers", models.TextField(blank=True)),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="providers.provideraccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HeldCallback",
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("parked", "Parked"),
                            ("dead", "Dead"),
                            ("discarded", "Discarded"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("entry_id", models.BigIntegerField()),
                ("method", models.CharField(max_length=8)),
                ("query", models.TextField(blank=True)),
                ("headers", models.TextField(blank=True)),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("provider_id", models.CharField(blank=True, db_collation="C", max_length=255)),
                ("error", models.CharField(blank=True, max_length=500, verbose_name="cause")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=500)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="providers.provideraccount",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "parked")),
                        fields=["account", "provider_id"],
                        name="parked_by_provider_id",
                    ),
                    models.Index(fields=["state", "-id"], name="held_callbacks_by_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entry_id", "provider_id"),
                        name="an_entry_is_held_once_per_provider_id",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
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
                ("provider_id", models.CharField(blank=True, max_length=255)),
                ("address", models.CharField(max_length=320, verbose_name="address")),
                (
                    "recipient",
                    models.CharField(blank=True, max_length=64, verbose_name="number written to"),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("keyword", models.CharField(blank=True, max_length=32, verbose_name="keyword")),
                ("action", models.CharField(blank=True, max_length=16, verbose_name="action")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("entry_id", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="providers.provideraccount"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("provider_id", ""), _negated=True),
                        fields=("account", "provider_id"),
                        name="an_inbound_message_is_kept_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptCounter",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("figure", models.CharField(max_length=16)),
                ("bucket", models.DateTimeField()),
                ("value", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="providers.provideraccount",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["account", "figure", "bucket"],
                        include=("value",),
                        name="receipt_counters_of_an_account",
                    )
                ],
            },
        ),
    ]
