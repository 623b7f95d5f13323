"""The tree of customers: its merges, its cuts, and which one is suggested."""

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, QualityError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.schema.wording import Wording
from regulars.segments.merges import Joint, grow_tree


def _people(*columns: np.ndarray) -> FeatureTable:
    from datetime import date

    names = [f"x{place}" for place in range(len(columns))]
    arrays = {"customer_id": pa.array([f"{row:05d}" for row in range(len(columns[0]))])}
    arrays |= dict(zip(names, map(pa.array, columns), strict=True))
    features = tuple(Feature(name, Wording(en=name, ru=name), None, "numeric") for name in names)
    return FeatureTable(pa.table(arrays), features, AsOf(date(2026, 1, 1)))


def _three_groups(n_rows: int = 60) -> tuple[FeatureTable, list[int]]:
    generator = np.random.default_rng(1)
    group = np.repeat([0, 1, 2], [n_rows // 2, n_rows // 3, n_rows // 6])
    return _people(
        generator.normal(size=n_rows) + 20 * group, generator.normal(size=n_rows) + 9 * (group == 1)
    ), group.tolist()


@pytest.mark.parametrize("linkage", ["single", "complete", "average", "weighted", "ward"])
def test_the_cut_into_the_groups_that_are_there_is_suggested(linkage):
    features, group = _three_groups()

    tree = grow_tree(features, linkage=linkage, random_state=1)

    assert tree.suggested_k == 3
    assert tree.cut(3).tolist() == group
    assert tree.count(3) == (30, 20, 10)
    assert tree.why.en.startswith("3 clusters set customers apart most clearly")
    assert tree.merges.shape == (59, 4)


def test_the_tree_is_cut_between_two_merges():
    features, _ = _three_groups()

    tree = grow_tree(features, random_state=1)

    heights = tree.merges[:, 2]
    assert heights[-3] < tree.height_of(3) < heights[-2]
    assert tree.height_of(1) == heights[-1]
    assert 0 < tree.height_of(60) < heights[0]


@pytest.mark.parametrize("k", [1, 2, 3, 9, 60])
def test_every_joined_customer_is_on_a_branch_of_the_crown(k):
    features, _ = _three_groups()
    tree = grow_tree(features, random_state=1)

    branch = tree.find_branches(k)

    assert tuple(np.bincount(branch).tolist()) == tree.crown(k)[0]
    assert (
        len({(one, cut) for one, cut in zip(branch.tolist(), tree.cut(k).tolist(), strict=True)})
        == k
    )


def test_the_crown_has_the_branches_of_a_cut_and_the_joints_above_them():
    features, _ = _three_groups()
    tree = grow_tree(features, random_state=1)

    sizes, joints = tree.crown(3)

    assert sorted(sizes) == [10, 20, 30]
    assert [joint.size for joint in joints] == [sizes[0] + sizes[1], 60]
    assert joints[0] == Joint(0, 1, float(tree.merges[-2, 2]), sizes[0] + sizes[1])
    assert {joints[1].left, joints[1].right} == {-1, 2}
    assert tree.crown(1) == ((60,), ())


def test_as_many_clusters_as_asked_for_are_cut():
    features, _ = _three_groups()

    tree = grow_tree(features, k=5, random_state=1)

    assert tree.suggested_k == 5
    assert len(tree.count(5)) == 5
    assert tree.why.en == "So many were asked for."


def test_a_linkage_that_finds_loners_says_so():
    generator = np.random.default_rng(2)
    spread = np.concatenate([generator.normal(size=300), [40.0, -60.0]])

    tree = grow_tree(_people(spread, spread[::-1].copy()), linkage="single", random_state=1)

    assert "finds loners rather than groups" in tree.why.en
    assert "одиночек" in tree.why.ru


@pytest.mark.parametrize("linkage", ["single", "ward"])
def test_of_many_customers_a_sample_is_joined_and_the_rest_assigned(linkage):
    features, group = _three_groups(600)

    tree = grow_tree(features, linkage=linkage, random_state=1, most_rows=120)

    assert tree.sampled == 120
    assert tree.cut(3).tolist() == group
    assert tree.notes[0].en.startswith("120 random customers of 600 were joined")


def test_more_clusters_than_customers_are_refused():
    features, _ = _three_groups()

    with pytest.raises(InvalidParameterError, match="61 segments cannot be made of 60 customers"):
        grow_tree(features, k=61, random_state=1)


def test_customers_who_are_all_alike_make_no_tree():
    with pytest.raises(QualityError, match="All 40 customers are alike"):
        grow_tree(_people(np.ones(40)), random_state=1)
