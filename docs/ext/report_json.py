"""Write the reference page of `report.json` from its pydantic model."""

import re
import sys
from pathlib import Path
from typing import Any

from regulars.report.model import REPORT_VERSION, Report

PAGE = Path(__file__).resolve().parent.parent / "reference" / "report-json.md"
SCHEMA = PAGE.with_name("report.schema.json")

_INTRO = f"""# report.json

What `regulars analyze` found, for programs: version {REPORT_VERSION} of the contract. A new minor number adds keys;
a new major number means that a key changed its meaning. Keys are sorted, numbers are finite, and
the same report gives the same bytes. It holds totals, and of single rows only a few as examples of
findings, in which personal columns are masked; `report.html` masks identifiers there too.

Words that people read come in both languages, as `{{"en": …, "ru": …}}` (*words* below). Shares lie from
0 to 1. A figure that does not exist is null. A part that could not be made is null, and
`why_absent` says why. Two sums always hold:

- `data.rows_in` = `rows_inserted` + `rows_updated` + `rows_unchanged` + `rows_quarantined`
- `contact_list.requested` = `kept` + the sum of `excluded`

In Python, `Report.from_json(text)` reads it and checks both. For other languages the same contract is a JSON Schema,
{{download}}`report.schema.json <report.schema.json>`; `Report.to_schema()` gives it too.
"""


def describe_report_json() -> str:
    """The page."""
    schema = Report.model_json_schema(mode="serialization")
    parts = schema["$defs"]
    order: list[str] = []
    _visit(schema, parts, order)
    sections = [
        _describe("report", schema, parts),
        *(_describe(name, parts[name], parts) for name in order),
    ]
    return "\n".join([_INTRO, *sections])


def _visit(schema: dict[str, Any], parts: dict[str, Any], order: list[str]) -> None:
    """Collect the parts in the order in which a reader meets them."""
    for name in re.findall(r"#/\$defs/(\w+)", str(schema.get("properties", {}))):
        if name not in order and name != "Wording":
            order.append(name)
            _visit(parts[name], parts, order)


def _describe(name: str, schema: dict[str, Any], parts: dict[str, Any]) -> str:
    summary = schema.get("description", "").split("\n\n")[0].replace("\n", " ")
    rows = "\n".join(
        f"| `{key}` | {_say_type(field)} | {_say_meaning(field, parts)} |"
        for key, field in schema["properties"].items()
    )
    heading = name if name != "report" else "The report"
    return f"## {heading}\n\n{summary}\n\n| key | holds | meaning |\n|---|---|---|\n{rows}\n"


def _say_meaning(field: dict[str, Any], parts: dict[str, Any]) -> str:
    # Pydantic leaves out a description that the part itself has word for word.
    part = parts.get(field.get("$ref", "").rsplit("/", 1)[-1], {})
    text = field.get("description") or part.get("description", "")
    return " ".join(text.split()).replace("|", "\\|")


def _say_type(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        kinds = [_say_type(kind) for kind in field["anyOf"]]
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        return "words" if name == "Wording" else f"[{name}](#{name.lower()})"
    if "const" in field:
        return f'"{field["const"]}"'
    if "enum" in field:
        return " or ".join(f'"{value}"' for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_say_type(field['items'])}" if field.get("items") else "list"
    if field.get("type") == "object":
        inner = field.get("additionalProperties")
        return f"name → {_say_type(inner)}" if isinstance(inner, dict) else "name → value"
    return _say_scalar(field)


def _say_scalar(field: dict[str, Any]) -> str:
    if field.get("maximum") == 1 and field.get("minimum") == 0:
        return "share"
    names = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false"}
    return names.get(field.get("type", ""), field.get("type", "anything"))


def main() -> int:
    """Write the page and the schema."""
    SCHEMA.write_text(Report.to_schema(), encoding="utf-8")
    PAGE.write_text(describe_report_json(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
