"""What the models of a run said of customers whose outcome they had not seen: kept, and looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import NotFoundError, QualityError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from regulars.features import FeatureTable
    from regulars.predictions import ChurnComparison
    from regulars.predictions.fairness.group_checks import GroupCheck, JudgedRows
    from regulars.predictions.fairness.groups import CustomerGroups
    from regulars.registry.manifest import HeldOut, ModelManifest
    from regulars.vault.keys import MasterKey
    from regulars.workspace.folder import Workspace

__all__ = [
    "TESTED",
    "check_groups",
    "gather_tested",
    "measure_held_out",
    "open_tested",
    "read_tested",
    "sign_rewritten",
    "take_rows",
    "write_tested",
]

TESTED = "tested.parquet"
"""Beside the record of a run: one row per test. It names customers, so that an erasure rewrites it."""

_SIGNATURE = "tested.sig"
"""Its signature, and while an erasure rewrites it that of what it will be."""

_UNSIGNED = ("1.0", "1.1")
"""Versions of the manifest whose runs did not sign it."""

_SAMPLES = 200


def gather_tested(comparison: ChurnComparison) -> pa.Table:
    """One row per test of a model that had not seen the outcome.

    Columns: `customer_id`, `as_of` (null where there is no time), `label`, `churn_probability`.
    """
    import numpy as np
    import pyarrow as pa

    if comparison.past_scores is not None:
        names = ["customer_id", "as_of", "label", "churn_probability"]
        return comparison.past_scores.select(names)
    labels = comparison.outcome.labels
    known = ~np.isnan(labels)
    return pa.table(
        {
            "customer_id": comparison.customer_ids.filter(pa.array(known)),
            "as_of": pa.nulls(int(known.sum()), pa.date32()),
            "label": pa.array(labels[known]),
            "churn_probability": pa.array(comparison.churn_probability[known]),
        }
    )


def write_tested(
    file: Path,
    comparisons: Mapping[str, ChurnComparison],
    *,
    sign: Callable[[bytes], str] | None = None,
) -> None:
    """Keep what every comparison's chosen model said; of several classes by the number of the class.

    Parameters
    ----------
    file
        In the folder of the run.
    comparisons
        By the number of the class, "" where there is one outcome.
    sign
        Gives the signature; without it none is written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for name, comparison in comparisons.items():
        told = gather_tested(comparison)
        number = pa.array([int(name or 0)] * told.num_rows, pa.int32())
        tables.append(told.append_column("class_number", number))
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables(tables), file, compression="zstd")
    if sign is not None:
        _write_signatures(file, [sign(_tell_content(file, file))])


def sign_rewritten(file: Path, unfinished: Path, key: MasterKey) -> None:
    """Sign what is about to stand in the place of the file; not where the file itself is not ours.

    The old signature stays until the next time, so that the file is signed whenever a machine stops.

    Parameters
    ----------
    file, unfinished
        What is replaced, and by what.
    key
        Whose signature.
    """
    own = key.sign(_tell_content(file, file))
    if own in _read_signatures(file):
        _write_signatures(file, [own, key.sign(_tell_content(file, unfinished))])


def _tell_content(file: Path, content: Path) -> bytes:
    # With the run: the file of another run, signed by the same key, is not this one.
    return b"\0".join([TESTED.encode(), file.parent.name.encode(), content.read_bytes()])


def _write_signatures(file: Path, signatures: list[str]) -> None:
    file.with_name(_SIGNATURE).write_text("\n".join(signatures) + "\n", encoding="ascii")


def _read_signatures(file: Path) -> list[str]:
    signatures = file.with_name(_SIGNATURE)
    return signatures.read_text(encoding="ascii").split() if signatures.is_file() else []


def open_tested(
    workspace: Workspace, run: str, manifest: ModelManifest, *, class_number: int | None = None
) -> pa.Table:
    """What the models of a run said, after the file was found to be as it was written.

    Parameters
    ----------
    workspace
        Whose runs and whose key.
    run
        Its name.
    manifest
        Of its models; those of earlier versions came without a signature of this file.
    class_number
        Of several classes which.

    Raises
    ------
    NotFoundError
        When the run kept none, or the key is not here.
    StorageError
        When the file is not as it was written.
    """
    file = workspace.folder / "runs" / run / TESTED
    signatures = _read_signatures(file)
    if file.is_file() and (signatures or manifest.version not in _UNSIGNED):
        content, is_signature = _tell_content(file, file), workspace.master_key.is_signature
        if not any(is_signature(one, content) for one in signatures):
            raise StorageError(
                en=f"'{file}' is not as it was written: its signature is not ours. What the models of run"
                f" {run} said of customers is not read; take the file and '{_SIGNATURE}' beside it from a"
                " backup, or analyze again.",
                ru=f"Файл «{file}» не такой, каким был записан: подпись на нём не наша. То, что модели"
                f" прогона {run} говорили о клиентах, не прочитано; возьмите файл и «{_SIGNATURE}» рядом с"
                " ним из резервной копии или проанализируйте заново.",
            )
    return read_tested(file, class_number=class_number)


def read_tested(file: Path, *, class_number: int | None = None) -> pa.Table:
    """What `write_tested` kept of one comparison.

    Raises
    ------
    NotFoundError
        When the run kept none.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if not file.is_file():
        raise NotFoundError(
            en=f"'{file}' is missing: this run did not keep what its models said of customers whose "
            "outcome they had not seen. Analyze again.",
            ru=f"Нет файла «{file}»: этот прогон не сохранил, что его модели говорили о клиентах, исхода "
            "которых не видели. Проанализируйте заново.",
        )
    told = pq.read_table(file)
    return told.filter(pc.equal(told["class_number"], class_number or 0))


def take_rows(tested: pa.Table, groups: CustomerGroups | None = None) -> JudgedRows:
    """The same as arrays; without groups everybody is of one."""
    import numpy as np

    from regulars.predictions.fairness.group_checks import JudgedRows

    owners = tested["customer_id"].combine_chunks()
    _, customers = np.unique(owners.to_numpy(zero_copy_only=False), return_inverse=True)
    return JudgedRows(
        labels=np.asarray(tested["label"].to_numpy(), np.float64),
        probabilities=np.asarray(tested["churn_probability"].to_numpy(), np.float64),
        groups=groups.locate(owners) if groups else np.zeros(len(owners), np.int64),
        customers=np.asarray(customers, np.int64),
    )


def measure_held_out(comparison: ChurnComparison, *, seed: int) -> HeldOut:
    """The chosen model on customers that it had not seen, as the manifest keeps it."""
    from regulars.evaluate.calibration import move_back, weigh_calibration_error
    from regulars.evaluate.intervals import bootstrap_interval
    from regulars.registry.manifest import HeldOut, SavedAlarm
    from regulars.report.assemble import report_faithfulness
    from regulars.report.parts import Interval

    rows, quality = take_rows(gather_tested(comparison)), comparison.quality
    (error,) = (
        move_back(
            bootstrap_interval(
                weigh_calibration_error(rows.labels, rows.probabilities),
                rows.labels,
                random_state=seed,
                n_samples=_SAMPLES,
            ),
        ),
    )
    figures = {
        "roc_auc": quality.roc_auc,
        "pr_auc": quality.pr_auc,
        "brier": quality.brier,
        "precision": quality.precision,
        "recall": quality.recall,
        "calibration_error": error,
    }
    return HeldOut(
        rows=quality.n,
        customers=quality.customers,
        positives=quality.positives,
        split=comparison.split,
        why=comparison.reason,
        faithfulness=report_faithfulness(comparison.faithfulness),
        alarms=tuple(
            SavedAlarm(kind=alarm.kind, severity=alarm.severity, sentence=alarm.sentence)
            for alarm in comparison.alarms
        ),
        **{
            name: Interval(mean=found.mean, low=found.low, high=found.high)
            for name, found in figures.items()
        },
    )


def check_groups(
    features: FeatureTable | None, comparison: ChurnComparison, *, seed: int
) -> tuple[GroupCheck, ...]:
    """How the chosen model treats the groups that the file tells, as far as they can be compared.

    Parameters
    ----------
    features
        What is known of all customers, whether or not the models look at it: over time those who have
        left are among the tested.
    comparison
        The models.
    seed
        Of everything random.
    """
    from regulars.predictions.fairness.group_checks import check_group
    from regulars.predictions.fairness.groups import find_groups

    if features is None:
        return ()
    tested, checks = gather_tested(comparison), []
    for groups in find_groups(features):
        try:
            checks.append(
                check_group(
                    groups,
                    take_rows(tested, groups),
                    threshold=comparison.threshold.value,
                    scorer=comparison.scorers[comparison.chosen],
                    matrix=comparison.explainer.matrix,
                    codes=groups.locate(comparison.customer_ids),
                    random_state=seed,
                )
            )
        except QualityError:
            # One group only, or all too small: there is nothing to compare.
            continue
    return tuple(checks)
