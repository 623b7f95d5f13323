"""A key is never where results are, for results are passed on."""

import base64
import json

import pytest
from desk import Desk
from searching import find_words

from regulars.vault import create_master_key
from regulars.workspace import Workspace

pytestmark = pytest.mark.slow

CLIENTS = "customer_id,full_name,plan\n" + "".join(f"{n},Anna Smith,a{n % 3}\n" for n in range(9))


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """The person's own folder of keys, which is not there yet."""
    folder = tmp_path / "config" / "keys"
    monkeypatch.setenv("REGULARS_KEY_FOLDER", str(folder))
    return folder


def analyze(desk, *options):
    return desk.run("analyze", desk.write("clients.csv", CLIENTS), "--out", "out", *options)


def read_names(desk):
    """How many customers can be read with the key that the workspace finds by itself."""
    return Workspace(desk.folder / "out" / "workspace").vault.count()


def test_an_analysis_leaves_its_key_in_the_folder_of_keys(desk, keys):
    assert analyze(desk).code == 0

    (key_file,) = keys.iterdir()
    secret = key_file.read_text().strip()
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert keys.stat().st_mode & 0o777 == 0o700
    assert find_words(desk.folder / "out", {secret}) == set()
    assert (desk.folder / "out" / "workspace" / "keys" / "name").read_text() == f"{key_file.name}\n"
    assert read_names(desk) == 9


def test_the_next_analysis_finds_the_key_again(desk, keys):
    analyze(desk)

    again = analyze(desk)

    assert again.code == 0
    assert len(list(keys.iterdir())) == 1


def test_a_folder_that_came_without_its_key_says_where_it_was_looked_for(desk, keys):
    analyze(desk)
    (key_file,) = keys.iterdir()
    key_file.unlink()

    refused = analyze(desk)

    assert refused.code == 1
    assert f"REGULARS_MASTER_KEY is not set and {key_file} does not exist" in refused.complaint
    assert list(keys.iterdir()) == []


def test_a_key_of_the_environment_leaves_none_on_the_disk(desk, keys, monkeypatch):
    monkeypatch.setenv("REGULARS_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())

    assert analyze(desk).code == 0

    assert not keys.exists()
    assert not (desk.folder / "out" / "workspace" / "keys").exists()


def make_old_analysis(desk):
    """An output folder as earlier versions made it: with the key inside."""
    analyze(desk)
    inside = desk.folder / "out" / "workspace" / "keys"
    (inside / "name").unlink()
    (key_file,) = (desk.folder / "config" / "keys").iterdir()
    key_file.rename(inside / "master")
    return inside


def test_a_key_that_lies_beside_a_report_is_moved_and_that_is_said(desk, keys):
    inside = make_old_analysis(desk)

    moved = analyze(desk, "--lang", "ru")

    assert moved.code == 0
    assert f"Перенос ключа из папки с результатами в {keys}" in moved.err
    assert [path.name for path in inside.iterdir()] == ["name"]
    assert read_names(desk) == 9


@pytest.mark.parametrize("step", ["copied", "named"])
def test_a_move_that_was_killed_is_finished_by_the_next_analysis(desk, keys, step):
    inside = make_old_analysis(desk)
    content = (inside / "master").read_bytes()
    workspace = Workspace(desk.folder / "out" / "workspace")
    workspace.move_key_elsewhere()
    (inside / "master").write_bytes(content)
    (inside / "master").chmod(0o600)
    if step == "copied":
        (inside / "name").unlink()

    assert analyze(desk).code == 0

    assert [path.name for path in inside.iterdir()] == ["name"]
    assert len(list(keys.iterdir())) == 1
    assert read_names(desk) == 9


def test_a_folder_of_keys_that_cannot_be_written_is_named(desk, keys):
    keys.parent.write_text("a file where a folder should be")

    refused = analyze(desk)

    assert refused.code == 1
    assert str(keys) in refused.complaint
    assert "REGULARS_KEY_FOLDER" in refused.complaint


def test_a_name_of_a_key_leads_nowhere_else(desk, keys):
    analyze(desk)
    create_master_key(desk.folder / "elsewhere")
    (desk.folder / "out" / "workspace" / "keys" / "name").write_text("../../elsewhere\n")

    assert Workspace(desk.folder / "out" / "workspace").key_file == keys / "elsewhere"


def test_a_mistyped_file_leaves_nothing_behind(desk, keys):
    missing = desk.run("analyze", "clinets.csv")

    assert missing.code == 1
    assert [path.name for path in desk.folder.iterdir()] == ["ws"]


def test_the_same_file_in_another_time_zone_is_another_workspace(desk, keys):
    analyze(desk)

    moved = analyze(desk, "--time-zone", "Asia/Tokyo", "--format", "json")

    zones = {
        path.name.partition("-")[0]: Workspace(path).settings.time_zone
        for path in sorted((desk.folder / "out").glob("workspace*"))
    }
    assert moved.code == 0
    assert len(list((desk.folder / "out").glob("workspace*"))) == 2
    assert zones == {"workspace": "Asia/Tokyo"}


def test_the_command_of_a_run_says_every_option(desk, keys):
    told = analyze(
        desk, "--seed", "4", "--map", "plan=tariff plan", "--no-header", "--format", "json"
    )
    options = analyze(
        desk, "--seed", "4", "--map", "plan=tariff", "--header", "--lang", "ru", "--format", "json"
    )

    assert told.code == 2
    assert options.json["lineage"]["command"] == (
        "regulars analyze clients.csv --map plan=tariff --header --lang ru --seed 4"
    )
    assert json.dumps(options.json).count(str(desk.folder)) == 0


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_key_is_written_where_the_environment_gives_one(tmp_path, capsys, monkeypatch, language):
    monkeypatch.setenv("REGULARS_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    desk = Desk(tmp_path, capsys)

    made = desk.run("init", desk.workspace, "--lang", language)

    said = {
        "en": "Its key is that of REGULARS_MASTER_KEY; none was written.",
        "ru": "Её ключ — тот, что в REGULARS_MASTER_KEY; в папку он не записан.",
    }
    assert (made.code, said[language] in made.out) == (0, True)
    assert not (desk.workspace / "keys" / "master").exists()
    assert desk.load_text("id,phone\n1,+79161234567\n2,+79161234568\n")["rows_inserted"] == 2
