"""The journal: lines are chained, and every tampering with them is found."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from deliveries import journal
from deliveries.models import AuditEvent
from tests import records
from tests.records import NOON
from tests.threads import together

pytestmark = pytest.mark.django_db


def write(delivery, number, **fields):
    return journal.write(
        delivery=delivery, code=f"T-{number}", text=f"Line {number}.", at=NOON, **fields
    )


@pytest.fixture
def delivery():
    made = records.delivery()
    for number in range(4):
        write(made, number)
    return made


@pytest.fixture
def tampered():
    """Open the journal to whoever owns the database."""

    def run(statement, *params):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE deliveries_auditevent DISABLE TRIGGER USER")
            cursor.execute(statement, params)
            cursor.execute("ALTER TABLE deliveries_auditevent ENABLE TRIGGER USER")

    return run


def test_a_line_says_who_did_what_and_when():
    anna = get_user_model().objects.create_user("anna")

    line = write(None, 1, by=anna, level=journal.WARNING)

    found = AuditEvent.objects.get()
    assert (found.pk, found.at, found.level, found.code, found.text, found.actor) == (
        line.pk,
        NOON,
        "warning",
        "T-1",
        "Line 1.",
        "anna",
    )
    assert (found.actor_id, str(found)) == (anna.pk, "T-1 Line 1.")


def test_a_line_is_cut_to_its_column():
    assert len(journal.write(delivery=None, code="", text="é" * 600, at=NOON).text) == 500
    assert journal.first_broken(delivery=None) is None


def test_each_line_holds_the_hash_of_the_one_before(delivery):
    lines = list(AuditEvent.objects.filter(delivery=delivery).order_by("id"))

    assert [bytes(line.previous_hash) for line in lines] == [
        b"",
        *[bytes(line.hash) for line in lines[:-1]],
    ]
    assert journal.first_broken(delivery=delivery) is None


def test_an_empty_journal_stands():
    assert journal.first_broken(delivery=None) is None


def test_deliveries_and_the_system_have_chains_of_their_own(delivery, tampered):
    other = records.delivery()
    write(other, 1)
    write(None, 1)

    tampered("UPDATE deliveries_auditevent SET text = 'x' WHERE delivery_id = %s", other.pk)

    assert journal.first_broken(delivery=delivery) is None
    assert journal.first_broken(delivery=None) is None
    assert journal.first_broken(delivery=other).code == "T-1"


@pytest.mark.parametrize(
    "change",
    [
        "text = 'Nothing happened.'",
        "code = 'X'",
        "level = 'error'",
        "actor = 'somebody'",
        "actor_id = 5",
        "at = at + interval '1 microsecond'",
        "previous_hash = 'x'",
        "hash = decode(repeat('00', 32), 'hex')",
        "delivery_id = NULL",
    ],
)
def test_a_changed_line_is_found(delivery, tampered, change):
    tampered(f"UPDATE deliveries_auditevent SET {change} WHERE code = 'T-2'")

    assert journal.first_broken(delivery=delivery) is not None


@pytest.mark.parametrize(("gone", "found"), [("T-0", "T-1"), ("T-2", "T-3")])
def test_a_deleted_line_is_found_at_the_one_after(delivery, tampered, gone, found):
    tampered("DELETE FROM deliveries_auditevent WHERE code = %s", gone)

    assert journal.first_broken(delivery=delivery).code == found


def test_an_inserted_line_is_found(delivery, tampered):
    tampered(
        """
        INSERT INTO deliveries_auditevent
               (id, delivery_id, at, level, code, text, actor, previous_hash, hash)
        SELECT id + 1, delivery_id, at, level, 'T-NEW', text, actor, hash, hash
          FROM deliveries_auditevent WHERE code = 'T-3'
        """
    )

    assert journal.first_broken(delivery=delivery).code == "T-NEW"


def test_a_line_moved_into_another_chain_is_found(delivery, tampered):
    other = records.delivery()

    tampered("UPDATE deliveries_auditevent SET delivery_id = %s WHERE code = 'T-0'", other.pk)

    assert journal.first_broken(delivery=other).code == "T-0"
    assert journal.first_broken(delivery=delivery).code == "T-1"


def test_a_secret_that_was_replaced_still_proves_the_lines_of_its_time(delivery, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new"
    write(delivery, 5)

    assert journal.first_broken(delivery=delivery) is None

    settings.SECRET_KEY_FALLBACKS = []

    assert journal.first_broken(delivery=delivery).code == "T-0"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deliveries_auditevent SET text = ''",
        "DELETE FROM deliveries_auditevent",
        "TRUNCATE deliveries_auditevent",
    ],
)
def test_the_database_refuses_to_change_the_journal(delivery, statement):
    with connection.cursor() as cursor:
        # The tests' own database may be emptied between tests.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE deliveries_auditevent ENABLE TRIGGER the_journal_is_never_emptied"
        )
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            cursor.execute(statement)

    assert AuditEvent.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_do_not_fork_the_chain():
    delivery = records.delivery()

    def write_ten():
        for number in range(10):
            with transaction.atomic():
                write(delivery, number)
                journal.write(
                    delivery=delivery, code="", text="two", at=NOON + timedelta(seconds=1)
                )

    together(*[write_ten] * 6)

    assert AuditEvent.objects.count() == 120
    assert journal.first_broken(delivery=delivery) is None


def test_the_command_names_the_journal_and_its_first_broken_line(delivery, tampered, capsys):
    journal.write(delivery=None, code="T-1", text="The system.", at=NOON)
    call_command("verify_audit")
    assert capsys.readouterr().out == "2 journals stand.\n"
    second = AuditEvent.objects.filter(delivery=delivery).order_by("id")[1]
    tampered("UPDATE deliveries_auditevent SET text = 'Other.' WHERE id = %s", second.pk)

    with pytest.raises(CommandError, match="1 journals are broken"):
        call_command("verify_audit")

    assert f"{delivery.code}: line {second.pk} of" in capsys.readouterr().err
