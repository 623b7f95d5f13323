"""A lake in a folder whose name has everything that hurts."""

import pytest
from shop_lake import Shop


@pytest.fixture
def lake_folder(tmp_path):
    return tmp_path / "Озеро 'x' [ab]* 100% #1"


@pytest.fixture
def shop(lake_folder):
    opened = Shop(lake_folder)
    yield opened
    opened.connection.close()
