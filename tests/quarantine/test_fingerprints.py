"""Keyed hashes."""

from quarantine import fingerprints


def test_the_same_parts_have_the_same_hash_and_others_another():
    assert fingerprints.of_parts("a", 1) == fingerprints.of_parts("a", 1)
    assert len({fingerprints.of_parts(*parts) for parts in [("a", 1), ("a1",), (1, "a")]}) == 3


def test_another_secret_makes_another_hash(settings):
    before = fingerprints.of("+393331112233")
    settings.SECRET_KEY = "another"

    assert fingerprints.of("+393331112233") != before
