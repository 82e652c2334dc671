"""A JSON reader is kept from depths and lengths that nobody means."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.nesting import DEEPEST, LONGEST_NUMBER, LONGEST_TEXT, Shallow, TooDeep

values = st.recursive(
    st.text() | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


def drain(body, *, piece):
    stream, whole = Shallow(io.BytesIO(body)), b""
    while part := stream.read(piece):
        whole += part
    return whole, stream.depth


def depth(value):
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(values, st.integers(1, 20))
def test_what_is_meant_passes_unchanged_however_it_is_cut(value, piece):
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")

    assert depth(value) <= DEEPEST
    assert drain(body, piece=piece) == (body, 0)


@pytest.mark.parametrize("piece", [1, 7, 65_536])
@pytest.mark.parametrize("level", [b"[", b'{"a":', b'[" [ ",'])
def test_what_is_nested_too_deeply_is_cut_off(level, piece):
    drain(level * DEEPEST, piece=piece)
    with pytest.raises(TooDeep):
        drain(level * (DEEPEST + 1), piece=piece)


def test_brackets_in_texts_do_not_count():
    body = b'["' + b"[{" * 1_000 + b'\\"[["]'

    assert drain(body, piece=64) == (body, 0)


def test_an_endless_text_is_cut_off():
    with pytest.raises(TooDeep):
        drain(b'["' + b"x" * (LONGEST_TEXT + 1), piece=4096)


@pytest.mark.parametrize("piece", [7, 500, 65_536])
def test_a_number_without_an_end_is_cut_off_wherever_pieces_end(piece):
    assert drain(b"[" + b"9" * LONGEST_NUMBER + b"]", piece=piece)[1] == 0
    with pytest.raises(TooDeep):
        drain(b"[" + b"9" * (LONGEST_NUMBER + 1) + b"]", piece=piece)


def test_a_text_that_has_not_ended_yet_is_passed_at_once():
    """Matched carelessly, thirty letters without a closing quote take minutes."""
    body = b'["' + b"a\\\\b" * 10_000

    assert drain(body, piece=65_536) == (body, 1)
