"""SQLite, and PostgreSQL and MariaDB on this machine: all rows as exact text, in full or since."""

import sqlite3
import traceback

import psycopg
import pymysql
import pytest

from regulars.connectors.sql import open_database
from regulars.connectors.sql.address import parse_url
from regulars.errors import (
    ConnectorError,
    InvalidParameterError,
    NotFoundError,
    RegularsError,
    SchemaError,
    SourceError,
    TransientError,
    UnknownColumnError,
    UnknownNameError,
)

PASSWORD = "s3cr:t@/п"


@pytest.fixture
def company(tmp_path):
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE clients (id TEXT, spent REAL, seen INTEGER)")
        database.executemany(
            "INSERT INTO clients VALUES (?, ?, ?)",
            [("007", 1.5, 1), ("008", "много", 2), ("009", None, 2), ("010", b"\xde\xad", None)],
        )
    database.close()
    return path


@pytest.fixture
def opened_database(work_folder):
    """Open a database as a source that is closed when the test ends."""
    sources = []

    def open_it(url, **options):
        source = open_database(url, work_folder=work_folder, **options)
        sources.append(source)
        return source

    yield open_it
    for source in sources:
        source.close()


@pytest.fixture(scope="module")
def filled_postgresql(postgresql):
    with psycopg.connect(postgresql.url()) as database:
        database.execute(
            "CREATE TABLE clients (id bigint PRIMARY KEY, name text, spent numeric(20, 4),"
            " ratio numeric, seen_at timestamptz, local_at timestamp, born date, is_active boolean,"
            " photo bytea, extra jsonb, wait interval, tags text[])"
        )
        database.execute(
            "INSERT INTO clients VALUES"
            " (1, 'Анна, \"А\"', 12345678901234.5678, 0.1234567890123456789,"
            " '2024-01-01 00:00+03', '2024-01-01 12:34:56.789012', '1900-01-01', true, '\\xdead',"
            " '{\"a\": 1}', '1 day', '{a,b}'),"
            " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
        )
        database.execute("CREATE SCHEMA shop")
        database.execute("CREATE TABLE shop.orders (id int, updated_at timestamptz)")
        database.execute(
            "INSERT INTO shop.orders SELECT n, '2024-01-01 00:00Z'::timestamptz"
            " + (n / 2) * interval '1 hour' FROM generate_series(1, 9) n"
        )
    return postgresql


@pytest.fixture(scope="module")
def filled_mysql(mysql):
    with pymysql.connect(
        host="127.0.0.1",
        port=mysql.port,
        user=mysql.user,
        password=PASSWORD.encode(),
        database="crm",
        charset="utf8mb4",
    ) as database:
        cursor = database.cursor()
        cursor.execute("SET time_zone = '+03:00', sql_mode = ''")
        cursor.execute(
            "CREATE TABLE clients (id bigint PRIMARY KEY, name varchar(100), spent decimal(20, 4),"
            " seen_at timestamp NULL, local_at datetime(6), born date, is_active boolean,"
            " photo blob, extra json, big bigint unsigned)"
        )
        cursor.execute(
            "INSERT INTO clients VALUES (1, 'Анна', 12345678901234.5678, '2024-01-01 00:00:00',"
            " '2024-01-01 12:34:56.789012', '0000-00-00', true, x'dead', '{\"a\": 1}',"
            " 18446744073709551615), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
        )
        database.commit()
    return mysql


def test_any_cell_of_sqlite_is_text(company, opened_database, rows_of, connection):
    source = opened_database(f"sqlite:///{company}", table="clients")

    assert source.columns == ("id", "spent", "seen")
    assert rows_of(source) == [
        ("007", "1.5", "1"),
        ("008", "много", "2"),
        ("009", None, "2"),
        ("010", "\\xdead", None),
    ]
    assert source.sample(connection, 1).to_pylist() == [{"id": "007", "spent": "1.5", "seen": "1"}]


def test_rows_at_the_boundary_and_without_a_value_are_read_again(company, opened_database, rows_of):
    source = opened_database(f"sqlite:///{company}", table="clients", cursor="seen", since="2")

    assert [row[0] for row in rows_of(source)] == ["008", "009", "010"]
    assert source.cursor_value() == "2"
    assert source.notes[0].ru == "Только строки, где seen не меньше 2 или не указано."


def test_the_boundary_stays_when_nothing_is_new(company, opened_database):
    source = opened_database(f"sqlite:///{company}", table="clients", cursor="seen", since="9")

    assert source.cursor_value() == "9"


def test_two_queries_are_two_sources(company, opened_database):
    url = f"sqlite:///{company}"

    first = opened_database(url, query="SELECT id FROM clients")
    second = opened_database(url, query="SELECT seen FROM clients")

    assert first.name != second.name
    assert first.name == opened_database(url, query="SELECT id FROM clients").name


def test_the_fingerprint_changes_with_the_rows(company, opened_database):
    url = f"sqlite:///{company}"
    before = opened_database(url, table="clients").fingerprint()
    same = opened_database(url, table="clients").fingerprint()
    with sqlite3.connect(company) as database:
        database.execute("UPDATE clients SET spent = 2 WHERE id = '007'")
    database.close()

    after = opened_database(url, table="clients").fingerprint()

    assert before == same
    assert before != after


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, InvalidParameterError, "either a table or a query"),
        ({"table": "a", "query": "b"}, InvalidParameterError, "either a table or a query"),
        ({"table": "clients", "since": "1"}, InvalidParameterError, "needs the cursor column"),
        ({"table": "client"}, UnknownNameError, "no table 'client'. Did you mean 'clients'"),
        ({"table": "clients", "cursor": "sen"}, UnknownColumnError, "Did you mean 'seen'"),
        ({"query": "SELECT absent FROM clients"}, ConnectorError, "no such column: absent"),
        ({"query": "DELETE FROM clients"}, ConnectorError, "syntax error"),
    ],
)
def test_what_cannot_be_read_is_said(company, opened_database, options, error, message):
    with pytest.raises(error, match=message.replace(".", r"\.")):
        opened_database(f"sqlite:///{company}", **options)


def test_a_missing_sqlite_file_suggests_the_nearest(company, opened_database):
    with pytest.raises(NotFoundError, match=r"Did you mean 'crm\.db'\?"):
        opened_database(f"sqlite:///{company.with_name('cmr.db')}", table="clients")


def test_a_bare_name_of_sqlite_is_looked_for_in_the_current_folder(
    company, opened_database, monkeypatch
):
    monkeypatch.chdir(company.parent)

    with pytest.raises(NotFoundError) as caught:
        opened_database("sqlite:///cmr.db", table="clients")

    assert f"no SQLite database 'cmr.db' in {company.parent}. Did you mean 'crm.db'?" in str(
        caught.value
    )


def test_a_file_that_is_no_database_is_said(write, opened_database):
    with pytest.raises(SourceError, match="cannot be read as an SQLite database"):
        opened_database(f"sqlite:///{write('id,name' * 100)}", table="clients")


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("oracle://reader:topsecret@db/crm", UnknownNameError),
        ("crm.csv", UnknownNameError),
        ("postgresql://reader:topsecret@db:port/crm", InvalidParameterError),
        ("postgresql://reader:topsecret@[db/crm", InvalidParameterError),
        ("mysql://reader:topsecret@db", InvalidParameterError),
    ],
)
def test_a_wrong_url_is_refused_without_repeating_the_password(opened_database, url, error):
    with pytest.raises(error) as caught:
        opened_database(url, table="clients")

    assert "topsecret" not in "".join(traceback.format_exception(caught.value, chain=True)[-1:])
    assert "topsecret" not in str(caught.value)


def test_the_representation_of_an_address_hides_the_password():
    address = parse_url("mysql://reader:topsecret@db:3307/crm")

    assert "topsecret" not in repr(address)
    assert address.name == "mysql://db:3307/crm"


@pytest.mark.service
def test_postgresql_gives_exact_text_of_every_type(filled_postgresql, opened_database, rows_of):
    source = opened_database(filled_postgresql.url(), table="clients")

    assert rows_of(source) == [
        (
            "1",
            'Анна, "А"',
            "12345678901234.5678",
            "0.1234567890123456789",
            "2023-12-31 21:00:00+00",
            "2024-01-01 12:34:56.789012",
            "1900-01-01",
            "true",
            "\\xdead",
            '{"a": 1}',
            "P1D",
            "{a,b}",
        ),
        ("2", *[None] * 11),
    ]


@pytest.mark.service
def test_postgresql_is_read_since_a_cursor(filled_postgresql, opened_database, rows_of, connection):
    options = {"table": "shop.orders", "cursor": "updated_at"}
    first = opened_database(filled_postgresql.url(), **options)
    boundary = first.cursor_value()

    second = opened_database(filled_postgresql.url(), **options, since=boundary)

    assert boundary == "2024-01-01 04:00:00+00"
    assert len(rows_of(first)) == 9
    assert [row[0] for row in rows_of(second)] == ["8", "9"]
    assert second.sample(connection, 1)["id"].to_pylist() == ["8"]


@pytest.mark.service
def test_two_columns_of_one_name_need_another(filled_postgresql, opened_database):
    with pytest.raises(SchemaError, match="more than one column 'id'"):
        opened_database(filled_postgresql.url(), query="SELECT id, 1 AS id FROM clients")


@pytest.mark.service
def test_mysql_gives_the_text_the_server_sends(filled_mysql, opened_database, rows_of):
    source = opened_database(filled_mysql.url(), table="clients")

    assert rows_of(source) == [
        (
            "1",
            "Анна",
            "12345678901234.5678",
            "2023-12-31 21:00:00",
            "2024-01-01 12:34:56.789012",
            "0000-00-00",
            "1",
            "\\xdead",
            '{"a": 1}',
            "18446744073709551615",
        ),
        ("2", *[None] * 9),
    ]


@pytest.mark.service
def test_mysql_is_read_since_a_cursor(filled_mysql, opened_database, rows_of):
    source = opened_database(filled_mysql.url(), table="clients", cursor="id", since="2")

    assert [row[0] for row in rows_of(source)] == ["2"]
    assert source.cursor_value() == "2"


@pytest.fixture(params=["filled_postgresql", "filled_mysql"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.mark.service
def test_a_server_is_never_written_to(server, opened_database):
    statement = "SELECT 1) AS q; DELETE FROM clients; SELECT (1"

    with pytest.raises(ConnectorError):
        opened_database(server.url(), query=statement)

    source = opened_database(server.url(), query="SELECT count(*) AS n FROM clients")
    assert source.sample(None, 1).to_pylist() == [{"n": "2"}]


@pytest.mark.service
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"password": "s3cret-wrong"}, ConnectorError, "refused user"),
        ({"database": "nowhere"}, ConnectorError, "refused user"),
        ({"port": 1}, TransientError, "cannot be reached"),
        ({"host": "no-such-host.invalid"}, TransientError, "cannot be reached"),
    ],
)
def test_a_server_that_refuses_is_explained(server, opened_database, changes, error, message):
    with pytest.raises(error, match=message) as caught:
        opened_database(server.url(**changes), table="clients")

    told = "".join(traceback.format_exception(caught.value))
    assert "s3cret-wrong" not in told
    assert PASSWORD not in told


@pytest.mark.service
def test_a_table_of_a_server_is_suggested(server, opened_database):
    with pytest.raises(UnknownNameError, match="Did you mean 'clients'"):
        opened_database(server.url(), table="clents")


@pytest.mark.service
def test_name_and_representation_hold_no_password(server, opened_database):
    source = opened_database(server.url(), table="clients")

    assert PASSWORD not in source.name + repr(source) + str(source.notes)
    assert server.user + ":" not in source.name


@pytest.mark.service
def test_errors_are_all_ours(server, opened_database):
    with pytest.raises(RegularsError, match="did not answer the query"):
        opened_database(server.url(), query="SELEC")


CIPHER = (
    "SELECT variable_value AS cipher FROM information_schema.session_status"
    " WHERE variable_name = 'Ssl_cipher'"
)


@pytest.mark.service
@pytest.mark.parametrize(
    ("options", "is_encrypted"),
    [
        ("ssl_mode=DISABLED", False),
        ("ssl-mode=required", True),
        ("ssl_mode=VERIFY_CA&ssl_ca={certificate}", True),
        ("ssl_ca={certificate}&connect_timeout=5&charset=utf8mb4", True),
        ("ssl_mode=VERIFY_IDENTITY&ssl_ca={certificate}", True),
    ],
)
def test_mysql_is_read_as_the_address_asks(mysql, opened_database, options, is_encrypted):
    asked = options.format(certificate=mysql.certificate)
    source = opened_database(f"{mysql.url(host='localhost')}?{asked}", query=CIPHER)

    (row,) = source.sample(None, 1).to_pylist()

    assert bool(row["cipher"]) is is_encrypted


@pytest.mark.service
@pytest.mark.parametrize(
    ("host", "options"),
    [
        ("localhost", "ssl_mode=VERIFY_CA"),
        ("127.0.0.1", "ssl_mode=VERIFY_IDENTITY&ssl_ca={certificate}"),
    ],
)
def test_a_mysql_server_that_cannot_prove_who_it_is_gets_no_password(
    mysql, opened_database, host, options
):
    asked = options.format(certificate=mysql.certificate)

    with pytest.raises(TransientError, match=r"certificate verify failed|match"):
        opened_database(f"{mysql.url(host=host)}?{asked}", query=CIPHER)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ("ssl_mod=REQUIRED", UnknownNameError, "Did you mean 'ssl_mode'"),
        ("ssl_mode=ALWAYS", UnknownNameError, "DISABLED, PREFERRED, REQUIRED"),
        ("ssl_ca=/nowhere/ca.pem", InvalidParameterError, "certificate named in the address"),
        ("connect_timeout=soon", InvalidParameterError, "number of seconds"),
    ],
)
def test_an_option_of_mysql_that_would_do_nothing_is_refused(
    opened_database, options, error, message
):
    with pytest.raises(error, match=message):
        opened_database(f"mysql://reader:secret@127.0.0.1:1/crm?{options}", table="clients")
