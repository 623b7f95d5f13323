"""A workspace whose lake grows by random histories, and the members of its segments asked in full."""

from dataclasses import replace

import ibis
import pyarrow as pa
from random_histories import make_tables

from regulars.conditions import load_rule
from regulars.lake import LoadRecord
from regulars.schema.contract import get_contract
from regulars.schema.mapping import Mapping
from regulars.schema.wording import Wording
from regulars.segments.history.manual import apply_choices
from regulars.segments.rules import compile_rule
from regulars.segments.rules.definition import SegmentDefinition
from regulars.workspace.membership_log import open_membership_log
from regulars.workspace.rule_sources import open_rule_sources

__all__ = ["add_history", "ask_in_full", "save_segment"]

ID = pa.schema([("customer_id", pa.string())])
EVENTS = Mapping(kind="events", columns=())


def add_history(workspace, history, *, now, told_at):
    """Load the rows of a history as one that tells of a moment."""
    number = len(workspace.lake.list_loads())
    with workspace.open_scratch() as scratch, workspace.open_connection(scratch) as connection:
        begun = workspace.lake.begin(
            f"load-{number}",
            connection=connection,
            now=now,
            known_at=told_at,
            source_sha256=str(number),
        )
        with begun as load:
            counts = {}
            for name, rows in make_tables(history).items():
                connection.register("history_rows", _fit(rows))
                told = load.upsert(get_contract(name), "history_rows")
                counts[name] = {"inserted": told.inserted, "updated": told.updated}
                connection.unregister("history_rows")
            record = LoadRecord(
                source=f"{number}", kind="events", mapping=EVENTS.to_toml(), tables=counts
            )
            load.commit(record)


def _fit(rows):
    """Money as the lake keeps it."""
    kinds = [
        pa.field(one.name, pa.decimal128(18, 4)) if one.name == "amount" else one
        for one in rows.schema
    ]
    return rows.cast(pa.schema(kinds))


def save_segment(workspace, name, rule):
    """A segment by a rule, saved or saved anew."""
    title = Wording(en=name, ru=name)
    loaded = load_rule(rule, where=name)
    segment = SegmentDefinition(name=name, title=title, rule=loaded)
    workspace.segments.save(segment, replace=True)


def ask_in_full(workspace, name, day):
    """A day, and who belongs to a segment as of it: everybody is asked, and the hand counts.

    Without a day it is the one that a refresh takes.
    """
    known = workspace.segments.read_all()
    with (
        open_rule_sources(workspace, as_of=day) as (sources, as_of),
        open_membership_log(workspace) as log,
    ):
        memberships = {}
        for used in known[name].list_used():
            found = sorted(ask_in_full(workspace, used, day)[1])
            memberships[used] = ibis.memtable(pa.table({"customer_id": found}, schema=ID))
        sources = replace(sources, memberships=memberships)
        members = compile_rule(known[name].rule, sources, as_of=as_of).members.to_pyarrow()
        chosen = log.read_choices(name, on=as_of.day)
    ids = members["customer_id"].combine_chunks()
    return as_of.day, set(apply_choices(ids, chosen).to_pylist())
