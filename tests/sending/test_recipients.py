"""Targets: taken in line by line, from what spreadsheets and programs write."""

import json

import pytest

from deliveries.models import AuditEvent
from messaging.statuses import DeliveryStatus
from sending import recipients
from sending.layout import BadFile
from sending.models import Recipient, Upload
from sending.recipients import NotTargetable
from tests.sending import targets
from tests.sending.targets import take

pytestmark = pytest.mark.django_db

SEVERAL = "Several columns may hold the address: {}. Say which one does: ?address=NAME."


@pytest.fixture
def delivery(db):
    return targets.delivery()


def kept(delivery):
    found = Recipient.objects.filter(delivery_id=delivery.pk).order_by("line")
    return [(row.line, row.address, row.reference, row.fields) for row in found]


def test_a_table_becomes_recipients_with_all_its_columns(delivery):
    taken = take(delivery, "Phone,First Name,Customer ID\n+393331,Anna,c1\n\n+393332,,c2\n")

    assert (taken.received, taken.bad_count, taken.bad) == (2, 0, [])
    assert kept(delivery) == [
        (2, "+393331", "c1", {"phone": "+393331", "first_name": "Anna", "customer_id": "c1"}),
        (4, "+393332", "c2", {"phone": "+393332", "customer_id": "c2"}),
    ]
    assert recipients.count(delivery_id=delivery.pk) == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_write_is_understood(delivery, delimiter, encoding, end):
    lines = ["TELEFONO|Città", '+393331|"Forlì|Cesena"', "+393332|Ärlì"]
    text = end.join(lines).replace("|", delimiter) + end

    take(delivery, text, written_in=encoding)

    assert [row[3] for row in kept(delivery)] == [
        {"telefono": "+393331", "città": f"Forlì{delimiter}Cesena"},
        {"telefono": "+393332", "città": "Ärlì"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("first", "sign"), [("sep=;", ";"), ('"sep=,"', ","), ("sep=\t", "\t"), ("sep=^^", "^")]
)
def test_a_first_line_may_say_the_delimiter_and_lines_keep_their_numbers(
    delivery, encoding, first, sign
):
    # By what stands most often in it, the header would be cut at bars.
    lines = [first, f"a||b{sign}phone", f"x{sign}+393331", f"y{sign}+393332{sign}z"]

    taken = take(delivery, "\r\n".join(lines), written_in=encoding)

    assert [(row[0], row[1]) for row in kept(delivery)] == [(3, "+393331")]
    assert [line["line"] for line in taken.bad] == [4]


def test_a_told_delimiter_goes_before_that_of_the_first_line(delivery):
    take(delivery, "sep=,\nphone;a,b\n+393331;c\n", delimiter="semicolon")

    assert kept(delivery) == [(3, "+393331", "", {"phone": "+393331", "a_b": "c"})]


def test_columns_can_be_named(delivery):
    take(delivery, "a;b;c\n1;2;3\n", address="B", reference="C", delimiter="semicolon")

    assert kept(delivery) == [(2, "2", "3", {"a": "1", "b": "2", "c": "3"})]


@pytest.mark.parametrize(
    "header",
    [
        "Téléphone", "Numéro", "Número de teléfono", "Telefon", "Handynummer", "Telemóvel",
        "Mobile phone number", "N° de téléphone portable", "Numero di cellulare", "τηλέφωνο",
        "Мобильный телефон", "휴대폰", "手机号码",
    ],
)  # fmt: skip
def test_the_column_of_the_address_is_known_in_many_languages(delivery, header):
    take(delivery, f"No;{header};E-mail;Customer number\n7;+393331;a@example.org;8\n")

    assert kept(delivery)[0][1] == "+393331"


def test_which_column_holds_the_address_depends_on_the_channel(db):
    delivery = targets.delivery(channel="email")

    take(delivery, "phone,Courriel\n+393331,anna@example.org\n")

    assert kept(delivery)[0][1] == "anna@example.org"


def test_of_columns_with_one_name_the_one_that_was_told_is_taken(delivery):
    take(delivery, "phone,phone\n1,2\n", address="phone_2")

    assert kept(delivery)[0][1] == "2"


def test_columns_of_one_name_are_told_apart(delivery):
    take(delivery, "phone,note,note,\n1,a,b,c\n")

    (row,) = kept(delivery)
    assert row[3] == {"phone": "1", "note": "a", "note_3": "b", "column_4": "c"}


def test_lines_of_json_become_recipients(delivery):
    lines = [
        {"address": "+393331", "recipient": 7, "First Name": "Anna", "vip": True, "none": None},
        {"phone": "+393332", "score": 1.5},
    ]
    taken = take(delivery, "\n".join(map(json.dumps, lines)), kind="ndjson")

    assert taken.received == 2
    assert kept(delivery)[0][1:3] == ("+393331", "7")
    assert kept(delivery)[0][3]["first_name"] == "Anna"
    assert kept(delivery)[0][3]["vip"] == "true"
    assert kept(delivery)[1][3] == {"phone": "+393332", "score": "1.5"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"address": ["+39"]}', "address is a list or an object: give a text or a number."),
        ("[1]", "This line is not a JSON object."),
        ("nonsense", "This line is not a JSON object."),
        (
            '{"phone": "1", "mobile": "2"}',
            SEVERAL.format("phone, mobile"),
        ),
        ('{"address": "' + "1" * 70_000 + '"}', "The line is too long."),
        ('{"address": "' + "1" * 400 + '"}', "The address or the reference is too long."),
        ('{"address": "1", "x": "' + "1" * 3000 + '"}', "A value is longer than 2000 signs."),
        (
            '{"address": "1\\u0000"}',
            "A character cannot be read: look at the encoding of the file.",
        ),
        (
            '{"address": "1\\ud800"}',
            "A character cannot be read: look at the encoding of the file.",
        ),
    ],
)
def test_a_bad_line_of_json_is_told_and_the_others_are_kept(delivery, line, said):
    taken = take(delivery, f'{{"address": "1"}}\n{line}\n{{"address": "3"}}\n', kind="ndjson")

    assert taken.bad == [{"line": 2, "detail": said}]
    assert [row[0] for row in kept(delivery)] == [1, 3]


@pytest.mark.parametrize(
    ("lines", "bad", "good"),
    [
        ("1,a\n2,b,c\n3,d\n", [3], [2, 4]),
        ("1,a\n2,b,\n3\n", [], [2, 3, 4]),
        ('1,"a\nb"\n3,c\n', [], [2, 4]),
        ('1,a\n2,"b\n3,c\n4,d\n', [3], [2, 4, 5]),
        ('1,a\n2,5" pipe\n3,c\n', [], [2, 3, 4]),
        ('1,a\n"2,b\n', [3], [2]),
        ("1,a\n2," + "x" * 70_000 + "\n3,c\n", [3], [2, 4]),
        ("1,a\n2,\ufffd\n3,c\n", [3], [2, 4]),
        ("1,a\n" + "9" * 400 + ",b\n3,c\n", [3], [2, 4]),
    ],
)
def test_a_bad_line_of_a_table_is_told_and_the_others_are_kept(delivery, lines, bad, good):
    taken = take(delivery, f"phone,note\n{lines}")

    assert [line["line"] for line in taken.bad] == bad
    assert [row[0] for row in kept(delivery)] == good
    assert (taken.received, taken.bad_count) == (len(good), len(bad))


def test_a_sign_of_windows_behind_a_plain_beginning_is_read(delivery):
    body = b"phone,city\n" + b"1,Rome\n" * 12_000 + "2,Forlì\n".encode("cp1252")

    taken = take(delivery, body)

    assert (taken.received, taken.bad_count) == (12_001, 0)
    assert Recipient.objects.get(delivery_id=delivery.pk, line=12_002).fields["city"] == "Forlì"


@pytest.mark.parametrize(
    ("text", "told", "said"),
    [
        ("", {}, "The file is empty: its first line names the columns."),
        ("\n\n", {}, "The file is empty: its first line names the columns."),
        (
            "a,b\n1,2\n",
            {},
            "No column is known to hold the address. The first line names: a, b.",
        ),
        ("a,b\n1,2\n", {"address": "c"}, "There is no column “c”."),
        (
            "phone,mobile\n1,2\n",
            {},
            SEVERAL.format("phone, mobile"),
        ),
        (
            "Phone,phone\n1,2\n",
            {},
            SEVERAL.format("phone, phone_2"),
        ),
        ("phone\n1\n", {"delimiter": "x"}, "The delimiter is one of comma, semicolon, tab, pipe."),
        ("phone\n1\n", {"encoding": "x"}, "The encoding is one of utf-8, utf-16, cp1252."),
        (",".join(["phone"] * 300), {}, "A file has at most 200 columns."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_cure(delivery, text, told, said):
    with pytest.raises(BadFile) as refused:
        take(delivery, text, **told)
    assert str(refused.value) == said
    assert kept(delivery) == []


def test_more_recipients_go_on_where_the_last_ones_ended(delivery):
    take(delivery, "phone\n1\n2\n")
    take(delivery, "phone\n3\n")

    assert [(row[0], row[1]) for row in kept(delivery)] == [(2, "1"), (3, "2"), (5, "3")]
    assert recipients.count(delivery_id=delivery.pk) == 3


def test_recipients_can_be_replaced_and_removed(delivery):
    take(delivery, "phone\n1\n2\n")
    take(delivery, "phone\n3\n", mode="replace")
    assert [(row[0], row[1]) for row in kept(delivery)] == [(2, "3")]
    assert recipients.count(delivery_id=delivery.pk) == 1

    recipients.clear(delivery_id=delivery.pk, by=None, at=delivery.created_at)
    assert (kept(delivery), Upload.objects.count()) == ([], 0)


def test_new_recipients_have_a_ready_delivery_prepared_again(delivery):
    take(delivery, "phone\n+393331234567\n")
    assert targets.prepare(delivery).state == "done"

    take(delivery, "phone\n+393331234568\nx,y\n")

    assert targets.status(delivery) == DeliveryStatus.EDITING
    line = AuditEvent.objects.filter(delivery=delivery, code="DEL-1005").latest("id")
    assert (line.level, line.text) == ("warning", "Recipients added: 1; 1 bad lines.")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (DeliveryStatus.TARGETING, "being prepared: wait, or stop that first."),
        (DeliveryStatus.SCHEDULED, "scheduled: pause it first, which takes that back."),
        (DeliveryStatus.IN_PROGRESS, "in progress: its recipients can no longer be changed."),
    ],
)
def test_recipients_stay_once_the_delivery_is_on_its_way(status, said):
    delivery = targets.delivery(status=status)

    with pytest.raises(NotTargetable, match=said):
        take(delivery, "phone\n1\n")
    assert kept(delivery) == []
