import ibis
import pytest


@pytest.fixture(scope="session")
def duckdb():
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()
