import base64

import pytest

from regulars.errors import DefinitionError
from regulars.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"REGULARS_{name.upper()}", raising=False)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "магазин 1"
    folder.mkdir()
    return folder


def _write(folder, text):
    (folder / "regulars.toml").write_text(text, encoding="utf-8")


def test_a_folder_without_a_file_has_the_defaults(folder):
    settings = load_settings(folder)

    assert settings.time_zone == "UTC"
    assert settings.currency is None
    assert settings.language == "en"
    assert settings.retention_days == 30
    assert settings.master_key is None


def test_the_file_goes_before_the_defaults(folder):
    _write(folder, 'time_zone = "Europe/Samara"\ncurrency = "rub"\nthreads = 2')

    settings = load_settings(folder)

    assert (settings.time_zone, settings.currency, settings.threads) == ("Europe/Samara", "RUB", 2)


def test_the_environment_goes_before_the_file_and_an_argument_before_both(folder, monkeypatch):
    _write(folder, 'language = "en"\nmemory_limit = "1GB"\nthreads = 1')
    monkeypatch.setenv("REGULARS_MEMORY_LIMIT", "512MB")
    monkeypatch.setenv("REGULARS_THREADS", "2")

    settings = load_settings(folder, threads=3, language=None)

    assert (settings.language, settings.memory_limit, settings.threads) == ("en", "512MB", 3)


def test_an_empty_variable_counts_as_not_set(folder, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", "")

    assert load_settings(folder).home is None


def test_a_secret_is_not_shown(folder, monkeypatch):
    secret = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("REGULARS_MASTER_KEY", secret)

    settings = load_settings(folder)

    assert settings.master_key.get_secret_value() == secret
    assert secret not in repr(settings)
    assert secret not in settings.model_dump_json()


def test_a_secret_is_not_shown_by_an_error_beside_it(folder, monkeypatch):
    monkeypatch.setenv("REGULARS_MASTER_KEY", "a-secret-of-mine")

    with pytest.raises(DefinitionError) as raised:
        load_settings(folder, threads=0)

    assert "a-secret-of-mine" not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '# mine\ntime_zome = "UTC"',
            "regulars.toml, line 2: time_zome: there is no such setting. Did you mean 'time_zone'?"
            " The settings are: time_zone, currency, language, memory_limit, threads,"
            " retention_days, lock_wait_seconds, datasets, gate_ranking, gate_calibration,"
            " gate_recall_gap, gate_calibration_gap, gate_contacted_gap, gate_false_alarms_gap,"
            " gate_twin_flips.",
        ),
        (
            "[engine]\nurl = 1",
            "regulars.toml, line 1: engine: there is no such setting."
            " The settings are: time_zone, currency, language, memory_limit, threads,"
            " retention_days, lock_wait_seconds, datasets, gate_ranking, gate_calibration,"
            " gate_recall_gap, gate_calibration_gap, gate_contacted_gap, gate_false_alarms_gap,"
            " gate_twin_flips.",
        ),
        (
            'time_zone = "Europe/Moskow"',
            "regulars.toml, line 1: time_zone: 'Europe/Moskow' is no time zone."
            " Did you mean 'Europe/Moscow'? Give an IANA name, such as Europe/Moscow.",
        ),
        (
            'currency = "рубль"',
            "regulars.toml, line 1: currency: 'рубль' is no currency."
            " Give an ISO 4217 code, such as RUB or EUR.",
        ),
        (
            'memory_limit = "60%"',
            "regulars.toml, line 1: memory_limit: '60%' is no amount of memory."
            " Give a number and a unit, as in 2GB.",
        ),
        (
            'language = "de"',
            "regulars.toml, line 1: language: it must be one of 'en' or 'ru'.",
        ),
        (
            "\nretention_days = -1",
            "regulars.toml, line 2: retention_days: it must be at least 0.",
        ),
        (
            'master_key = "AAAA"',
            "regulars.toml, line 1: 'master_key' is not read from a file."
            " Set REGULARS_MASTER_KEY in the environment and delete the line.",
        ),
    ],
)
def test_a_wrong_line_is_named_with_what_is_allowed(folder, text, message):
    _write(folder, text)

    with pytest.raises(DefinitionError) as raised:
        load_settings(folder)

    assert str(raised.value) == f"{folder}/{message}"


def test_a_wrong_variable_is_named(folder, monkeypatch):
    monkeypatch.setenv("REGULARS_TIME_ZONE", "Moscow")

    with pytest.raises(DefinitionError, match=r"^REGULARS_TIME_ZONE: 'Moscow' is no time zone"):
        load_settings(folder)


def test_a_wrong_argument_is_named():
    with pytest.raises(DefinitionError, match=r"^The argument language: it must be one of 'en' or"):
        load_settings(language="fr")


def test_a_misspelt_variable_is_not_passed_over(folder, monkeypatch):
    monkeypatch.setenv("REGULARS_TIMEZONE", "Europe/Moscow")

    with pytest.raises(DefinitionError) as raised:
        load_settings(folder)

    assert str(raised.value).startswith(
        "The environment variable REGULARS_TIMEZONE is no setting. Did you mean 'REGULARS_TIME_ZONE'?"
        " There are: REGULARS_CURRENCY, REGULARS_DATASETS, "
    )


def test_a_variable_that_resembles_no_setting_is_not_passed_over_either(folder, monkeypatch):
    monkeypatch.setenv("REGULARS_XYZ", "1")

    with pytest.raises(DefinitionError, match=r"REGULARS_XYZ is no setting\."):
        load_settings(folder)


def test_a_file_that_is_not_toml_says_where(folder):
    _write(folder, "time_zone: UTC")

    with pytest.raises(DefinitionError, match=r"regulars.toml: this is not TOML: .*line 1"):
        load_settings(folder)


def test_a_file_in_another_encoding_is_refused(folder):
    (folder / "regulars.toml").write_bytes('currency = "рубль"'.encode("cp1251"))

    with pytest.raises(DefinitionError, match="not UTF-8 text"):
        load_settings(folder)


def test_every_setting_says_what_it_is():
    described = [field.description for field in Settings.model_fields.values()]

    assert all(text and text.endswith(".") for text in described)
