"""Clustering beside the libraries it could be done with: seconds, memory, and the same optimum.

make bench ARGS=clustering            everything; about ten minutes, most of them SciPy's
.venv/bin/python benchmarks/bench_clustering.py kmeans fuzzy
"""

import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np
from measuring import Figure, Usage, compare, run_command, tell

K = 8
SHARES = (0.30, 0.20, 0.15, 0.10, 0.10, 0.08, 0.05, 0.02)
PARTITION_COEFFICIENT = 0.4704


def make_customers(count: int, columns: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Eight uneven overlapping groups and 5 % of noise, standardized; the groups, -1 for noise."""
    random = np.random.default_rng(0)
    groups = random.choice(len(SHARES), size=count, p=SHARES)
    centers = random.normal(0, 2.2, (len(SHARES), columns))
    scales = random.uniform(0.6, 1.6, (len(SHARES), columns))
    values = centers[groups] + random.normal(size=(count, columns)) * scales[groups]
    noise = random.random(count) < 0.05
    values[noise] = random.uniform(-8, 8, (noise.sum(), columns))
    groups[noise] = -1
    return (values - values.mean(axis=0)) / values.std(axis=0), groups


def timed(work: Callable[[], object]) -> Usage:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return Usage(time.perf_counter() - started, 0.0)


def measure_kmeans(count: int = 1_000_000) -> None:
    """Ten starts: one alone falls into a bad optimum."""
    from sklearn.cluster import KMeans

    from regulars.segments.clustering import cluster_points, get_method

    points, _ = make_customers(count)
    single = points.astype(np.float32)
    costs: dict[str, float] = {}

    def run_ours() -> Usage:
        found = []
        usage = timed(
            lambda: found.append(cluster_points(points, get_method("kmeans"), k=K, random_state=0))
        )
        labels = found[0].labels
        costs["ours"] = sum(
            float(((points[labels == one] - points[labels == one].mean(axis=0)) ** 2).sum())
            for one in range(K)
        )
        return usage

    def run_raw() -> Usage:
        learner = KMeans(K, n_init=10, random_state=0)
        usage = timed(lambda: learner.fit(single))
        costs["raw"] = float(learner.inertia_)
        return usage

    ours, raw = compare(run_ours, run_raw, repeats=2)
    assert costs["ours"] <= costs["raw"] * 1.0001, costs
    tell(
        Figure(
            name=f"k-means, {count:,} x 20, the optimum of ten starts",
            seconds=ours.seconds,
            raw_name="scikit-learn, ten starts in single precision, all threads",
            raw_seconds=raw.seconds,
            limit=1.1,
            repeats=2,
        )
    )


def measure_fuzzy(count: int = 100_000) -> None:
    """At the same partition coefficient."""
    import skfuzzy

    from regulars.segments.clustering import cluster_points, get_method
    from regulars.segments.clustering.fuzzy import measure_partition

    points, _ = make_customers(count)
    found = []

    def run_ours() -> Usage:
        return timed(
            lambda: found.append(
                cluster_points(points, get_method("fuzzy_cmeans"), k=K, random_state=0)
            )
        )

    def run_raw() -> Usage:
        return timed(lambda: raw_found.append(skfuzzy.cmeans(points.T, K, 1.5, 1e-4, 300, seed=0)))

    raw_found: list[tuple[object, ...]] = []
    ours, raw = compare(run_ours, run_raw, repeats=2)
    coefficients = measure_partition(found[-1].degrees), float(raw_found[-1][-1])
    assert np.allclose(coefficients, PARTITION_COEFFICIENT, atol=1e-3), coefficients
    tell(
        Figure(
            name=f"fuzzy c-means, {count:,} x 20, partition coefficient {coefficients[0]:.4f}",
            seconds=ours.seconds,
            raw_name="scikit-fuzzy",
            raw_seconds=raw.seconds,
            limit=1 / 3,
            repeats=2,
        )
    )


def measure_ward(count: int = 20_000) -> None:
    """Each in a process of its own, for the memory."""
    ours, raw = (
        run_command([sys.executable, __file__, f"join-{who}", str(count)])
        for who in ("ours", "raw")
    )
    tell(
        Figure(
            name=f"Ward, {count:,} x 20, the whole tree",
            seconds=ours.seconds,
            raw_name="SciPy",
            raw_seconds=raw.seconds,
            limit=0.4,
            peak_megabytes=ours.peak_megabytes,
            limit_megabytes=500,
        )
    )


def join(who: str, count: int) -> None:
    """The tree by ours or by SciPy."""
    points, _ = make_customers(count)
    if who == "join-ours":
        from regulars.segments.clustering.linkage import join_points

        join_points(points, "ward")
    else:
        from scipy.cluster.hierarchy import linkage

        linkage(points, "ward")


def measure_hdbscan(count: int = 100_000) -> None:
    """Against the groups that are there, without the noise."""
    from sklearn.metrics import adjusted_rand_score

    from regulars.segments.clustering import cluster_points, get_method

    points, groups = make_customers(count)
    found = []
    usage = timed(
        lambda: found.append(cluster_points(points, get_method("hdbscan"), random_state=0))
    )
    real = groups >= 0
    agreement = adjusted_rand_score(groups[real], found[0].labels[real])
    assert agreement >= 0.92, agreement
    tell(
        Figure(
            name=f"HDBSCAN, {count:,} x 20, adjusted Rand {agreement:.3f}",
            seconds=usage.seconds,
            limit_seconds=60,
        )
    )


def measure_stability_of_k(count: int = 100_000) -> None:
    """Bootstrap Jaccard similarity and prediction strength of one k, as the choice of k takes them."""
    from regulars.evaluate.threads import one_thread
    from regulars.segments.clustering.centers import KMeans
    from regulars.segments.clustering.clustering import sample_rows
    from regulars.segments.cutting import choose_cut, cut_points
    from regulars.segments.stability import measure_prediction_strength

    points, _ = make_customers(count)
    cuts = {}

    def run(k: int) -> None:
        sample = points[sample_rows(count, 0, most=5_000)]
        cuts[k] = cut_points(sample, k, 0)
        again = KMeans(n_init=3)
        measure_prediction_strength(
            sample,
            lambda half, seed: again.fit(half, k=k, random_state=seed).assign,
            n_splits=3,
            random_state=0,
        )

    with one_thread():
        usage = timed(lambda: run(K))
        run(10)
    chosen, _ = choose_cut([cuts[K], cuts[10]])
    assert chosen == 0
    tell(
        Figure(
            name=f"stability of k = {K}, {count:,} x 20; preferred to 10",
            seconds=usage.seconds,
            limit_seconds=20,
        )
    )


def measure_comparison(count: int = 100_000) -> None:
    """All methods, measured on equal terms."""
    import pyarrow as pa

    from regulars.features import AsOf, Feature, FeatureTable
    from regulars.schema.wording import Wording
    from regulars.segments import compare_methods

    points, _ = make_customers(count)
    columns = {f"x{place}": column for place, column in enumerate(points.T)}
    table = pa.table({"customer_id": [f"{row:08}" for row in range(count)], **columns})
    kinds = tuple(Feature(one, Wording(en=one, ru=one), None, "numeric") for one in columns)
    features = FeatureTable(table, kinds, AsOf(date(2026, 1, 1)))
    found = []
    usage = timed(lambda: found.append(compare_methods(features, random_state=0)))
    assert not found[0].left_out
    tell(
        Figure(
            name=f"all {len(found[0].scores)} methods compared, {count:,} x 20",
            seconds=usage.seconds,
            limit_seconds=600,
        )
    )


def _keep(found: list, work: Callable[[], object]) -> None:
    found.append(work())


def measure_company(customers: int = 4_000) -> None:
    """K-means against the true types of a simulated company's customers, which overlap in all they do."""
    import tempfile
    from pathlib import Path

    from sklearn.metrics import adjusted_rand_score

    from regulars.features import FeatureSpace
    from regulars.ingest.wishes import Wishes
    from regulars.progress import Silent
    from regulars.rehearsal import make_telecom_company, write_telecom_company
    from regulars.workspace import Workspace
    from regulars.workspace.space_clusters import SpaceWishes, cluster_space

    company = make_telecom_company(customers=customers, seed=7)
    truth = company.truth
    types = dict(zip(truth["customer_id"].to_pylist(), truth["type"].to_pylist(), strict=True))
    count = len(set(types.values()))
    windows = {"all features": (), "one window each": ("*_7d", "*_30d", "*_365d")}
    with tempfile.TemporaryDirectory() as folder:
        home = Workspace.create(Path(folder) / "home")
        for path, kind in write_telecom_company(
            company, Path(folder) / "files", language="en"
        ).items():
            home.load(str(path), wishes=Wishes(kind=kind))
        for name, without in windows.items():
            space, found = FeatureSpace(name="company", without=without), []
            cluster = partial(
                cluster_space,
                home,
                space,
                wishes=SpaceWishes(method="kmeans", k=count),
                language="en",
                progress=Silent(),
            )
            usage = timed(partial(_keep, found, cluster))
            compared = found[0].comparison
            labels = compared.get_score("kmeans").clustering.labels
            own = [types[one] for one in compared.customer_ids.to_pylist()]
            agreement = adjusted_rand_score(own, labels)
            tell(
                Figure(
                    name=f"simulated company, {len(own):,} customers of {count} types, {name}:"
                    f" adjusted Rand {agreement:.3f}",
                    seconds=usage.seconds,
                )
            )


MEASURES: dict[str, Callable[[], None]] = {
    "ward": measure_ward,  # first: a child counts what its parent held when it was made
    "kmeans": measure_kmeans,
    "fuzzy": measure_fuzzy,
    "hdbscan": measure_hdbscan,
    "stability": measure_stability_of_k,
    "compare": measure_comparison,
    "company": measure_company,
}


def main() -> None:
    """Measure what was asked for, else everything."""
    wanted = sys.argv[1:]
    if wanted and wanted[0].startswith("join-"):
        join(wanted[0], int(wanted[1]))
        return
    for name in wanted or MEASURES:
        MEASURES[name]()


if __name__ == "__main__":
    main()
