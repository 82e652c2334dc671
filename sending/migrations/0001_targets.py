"""Targets, their preparation, and the rule sets."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sending.models.typology
from storage.operations import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("deliveries", "0003_exclusion_lines"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Typology",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                (
                    "salt",
                    models.CharField(
                        default=sending.models.typology.new_salt, editable=False, max_length=32
                    ),
                ),
            ],
            options={
                "permissions": [("manage_typologies", "Can make and change typologies")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="a_typology_has_a_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TypologyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("rules", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "typology",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="sending.typology",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Preparation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting for a worker"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("cancelled", "Stopped"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=16)),
                ("done", models.IntegerField(default=0)),
                ("total", models.IntegerField(default=0)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("requested_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("targeted", models.IntegerField(default=0)),
                ("excluded", models.IntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preparations",
                        to="deliveries.delivery",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "typology",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sending.typologyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("given", "Columns to be chosen"),
                            ("queued", "Waiting for a worker"),
                            ("running", "Being read"),
                            ("done", "Read"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("append", "Add to the recipients"),
                            ("replace", "Replace all recipients"),
                        ],
                        default="append",
                        max_length=8,
                    ),
                ),
                ("layout", models.JSONField(default=dict)),
                ("size", models.BigIntegerField(default=0)),
                ("done", models.BigIntegerField(default=0)),
                ("received", models.IntegerField(default=0)),
                ("bad_count", models.IntegerField(default=0)),
                ("bad", models.JSONField(default=list)),
                ("offset", models.IntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="deliveries.delivery",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UploadPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="sending.upload",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AllowedAddress",
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
                ("address", models.CharField(max_length=320)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
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
                        fields=("channel", "address"), name="an_address_is_allowed_once_per_channel"
                    )
                ],
            },
        ),
        CreatePartitionedModel(
            name="Outgoing",
            column="message_id",
            step="month",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="outgoing",
                        serialize=False,
                        to="deliveries.message",
                    ),
                ),
                ("line", models.IntegerField()),
                ("position", models.IntegerField()),
                ("text", models.TextField()),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[(0, "Waiting"), (1, "Leaving"), (2, "In doubt"), (3, "Done")],
                        default=0,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="deliveries.delivery",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", 0)),
                        fields=["delivery", "position"],
                        name="outgoing_that_wait",
                    )
                ],
            },
        ),
        CreatePartitionedModel(
            name="Recipient",
            column="delivery_id",
            step="month",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "delivery_id",
                        "line",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("line", models.IntegerField()),
                ("address", models.CharField(blank=True, max_length=320)),
                ("reference", models.CharField(blank=True, max_length=128)),
                ("fields", models.JSONField(default=dict)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="deliveries.delivery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("line__gte", 1)), name="a_line_is_counted_from_one"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="typologyversion",
            constraint=models.UniqueConstraint(
                fields=("typology", "version"), name="a_version_stands_once_in_its_typology"
            ),
        ),
        migrations.AddIndex(
            model_name="preparation",
            index=models.Index(fields=["delivery", "-id"], name="preparations_of_a_delivery"),
        ),
        migrations.AddConstraint(
            model_name="preparation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("queued", "running"))),
                fields=("delivery",),
                name="a_delivery_is_prepared_once_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["delivery", "-id"], name="uploads_of_a_delivery"),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("queued", "running"))),
                fields=("delivery",),
                name="a_target_is_read_from_one_file_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadpiece",
            constraint=models.UniqueConstraint(
                fields=("upload", "number"), name="a_piece_has_one_place"
            ),
        ),
    ]
