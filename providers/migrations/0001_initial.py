"""The first tables."""

from django.db import migrations, models

import providers.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("storage", "0001_ids"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("kind", models.CharField(max_length=32, verbose_name="kind")),
                (
                    "token",
                    models.CharField(
                        default=providers.models.new_token,
                        editable=False,
                        max_length=64,
                        unique=True,
                    ),
                ),
                ("sealed_credentials", models.TextField(blank=True, default="", editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "permissions": [
                    ("manage_accounts", "Can add and change provider accounts and users"),
                    ("handle_callbacks", "Can retry, discard and replay callbacks"),
                    ("qualify_errors", "Can say what a provider's code means"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Qualification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=32, verbose_name="provider")),
                ("key", models.CharField(max_length=255, verbose_name="key")),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="text")),
                (
                    "first_text",
                    models.CharField(blank=True, max_length=500, verbose_name="first text"),
                ),
                ("code", models.CharField(blank=True, max_length=64)),
                (
                    "default_failure_type",
                    models.SmallIntegerField(
                        choices=[(0, "Not defined"), (1, "Hard"), (2, "Soft"), (3, "Ignored")],
                    ),
                ),
                (
                    "default_reason",
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
                    ),
                ),
                (
                    "failure_type",
                    models.SmallIntegerField(
                        choices=[(0, "Not defined"), (1, "Hard"), (2, "Soft"), (3, "Ignored")],
                        verbose_name="failure type",
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
                        verbose_name="reason",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("to_qualify", "To qualify"),
                            ("keep", "Keep"),
                            ("ignore", "Ignore"),
                        ],
                        default="to_qualify",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("modified_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "-id"], name="qualifications_by_status"),
                    models.Index(fields=["kind", "-id"], name="qualifications_by_kind"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "key", "default_failure_type", "default_reason"),
                        name="one_qualification_per_kind_key_and_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "to_qualify"),
                            models.Q(("failure_type", 0), _negated=True),
                            _connector="OR",
                        ),
                        name="a_qualified_error_has_a_failure_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "to_qualify"), _negated=True),
                            models.Q(
                                ("failure_type", models.F("default_failure_type")),
                                ("reason", models.F("default_reason")),
                            ),
                            _connector="OR",
                        ),
                        name="an_error_to_qualify_is_what_its_table_says",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ignore"), _negated=True),
                            ("failure_type", 3),
                            _connector="OR",
                        ),
                        name="an_ignored_error_has_the_type_ignored",
                    ),
                ],
            },
        ),
    ]
