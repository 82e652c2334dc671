"""Addresses from elsewhere: each line taken or told, all at once, and back again."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from ingestion import erasure
from messaging.failures import FailureType, Reason
from quarantine import bulk, importing, sheet
from quarantine.acts import NotNow
from quarantine.bulk_models import BulkAct, ImportLine
from quarantine.lines import BadTable
from quarantine.models import Address, Change
from quarantine.words import STOP
from tests.quarantine.taking import NOW, fail, number
from tests.quarantine.test_bulk import decide, hear, standings, statuses, undo, work

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
OLD = datetime(2024, 5, 1, tzinfo=UTC)


def stage(text, *, usual="quarantine", why="From the old system"):
    return importing.stage(io.BytesIO(text.encode()), usual=usual, text=why, by=None, at=LATER)


def take(text, **given):
    row = stage(text, **given)
    importing.confirm(act_id=row.pk, by=None, at=LATER)
    return work(row)


def faults(row):
    return list(importing.bad_lines(row).values_list("line", "field", "fault"))


def known():
    columns = ("address", "channel", "status", "reason", "error_text")
    return list(Address.objects.order_by("address").values_list(*columns))


def test_lines_say_what_becomes_of_addresses():
    row = take(
        "Status;Phone number;Reason;Comment;Date\n"
        "blacklisted;0039 333 1112233;;Asked;2024-05-01\n"
        ";+393331112234;user_unknown;;\n"
        ";Anna@Example.ORG;Left the company;in May;2024-05-01T10:00:00+02:00\n"
    )

    assert (row.state, row.taken, row.changed, row.left_out, row.bad) == ("done", 3, 3, 0, 0)
    why = "From the old system"
    assert known() == [
        ("+393331112233", "sms", "denylisted", int(Reason.DENYLISTED), "Asked"),
        ("+393331112234", "sms", "quarantine", int(Reason.USER_UNKNOWN), why),
        (
            "anna@example.org",
            "email",
            "quarantine",
            int(Reason.QUARANTINED),
            "Left the company: in May",
        ),
    ]
    told = dict(Change.objects.values_list("address__address", "at"))
    assert told == {
        "+393331112233": OLD,
        "+393331112234": LATER,
        "anna@example.org": OLD + timedelta(hours=8),
    }
    assert set(Change.objects.values_list("act", flat=True)) == {row.pk}


def test_a_first_line_may_say_the_delimiter_and_lines_keep_their_numbers():
    row = take(f"sep=;\r\nstatus;phone\r\ndenylisted;{number(1)}\r\n;0333\r\n")

    assert [known()[0][0], *faults(row)[0][:2]] == [number(1), 4, "address"]
    assert stage(f'\ufeff"sep=^"\n{number(2)}^sms\n').taken == 1


def test_without_a_header_the_columns_are_those_of_an_export():
    take(f"{number(1)},sms,denylisted,refused,Why not\n{number(2)}\n", usual="denylisted")

    assert [row[2:4] for row in known()] == [
        ("denylisted", int(Reason.REFUSED)),
        ("denylisted", int(Reason.DENYLISTED)),
    ]


def test_each_bad_line_is_told_with_its_field_and_the_good_ones_are_taken():
    row = take(
        "address,channel,status,reason,text,date\n"
        "0333,,,,,\n"
        f"{number(1)},fax,,,,\n"
        f"{number(1)},,valid,,,\n"
        f"{number(1)},,,,{'x' * 501},\n"
        f"{number(1)},,,,,01/02/2026\n"
        f"{number(1)},,,,,2999-01-01\n"
        f"{number(1)},,,,,0001-01-01T00:00:00+14:00\n"
        f"{number(1)},,,,,1969-12-31\n"
        f"{number(1)},,,,,\n"
        f" {number(1)} ,,,,,\n"
        f"{number(2)},,,,,\n"
    )

    told = faults(row)
    assert [(line, field) for line, field, _fault in told] == [
        (2, "address"),
        (3, "channel"),
        (4, "status"),
        (5, "text"),
        (6, "date"),
        (7, "date"),
        (8, "date"),
        (9, "date"),
        (11, "address"),
    ]
    assert told[-1][2] == "The address stands in line 10 already."
    assert statuses() == {number(1): "quarantine", number(2): "quarantine"}
    # Of what was not taken no address is kept.
    assert set(ImportLine.objects.values_list("address", flat=True)) == {""}


def test_a_line_that_is_too_long_is_told_and_those_behind_it_are_read():
    row = stage(f"address\n+393331112233\n{'9' * 70_000}\n+393331112234\n")

    assert faults(row) == [(3, "", "A line has at most 65536 signs.")]
    assert row.taken == 2


def test_a_quote_that_is_not_closed_is_told():
    row = stage(f'{number(1)}\n"+39\n' + "x\n" * 70_000)

    assert "lines 2 to" in faults(row)[0][2]


def test_a_quote_that_is_open_to_the_end_hides_no_line():
    row = take(f'{number(1)}\n{number(2)},sms,,,"Left\n{number(3)}\n')

    assert [(line, fault.split("lines ")[-1]) for line, _field, fault in faults(row)] == [
        (2, "2 to 3 are not read.")
    ]
    assert statuses() == {number(1): "quarantine"}


@pytest.mark.parametrize(
    ("header", "name"), [("phone,Email", "address"), ("at,phone,date", "date")]
)
def test_a_header_that_names_the_same_twice_is_told_and_nothing_guessed(header, name):
    with pytest.raises(BadTable, match=f"Two columns are the {name}: keep one of them."):
        stage(f"{header}\n{number(1)},anna@example.org,\n")


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("", "The table is empty"),
        ("\n \n", "The table is empty"),
        ("address,status\n", "The table is empty"),
        (f"Name;Handset\nAnna;{number(1)}\n", "Line 1 names no column with the address"),
        (f"Column 1;Status\n{number(1)};quarantine\n", "Line 1 names no column with the address"),
        (f"sms,{number(1)}\n", "Line 1 has the address in column 2"),
    ],
)
def test_a_table_that_cannot_be_read_by_its_columns_is_refused_as_a_whole(table, fault):
    with pytest.raises(BadTable, match=fault):
        stage(table)


def test_a_first_line_that_is_an_address_is_no_header():
    take("anna@example.org,email,denylisted\n")

    assert [row[:3] for row in known()] == [("anna@example.org", "email", "denylisted")]


def test_a_preview_counts_what_is_done():
    fail([number(1), number(2)])
    fail([number(3)], failure_type=FailureType.SOFT)
    hear(number(4), STOP, NOW)
    hear(number(5), STOP, NOW)
    decide(number(6 - 4), "denylisted", NOW + timedelta(minutes=1))
    erasure.forget(address=number(2), by=None, at=NOW)
    before = standings()

    row = stage(
        "\n".join(
            [
                f"{number(1)},sms,quarantine",
                f"{number(2)},sms,denylisted",
                f"{number(3)},sms,quarantine",
                f"{number(4)},sms,denylisted",
                f"{number(5)},sms,quarantine",
                f"{number(6)},sms,quarantine",
                "x",
            ]
        )
    )

    assert importing.counts(row) == (1, 2, 3, 1)
    assert standings() == before
    importing.confirm(act_id=row.pk, by=None, at=LATER)
    row = work(row)
    assert (row.changed, row.left_out, row.bad) == (3, 3, 1)


def test_an_import_is_undone_exactly():
    fail([number(1)], failure_type=FailureType.SOFT)
    hear(number(2), STOP, NOW)
    before = standings()

    row = take("".join(f"{number(each)},sms,denylisted\n" for each in range(1, 4)))
    assert row.changed == 3
    undo(row)

    after = standings()
    assert after.pop(number(3)).status == "valid"
    assert after == before


def test_a_date_is_that_of_new_addresses_only():
    """What is known of an address was known when somebody decided to take the line over."""
    fail([number(1)], failure_type=FailureType.SOFT)

    take(f"{number(1)},sms,denylisted,,,2024-05-01\n")

    assert Change.objects.latest("id").at == LATER


def test_many_lines_are_taken_in_batches_of_one_transaction(monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)

    row = take("".join(f"{number(each)}\n" for each in range(5)))

    assert (row.changed, len(statuses())) == (5, 5)
    assert undo(row).restored == 5


def test_nothing_is_half_imported(monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    row = stage("".join(f"{number(each)}\n" for each in range(5)))
    importing.confirm(act_id=row.pk, by=None, at=LATER)
    write = importing.acts.apply

    def dies(known, decided, **given):
        if BulkAct.objects.filter(fact__isnull=False).exists():
            raise KeyboardInterrupt
        write(known, decided, **given)

    monkeypatch.setattr(importing.acts, "apply", dies)
    with pytest.raises(KeyboardInterrupt):
        bulk.work_batch(at=LATER)

    assert statuses() == {}
    monkeypatch.undo()
    assert work(row).changed == 5


def test_what_is_not_confirmed_is_forgotten():
    first, second = stage(f"{number(1)}\n"), stage(f"{number(1)}\nx\n")
    with pytest.raises(NotNow):
        bulk.undo(act_id=first.pk, by=None, at=LATER)
    importing.forget(act_id=first.pk)
    importing.forget_old(at=LATER + timedelta(hours=23))
    assert list(BulkAct.objects.values_list("id", flat=True)) == [second.pk]
    importing.forget_old(at=LATER + timedelta(hours=25))

    assert not BulkAct.objects.exists()
    assert not ImportLine.objects.exists()


def test_what_is_confirmed_is_confirmed_once_and_not_forgotten():
    row = take(f"{number(1)}\n")

    with pytest.raises(NotNow):
        importing.confirm(act_id=row.pk, by=None, at=LATER)
    importing.forget(act_id=row.pk)
    assert BulkAct.objects.get() == row


def test_an_erasure_reaches_what_is_not_confirmed():
    row = stage(f"{number(1)}\n{number(2)}\n")

    erasure.forget(address=number(1), by=None, at=LATER)

    assert list(ImportLine.objects.values_list("address", flat=True)) == [number(2)]
    importing.confirm(act_id=row.pk, by=None, at=LATER)
    row = work(row)
    assert (row.changed, row.left_out) == (1, 1)


def exported():
    found = Address.objects.exclude(status="valid").order_by("address")
    return "".join(sheet.lines(found, shown=lambda row: (row.address, row.error_text)))


def test_what_is_exported_and_imported_elsewhere_is_the_same(monkeypatch):
    monkeypatch.setattr(sheet, "CHUNK", 2)
    fail([number(1)])
    texts = ["=1+1", "+cmd", "-2", "@SUM(A1)", "'=quoted", "plain", 'with "quotes", and\nlines']
    for index, text in enumerate(texts, start=2):
        fail([number(index)])
        decide(number(index), "denylisted", NOW + timedelta(minutes=index), text)
    take("+odd@example.org\n=odd@example.org\n")
    table, before = exported(), known()
    Address.objects.all().delete()
    BulkAct.objects.all().delete()

    row = take(table)

    assert faults(row) == []
    assert known() == before
    assert exported() == table


def test_no_cell_of_an_export_is_a_formula():
    fail([number(1)])
    for index, text in enumerate(["=1+1", "+1", "-1", "@x", "\tx", "\rx"], start=2):
        fail([number(index)])
        row = Address.objects.get(address=number(index))
        Address.objects.filter(pk=row.pk).update(error_text=text)
    take("+x@example.org\n@\n")

    cells = [
        cell for row in importing.sheets.rows(io.BytesIO(exported().encode())) for cell in row.cells
    ]

    wrong = [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]
    assert all(cell.removeprefix("+").isdigit() for cell in wrong)
    assert f"{number(1)}" in wrong
    assert [sheet.bare(sheet.guarded(text)) for text in ("=1", "'=1", "'a", "'", "")] == [
        "=1", "'=1", "'a", "'", "",
    ]  # fmt: skip
