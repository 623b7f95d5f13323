"""Feature spaces of a workspace: created, listed, shown, versioned, deleted."""

import pytest

from regulars.errors import ConflictError, NotFoundError, UnknownNameError
from regulars.features import FeatureSpace
from regulars.workspace.spaces import SpaceStore

RHYTHM = FeatureSpace(name="rhythm", criterion="who buys often", features=("recency_days",))


@pytest.fixture
def store(tmp_path):
    return SpaceStore(tmp_path / "definitions" / "space")


def test_a_new_workspace_has_no_spaces(store):
    assert store.list() == ()


def test_a_space_is_found_again(store):
    store.create(RHYTHM)

    assert store.list() == ("rhythm",)
    assert store.get("rhythm") == RHYTHM


def test_a_version_keeps_the_definitions_of_its_features(store):
    saved = store.create(RHYTHM)

    found = store.get("rhythm", saved.version)

    assert found == saved
    assert [feature.name for feature in found.definitions] == ["recency_days"]


def test_a_space_is_not_overwritten_by_accident(store):
    store.create(RHYTHM)

    with pytest.raises(ConflictError, match="already"):
        store.create(FeatureSpace(name="rhythm", features=("frequency",)))

    assert store.get("rhythm") == RHYTHM


def test_a_new_version_stands_beside_the_old_one(store):
    first = store.create(RHYTHM)
    second = store.create(FeatureSpace(name="rhythm", features=("frequency",)), replace=True)

    assert store.list_versions("rhythm") == (first.version, second.version)
    assert store.get("rhythm", first.version) == first
    assert store.get("rhythm").features == ("frequency",)


def test_versions_of_a_longer_name_are_not_mixed_in(store):
    saved = store.create(RHYTHM)
    store.create(FeatureSpace(name="rhythm-2", features=("frequency",)))

    assert store.list_versions("rhythm") == (saved.version,)


def test_a_deleted_space_leaves_its_versions(store):
    saved = store.create(RHYTHM)

    store.delete("rhythm")

    assert store.list() == ()
    assert store.get("rhythm", saved.version) == saved


def test_a_space_that_is_not_there_is_named_with_the_nearest(store):
    store.create(RHYTHM)

    with pytest.raises(UnknownNameError, match="Did you mean 'rhythm'"):
        store.get("rythm")
    with pytest.raises(UnknownNameError, match="Did you mean 'rhythm'"):
        store.delete("rythm")


def test_a_version_that_is_not_there_is_refused(store):
    saved = store.create(RHYTHM)

    with pytest.raises(NotFoundError, match=saved.version):
        store.get("rhythm", "0" * 12)
