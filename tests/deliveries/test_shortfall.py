"""What changed: the slice that explains a drop, and silence where nothing does."""

from hypothesis import assume, given
from hypothesis import strategies as st

from deliveries import shortfall
from deliveries.shortfall import NOTHING, Blame, Change, Tally


def explained(places, causes=None):
    """Explain tallies of places; the total is the sum of the first dimension's slices."""
    first = next(iter(places.values()))
    total = Change(added(change.now for change in first.values()),
                   added(change.usual for change in first.values()))  # fmt: skip
    return shortfall.explain(total=total, places=places, causes=causes or {})


def added(tallies):
    return Tally(*map(sum, zip(*tallies, strict=True)))


def change(now, usual):
    """Return a change from (delivered, failed) to (delivered, failed)."""
    return Change(Tally(*now), Tally(*usual))


AS_EVER = change((930, 70), (9_300, 700))


def test_no_drop_is_nothing_to_tell():
    assert explained({"country": {"IT": AS_EVER, "FR": AS_EVER}}) is None


def test_a_rise_is_nothing_to_tell():
    assert explained({"country": {"IT": change((990, 10), (9_300, 700))}}) is None


def test_few_messages_say_nothing():
    assert explained({"country": {"IT": change((40, 59), (9_300, 700))}}) is None
    assert explained({"country": {"IT": change((4_000, 6_000), (90, 9))}}) is None


def test_a_drop_that_may_be_chance_is_not_told():
    # Three points of a hundred messages: once in ten such deliveries.
    assert explained({"country": {"IT": change((90, 10), (9_300, 700))}}) is None


def test_a_drop_of_less_than_two_points_is_not_told_however_certain():
    assert explained({"country": {"IT": change((915_000, 85_000), (930_000, 70_000))}}) is None


def test_nothing_at_all_is_nothing_to_tell():
    assert shortfall.explain(total=Change(NOTHING, NOTHING), places={}, causes={}) is None


def test_the_slice_that_fell_is_blamed_with_its_share():
    fallen = change((600, 400), (9_300, 700))

    found = explained({"country": {"IT": fallen, "FR": AS_EVER, "DE": AS_EVER}})

    assert found.place == Blame("country", "IT", 1.0, fallen)
    assert not found.everywhere
    assert round(found.missing) == 330


def test_the_share_is_what_is_missing_there_of_all_that_is_missing():
    fallen = change((600, 400), (9_300, 700))
    also = change((820, 180), (9_300, 700))

    found = explained({"country": {"IT": fallen, "FR": also, "DE": AS_EVER, "ES": AS_EVER}})

    assert (found.place.key, round(found.place.share, 2)) == ("IT", 0.75)


def test_a_slice_that_was_always_bad_is_not_blamed():
    always = change((300, 700), (3_000, 7_000))
    fallen = change((600, 400), (9_300, 700))

    found = explained({"country": {"IT": always, "FR": fallen, "DE": AS_EVER}})

    assert found.place.key == "FR"


def test_of_slices_that_explain_about_as_much_the_narrowest_is_told():
    fallen = change((590, 410), (9_300, 700))

    found = explained(
        {
            "country": {"IT": added_change(fallen, AS_EVER), "FR": AS_EVER, "DE": AS_EVER},
            "prefix": {"+39347": fallen, "+39333": AS_EVER, "+33612": AS_EVER, "+49151": AS_EVER},
        }
    )

    assert (found.place.dimension, found.place.key) == ("prefix", "+39347")


def added_change(*changes):
    return Change(added(one.now for one in changes), added(one.usual for one in changes))


def test_a_wider_slice_is_told_where_it_explains_clearly_more():
    prefixes = {f"+3934{number}": change((600, 400), (9_300, 700)) for number in range(3)}
    others = {f"+3361{number}": AS_EVER for number in range(5)}

    found = explained(
        {
            "country": {
                "IT": added_change(*prefixes.values()),
                "FR": added_change(*others.values()),
            },
            "prefix": prefixes | others,
        }
    )

    assert (found.place.dimension, found.place.key) == ("country", "IT")


def test_no_slice_stands_out_where_all_fell():
    fallen = change((800, 200), (9_300, 700))

    found = explained({"country": {"IT": fallen, "FR": fallen, "DE": fallen}})

    assert (found.place, found.everywhere) == (None, True)


def test_the_only_slice_is_not_blamed_for_what_is_the_whole():
    found = explained({"country": {"IT": change((800, 200), (9_300, 700))}})

    assert (found.place, found.everywhere) == (None, True)


def test_a_drop_in_several_slices_of_many_is_neither_one_nor_everywhere():
    fallen = change((600, 400), (9_300, 700))
    slices = {"IT": fallen, "FR": fallen, "DE": fallen, "ES": AS_EVER, "PT": AS_EVER, "AT": AS_EVER}

    found = explained({"country": slices})

    assert (found.place, found.everywhere) == (None, False)


def test_a_slice_nobody_names_is_never_blamed():
    found = explained({"network": {"": change((600, 400), (9_300, 700)), "22201": AS_EVER}})

    assert found.place is None


def test_a_slice_of_a_few_messages_is_not_blamed():
    places = {
        "country": {"IT": change((930, 270), (9_300, 700))},
        "prefix": {
            "+39347": change((0, 29), (930, 70)),
            "+39348": change((930, 241), (8_370, 630)),
        },
    }

    assert explained(places).place is None


def test_what_is_new_is_measured_against_the_others():
    new = change((100, 900), (0, 0))

    found = explained({"country": {"IT": AS_EVER, "FR": AS_EVER, "BR": new}})

    assert found.place == Blame("country", "BR", 1.0, new)


def test_more_messages_to_where_it_is_always_worse_is_told_as_growth():
    always_worse = change((2_400, 1_600), (600, 400))

    found = explained({"country": {"IT": change((3_800, 200), (9_500, 500)), "BR": always_worse}})

    assert (found.place.key, found.place.grew) == ("BR", True)


def test_the_error_that_came_with_it_is_told_beside_the_place():
    found = explained(
        {"country": {"IT": change((600, 400), (9_300, 700)), "FR": AS_EVER}},
        {
            "reason": {
                "3": Change(Tally(0, 370), Tally(0, 400)),
                "1": Change(Tally(0, 100), Tally(0, 1_000)),
            },
            "code": {"77": Change(Tally(0, 330), Tally(0, 0)), "": Change(Tally(0, 330), NOTHING)},
        },
    )

    assert (found.cause.dimension, found.cause.key, found.cause.share) == ("code", "77", 1.0)


def test_no_error_is_told_where_all_grew_alike():
    found = explained(
        {"country": {"IT": change((600, 400), (9_300, 700)), "FR": AS_EVER}},
        {"reason": {str(n): Change(Tally(0, 118), Tally(0, 350)) for n in range(1, 5)}},
    )

    assert found.cause is None


def test_tallies_add_up():
    tally = Tally(delivered=6, failed=2, others=4)

    assert (tally.processed, tally.messages, tally.rate) == (8, 12, 0.75)
    assert NOTHING.rate == 0


TALLIES = st.builds(Tally, st.integers(0, 5_000), st.integers(0, 2_000), st.integers(0, 100))
SLICES = st.dictionaries(
    st.sampled_from(["", "IT", "FR", "DE", "ES", "BR"]),
    st.builds(Change, TALLIES, TALLIES),
    min_size=1,
)


@given(SLICES)
def test_what_is_told_holds(slices):
    found = explained({"country": slices})
    assume(found is not None)

    assert found.total.now.rate < found.total.usual.rate
    assert found.missing > 0
    if blamed := found.place:
        judged = blamed.change.usual if blamed.change.usual.processed >= 30 else found.total.usual
        assert blamed.key
        assert 0.5 <= blamed.share <= 1
        assert blamed.change.now.processed >= 30
        # It fell itself, or more messages went where it is always worse.
        assert blamed.grew or blamed.change.now.rate < judged.rate
        assert not blamed.grew or blamed.change.usual.rate < found.total.usual.rate
        assert not found.everywhere


@given(SLICES, st.randoms())
def test_the_order_of_slices_makes_no_difference(slices, chance):
    shuffled = list(slices.items())
    chance.shuffle(shuffled)

    assert explained({"country": slices}) == explained({"country": dict(shuffled)})


@given(SLICES)
def test_a_slice_with_the_rate_it_always_had_is_not_blamed_for_falling(slices):
    steady = {
        key: one._replace(usual=Tally(one.now.delivered * 3, one.now.failed * 3))
        for key, one in slices.items()
    }
    found = explained({"country": steady})

    assert found is None or found.place is None or found.place.grew


@given(SLICES)
def test_nothing_is_told_of_what_is_as_it_was(slices):
    same = {key: Change(one.now, one.now) for key, one in slices.items()}

    assert explained({"country": same}) is None
