"""The first tables."""

import django.db.models.deletion
import django.utils.timezone
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
                ("beneath_text", models.CharField(blank=True, max_length=500)),
                ("beneath_first_error_at", models.DateTimeField(null=True)),
                ("beneath_last_error_at", models.DateTimeField(null=True)),
                ("beneath_delivery_id", models.BigIntegerField(null=True)),
                ("forgiven_at", models.DateTimeField(null=True)),
                ("folded_at", models.DateTimeField(null=True)),
                ("folded_key", models.BinaryField(max_length=16, null=True)),
                ("known_since", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("modified_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "permissions": [
                    ("manage_quarantine", "Can release, quarantine and erase addresses")
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "valid"), _negated=True),
                        fields=["-modified_at", "-id"],
                        name="addresses_left_alone",
                    ),
                    models.Index(
                        condition=models.Q(("forgiven_at__isnull", False)),
                        fields=["forgiven_at"],
                        name="addresses_to_forgive",
                    ),
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
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("key", models.BinaryField(max_length=16)),
                (
                    "says",
                    models.SmallIntegerField(
                        choices=[
                            (1, "Delivered"),
                            (2, "Failed"),
                            (3, "Released"),
                            (4, "Quarantined by hand"),
                            (5, "Denylisted by hand"),
                        ]
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
                ("text", models.CharField(blank=True, max_length=500)),
                ("message_id", models.BigIntegerField(null=True)),
                ("delivery_id", models.BigIntegerField(null=True)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
                        to="quarantine.address",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="quarantine.rule"
                    ),
                ),
            ],
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
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("channel", "failure_type", "reason"),
                name="one_rule_per_channel_type_and_reason",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gt", 0)), name="a_threshold_is_at_least_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(("forgiven_after_days__gt", 0)),
                name="errors_are_forgiven_after_a_day_or_more",
            ),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("message_id__isnull", False)),
                fields=("message_id",),
                name="a_message_is_one_fact",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["address", "at"], name="changes_of_an_address"),
        ),
        migrations.AddIndex(
            model_name="word",
            index=models.Index(
                condition=models.Q(("inbound_id__isnull", False)),
                fields=["inbound_id"],
                name="words_of_a_reply",
            ),
        ),
        migrations.AddIndex(
            model_name="word",
            index=models.Index(
                condition=models.Q(("delivery_id__isnull", False), ("says", "stop")),
                fields=["delivery_id", "message_id"],
                name="opt_outs_of_a_delivery",
            ),
        ),
    ]
