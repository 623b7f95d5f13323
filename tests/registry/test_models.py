"""Models that are kept: loaded they score as in the run, and a changed file is refused."""

import json
from datetime import date
from functools import cache
from importlib import metadata

import numpy as np
import pyarrow as pa
import pytest
import skops.io

from regulars.errors import (
    InvalidParameterError,
    NotFoundError,
    QualityError,
    StorageError,
    UnknownColumnError,
)
from regulars.features import AsOf, Feature, FeatureTable
from regulars.features.matrix import encode_features
from regulars.predictions import NoPurchase, Outcome, compare_churn_models, read_outcome
from regulars.predictions.comparing.comparison import compare_models_over_time
from regulars.quality import CleaningPlan
from regulars.registry import load_models, save_models
from regulars.registry.acceptance import check_columns, count_new_levels
from regulars.registry.manifest import SavedFeature
from regulars.report.parts import LineagePart
from regulars.schema.wording import Wording
from regulars.vault.keys import MasterKey

pytestmark = pytest.mark.slow

DAY = AsOf(date(2026, 1, 10))
LINEAGE = LineagePart(
    data={"clients.csv": "ab12"},
    code="0.1.0",
    seed=1,
    versions={"scikit-learn": metadata.version("scikit-learn")},
    run="20260110T120000-1",
)
KEY = MasterKey(bytes(range(32)))
PLAN = CleaningPlan(
    columns=[
        {"column": "age", "missing": "knn"},
        {"column": "fee", "missing": "median", "outliers": "cap"},
        {"column": "visits", "missing": "pattern"},
    ]
)
MODELS = ["baseline", "naive_bayes", "logistic", "lightgbm", "histogram_trees", "blend"]


def _feature(name, kind):
    return Feature(name, Wording(en=name, ru=name), None, kind)


def _table(seed, *, rows=420, as_of=DAY):
    """Numbers with gaps, a category of few levels, one of many, and a yes or no."""
    rng = np.random.default_rng(seed)
    numbers = {name: rng.normal(40, 12, rows) for name in ("age", "fee", "visits")}
    for values in numbers.values():
        values[rng.random(rows) < 0.1] = np.nan
    columns = {name: pa.array(values, from_pandas=True) for name, values in numbers.items()}
    columns["plan"] = pa.array(rng.choice(["basic", "gold", "tin", None], rows).tolist())
    columns["city"] = pa.array([f"c{n:02}" for n in rng.integers(0, 30, rows)])
    columns["is_new"] = pa.array((rng.random(rows) < 0.4).tolist())
    ids = pa.array([f"{n:04}" for n in range(rows)])
    kinds = dict.fromkeys(numbers, "numeric") | {"plan": "category", "city": "category"}
    kinds["is_new"] = "boolean"
    features = tuple(_feature(name, kind) for name, kind in kinds.items())
    odds = np.nan_to_num(numbers["fee"] - 40) / 8 + np.array(columns["is_new"].to_pylist()) - 0.8
    left = rng.random(rows) < 1 / (1 + np.exp(-odds))
    table = FeatureTable(pa.table({"customer_id": ids, **columns}), features, as_of)
    return table, left


@cache
def _compared():
    features, left = _table(1)
    outcome = read_outcome(["yes" if one else "no" for one in left], column="churn")
    compared = compare_churn_models(features, outcome, random_state=1, cleaning=PLAN)
    return features, compared


@pytest.fixture
def saved(tmp_path):
    """The models of a comparison in a folder, signed."""
    _, compared = _compared()
    save_models(tmp_path / "models", compared, as_of=DAY, lineage=LINEAGE, sign=KEY.sign)
    return tmp_path / "models"


def test_every_model_scores_exactly_as_in_the_run(saved):
    features, compared = _compared()

    loaded = load_models(saved, is_signature=KEY.is_signature)

    values = compared.explainer.matrix.values
    said = {name: one.probabilities(values) for name, one in compared.scorers.items()}
    again = {name: loaded.score(features, model=name) for name in loaded.scorers}
    assert list(again) == MODELS
    assert [name for name in MODELS if not np.array_equal(said[name], again[name])] == []
    kept = {name: again[name] for name in compared.others}
    assert all(np.array_equal(kept[name], one) for name, one in compared.others.items())


def test_every_model_gives_exactly_the_reasons_of_the_run(saved):
    _, compared = _compared()

    loaded = load_models(saved)

    values = compared.explainer.matrix.values[:40]
    differ = [
        name
        for name, scorer in compared.scorers.items()
        if not np.array_equal(
            scorer.contributions(values), loaded.scorers[name].contributions(values)
        )
    ]
    assert differ == []


def test_customers_who_come_later_are_scored_whatever_else_is_known_of_them(saved):
    later, _ = _table(2, rows=30)
    more = FeatureTable(
        later.table.set_column(
            later.table.column_names.index("plan"), "plan", pa.array(["never seen"] * 30)
        ).append_column("shoe_size", pa.array([42.0] * 30)),
        (*later.features, _feature("shoe_size", "numeric")),
        DAY,
    )

    scores = load_models(saved).score(more)

    assert scores.shape == (30,)
    assert ((scores > 0) & (scores < 1)).all()


def test_one_customer_at_a_time_gets_the_score_of_all_together(saved):
    features, _ = _compared()
    loaded = load_models(saved)
    rows = features.table.slice(0, 30).to_pylist()

    told = {name: [loaded.open_row(name)(row) for row in rows] for name in loaded.scorers}

    few = features.slice(0, 30)
    together = {name: loaded.score(few, model=name) for name in loaded.scorers}
    assert all(told[name] == pytest.approx(together[name], rel=1e-9) for name in MODELS)


def test_one_customer_is_scored_whatever_is_missing_or_spelt_otherwise(saved):
    score = load_models(saved).open_row("logistic")

    assert score({"plan": "GOLD"}) == score({"plan": "gold"})
    assert score({"age": 40.0, "plan": "no such plan"}) == score({"age": 40.0})


def test_a_name_that_is_no_feature_is_refused_for_one_customer(saved):
    score = load_models(saved).open_row()

    with pytest.raises(UnknownColumnError, match=r"no column 'plann'.*'plan'"):
        score({"age": 40.0, "plann": "gold"})


def test_a_customer_of_whom_nothing_is_known_is_refused(saved):
    score = load_models(saved).open_row()

    with pytest.raises(QualityError, match="Nothing that the models look at is known"):
        score({"age": None})


def test_a_value_of_another_kind_is_refused_for_one_customer(saved):
    score = load_models(saved).open_row()

    with pytest.raises(
        InvalidParameterError, match="'age' is numeric to the models, and 'old' was"
    ):
        score({"age": "old"})


def test_models_over_time_score_those_at_risk_exactly_as_in_the_run(tmp_path):
    stops = NoPurchase(horizon_days=30)
    days = [date(2025, month, 1) for month in (2, 3, 4, 5, 6, 7)]
    past = []
    for seed, day in enumerate(days):
        features, left = _table(seed, rows=200, as_of=AsOf(day))
        past.append((features, Outcome(stops, left.astype(float))))
    today, _ = _table(9, rows=150)
    compared = compare_models_over_time(past, today, random_state=1)

    save_models(tmp_path, compared, as_of=DAY, lineage=LINEAGE)

    assert np.array_equal(load_models(tmp_path).score(today), compared.churn_probability)


def test_the_manifest_says_what_the_models_are(saved):
    _, compared = _compared()

    manifest = load_models(saved).manifest

    assert (manifest.chosen, manifest.as_of) == (compared.chosen, "2026-01-10")
    assert manifest.outcome == compared.outcome.definition
    assert [feature.name for feature in manifest.features][3:] == ["plan", "city", "is_new"]
    assert manifest.features[3].levels == ("basic", "gold", "tin")
    assert list(manifest.figures) == MODELS
    assert manifest.figures["logistic"].roc_auc.mean == compared.models[2].roc_auc.mean
    assert manifest.lineage == LINEAGE
    assert {file.name for file in saved.iterdir()} == {
        *manifest.files,
        "manifest.json",
        "manifest.sig",
    }


def test_no_customer_is_named_in_any_file(saved):
    content = b"".join(file.read_bytes() for file in saved.iterdir() if file.suffix != ".skops")

    assert b'"0007"' not in content
    assert b"customer_id" not in content


@pytest.mark.parametrize("name", ["models.json", "lightgbm.txt", "histogram_trees.skops"])
def test_a_changed_file_is_refused_by_its_name(saved, name):
    content = bytearray((saved / name).read_bytes())
    content[len(content) // 2] ^= 1
    (saved / name).write_bytes(content)

    with pytest.raises(StorageError) as refused:
        load_models(saved)

    assert f"'{name}' in '{saved}' is not as it was written: its sha256 is" in refused.value.en
    assert "обучите их заново" in refused.value.ru


def test_a_file_that_is_gone_is_missed(saved):
    (saved / "lightgbm.txt").unlink()

    with pytest.raises(StorageError, match=r"'lightgbm\.txt' .* it is missing"):
        load_models(saved)


def test_a_manifest_that_was_written_over_is_not_ours(saved):
    manifest = json.loads((saved / "manifest.json").read_text("utf-8"))
    (saved / "manifest.json").write_text(json.dumps(manifest | {"threshold": 0.01}), "utf-8")

    with pytest.raises(StorageError, match="its signature is not ours"):
        load_models(saved, is_signature=KEY.is_signature)


def test_the_signature_of_another_workspace_is_not_ours(saved):
    other = MasterKey(bytes(32))

    with pytest.raises(StorageError, match="its signature is not ours"):
        load_models(saved, is_signature=other.is_signature)


def test_models_of_another_scikit_learn_are_refused(tmp_path):
    _, compared = _compared()
    old = LINEAGE.model_copy(update={"versions": {"scikit-learn": "0.9.1"}})

    save_models(tmp_path, compared, as_of=DAY, lineage=old)

    with pytest.raises(StorageError, match=r"written with scikit-learn 0\.9\.1, and here is"):
        load_models(tmp_path)


def test_a_file_that_holds_what_no_model_is_made_of_is_refused(tmp_path, monkeypatch):
    from sklearn.preprocessing import FunctionTransformer

    _, compared = _compared()
    dumps = skops.io.dumps
    strange = FunctionTransformer(metadata.version)
    monkeypatch.setattr(skops.io, "dumps", lambda _: dumps(strange))
    save_models(tmp_path, compared, as_of=DAY, lineage=LINEAGE)

    with pytest.raises(StorageError, match=r"holds importlib\.metadata\.version, which no model"):
        load_models(tmp_path)


def test_a_folder_without_models_is_told(tmp_path):
    with pytest.raises(NotFoundError, match=r"manifest\.json is missing"):
        load_models(tmp_path)


def test_a_feature_of_another_kind_is_refused(saved):
    features, _ = _compared()
    fewer = features.drop(["city"])

    with pytest.raises(
        InvalidParameterError, match=r"that the models look at are missing here: 'city'\."
    ):
        load_models(saved).score(fewer)


def test_all_columns_that_differ_are_named(saved):
    features, _ = _compared()
    table = features.table.set_column(2, "fee", pa.array(["dear"] * len(features)))
    others = tuple(_feature("fee", "category") if f.name == "fee" else f for f in features.features)
    changed = FeatureTable(table, others, DAY).drop(["city"])

    with pytest.raises(InvalidParameterError) as refused:
        load_models(saved).score(changed)

    assert (
        "1 of the 6 columns that the models look at are missing here: 'city'; of another kind here are"
        " 'fee' (a category, it was a number)."
    ) in refused.value.en
    assert "другого вида здесь «fee» (категория, а было: число)." in refused.value.ru


def test_of_very_many_missing_columns_ten_are_named():
    wanted = [SavedFeature.model_construct(name=f"f{n}", kind="numeric") for n in range(30)]

    with pytest.raises(InvalidParameterError) as refused:
        check_columns(wanted, [], run="r1")

    assert "30 of the 30 columns" in refused.value.en
    assert "'f9' and 20 more. Give a file with the same columns" in refused.value.en


def test_customers_with_a_level_that_nobody_had_are_counted():
    features, _ = _compared()
    cities = ["Atlantis" if n < 3 else None if n < 5 else "x" for n in range(len(features))]
    place = features.table.column_names.index("city")
    moved = features.table.set_column(place, "city", pa.array(cities))
    table = FeatureTable(moved, features.features, DAY)
    known = zip(features.features, encode_features(table).levels, strict=True)
    levels = [("x",) if one.name == "city" else own for one, own in known]

    assert count_new_levels(encode_features(table, levels=levels), table) == {"city": 3}


def test_customers_of_whom_nothing_is_known_are_not_scored_all_alike(saved):
    features, _ = _compared()
    names = features.table.column_names[1:]
    empty = pa.table(
        {"customer_id": features.table["customer_id"]}
        | {name: pa.nulls(len(features), features.table[name].type) for name in names}
    )

    with pytest.raises(QualityError, match="Of 420 customers none of the 6 features"):
        load_models(saved).score(FeatureTable(empty, features.features, DAY))


@pytest.mark.parametrize("times", [30.0, 0.001])
def test_a_number_in_another_unit_is_not_scored(saved, times):
    features, _ = _compared()
    fees = pa.array(np.array(features.table["fee"].to_numpy()) * times, from_pandas=True)
    table = features.table.set_column(features.table.column_names.index("fee"), "fee", fees)

    with pytest.raises(InvalidParameterError, match=r"The median of 'fee' is .* another unit"):
        load_models(saved).score(FeatureTable(table, features.features, DAY))


def test_a_few_customers_may_be_unlike_all_others(saved):
    features, _ = _compared()
    few = features.table.slice(0, 10)
    fees = pa.array([9_000.0] * 10)
    table = few.set_column(few.column_names.index("fee"), "fee", fees)

    assert len(load_models(saved).score(FeatureTable(table, features.features, DAY))) == 10
