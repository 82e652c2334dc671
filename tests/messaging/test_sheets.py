"""Tables are read whatever spreadsheet wrote them."""

import io

import pytest

from messaging import sheets
from messaging.sheets import Encoding

TABLE = "address;text\r\n+39333;Perché no\r\n"
CELLS = [["address", "text"], ["+39333", "Perché no"]]


def read(data):
    return list(sheets.rows(io.BytesIO(data)))


def cells(data):
    return [row.cells for row in read(data)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(encoding, delimiter):
    assert cells(TABLE.replace(";", delimiter).encode(encoding)) == CELLS


def test_what_somebody_says_of_the_encoding_holds_but_for_a_mark_of_bytes():
    assert sheets.encoding("é".encode("cp1252"), told="cp1252") == Encoding(
        "cp1252", fallback=False
    )
    assert sheets.encoding("é".encode("utf-16"), told="cp1252") == Encoding(
        "utf-16", fallback=False
    )


def test_lines_are_counted_and_blank_ones_passed_over():
    rows = read(b'a,b\n\n,\n"x\ny",2\nz,3')

    assert [row[:3] for row in rows] == [
        (1, 1, ["a", "b"]),
        (4, 5, ["x\ny", "2"]),
        (6, 6, ["z", "3"]),
    ]


def test_a_file_may_be_empty_or_one_column():
    assert read(b"") == []
    assert cells(b"+39333\n+39334\n") == [["+39333"], ["+39334"]]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    ("first", "sign"),
    [
        (b"sep=;\n", b";"),
        (b"SEP=;\r\n", b";"),
        (b'"sep=,"\n', b","),
        (b'"sep=,",,\n', b","),
        (b"sep=;;;\n", b";"),
        (b"sep=\t\n", b"\t"),
        (b"sep=^\r\n", b"^"),
    ],
)
def test_a_first_line_may_say_the_delimiter(mark, first, sign):
    # By what stands most often in it, this line would be cut at commas or bars.
    header = b"a|,,|" + sign + b"b\n"
    rows = read(mark + first + header + b"1" + sign + b"2\n")

    assert [row.first for row in rows] == [2, 3]
    assert rows[0].cells[-1] == "b"
    assert rows[1].cells == ["1", "2"]


@pytest.mark.parametrize("line", [b"sep=x", b"sep=", b'sep="', b"a,sep=;", b"sep=;x"])
def test_only_a_whole_first_line_says_the_delimiter(line):
    assert read(line)[0].first == 1
    assert cells(b"a,b\nsep=;\n")[1] == ["sep=;"]


def test_a_quote_that_is_never_closed_is_told_with_its_lines():
    lines = b'a,"b\n' + b"x,1\n" * 40_000

    first, *rest = read(lines)

    assert (first.first, first.cells) == (1, None)
    assert first.last > 1
    assert rest[0].first == first.last + 1
    assert rest[0].cells == ["x", "1"]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_quote_that_is_open_to_the_end_is_told_with_its_lines(end):
    open_row = f'a,b\nx,"1\ny,2\nz,3{end}'.encode()
    assert read(open_row) == [(1, 1, ["a", "b"], False), (2, 4, None, False)]
    assert read(f'"a{end}'.encode()) == [(1, 1, None, False)]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_quote_that_is_closed_at_the_end_is_none(end):
    assert cells(f'a,"1\n2"{end}'.encode()) == [["a", "1\n2"]]


def test_what_is_no_fault_of_the_encoding_is_raised():
    with pytest.raises(UnicodeError):
        "\ud800".encode("ascii", sheets.FALLBACK)


def test_characters_that_no_database_takes_are_left_out_wherever_they_stand():
    assert cells(b"a\0,b\nx\0,2\n") == [["a", "b"], ["x", "2"]]


@pytest.mark.parametrize("before", [b"", b"a,b\n", b'a,"b\n'])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_that_is_too_long_is_told_and_not_held(before, end):
    long = b"+39333," + b"y" * 5_000_000 + b'"' + end

    *_rest, last = read(before + long)

    assert (last.cells, last.too_long) == (None, True)
