"""Lines: a body is read in whatever form and pieces it comes, and each fault is named."""

import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import lines
from ingestion.lines import BadBody, BadLine, Line

MARIO = {"address": "+393331234567", "provider_message_id": "m-1"}
BOM = b"\xef\xbb\xbf"


class Slow(io.BytesIO):
    """A stream that gives no more than a few bytes at a time, as sockets may."""

    def __init__(self, body, most=1):
        super().__init__(body)
        self.most = most

    def read(self, size=-1, /):
        return super().read(self.most if size < 0 else min(size, self.most))


def told(body, most=None):
    """Return number and object of each line, the sentence where it is none."""
    stream = Slow(body, most) if most else io.BytesIO(body)
    return [
        (number, given.detail if isinstance(given, BadLine) else given)
        for number, given in lines.objects(stream)
    ]


BODIES = [
    (b"", []),
    (b" \n\r\n", []),
    (BOM, []),
    (b"{}", [(1, {})]),
    (b"1\n", [(1, 1)]),
    (b'{"a": 1}\n{"a": 2}\n', [(1, {"a": 1}), (2, {"a": 2})]),
    (b'{"a": 1}\r\n{"a": 2}', [(1, {"a": 1}), (2, {"a": 2})]),
    (b'\n \n{"a": 1}\n\n\n{"a": 2}\n', [(3, {"a": 1}), (6, {"a": 2})]),
    (BOM + b'\n{"a": 1}', [(2, {"a": 1})]),
    (BOM + b'[{"a": 1}]', [(1, {"a": 1})]),
    (b"[]", []),
    (b' \n [ {"a": 1} ,\n\n {"a": 2} ] \n', [(1, {"a": 1}), (2, {"a": 2})]),
    ('{"a": "è"}'.encode(), [(1, {"a": "è"})]),
    (b'[1, "x", null]', [(1, 1), (2, "x"), (3, None)]),
]


@pytest.mark.parametrize("most", [None, 1, 2, 3, 7])
@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_a_body_is_a_list_or_lines_however_it_comes(body, expected, most):
    assert told(body, most) == expected


NO_OBJECT = "This line is not a JSON object."


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"nonsense",
        b'{"a": "\xff"}',
        b"\x00\x00",
        b"{" * 20_000,
        b'{"a": ' + b"[" * 30_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)
def test_a_line_that_is_no_json_is_named_and_the_others_are_read(line):
    assert told(b'{"a": 1}\n' + line + b'\n{"a": 3}') == [
        (1, {"a": 1}),
        (2, NO_OBJECT),
        (3, {"a": 3}),
    ]


@pytest.mark.parametrize("length", [65_537, 200_000, 1_000_000])
@pytest.mark.parametrize("after", [b"", b"\n", b'\n{"a": 3}'])
def test_a_line_that_is_too_long_is_named_and_the_others_are_read(length, after):
    body = b'{"a": 1}\n' + b"x" * length + after

    assert told(body) == [
        (1, {"a": 1}),
        (2, "The line is too long."),
        *([(3, {"a": 3})] if after.strip() else []),
    ]


def test_the_longest_line_is_read():
    line = json.dumps({"a": "x" * (lines.LONGEST_LINE - 9)}).encode()
    assert len(line) == lines.LONGEST_LINE

    assert [number for number, _given in told(line + b"\n" + line)] == [1, 2]
    assert told(line)[0][1] != "The line is too long."


def test_a_long_line_is_not_held_in_memory():
    stream = io.BytesIO(b"x" * 5_000_000)
    reader = lines._Lines(stream)
    reader.first_character()

    assert [len(line) for line in reader.lines()] == [lines.LONGEST_LINE + 1]


@given(
    st.lists(st.dictionaries(st.text(), st.text() | st.integers(), max_size=2), max_size=5),
    st.integers(1, 200),
)
def test_lines_and_lists_say_the_same(objects, most):
    numbered = list(enumerate(objects, start=1))
    texts = [json.dumps(one) for one in objects]

    assert told("\n".join(texts).encode(), most) == numbered
    if all(text.isascii() and "\\ud" not in text for text in texts):
        assert told(f"[{','.join(texts)}]".encode(), most) == numbered


@pytest.mark.parametrize(
    "body",
    [
        b"[",
        b'[{"a": 1}',
        b'[{"a": 1},',
        b'[{"a": 1}] x',
        b'[{"a": 1}]\n{"a": 2}',
        b'[{"a": "\xff"}]',
        b"[{'a': 1}]",
        b"[" * 10_000,
        # ijson ends the process at the first of these.
        b'[{"a": ' + b"9" * 5_000 + b"}]",
        b"[-" + b"9" * 100_000 + b"]",
        b"[1e99999999999999999999]",
    ],
)
def test_a_broken_list_is_no_body(body):
    with pytest.raises(BadBody, match="The JSON list is broken: nothing was registered."):
        told(body)


def checked(**fields):
    return lines.check(7, MARIO | fields, channel="sms")


def test_a_line_becomes_a_message():
    line = checked(recipient="CRM-1", sent_at="2026-01-31T13:00:00+01:00")

    assert line == Line(
        number=7,
        address="+393331234567",
        country="IT",
        recipient="CRM-1",
        provider_ids=["m-1"],
        sent_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
    )


def test_what_is_left_out_or_null_is_empty():
    assert checked(recipient=None, sent_at=None) == checked()
    assert (checked().recipient, checked().sent_at) == ("", None)


def test_an_email_has_no_country():
    line = lines.check(1, MARIO | {"address": "Anna@Example.org"}, channel="email")

    assert (line.address, line.country) == ("anna@example.org", "")


def test_numbers_may_be_written_as_numbers():
    line = checked(address=393331234567, provider_message_id=42, recipient=7)

    assert (line.address, line.provider_ids, line.recipient) == ("+393331234567", ["42"], "7")


def test_an_id_is_read_without_the_blanks_around_it():
    assert checked(provider_message_id=" m 1\t").provider_ids == ["m 1"]


def test_parts_have_an_id_each():
    given = {"address": "+393331234567", "provider_message_ids": ["a", 2]}

    assert lines.check(1, given, channel="sms").provider_ids == ["a", "2"]


LATER = "Give an ISO 8601 time with its zone, such as 2026-01-31T12:00:00Z."
GIVE_ID = "Give the id under which the provider reports on the message."
UNSTORABLE = "The text has a character that cannot be stored."


@pytest.mark.parametrize(
    ("fields", "field", "detail"),
    [
        ({"adress": 1}, "adress", "There is no such field."),
        ({"b": 1, "a": 1}, "a", "There is no such field."),
        ({"\ud800": 1}, "\\ud800", "There is no such field."),
        ({"x" * 1000: 1}, "x" * 64, "There is no such field."),
        ({"address": None}, "address", None),
        ({"address": ""}, "address", None),
        ({"address": "3331234567x"}, "address", None),
        ({"address": ["+393331234567"]}, "address", "Give a text."),
        ({"address": True}, "address", "Give a text."),
        ({"address": 3.5}, "address", "Give a text."),
        ({"address": "+" * 321}, "address", "At most 320 characters."),
        ({"recipient": {}}, "recipient", "Give a text."),
        ({"recipient": "x" * 129}, "recipient", "At most 128 characters."),
        ({"recipient": "a\x00"}, "recipient", UNSTORABLE),
        ({"recipient": "a\ud800"}, "recipient", UNSTORABLE),
        ({"provider_message_id": None}, "provider_message_id", GIVE_ID),
        ({"provider_message_id": ""}, "provider_message_id", GIVE_ID),
        ({"provider_message_id": "  "}, "provider_message_id", GIVE_ID),
        ({"provider_message_id": []}, "provider_message_id", GIVE_ID),
        ({"provider_message_id": {}}, "provider_message_id", "Give a text."),
        ({"provider_message_id": "x" * 256}, "provider_message_id", "At most 255 characters."),
        ({"provider_message_id": "\udfff"}, "provider_message_id", UNSTORABLE),
        ({"provider_message_id": "\0"}, "provider_message_id", UNSTORABLE),
        (
            {"provider_message_ids": ["a"]},
            "provider_message_ids",
            "Give either provider_message_id or provider_message_ids.",
        ),
        ({"sent_at": "yesterday"}, "sent_at", LATER),
        ({"sent_at": "2026-01-31T12:00:00"}, "sent_at", LATER),
        ({"sent_at": 1769860800}, "sent_at", LATER),
        ({"sent_at": "0001-01-01T00:00:00+14:00"}, "sent_at", LATER),
    ],
)
def test_what_is_wrong_with_a_line_is_named(fields, field, detail):
    with pytest.raises(BadLine) as caught:
        checked(**fields)

    assert caught.value.field == field
    assert caught.value.detail == (detail or str(caught.value))


@pytest.mark.parametrize(
    ("ids", "detail"),
    [
        ([], GIVE_ID),
        (["a", ""], GIVE_ID),
        (["a", None], GIVE_ID),
        (["a", "a "], "Each part has an id of its own."),
        ([str(number) for number in range(256)], "A message has at most 255 parts."),
    ],
)
def test_what_is_wrong_with_the_ids_of_parts_is_named(ids, detail):
    given = {"address": "+393331234567", "provider_message_ids": ids}

    with pytest.raises(BadLine) as caught:
        lines.check(1, given, channel="sms")

    assert (caught.value.field, caught.value.detail) == ("provider_message_ids", detail)


@pytest.mark.parametrize("given", [None, 1, "x", [MARIO]])
def test_what_is_no_object_is_no_message(given):
    with pytest.raises(BadLine, match="Each message is an object"):
        lines.check(1, given, channel="sms")


def test_a_line_that_was_bad_stays_bad():
    error = BadLine("", NO_OBJECT)

    with pytest.raises(BadLine) as caught:
        lines.check(1, error, channel="sms")

    assert caught.value is error
