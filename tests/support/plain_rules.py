"""Rules worked out the plain way: Python over lists of rows, one customer after another."""

import operator
from datetime import timedelta
from zoneinfo import ZoneInfo

__all__ = ["holds", "members"]

OPERATORS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def members(rule, history, as_of):
    """The customers for whom the rule (as a table) holds, sorted."""
    return sorted(who for who in history["customers"] if holds(rule, who, history, as_of))


def holds(rule, who, history, as_of):
    """Whether the rule holds for one customer."""
    if "all" in rule:
        return all(holds(part, who, history, as_of) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, who, history, as_of) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], who, history, as_of)
    for key, ask in _QUESTIONS.items():
        if key in rule:
            return ask(rule, who, history, as_of)
    return _counts(rule, who, history, as_of)


def _is_member(rule, who, history, as_of):
    return who in history["segments"][rule["segment"]]


def _spends(rule, who, history, as_of):
    total = sum(row["amount"] for row in _list_rows({"bought": {}} | rule, who, history, as_of))
    return OPERATORS[rule["spent"]](total, rule["value"])


def _counts(rule, who, history, as_of):
    rows = _list_rows(rule, who, history, as_of)
    by_order = "bought" in rule and rule["bought"]
    count = len({row["purchase_id"] for row in rows}) if by_order else len(rows)
    least = rule.get("at_least", 0 if "at_most" in rule else 1)
    return least <= count <= rule.get("at_most", 10**9)


def _list_rows(rule, who, history, as_of):
    if "bought" in rule:
        name, time = ("purchase_items" if rule["bought"] else "purchases"), "purchased_at"
    else:
        name, time = "events", "occurred_at"
    return [
        row | {"moment": row[time]}
        for row in history[name]
        if row["customer_id"] == who
        and row[time] < as_of.instant
        and row["known_at"] < as_of.instant
        and _is_meant(rule, row)
        and _is_within(rule, row[time], as_of)
    ]


def _is_meant(rule, row):
    if "did" in rule and row["name"] != rule["did"]:
        return False
    if "bought" in rule:
        if row.get("amount", 0) < 0 or row.get("quantity", 0) < 0:
            return False
        if rule["bought"] and row["category"] != rule["bought"]["category"]:
            return False
    where = rule.get("where")
    if where is None:
        return True
    seconds = row["duration_seconds"]
    if "not" in where:
        return not (seconds is not None and seconds <= where["not"]["value"])
    return seconds is not None and seconds > where["value"]


def _is_within(rule, moment, as_of):
    day = _day_of(moment, as_of)
    if "within_days" in rule:
        return day >= as_of.day - timedelta(days=rule["within_days"])
    if "between" in rule:
        return rule["between"][0] <= day <= rule["between"][1]
    return True


def _day_of(moment, as_of):
    return moment.astimezone(ZoneInfo(as_of.zone)).date()


def _happened(rule, who, history, as_of):
    which = "first" if "first" in rule else "last"
    moments = [row["moment"] for row in _list_rows(rule[which], who, history, as_of)]
    if not moments:
        return False
    day = _day_of(min(moments) if which == "first" else max(moments), as_of)
    if "on" in rule:
        return OPERATORS[rule["op"]](day, rule["on"])
    return OPERATORS[rule["op"]]((as_of.day - day).days, rule["days_ago"])


def _follows(rule, who, history, as_of):
    chains = [(None, None)]
    for step in rule["sequence"]:
        moments = [row["moment"] for row in _list_rows(step, who, history, as_of)]
        chains = [
            (begun or moment, moment)
            for begun, last in chains
            for moment in moments
            if last is None or moment > last
        ]
    span = rule.get("within_days")
    return any(span is None or last - begun <= timedelta(days=span) for begun, last in chains)


def _compares(rule, who, history, as_of):
    if "score" in rule:
        value = history["scores"].get(who)
    else:
        value = _get_column(rule["column"], who, history, as_of)
    if "is_missing" in rule:
        return (value is None) == rule["is_missing"]
    if value is None:
        return False
    return value in rule["in"] if "in" in rule else OPERATORS[rule["op"]](value, rule["value"])


def _get_column(column, who, history, as_of):
    if column in ("age", "city"):
        return history["customers"][who][column]
    bought = {"bought": {}} | ({"within_days": 30} if column == "purchases_30d" else {})
    moments = [row["moment"] for row in _list_rows(bought, who, history, as_of)]
    if column == "purchases_30d":
        return len(moments)
    return (as_of.day - _day_of(max(moments), as_of)).days if moments else None


_QUESTIONS = {
    "sequence": _follows,
    "segment": _is_member,
    "first": _happened,
    "last": _happened,
    "spent": _spends,
    "score": _compares,
    "column": _compares,
}
