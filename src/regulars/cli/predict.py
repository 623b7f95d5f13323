"""`regulars predict`: what will become of the customers, how sure that is, and which model says so."""

from cyclopts import App

from regulars.cli.predict_verbs import SUBCOMMANDS

__all__ = ["predict"]

predict = App(
    name="predict",
    help="Predictions: models compared, lifetime value, time to leaving, effect of a contact.",
)

# Lazily, as the verbs themselves.
for _verb, (_module, _help) in SUBCOMMANDS.items():
    predict.command(
        f"regulars.cli.{_module}:{_verb}", name=_verb.strip("_").replace("_", "-"), help=_help
    )
