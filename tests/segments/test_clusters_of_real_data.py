"""Clusters of real customers: what is known of them comes out."""

import json

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage as join_by_scipy
from sklearn.metrics import adjusted_rand_score

from regulars.cli.app import run
from regulars.ingest.wishes import Wishes
from regulars.progress import Silent
from regulars.workspace import Workspace
from regulars.workspace.clusters import compare_clusterings, grow_customer_tree

pytestmark = pytest.mark.data

WHOLESALE = "wholesale/Wholesale customers data.csv"


@pytest.fixture
def wholesale(dataset, tmp_path):
    home = Workspace.create(tmp_path / "home")
    home.load(str(dataset(WHOLESALE)), wishes=Wishes(kind="customers"), progress=Silent())
    return home


def test_two_clusters_of_wholesale_customers_are_the_two_channels(wholesale):
    found = compare_clusterings(
        wholesale, methods=["kmeans", "gaussian_mixture", "ward"], k=2, progress=Silent()
    )

    channel = found.matrix.values[:, [one.name for one in found.matrix.features].index("channel")]
    mixture = found.get_score("gaussian_mixture").clustering
    assert mixture.sizes == (298, 142)
    assert adjusted_rand_score(channel, mixture.labels) == 1.0
    assert adjusted_rand_score(channel, found.get_score("kmeans").clustering.labels) > 0.6


@pytest.mark.parametrize("linkage", ["single", "complete", "average", "weighted", "ward"])
def test_the_tree_of_wholesale_customers_is_that_of_scipy(wholesale, linkage):
    tree = grow_customer_tree(wholesale, linkage=linkage, progress=Silent())

    expected = join_by_scipy(tree.points[tree.rows], linkage)
    assert np.sort(tree.merges[:, 2]) == pytest.approx(np.sort(expected[:, 2]), rel=1e-6)
    assert tree.merges[:, 3].tolist() == expected[:, 3].tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    "file",
    [
        "telco/Telco-Customer-Churn.csv",
        "online_retail/online_retail.parquet",
        "cdnow/CDNOW_master.txt",
    ],
)
def test_quick_methods_are_compared_on_real_files(dataset, tmp_path, monkeypatch, capsys, file):
    monkeypatch.chdir(tmp_path)

    code = run(
        [
            *("segment", "compare", str(dataset(file)), "--no-input", "--format", "json"),
            *("--methods", "kmeans,fuzzy_cmeans,ward,hdbscan"),
        ]
    )

    found = json.loads(capsys.readouterr().out)
    recommended = next(one for one in found["methods"] if one["name"] == found["recommended"])
    assert code == 0
    assert recommended["stability"]["min"] > 0.75
    assert sum(recommended["sizes"]) == found["customers"]
