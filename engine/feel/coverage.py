"""Which inputs no rule of a table matches, and which several rules match.

Each column is cut at the values that its cells name, so that within a piece no cell tells two values apart. A cell is
then a set of pieces, kept as bits of a number: two rules overlap where they share a piece in every column, and gaps
are found by choosing a piece column by column until no rule is left. That is exact for the cells that ``unary_tests``
reads; another cell counts as matching everything where gaps are sought and nothing where overlaps are, so that nothing
is reported which is not so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from engine.feel.model import Input, Table
from engine.feel.unary_tests import Cell, NotReadError, Point, Span, read_cell

MOST_STEPS = 20_000
"""Some 50 ms; a table that needs more is not searched to the end."""
MOST_FINDINGS = 10

Example: TypeAlias = tuple[tuple[str, str], ...]
"""Expressions of columns, each with a value as FEEL; an empty one stands for any text that no cell names."""


@dataclass(frozen=True)
class Piece:
    """Values of a column that all its cells treat alike.

    Args:
        example: one of them, as FEEL; empty: any text that no cell names.
        certain: whether such a value can occur; of texts without a list of allowed values nobody knows which others.
    """

    example: str
    certain: bool = True


@dataclass(frozen=True)
class _Column:
    expression: str
    pieces: tuple[Piece, ...]
    masks: tuple[int | None, ...]
    """The pieces that each rule matches; None for a cell that is not read."""

    @property
    def every(self) -> int:
        return (1 << len(self.pieces)) - 1


@dataclass(frozen=True)
class Overlap:
    """Two rules, counted from 1, that both match the example."""

    first: int
    second: int
    example: Example


@dataclass(frozen=True)
class Gap:
    """Inputs that no rule matches; columns that are not named may have any value."""

    example: Example


def overlaps(table: Table) -> Iterator[Overlap]:
    """Yield each pair of rules that can match together."""
    columns = _columns(table)
    for second in range(len(table.rules)):
        for first in range(second):
            shared = [_shared(column, first, second) for column in columns]
            if all(shared):
                yield Overlap(first + 1, second + 1, _example(columns, shared))


def _shared(column: _Column, first: int, second: int) -> int:
    one, other = column.masks[first], column.masks[second]
    return 0 if one is None or other is None else one & other


def _example(columns: Sequence[_Column], masks: Sequence[int]) -> Example:
    """Return a value for each column that is not free, preferably one that is sure to occur."""
    found = []
    for column, mask in zip(columns, masks, strict=True):
        pieces = [piece for number, piece in enumerate(column.pieces) if mask >> number & 1]
        if mask != column.every and pieces:
            found.append((column.expression, min(pieces, key=lambda piece: not piece.certain).example))
    return tuple(found)


def gaps(table: Table) -> Iterator[Gap]:
    """Yield inputs that no rule matches, as few and as large as they are found; stops after ``MOST_STEPS``."""
    columns = _columns(table)
    steps = iter(range(MOST_STEPS))

    def search(rules: tuple[int, ...], depth: int, chosen: Example) -> Iterator[Gap]:
        if next(steps, None) is None:
            return
        if not rules:
            yield Gap(chosen)
            return
        if depth == len(columns) or any(_matches_all(columns[depth:], rule) for rule in rules):
            return
        column = columns[depth]
        for left, piece in _choices(column, rules):
            named = chosen if len(left) == len(rules) else (*chosen, (column.expression, piece.example))
            yield from search(left, depth + 1, named)

    yield from search(tuple(range(len(table.rules))), 0, ())


def _matches_all(columns: Sequence[_Column], rule: int) -> bool:
    return all(column.masks[rule] in {None, column.every} for column in columns)


def _choices(column: _Column, rules: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Piece]]:
    """Yield the rules that are left in each piece, once for all pieces where the same are left."""
    seen: set[tuple[int, ...]] = set()
    for number, piece in enumerate(column.pieces):
        left = tuple(rule for rule in rules if (mask := column.masks[rule]) is None or mask >> number & 1)
        if piece.certain and left not in seen:
            seen.add(left)
            yield left, piece


def _columns(table: Table) -> list[_Column]:
    """Cut the columns; those of the same expression are one, in which a rule must match all its cells."""
    by_expression: dict[str, list[int]] = {}
    for number, column in enumerate(table.inputs):
        by_expression.setdefault(column.expression.strip(), []).append(number)
    return [_column(table, expression, numbers) for expression, numbers in by_expression.items()]


def _column(table: Table, expression: str, numbers: list[int]) -> _Column:
    cells = [[_read(rule.cells[number]) for number in numbers] for rule in table.rules]
    texts = [text for number in numbers if (text := _allowed(table.inputs[number]))]
    limits = [limit for text in texts if (limit := _read(text)) is not None]
    known = [*limits, *(cell for row in cells for cell in row if cell is not None)]
    kinds = {kind for cell in known for kind in cell.kinds}
    types = {"any" if (type_ := table.inputs[number].type) is None else type_.declared for number in numbers}
    if len(kinds) > 1 or "list" in types or len(limits) < len(texts):
        # Values of different types, lists of values, or a list of allowed ones that is not read: nothing is certain.
        return _Column(expression, (Piece(""),), tuple(None for _ in cells))
    kind = kinds.pop() if kinds else ("boolean" if types == {"boolean"} else "")
    cuts = [cut for cut in _pieces(kind, known) if all(_matches(cell, cut) for cell in limits)]
    is_closed = bool(limits)
    pieces = tuple(Piece(cut.example, certain=cut.span is not None or kind != "text" or is_closed) for cut in cuts)
    return _Column(expression, pieces, tuple(_mask(row, cuts) for row in cells))


def _read(text: str) -> Cell | None:
    try:
        return read_cell(text)
    except NotReadError:
        return None


def _allowed(column: Input) -> str | None:
    """Return the tests that say which values a column may have: its own, else its type's."""
    of_type = column.type.allowed if column.type is not None else ()
    return column.values or (of_type[-1] if of_type else None)


@dataclass(frozen=True)
class _Cut:
    """A piece with the span of its values; None: all values that no cell names."""

    span: Span | None
    example: str


def _mask(row: Sequence[Cell | None], cuts: Sequence[_Cut]) -> int | None:
    cells = [cell for cell in row if cell is not None]
    if len(cells) < len(row):
        return None
    return sum(1 << number for number, cut in enumerate(cuts) if all(_matches(cell, cut) for cell in cells))


def _matches(cell: Cell, cut: _Cut) -> bool:
    return any(cut.span is not None and _within(cut.span, span) for span in cell.spans) != cell.negated


def _within(inner: Span, outer: Span) -> bool:
    """Return whether a piece lies in a span; pieces end where spans do, so one value of it decides."""
    if inner.kind in {"text", "boolean"}:
        return inner.low == outer.low
    above = outer.low is None or (
        inner.low is not None
        and (_number(inner.low) > _number(outer.low) or (inner.low == outer.low and (outer.low_in or not inner.low_in)))
    )
    below = outer.high is None or (
        inner.high is not None
        and (
            _number(inner.high) < _number(outer.high)
            or (inner.high == outer.high and (outer.high_in or not inner.high_in))
        )
    )
    return above and below


def _number(point: Point) -> Decimal:
    return Decimal(point)


def _pieces(kind: str, cells: Sequence[Cell]) -> list[_Cut]:
    ends = [end for cell in cells for span in cell.spans for end in (span.low, span.high) if end is not None]
    if kind == "boolean":
        return [_Cut(Span(kind, value, True, value, True), str(value).lower()) for value in (True, False)]
    if kind == "text":
        named = [_Cut(Span(kind, value, True, value, True), f'"{value}"') for value in dict.fromkeys(map(str, ends))]
        return [*named, _Cut(None, "")]
    if not kind:
        return [_Cut(None, "")]
    points = sorted({_number(end) for end in ends})
    cuts = [_Cut(Span(kind, None, False, points[0], False), _shown(kind, points[0] - 1))]
    for point, following in zip(points, [*points[1:], None], strict=True):
        cuts.append(_Cut(Span(kind, point, True, point, True), _shown(kind, point)))
        between = _between(kind, point, following)
        if between is not None:
            cuts.append(_Cut(Span(kind, point, False, following, False), _shown(kind, between)))
    return [cut for cut in cuts if cut.example]


def _between(kind: str, low: Decimal, high: Decimal | None) -> Decimal | None:
    """Return a value between two points, a whole one if there is one; None when there is none, as between two days."""
    following = low.to_integral_value(rounding="ROUND_FLOOR") + 1
    if high is None or following < high:
        return following
    return None if kind == "date" else (low + high) / 2


def _shown(kind: str, point: Decimal) -> str:
    if kind == "date":
        # No date is before the first or after the last: such a piece is empty.
        is_date = date.min.toordinal() <= point <= date.max.toordinal()
        return f'date("{date.fromordinal(int(point)).isoformat()}")' if is_date else ""
    return format(point.normalize(), "f")
