"""What is published of the CDNOW sample, by the table of its customers."""

import numpy as np
import pytest

from regulars.predictions.lifetime_value import (
    MODELS,
    RepeatPurchases,
    fit_gamma_gamma,
    fit_purchases,
)

# Fader, Hardie and Lee (2005), table 2; Fader and Hardie's notes on Pareto/NBD and Gamma-Gamma.
PUBLISHED = {
    "bg_nbd": ({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.4),
    "mbg_nbd": ({"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, None),
    "pareto_nbd": ({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9595.0),
}


@pytest.fixture
def bought(dataset):
    file = dataset("cdnow/cdnow_customers_summary_with_transactions.csv")
    _, x, t_x, tenure, mean = np.genfromtxt(file, delimiter=",", skip_header=1, unpack=True)
    # The table has weeks with two digits; purchases were on whole days.
    days = [np.rint(weeks * 7).astype(np.int64) for weeks in (t_x, tenure)]
    return RepeatPurchases(x.astype(np.int64), *days, np.where(x > 0, mean, np.nan))


@pytest.mark.data
@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_those_of_the_papers(bought, name):
    parameters, log_likelihood = PUBLISHED[name]

    found = fit_purchases(bought, MODELS[name], unit_days=7)

    assert found.parameters == pytest.approx(parameters, abs=1e-3)
    assert log_likelihood is None or found.log_likelihood == pytest.approx(log_likelihood, abs=0.05)


@pytest.mark.data
def test_baskets_are_those_of_the_note(bought):
    came = bought.repeat_purchase_count > 0

    found = fit_gamma_gamma(bought.repeat_purchase_count[came], bought.mean_amount[came])

    assert came.sum() == 946
    assert found.parameters == pytest.approx({"p": 6.2488, "q": 3.7446, "v": 15.4477}, abs=1e-3)


@pytest.mark.data
def test_weeks_as_printed_give_the_digits_of_the_reference(bought, dataset):
    file = dataset("cdnow/cdnow_customers_summary_with_transactions.csv")
    _, x, t_x, tenure, _ = np.genfromtxt(file, delimiter=",", skip_header=1, unpack=True)
    hundredths = RepeatPurchases(
        x.astype(np.int64),
        np.rint(t_x * 100).astype(np.int64),
        np.rint(tenure * 100).astype(np.int64),
    )

    bg_nbd, pareto = (
        fit_purchases(hundredths, MODELS[name], unit_days=100) for name in ("bg_nbd", "pareto_nbd")
    )

    assert bg_nbd.log_likelihood == pytest.approx(-9582.4256, abs=1e-2)
    assert list(bg_nbd.values) == pytest.approx([0.242593, 4.413534, 0.792888, 2.425761], abs=1e-5)
    assert pareto.log_likelihood == pytest.approx(-9594.9739, abs=1e-2)
    assert list(pareto.values) == pytest.approx([0.55328, 10.5776, 0.60621, 11.6678], abs=1e-3)
