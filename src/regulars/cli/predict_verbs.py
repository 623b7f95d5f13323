"""The subcommands of `regulars predict`, and what they do."""

__all__ = ["SUBCOMMANDS"]

SUBCOMMANDS = {
    "amount": (
        "predict_amount",
        "Foretell a number of each customer, such as what they spend, from the other columns.",
    ),
    "card": ("predict_card", "Write the card of a model: all that has to be known about it."),
    "compare": (
        "predict_compare",
        "Compare all suitable models on customers they have not seen, and say which one to take.",
    ),
    "fairness": ("predict_fairness", "Say how a model treats groups of customers."),
    "models": ("predict_models", "List the models that are kept, run by run."),
    "promote": ("predict_promote", "Take a model into use, when it meets the bounds of the gate."),
    "rollback": ("predict_rollback", "Take the model into use again that was before."),
    "why": (
        "predict_why",
        "Say why a customer has the score they have, and what would bring it below the threshold.",
    ),
    "recheck": (
        "predict_recheck",
        "Compare what was said of customers earlier with what has come since.",
    ),
    "score": (
        "predict_score",
        "Score all customers by models that are kept, a part of them at a time.",
    ),
    "survival": (
        "predict_survival",
        "Say how long customers stay, and how much longer each of them is likely to.",
    ),
    "value": (
        "predict_value",
        "Say what customers are worth: who is still active, how often they will buy, for how much.",
    ),
    "uplift": (
        "predict_uplift",
        "Say what a contact changed, and whether it is known for whom most.",
    ),
}
"""Module and help by the name of the function; a `_` at its end is not typed."""
