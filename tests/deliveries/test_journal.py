"""The journal: lines are chained, and every tampering with them is found."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from deliveries import journal, proving
from deliveries.models import AuditEvent, JournalHead
from tests import records
from tests.records import NOON
from tests.threads import together

pytestmark = pytest.mark.django_db


def first_broken(*, delivery):
    fault = proving.first_fault(chain=delivery.pk if delivery else journal.SYSTEM, name="")
    return fault and fault.line


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
    assert first_broken(delivery=None) is None


def test_each_line_holds_the_hash_of_the_one_before(delivery):
    lines = list(AuditEvent.objects.filter(delivery=delivery).order_by("id"))

    assert [bytes(line.previous_hash) for line in lines] == [
        b"",
        *[bytes(line.hash) for line in lines[:-1]],
    ]
    assert first_broken(delivery=delivery) is None


def test_an_empty_journal_stands():
    assert first_broken(delivery=None) is None


def test_deliveries_and_the_system_have_chains_of_their_own(delivery, tampered):
    other = records.delivery()
    write(other, 1)
    write(None, 1)

    tampered("UPDATE deliveries_auditevent SET text = 'x' WHERE delivery_id = %s", other.pk)

    assert first_broken(delivery=delivery) is None
    assert first_broken(delivery=None) is None
    assert first_broken(delivery=other).code == "T-1"


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

    assert first_broken(delivery=delivery) is not None


@pytest.mark.parametrize(("gone", "found"), [("T-0", "T-1"), ("T-2", "T-3")])
def test_a_deleted_line_is_found_at_the_one_after(delivery, tampered, gone, found):
    tampered("DELETE FROM deliveries_auditevent WHERE code = %s", gone)

    assert first_broken(delivery=delivery).code == found


def test_an_inserted_line_is_found(delivery, tampered):
    tampered(
        """
        INSERT INTO deliveries_auditevent
               (id, delivery_id, at, level, code, text, actor, previous_hash, hash)
        SELECT id + 1, delivery_id, at, level, 'T-NEW', text, actor, hash, hash
          FROM deliveries_auditevent WHERE code = 'T-3'
        """
    )

    assert first_broken(delivery=delivery).code == "T-NEW"


def test_a_line_moved_into_another_chain_is_found(delivery, tampered):
    other = records.delivery()

    tampered("UPDATE deliveries_auditevent SET delivery_id = %s WHERE code = 'T-0'", other.pk)

    assert first_broken(delivery=other).code == "T-0"
    assert first_broken(delivery=delivery).code == "T-1"


def test_a_secret_that_was_replaced_still_proves_the_lines_of_its_time(delivery, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new"
    write(delivery, 5)

    assert first_broken(delivery=delivery) is None

    settings.SECRET_KEY_FALLBACKS = []

    assert first_broken(delivery=delivery).code == "T-0"


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
    assert first_broken(delivery=delivery) is None


def told():
    return [
        (fault.name, fault.line and fault.line.code, fault.text)
        for fault in proving.all_journals().faults
    ]


def test_every_journal_stands_as_it_is_written(delivery):
    write(None, 1)
    write(records.delivery(), 1)

    assert proving.all_journals() == (3, [])


def test_lines_that_were_deleted_at_the_end_are_missed(delivery, tampered):
    tampered("DELETE FROM deliveries_auditevent WHERE code IN ('T-2', 'T-3')")

    assert told() == [(delivery.code, "T-1", "2 lines after it are gone.")]
    # What is written after that hides nothing.
    write(delivery, 4)
    assert told() == [(delivery.code, "T-4", "2 lines after it are gone.")]


def test_a_journal_whose_lines_are_all_gone_is_named(delivery, tampered):
    tampered("DELETE FROM deliveries_auditevent")

    assert told() == [(delivery.code, None, "all its 4 lines are gone.")]


def test_a_journal_that_is_gone_with_its_head_is_missed(delivery, tampered):
    write(records.delivery(), 1)

    tampered("DELETE FROM deliveries_auditevent WHERE delivery_id = %s", delivery.pk)
    tampered("DELETE FROM deliveries_journalhead WHERE chain = %s", delivery.pk)

    assert told() == [("a delivery", None, "journal number 1 is gone with all its lines.")]


def test_a_last_journal_that_is_gone_with_its_head_is_missed(delivery, tampered):
    last = records.delivery()
    write(last, 1)

    tampered("DELETE FROM deliveries_auditevent WHERE delivery_id = %s", last.pk)
    tampered("DELETE FROM deliveries_journalhead WHERE chain = %s", last.pk)

    assert told() == [("a delivery", None, "journal number 2 is gone with all its lines.")]


def test_a_head_that_is_gone_or_changed_is_found_where_the_journal_ends(delivery, tampered):
    tampered("UPDATE deliveries_journalhead SET lines = 3 WHERE chain > 0")
    assert told() == [(delivery.code, "T-3", "what says where the journal ends was changed.")]

    tampered("DELETE FROM deliveries_journalhead")
    assert told()[0] == (delivery.code, "T-3", "nothing says that the journal ends here.")


def test_the_count_of_journals_cannot_be_lowered(delivery, tampered):
    tampered("UPDATE deliveries_journalhead SET journals = 0 WHERE chain = 0")

    assert told() == [
        ("the system", None, "what says where the journal ends was changed."),
        ("the system", None, "there are more journals than were begun."),
    ]


def test_the_journal_of_a_deleted_delivery_is_still_proven(tampered):
    gone = records.delivery()
    write(gone, 1)
    write(gone, 2)
    identifier = gone.pk
    gone.delete()
    assert proving.all_journals() == (2, [])

    tampered("UPDATE deliveries_auditevent SET text = 'x' WHERE code = 'T-1'")

    assert told() == [(f"deleted delivery {identifier}", "T-1", "it is not as it was written.")]


@pytest.mark.django_db(transaction=True)
def test_journals_that_begin_at_the_same_time_are_numbered_without_a_gap():
    deliveries = [records.delivery() for _ in range(12)]

    def begin(some):
        for each in some:
            with transaction.atomic():
                write(each, 1)
                write(None, 1)

    together(*[lambda part=deliveries[start::4]: begin(part) for start in range(4)])

    numbers = JournalHead.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(13))
    assert proving.all_journals() == (13, [])


def test_the_migration_seals_the_journals_that_there_are(delivery):
    write(None, 1)
    write(records.delivery(), 1)
    JournalHead.objects.all().delete()

    migration = import_module("deliveries.migrations.0004_journal_heads")
    migration.give_heads(apps, None)

    assert proving.all_journals() == (3, [])


def test_the_command_names_the_journal_and_its_first_broken_line(delivery, tampered, capsys):
    journal.write(delivery=None, code="T-1", text="The system.", at=NOON)
    call_command("verify_audit")
    assert capsys.readouterr().out == "2 journals stand.\n"
    second = AuditEvent.objects.filter(delivery=delivery).order_by("id")[1]
    tampered("UPDATE deliveries_auditevent SET text = 'Other.' WHERE id = %s", second.pk)

    with pytest.raises(CommandError, match="1 journals are broken"):
        call_command("verify_audit")

    assert f"{delivery.code}: line {second.pk} of" in capsys.readouterr().err
