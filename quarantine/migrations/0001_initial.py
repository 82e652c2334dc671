"""The first tables."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("storage", "0001_ids"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(choices=[("sms", "SMS"), ("email", "E-mail")], max_length=8),
                ),
                ("address", models.CharField(blank=True, max_length=320)),
                ("fingerprint", models.BinaryField(max_length=32, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("valid", "Valid"),
                            ("with_errors", "With errors"),
                            ("quarantine", "Quarantine"),
                            ("denylisted", "Denylisted"),
                        ],
                        max_length=12,
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
                ("error_text", models.CharField(blank=True, max_length=500)),
                ("error_count", models.PositiveIntegerField(default=0)),
                ("first_error_at", models.DateTimeField(blank=True, null=True)),
                ("last_error_at", models.DateTimeField(blank=True, null=True)),
                ("delivery_id", models.BigIntegerField(blank=True, null=True)),
                ("by_word", models.BooleanField(default=False)),
                (
                    "beneath",
                    models.CharField(
                        choices=[
                            ("valid", "Valid"),
                            ("with_errors", "With errors"),
                            ("quarantine", "Quarantine"),
                            ("denylisted", "Denylisted"),
                        ],
                        default="valid",
                        max_length=12,
                    ),
                ),
                (
                    "beneath_reason",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("modified_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "permissions": [
                    ("manage_quarantine", "Can release, quarantine and erase addresses")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("address", ""), _negated=True),
                        fields=("channel", "address"),
                        name="an_address_stands_once_per_channel",
                    ),
                    models.UniqueConstraint(
                        fields=("channel", "fingerprint"),
                        name="an_erased_address_stands_once_per_channel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("address", ""), _negated=True),
                            ("fingerprint__isnull", False),
                            _connector="OR",
                        ),
                        name="an_address_or_its_fingerprint_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("sms", "SMS"), ("email", "E-mail")],
                        max_length=8,
                        null=True,
                    ),
                ),
                (
                    "failure_type",
                    models.SmallIntegerField(
                        choices=[(0, "Not defined"), (1, "Hard"), (2, "Soft"), (3, "Ignored")]
                    ),
                ),
                (
                    "reason",
                    models.SmallIntegerField(
                        blank=True,
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
                        null=True,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("ignore", "Ignore"),
                            ("count", "Count"),
                            ("quarantine", "Quarantine"),
                            ("denylist", "Denylist"),
                        ],
                        max_length=12,
                    ),
                ),
                ("threshold", models.PositiveSmallIntegerField(default=5)),
                ("forgiven_after_days", models.PositiveSmallIntegerField(default=10)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel", "failure_type", "reason"),
                        name="one_rule_per_channel_type_and_reason",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("threshold__gt", 0)), name="a_threshold_is_at_least_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("valid", "Valid"),
                            ("with_errors", "With errors"),
                            ("quarantine", "Quarantine"),
                            ("denylisted", "Denylisted"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("valid", "Valid"),
                            ("with_errors", "With errors"),
                            ("quarantine", "Quarantine"),
                            ("denylisted", "Denylisted"),
                        ],
                        max_length=12,
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
                ("text", models.CharField(blank=True, max_length=500)),
                ("rule_version", models.PositiveIntegerField(null=True)),
                ("inbound_id", models.BigIntegerField(null=True)),
                ("message_id", models.BigIntegerField(null=True)),
                ("provider", models.CharField(blank=True, max_length=32)),
                ("code", models.CharField(blank=True, max_length=64)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="quarantine.address",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="quarantine.rule",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["address", "at"], name="changes_of_an_address")],
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.BinaryField(max_length=16, unique=True)),
                (
                    "says",
                    models.CharField(
                        choices=[("stop", "Leave alone"), ("start", "Write again")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                ("text", models.CharField(blank=True, max_length=500)),
                ("provider", models.CharField(blank=True, max_length=32)),
                ("code", models.CharField(blank=True, max_length=64)),
                ("inbound_id", models.BigIntegerField(null=True)),
                ("message_id", models.BigIntegerField(null=True)),
                ("delivery_id", models.BigIntegerField(null=True)),
                (
                    "address",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="words",
                        to="quarantine.address",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("inbound_id__isnull", False)),
                        fields=["inbound_id"],
                        name="words_of_a_reply",
                    ),
                    models.Index(
                        condition=models.Q(("delivery_id__isnull", False), ("says", "stop")),
                        fields=["delivery_id", "message_id"],
                        name="opt_outs_of_a_delivery",
                    ),
                ],
            },
        ),
    ]
