"""Matching: keys in which ANY agrees with everything, as fast as a dictionary."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asn_fp.keys import ANY
from asn_fp.matching import Index, agree, maximal_keys, merged

WIDTH = 3
VALUES = st.sampled_from([ANY, 0, 1])
KEYS = st.tuples(*[VALUES] * WIDTH)
EVERY_KEY = list(product([ANY, 0, 1], repeat=WIDTH))


def closure(keys):
    """Return all keys that merging agreeing ones leads to, and of these the ones that none refines: the slow way."""
    known = set(keys)
    while more := {merged(a, b) for a in known for b in known if agree(a, b)} - known:
        known |= more
    return {
        key for key in known if not any(other != key and agree(key, other) and merged(key, other) == other for other in known)
    }


class Counted:
    """A value that counts how often it is hashed or compared."""

    work = 0

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        Counted.work += 1
        return hash(self.number)

    def __eq__(self, other):
        Counted.work += 1
        return isinstance(other, Counted) and self.number == other.number


def work(size, run):
    """Return how many hashes and comparisons a run on as many keys of a few values each costs."""
    keys = [(Counted(number // 4), Counted(number % 4)) for number in range(size)]
    Counted.work = 0
    run(keys)
    return Counted.work


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ((), (), True),
        (("a",), ("a",), True),
        (("a",), ("b",), False),
        ((ANY,), ("b",), True),
        ((ANY,), (ANY,), True),
        (("a", ANY), (ANY, "b"), True),
        (("a", ANY), ("b", ANY), False),
        ((None,), ("b",), False),
    ],
)
def test_keys_agree_where_values_are_equal_or_any(one, other, answer):
    """Two keys agree when in each place the values are equal or one of them is ANY, either way round."""
    assert agree(one, other) is answer
    assert agree(other, one) is answer


@pytest.mark.parametrize("function", [agree, merged])
def test_keys_of_different_length_are_refused(function):
    """Keys of different matches are never compared silently."""
    with pytest.raises(ValueError, match="zip"):
        function(("a",), ("a", "b"))


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ((), (), ()),
        (("a", ANY, ANY), (ANY, "b", ANY), ("a", "b", ANY)),
        (("a", "b"), ("a", "b"), ("a", "b")),
        ((None, ANY), (ANY, None), (None, None)),
    ],
)
def test_merged_key_has_the_values_of_both(one, other, both):
    """Merging fills each ANY with what the other key says."""
    assert merged(one, other) == both == merged(other, one)


@settings(deadline=None)
@given(st.lists(KEYS, max_size=12), st.lists(KEYS, max_size=4), st.lists(KEYS, max_size=4))
def test_index_is_the_brute_force_filter(first, asked, later):
    """An index finds what comparing with every key finds, in the order of adding, also for keys added after a look-up."""
    entries = list(enumerate([*first, *later]))
    index = Index((key, number) for number, key in entries[: len(first)])
    for key in asked:
        assert index.agreeing(key) == [number for number, other in entries[: len(first)] if agree(key, other)]
    for number, key in entries[len(first) :]:
        index.add(key, number)
    for key in EVERY_KEY:
        assert index.agreeing(key) == [number for number, other in entries if agree(key, other)]


def test_empty_index_finds_nothing():
    """An index without entries has no item for any key."""
    assert Index().agreeing(("a", ANY)) == []


def test_index_gives_a_list_of_its_own():
    """Changing what a look-up gave does not change the index."""
    index = Index([(("a",), "x")])
    index.agreeing(("a",)).append("y")
    assert index.agreeing(("a",)) == ["x"]


@settings(deadline=None)
@given(st.lists(KEYS, max_size=10))
@example([(0, ANY, ANY), (ANY, 0, ANY), (ANY, ANY, 0)])
@example([(0, ANY, ANY), (0, 0, ANY), (0, 1, ANY), (1, ANY, 1)])
def test_maximal_keys_are_those_of_the_slow_closure(keys):
    """The maximal keys are what merging until nothing changes leaves unrefined, each of them once."""
    found = maximal_keys(keys)
    assert set(found) == closure(keys)
    assert len(found) == len(set(found))


@settings(deadline=None)
@given(st.lists(KEYS, max_size=10).flatmap(lambda keys: st.tuples(st.just(keys), st.permutations(keys))))
def test_maximal_keys_do_not_depend_on_the_order(orders):
    """Shuffled keys have the same maximal ones."""
    one, other = orders
    assert set(maximal_keys(one)) == set(maximal_keys(other))


@settings(deadline=None)
@given(st.lists(KEYS, max_size=10))
def test_maximal_keys_come_in_order_of_appearance(keys):
    """Of the maximal keys those that were given come first, in their order; merged ones follow."""
    found = maximal_keys(keys)
    given_ones = [key for key in dict.fromkeys(keys) if key in found]
    assert list(found[: len(given_ones)]) == given_ones


@pytest.mark.parametrize(
    "run",
    [
        maximal_keys,
        lambda keys: list(map(Index(zip(keys, keys, strict=True)).agreeing, keys)),
        lambda keys: maximal_keys([*keys, *((key[0], ANY) for key in keys)]),
    ],
    ids=["maximal_keys", "Index.agreeing", "maximal_keys with ANY"],
)
def test_work_grows_with_the_number_of_keys(run):
    """Twice the keys cost twice the hashes and comparisons, not four times."""
    small, large = work(200, run), work(1600, run)
    assert 0 < large < 8 * small * 1.3
