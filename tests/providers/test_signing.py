"""Proofs: secrets that rotate or are missing, and comparison that never fails otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import signing
from providers.base import BadSignature


def test_one_secret_or_several_while_they_rotate():
    assert signing.secrets({"key": "a"}, "key") == [b"a"]
    assert signing.secrets({"key": ["a", "", "b"]}, "key") == [b"a", b"b"]


@pytest.mark.parametrize(
    "credentials", [{}, {"key": ""}, {"key": []}, {"key": [""]}, {"key": None}]
)
def test_without_a_secret_nothing_is_accepted(credentials):
    with pytest.raises(BadSignature, match="key: not configured for this account"):
        signing.secrets(credentials, "key")


def test_hmacs_in_both_spellings():
    assert signing.hmac_base64(b"m", key=b"k", digest="sha1") == b"dytxyKKZfnaL4B2XEeSk80ok7zM="
    assert signing.hmac_hex(b"m", key=b"k", digest="sha1") == (
        b"772b71c8a2997e768be01d9711e4a4f34a24ef33"
    )


@given(st.text(st.characters(codec=None)))
def test_any_header_can_be_compared(header):
    assert signing.matches(header, [b"\x00proof"]) == (header == "\x00proof")
