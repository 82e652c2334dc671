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
                    "proof",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Not checked"),
                            (1, "Signature"),
                            (2, "Secret address"),
                            (3, "Test of our own"),
                        ],
                        default=1,
                    ),
                ),
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
                (
                    "proof",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Not checked"),
                            (1, "Signature"),
                            (2, "Secret address"),
                            (3, "Test of our own"),
                        ],
                        default=1,
                    ),
                ),
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
                ("digest", models.BinaryField(max_length=16)),
                ("provider_id", models.CharField(blank=True, max_length=255)),
                (
                    "address",
                    models.CharField(db_collation="C", max_length=320, verbose_name="address"),
                ),
                (
                    "recipient",
                    models.CharField(blank=True, max_length=64, verbose_name="number written to"),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "keyword",
                    models.CharField(
                        blank=True,
                        choices=[("STOP", "STOP"), ("START", "START"), ("HELP", "HELP")],
                        max_length=8,
                        verbose_name="keyword",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No effect"),
                            ("denylist", "Denylisted"),
                            ("lift", "Allowed again"),
                            ("not_allowed", "Not accepted in this country"),
                            ("no_number", "Sender is no phone number"),
                            ("unreadable", "Could not be read as a number"),
                        ],
                        max_length=12,
                        verbose_name="action",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                ("entry_id", models.BigIntegerField()),
                ("message_id", models.BigIntegerField(null=True)),
                ("delivery_id", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="providers.provideraccount",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["address", "-id"], name="inbound_by_address"),
                    models.Index(fields=["account", "-id"], name="inbound_by_account"),
                    models.Index(fields=["action", "-id"], name="inbound_by_action"),
                    models.Index(fields=["keyword", "-id"], name="inbound_by_keyword"),
                    models.Index(fields=["entry_id"], name="inbound_by_entry"),
                    models.Index(
                        condition=models.Q(("message_id__isnull", False)),
                        fields=["message_id", "-id"],
                        name="inbound_by_message",
                    ),
                    models.Index(
                        condition=models.Q(("delivery_id__isnull", False)),
                        fields=["delivery_id", "-id"],
                        name="inbound_by_delivery",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "digest"), name="an_inbound_message_is_kept_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Judgement",
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
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "before_status",
                    models.CharField(
                        choices=[
                            ("to_qualify", "To qualify"),
                            ("keep", "Keep"),
                            ("ignore", "Ignore"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "before_failure_type",
                    models.SmallIntegerField(
                        choices=[(0, "Not defined"), (1, "Hard"), (2, "Soft"), (3, "Ignored")]
                    ),
                ),
                (
                    "before_reason",
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
                        ]
                    ),
                ),
                ("before_text", models.CharField(blank=True, max_length=500)),
                (
                    "after_status",
                    models.CharField(
                        choices=[
                            ("to_qualify", "To qualify"),
                            ("keep", "Keep"),
                            ("ignore", "Ignore"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "after_failure_type",
                    models.SmallIntegerField(
                        choices=[(0, "Not defined"), (1, "Hard"), (2, "Soft"), (3, "Ignored")]
                    ),
                ),
                (
                    "after_reason",
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
                        ]
                    ),
                ),
                ("after_text", models.CharField(blank=True, max_length=500)),
                ("judges_history", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Under way"), ("done", "Done")],
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("cursor", models.BigIntegerField(default=0)),
                ("examined", models.BigIntegerField(default=0)),
                ("moved", models.BigIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "qualification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="providers.qualification",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="ingestion.judgement",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["qualification", "-id"], name="judgements_of_a_qualification"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("qualification",),
                        name="history_is_judged_by_one_change_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptCounter",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("figure", models.CharField(max_length=16)),
                ("key", models.CharField(blank=True, max_length=16)),
                ("bucket", models.DateTimeField()),
                ("value", models.BigIntegerField()),
                ("fresh", models.BooleanField(db_default=True, default=True)),
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
                        fields=["account", "bucket"],
                        include=("figure", "key", "value"),
                        name="receipt_counters_of_an_account",
                    ),
                    models.Index(
                        condition=models.Q(("fresh", True)),
                        fields=["account", "bucket"],
                        name="receipt_counters_to_squash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("genuine", models.BooleanField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("said", models.CharField(blank=True, max_length=64)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="providers.provideraccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("signed", models.BooleanField()),
                ("answered", models.BooleanField(default=False)),
                ("status", models.SmallIntegerField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("applied_at", models.DateTimeField(null=True)),
                ("found", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="providers.provideraccount"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(max_length=400)),
                ("token", models.CharField(max_length=1024)),
                ("ended", models.BooleanField()),
                ("received_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="providers.provideraccount"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "topic", "token", "ended"),
                        name="a_subscription_asks_once",
                    )
                ],
            },
        ),
    ]
