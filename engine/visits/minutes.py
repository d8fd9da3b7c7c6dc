"""Minutes between two times, in the SQL of both databases."""

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class minutes_between(GenericFunction[float]):  # noqa: N801 - named like the SQL functions it stands beside
    """``minutes_between(start, end)``: null if one is null."""

    type = Float()
    inherit_cache = True


@compiles(minutes_between, "postgresql")
def _postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"EXTRACT(EPOCH FROM ({end} - {start})) / 60.0"


@compiles(minutes_between, "sqlite")
def _sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"(julianday({end}) - julianday({start})) * 1440.0"
