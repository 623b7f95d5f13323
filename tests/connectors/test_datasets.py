import hashlib

import pytest

from regulars.connectors.datasets import (
    choose_datasets_folder,
    find_datasets,
    get_dataset,
    list_datasets,
)
from regulars.errors import NotFoundError, UnknownNameError


def _state(folder, name):
    return next(state for state in find_datasets(folder) if state.dataset.name == name)


def test_fourteen_sets_of_thirty_files_are_known():
    datasets = list_datasets()

    assert len({dataset.name for dataset in datasets}) == 14
    assert sum(len(dataset.files) for dataset in datasets) == 30


def test_a_misspelt_name_offers_the_nearest():
    with pytest.raises(
        UnknownNameError, match=r"There is no data set 'telko'\. Did you mean 'telco'"
    ):
        get_dataset("telko")


def test_without_a_folder_everything_is_missing():
    state = _state(None, "telco")

    assert (state.path, state.files) == (None, {"Telco-Customer-Churn.csv": "missing"})
    assert not state.is_verified
    assert state.present == ()


def test_a_file_that_is_not_as_published_is_changed(tmp_path):
    (tmp_path / "telco").mkdir()
    (tmp_path / "telco" / "Telco-Customer-Churn.csv").write_text("customerID\n1\n")

    state = _state(tmp_path, "telco")

    assert state.files == {"Telco-Customer-Churn.csv": "changed"}
    assert state.present == ("Telco-Customer-Churn.csv",)
    assert not state.is_verified


def test_a_set_of_which_a_file_is_missing_is_not_verified(tmp_path):
    (tmp_path / "cdnow").mkdir()
    (tmp_path / "cdnow" / "CDNOW_sample.txt").write_text("x")

    assert list(_state(tmp_path, "cdnow").files.values()) == ["missing", "changed", "missing"]


def test_the_chosen_folder_goes_before_the_one_beside(tmp_path):
    (tmp_path / "shared" / "data").mkdir(parents=True)
    (tmp_path / "here").mkdir()

    assert choose_datasets_folder(tmp_path / "here", current=tmp_path / "here") == tmp_path / "here"
    assert choose_datasets_folder(None, current=tmp_path / "here") == tmp_path / "shared" / "data"
    assert choose_datasets_folder(None, current=tmp_path) is None


def test_a_chosen_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match="Set REGULARS_DATASETS to the folder that holds them"):
        choose_datasets_folder(tmp_path / "nowhere", current=tmp_path)


@pytest.mark.data
def test_the_real_files_are_as_published(dataset):
    folder = dataset("telco").parent

    states = find_datasets(folder)

    assert [state.dataset.name for state in states if not state.is_verified] == []


@pytest.mark.data
def test_the_stated_sizes_are_those_of_the_files(dataset):
    file = get_dataset("telco").files[0]
    content = dataset(f"telco/{file.name}").read_bytes()

    assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)
