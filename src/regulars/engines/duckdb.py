"""The default engine: DuckDB inside the process, spilling to disk when memory ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend

__all__ = ["connect", "open_connection"]


def connect(
    work_folder: Path,
    *,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Backend:
    """An Ibis connection to a fresh DuckDB; parameters and errors are those of `open_connection`.

    Returns
    -------
    Backend
        Ibis' DuckDB backend; its `.con` is the DuckDB connection.
    """
    import ibis

    return ibis.duckdb.from_connection(
        open_connection(work_folder, memory_limit=memory_limit, threads=threads)
    )


def open_connection(
    work_folder: Path,
    *,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> DuckDBPyConnection:
    """A fresh DuckDB that keeps its overflow in `work_folder`; its time zone is UTC.

    Parameters
    ----------
    work_folder
        Where a table that does not fit in memory is spilled to; made when missing. The
        scratch database lives there too, so that temporary tables may exceed memory.
    memory_limit
        As DuckDB writes it: "512MB", "4GB"; None leaves DuckDB's default (80 % of memory).
    threads
        How many to use; None uses every core.

    Raises
    ------
    InvalidParameterError
        When `memory_limit` is not a size that DuckDB understands.
    """
    import duckdb

    work_folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"temp_directory": str(work_folder / "spill")})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    # A name in a query means a table, never a variable of the program.
    connection.execute("SET python_enable_replacements = false")
    # Nothing is fetched from outside: the extensions in use are part of DuckDB's wheel.
    connection.execute("SET autoinstall_known_extensions = false")
    if threads is not None:
        connection.execute(f"SET threads = {int(threads)}")
    if memory_limit is not None:
        try:
            # As text: to pass a parameter, DuckDB imports pandas.
            connection.execute("SET memory_limit = '" + memory_limit.replace("'", "''") + "'")
        except duckdb.Error as error:
            raise InvalidParameterError(
                en=f"Setting memory_limit = '{memory_limit}' is not a size."
                " Write a number and a unit, such as '512MB' or '4GB'.",
                ru=f"Значение memory_limit = «{memory_limit}» — не размер. Напишите число и единицу, "
                "например 512MB или 4GB.",
            ) from error
    return connection
