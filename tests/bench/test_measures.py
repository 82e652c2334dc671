from bench.measures import Comparison, Count, Findings, in_turns


def comparison(ours, theirs, *, required, at_most=False):
    return Comparison(
        "callbacks", "hello", "1/s", required, at_most=at_most, ours=ours, theirs=theirs
    )


def test_what_is_measured_in_turns_is_measured_in_turns():
    order = []

    found = in_turns(
        {"a": lambda: order.append("a") or 1.0, "b": lambda: order.append("b") or 2.0}, rounds=2
    )

    assert order == ["a", "b", "b", "a"]
    assert found == {"a": [1.0, 1.0], "b": [2.0, 2.0]}


def test_the_median_of_the_ratios_decides():
    row = comparison([40, 10, 30], [100, 100, 100], required=0.3)

    assert row.ratios == [0.4, 0.1, 0.3]
    assert row.passed
    assert not comparison([40, 10, 29], [100, 100, 100], required=0.3).passed


def test_times_may_be_at_most_so_much_longer():
    assert comparison([13.0], [10.0], required=1.3, at_most=True).passed
    assert not comparison([14.0], [10.0], required=1.3, at_most=True).passed


def test_findings_pass_when_every_ratio_and_every_count_does():
    good = comparison([1.0], [1.0], required=1.0)

    assert Findings([good], [Count("rows", 2, 2)]).passed
    assert not Findings([good], [Count("rows", 2, 1)]).passed
    assert not Findings([comparison([1.0], [2.0], required=1.0)], []).passed
