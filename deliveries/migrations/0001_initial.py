"""The first tables."""

import datetime

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import deliveries.models.delivery
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
        # A delivery's code is DM and its number.
        migrations.RunSQL(
            "CREATE SEQUENCE delivery_code_sequence START 1001",
            "DROP SEQUENCE delivery_code_sequence",
        ),
        migrations.CreateModel(
            name="Delivery",
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
                (
                    "code",
                    models.CharField(
                        db_default=django.db.models.functions.text.Concat(
                            models.Value("DM"),
                            django.db.models.functions.comparison.Cast(
                                deliveries.models.delivery.NextCode(), models.TextField()
                            ),
                        ),
                        editable=False,
                        max_length=24,
                        unique=True,
                        verbose_name="delivery code",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("email", "E-mail")],
                        default="sms",
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                ("folder", models.CharField(blank=True, max_length=200, verbose_name="folder")),
                ("sender", models.CharField(blank=True, max_length=64, verbose_name="sender")),
                ("content", models.TextField(blank=True, max_length=10000, verbose_name="content")),
                ("typology", models.CharField(blank=True, max_length=100, verbose_name="typology")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("editing", "Being edited"),
                            ("targeting", "Targeting pending"),
                            ("ready", "Target ready"),
                            ("scheduled", "Scheduled"),
                            ("in_progress", "In progress"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default="editing",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "contact_date",
                    models.DateTimeField(blank=True, null=True, verbose_name="contact date"),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                ("last_registered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "archived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="archived"),
                ),
                (
                    "validity",
                    models.DurationField(
                        default=datetime.timedelta(days=3), verbose_name="validity"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("modified_at", models.DateTimeField(auto_now=True, verbose_name="last modified")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.provideraccount",
                        verbose_name="routing",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view_addresses", "Can read recipients' addresses in full"),
                    ("launch_delivery", "Can create, launch and register deliveries"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("figure", models.CharField(max_length=16)),
                ("key", models.CharField(blank=True, max_length=48)),
                ("bucket", models.DateTimeField(null=True)),
                ("value", models.BigIntegerField()),
                ("fresh", models.BooleanField(db_default=True, default=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="deliveries.delivery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
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
                    "level",
                    models.CharField(
                        choices=[
                            ("info", "Information"),
                            ("warning", "Warning"),
                            ("error", "Error"),
                        ],
                        max_length=8,
                        verbose_name="level",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=16, verbose_name="code")),
                ("text", models.CharField(max_length=500, verbose_name="message")),
                ("actor", models.CharField(blank=True, max_length=150, verbose_name="actor")),
                ("actor_id", models.BigIntegerField(null=True)),
                ("previous_hash", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="deliveries.delivery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Exclusion",
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
                    "address",
                    models.CharField(
                        blank=True, db_collation="C", max_length=320, verbose_name="address"
                    ),
                ),
                (
                    "recipient",
                    models.CharField(blank=True, max_length=128, verbose_name="recipient"),
                ),
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
                        verbose_name="reason",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="text")),
                ("rule", models.CharField(blank=True, max_length=100, verbose_name="rule")),
                ("cause", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="deliveries.delivery",
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            name="Message",
            column="id",
            step="month",
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
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("email", "E-mail")], default="sms", max_length=8
                    ),
                ),
                ("address", models.CharField(blank=True, db_collation="C", max_length=320)),
                ("recipient", models.CharField(blank=True, db_collation="C", max_length=128)),
                (
                    "status",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Pending"),
                            (10, "Taken into account by the provider"),
                            (20, "Sent"),
                            (30, "Failed"),
                            (40, "Received on mobile"),
                            (50, "Unknown"),
                            (60, "Cancelled"),
                        ],
                        default=0,
                    ),
                ),
                (
                    "failure_type",
                    models.SmallIntegerField(
                        choices=[(0, "Not defined"), (1, "Hard"), (2, "Soft"), (3, "Ignored")],
                        default=0,
                    ),
                ),
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
                ("qualification_id", models.BigIntegerField(null=True)),
                (
                    "evidence",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Not delivered"),
                            (1, "Accepted by the provider"),
                            (2, "Confirmed by the carrier"),
                            (3, "Confirmed by the handset"),
                            (4, "Proven by a click"),
                        ],
                        default=0,
                    ),
                ),
                ("contradicted", models.BooleanField(default=False)),
                ("provider_code", models.CharField(blank=True, max_length=64)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("segments", models.PositiveSmallIntegerField(default=0)),
                ("price", models.DecimalField(decimal_places=6, max_digits=12, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("network", models.CharField(blank=True, max_length=6)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="deliveries.delivery",
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            name="MessageEvent",
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
                ("digest", models.BinaryField(max_length=16)),
                ("provider_id", models.CharField(db_collation="C", max_length=255)),
                ("part", models.PositiveSmallIntegerField(default=1)),
                ("parts", models.PositiveSmallIntegerField(default=1)),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Pending"),
                            (10, "Taken into account by the provider"),
                            (20, "Sent"),
                            (30, "Failed"),
                            (40, "Received on mobile"),
                            (50, "Unknown"),
                            (60, "Cancelled"),
                        ],
                        null=True,
                    ),
                ),
                (
                    "failure_type",
                    models.SmallIntegerField(
                        choices=[(0, "Not defined"), (1, "Hard"), (2, "Soft"), (3, "Ignored")],
                        default=0,
                    ),
                ),
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
                ("qualification_id", models.BigIntegerField(null=True)),
                (
                    "evidence",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Not delivered"),
                            (1, "Accepted by the provider"),
                            (2, "Confirmed by the carrier"),
                            (3, "Confirmed by the handset"),
                            (4, "Proven by a click"),
                        ],
                        default=0,
                    ),
                ),
                ("provider_code", models.CharField(blank=True, max_length=64)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("segments", models.PositiveSmallIntegerField(null=True)),
                ("price", models.DecimalField(decimal_places=6, max_digits=12, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("network", models.CharField(blank=True, max_length=6)),
                ("stated_at", models.DateTimeField(null=True)),
                ("occurred_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField()),
                ("moved", models.BooleanField(default=False)),
                ("entry_id", models.BigIntegerField(null=True)),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="deliveries.message",
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            name="ProviderReference",
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
                ("provider_id", models.CharField(db_collation="C", max_length=255)),
                ("part", models.PositiveSmallIntegerField(default=1)),
                ("parts", models.PositiveSmallIntegerField(default=1)),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="providers.provideraccount",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="references",
                        to="deliveries.message",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["contact_date", "id"], name="deliveries_by_contact_date"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["status", "id"], name="deliveries_by_status"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("label", ""), _negated=True), name="a_delivery_has_a_label"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("validity__gt", datetime.timedelta(0))),
                name="a_validity_is_positive",
            ),
        ),
        migrations.AddIndex(
            model_name="counter",
            index=models.Index(
                fields=["delivery", "figure", "key", "bucket"],
                include=("value",),
                name="counters_of_a_delivery",
            ),
        ),
        migrations.AddIndex(
            model_name="counter",
            index=models.Index(
                condition=models.Q(("figure", "error")),
                fields=["key", "delivery"],
                include=("value",),
                name="errors_of_a_qualification",
            ),
        ),
        migrations.AddIndex(
            model_name="counter",
            index=models.Index(
                condition=models.Q(("fresh", True)),
                fields=["delivery", "figure"],
                name="counters_to_squash",
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["delivery", "-id"], name="journal_of_a_delivery"),
        ),
        migrations.AddConstraint(
            model_name="auditevent",
            constraint=models.UniqueConstraint(
                fields=("delivery", "previous_hash"),
                name="a_journal_line_has_one_successor",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="exclusion",
            index=models.Index(fields=["delivery", "-id"], name="exclusions_by_delivery"),
        ),
        migrations.AddIndex(
            model_name="exclusion",
            index=models.Index(fields=["delivery", "reason", "-id"], name="exclusions_by_reason"),
        ),
        migrations.AddIndex(
            model_name="exclusion",
            index=models.Index(fields=["address"], name="exclusions_of_an_address"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["delivery", "-changed_at", "-id"], name="messages_by_change"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["delivery", "status", "-changed_at", "-id"], name="messages_by_status"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["delivery", "address", "id"], name="messages_by_address"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", 30)),
                fields=["delivery", "failure_type", "reason", "-changed_at", "-id"],
                name="failed_messages_by_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("recipient", ""), _negated=True),
                fields=["delivery", "recipient"],
                name="messages_by_recipient",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["address"], name="messages_of_an_address"),
        ),
        migrations.AddIndex(
            model_name="messageevent",
            index=models.Index(
                condition=models.Q(("qualification_id__isnull", False)),
                fields=["qualification_id", "message", "id"],
                name="events_of_a_qualification",
            ),
        ),
        migrations.AddConstraint(
            model_name="messageevent",
            constraint=models.UniqueConstraint(
                fields=("message", "digest"), name="an_event_is_kept_once_per_message"
            ),
        ),
        migrations.AddIndex(
            model_name="providerreference",
            index=models.Index(fields=["account", "provider_id"], name="references_by_provider_id"),
        ),
        migrations.AddConstraint(
            model_name="providerreference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("attempt__gte", 1), ("part__gte", 1), ("part__lte", models.F("parts"))
                ),
                name="a_part_is_one_of_its_parts",
            ),
        ),
    ]
