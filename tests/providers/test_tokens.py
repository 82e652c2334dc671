"""Tokens: what they cover, and when."""

from datetime import UTC, datetime

import pytest

from providers import tokens

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())


@pytest.mark.parametrize(
    ("claim", "within"),
    [
        (SECONDS, True),
        (SECONDS + 0.5, True),
        (SECONDS - 300, True),
        (SECONDS - 301, False),
        (SECONDS + 1, True),
        (SECONDS + 2, False),
        (10**400, False),
        (float("nan"), False),
        (float("inf"), False),
        (True, False),
        (str(SECONDS), False),
        (None, False),
    ],
)
def test_a_claim_is_a_time_near_the_callbacks(claim, within):
    assert tokens.within(claim, at=NOON, before=300, after=1) == within


def test_a_claim_covers_what_it_is_the_hash_of():
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    assert tokens.covers(digest, b"abc")
    assert tokens.covers(digest.upper(), b"abc")
    assert not tokens.covers(digest, b"abd")
    assert not tokens.covers(None, b"abc")
