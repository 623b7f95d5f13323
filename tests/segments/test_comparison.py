"""All methods of clustering side by side: what is measured, what is recommended, what is left out."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import (
    Cancelled,
    InvalidParameterError,
    NotFoundError,
    QualityError,
    UnknownNameError,
)
from regulars.features import AsOf, Feature, FeatureTable
from regulars.progress import Silent
from regulars.schema.wording import Wording
from regulars.segments.comparison import compare_methods
from regulars.segments.recommendation import recommend

QUICK = ("kmeans", "ward", "hdbscan")


def _people(**columns: list) -> FeatureTable:
    n_rows = len(next(iter(columns.values())))
    arrays = {"customer_id": pa.array([f"{row:05d}" for row in range(n_rows)])}
    arrays |= {name: pa.array(values) for name, values in columns.items()}
    kinds = {pa.string(): "category", pa.bool_(): "boolean"}
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, kinds.get(arrays[name].type, "numeric"))
        for name in columns
    )
    return FeatureTable(pa.table(arrays), features, AsOf(date(2026, 1, 1)))


def _three_groups(n_rows: int = 180) -> tuple[FeatureTable, np.ndarray]:
    generator = np.random.default_rng(1)
    group = np.repeat([0, 1, 2], [n_rows // 2, n_rows // 3, n_rows // 6])
    spend = generator.normal(size=n_rows) * 5 + np.array([100, 200, 100])[group]
    visits = generator.normal(size=n_rows) + np.array([10, 10, 50])[group]
    return _people(spend=spend.tolist(), visits=visits.tolist()), group


@pytest.mark.slow
def test_all_methods_that_suit_are_run_by_default():
    features, _ = _three_groups()

    found = compare_methods(features, random_state=1)

    assert [score.name for score in found.scores] == [
        *("kmeans", "minibatch_kmeans", "fuzzy_cmeans", "gaussian_mixture"),
        *("ward", "weighted", "average", "complete", "single"),
        *("dbscan", "hdbscan", "optics"),
    ]
    assert found.left_out == {}
    assert found.agreement.shape == (12, 12)


def test_customers_with_categories_are_clustered_by_k_prototypes_too():
    generator = np.random.default_rng(1)
    features = _people(spend=generator.normal(size=60).tolist(), plan=(["a", "b", "c"] * 20))

    found = compare_methods(features, methods=["kprototypes"], k=3, random_state=1)

    assert found.scores[0].name == "kprototypes"


def test_clear_groups_are_found_alike_by_all_and_recommended_with_a_reason():
    features, group = _three_groups()

    found = compare_methods(features, methods=QUICK, random_state=1)

    assert [score.k for score in found.scores] == [3, 3, 3]
    assert found.get_score(found.recommended).clustering.labels.tolist() == group.tolist()
    assert found.agreement[0, 1] == 1.0
    assert "come back on resampled customers (stability 1" in found.why.en
    assert "повторяются на других выборках клиентов" in found.why.ru
    assert "3 segments" in found.why_k.en
    assert found.measured == 180


def test_every_figure_is_measured():
    features, _ = _three_groups()

    found = compare_methods(features, methods=QUICK, random_state=1)
    kmeans, _, hdbscan = found.scores

    assert kmeans.silhouette > 0.9
    assert kmeans.davies_bouldin < 0.3
    assert kmeans.calinski_harabasz > 1_000
    assert kmeans.dbcv is None
    assert hdbscan.dbcv > 0.5
    assert kmeans.stabilities.tolist() == [1.0, 1.0, 1.0]
    assert kmeans.prediction_strength == 1.0
    assert kmeans.readability == 1.0
    assert kmeans.balance == pytest.approx(0.92, abs=0.01)
    assert (kmeans.largest_share, kmeans.nobody_share) == (0.5, 0.0)
    assert kmeans.clustering.sampled == 180
    assert kmeans.seconds > kmeans.clustering.seconds > 0


def test_the_number_of_clusters_can_be_given():
    features, _ = _three_groups()

    found = compare_methods(features, methods=QUICK, k=5, random_state=1)

    assert [score.k for score in found.scores][:2] == [5, 5]
    assert "as asked" in found.why_k.en


def test_when_the_time_is_over_no_further_method_is_begun_and_it_is_said():
    features, _ = _three_groups()

    found = compare_methods(features, methods=QUICK, seconds=0.0, random_state=1)

    assert [score.name for score in found.scores] == ["kmeans"]
    assert list(found.left_out) == ["ward", "hdbscan"]
    assert found.left_out["ward"] == Wording(
        en="Not run: the time for the comparison (0 s) was over.",
        ru="Не запускался: время на сравнение (0 с) истекло.",
    )


def test_little_memory_makes_methods_that_do_not_scale_take_a_sample():
    features, group = _three_groups(600)

    found = compare_methods(features, methods=QUICK, k=3, megabytes=1, random_state=1)

    assert [score.clustering.sampled for score in found.scores] == [600, 353, 353]
    assert found.get_score("ward").clustering.labels.tolist() == group.tolist()


def test_the_same_seed_gives_the_same_comparison():
    features, _ = _three_groups()

    first = compare_methods(features, methods=QUICK, random_state=3)
    second = compare_methods(features, methods=QUICK, random_state=3)

    assert first.why == second.why
    assert [score.stabilities.tolist() for score in first.scores] == [
        score.stabilities.tolist() for score in second.scores
    ]


def test_a_weight_changes_what_counts():
    features, group = _three_groups()

    found = compare_methods(
        features, methods=["kmeans"], k=2, weights={"spend": 0.0}, random_state=1
    )

    assert found.scores[0].clustering.labels.tolist() == (group == 2).astype(int).tolist()


def test_clusters_are_described_and_one_of_a_single_person_is_not():
    spend = [100.0] * 39 + [200.0] * 20 + [900.0]
    features = _people(spend=spend, visits=[float(row % 3) for row in range(60)])

    found = compare_methods(features, methods=["single"], k=3, random_state=1)
    profiles = found.describe("single")

    assert found.scores[0].clustering.sizes == (39, 20, 1)
    assert profiles[0].name.en == "Low spend"
    assert profiles[2].name == Wording(en="Fewer than 5 customers (3)", ru="Меньше 5 клиентов (3)")
    assert (profiles[2].size, profiles[2].means, profiles[2].differentiators) == (1, (), ())


def test_who_is_nobodys_is_in_no_description():
    generator = np.random.default_rng(1)
    crowd = generator.normal(size=120).tolist()
    far = (generator.normal(size=10) * 300).tolist()
    features = _people(spend=crowd + far, visits=crowd[::-1] + far[::-1])

    found = compare_methods(features, methods=["dbscan"], k=2, random_state=1)

    score = found.scores[0]
    assert sum(score.clustering.sizes) < 130
    assert sum(profile.size for profile in found.describe("dbscan")) == sum(score.clustering.sizes)


def test_constant_all_missing_and_infinite_features_do_no_harm():
    features, group = _three_groups()
    n_rows = len(features)
    table = features.table.append_column("same", pa.array([7.0] * n_rows))
    table = table.append_column("gone", pa.nulls(n_rows, pa.float64()))
    table = table.append_column("odd", pa.array([float("inf"), float("-inf")] * (n_rows // 2)))
    extra = tuple(
        Feature(name, Wording(en=name, ru=name), None, "numeric")
        for name in ("same", "gone", "odd")
    )

    found = compare_methods(
        FeatureTable(table, features.features + extra, features.as_of),
        methods=QUICK,
        random_state=1,
    )

    assert found.scores[0].clustering.labels.tolist() == group.tolist()


def test_more_clusters_than_customers_are_refused():
    features, _ = _three_groups()

    with pytest.raises(InvalidParameterError, match="181 segments cannot be made of 180 customers"):
        compare_methods(features, k=181, random_state=1)


@pytest.mark.parametrize("k", [0, 1])
def test_one_cluster_is_refused(k):
    features, _ = _three_groups()

    with pytest.raises(InvalidParameterError, match="at least 2"):
        compare_methods(features, k=k, random_state=1)


def test_customers_who_are_all_alike_are_refused():
    features = _people(spend=[1.0] * 40, gone=[None] * 40)

    with pytest.raises(QualityError, match="All 40 customers are alike"):
        compare_methods(features, random_state=1)


def test_too_few_customers_are_refused():
    with pytest.raises(QualityError, match="at least 30 customers; found 3"):
        compare_methods(_people(spend=[1.0, 2.0, 3.0]), random_state=1)


def test_an_unknown_method_is_named_with_the_nearest():
    features, _ = _three_groups()

    with pytest.raises(UnknownNameError, match="Did you mean 'ward'"):
        compare_methods(features, methods=["wards"], random_state=1)


def test_a_method_that_was_not_compared_has_no_score():
    features, _ = _three_groups()
    found = compare_methods(features, methods=["kmeans"], k=2, random_state=1)

    with pytest.raises(NotFoundError, match="It has: kmeans"):
        found.get_score("ward")


def test_it_stops_when_asked():
    features, _ = _three_groups()
    progress = Silent()
    progress.cancel()

    with pytest.raises(Cancelled):
        compare_methods(features, random_state=1, progress=progress)


@dataclass
class _Score:
    name: str
    silhouette: float | None = 0.3
    stabilities: np.ndarray = field(default_factory=lambda: np.array([0.9, 0.9]))
    readability: float | None = 0.8
    largest_share: float = 0.5
    nobody_share: float = 0.0


def test_the_clearest_of_the_stable_methods_is_recommended():
    shaky = _Score("complete", silhouette=0.6, stabilities=np.array([0.95, 0.3]))

    name, why = recommend([_Score("kmeans"), _Score("ward", silhouette=0.4), shaky])

    assert name == "ward"
    assert "sets customers apart most clearly (silhouette 0.4)" in why.en


def test_of_methods_that_are_as_clear_the_one_that_rules_tell_best_is_recommended():
    name, why = recommend([_Score("kmeans"), _Score("ward", silhouette=0.29, readability=0.9)])

    assert name == "ward"
    assert "1 of 2 as clear" in why.en


def test_a_method_that_puts_nearly_everybody_together_is_not_recommended():
    lump = _Score("single", silhouette=0.9, largest_share=0.99)
    loners = _Score("optics", silhouette=0.8, nobody_share=0.5)

    name, _ = recommend([lump, loners, _Score("kmeans")])

    assert name == "kmeans"


def test_when_no_clusters_come_back_the_recommendation_says_so():
    name, why = recommend(
        [
            _Score("kmeans", stabilities=np.array([0.6, 0.7])),
            _Score("ward", stabilities=np.array([0.5])),
        ]
    )

    assert name == "kmeans"
    assert "no method come back reliably" in why.en
    assert "Границы кластеров условны" in why.ru
