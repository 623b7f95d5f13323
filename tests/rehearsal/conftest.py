import pytest

from regulars.rehearsal import make_telecom_company


@pytest.fixture(scope="session")
def telecom():
    """Of 1,500 customers over ten months."""
    return make_telecom_company(customers=1_500, months=10, seed=5)
