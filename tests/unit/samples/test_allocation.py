"""Which lots are sent: first expiring first, never one that does not keep, never more than there is."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from engine.samples.rules import FreeLot, Pick, allocate, is_first_expiring, may_send

TODAY = date(2026, 3, 2)
ITEMS = ("P-1", "P-2")
LOTS = st.lists(
    st.tuples(st.sampled_from(ITEMS), st.integers(-30, 400), st.integers(-2, 30)), max_size=10
).map(
    lambda rows: [
        FreeLot(UUID(int=number), item, TODAY + timedelta(days=days), free)
        for number, (item, days, free) in enumerate(rows, start=1)
    ]
)  # fmt: skip
WANTED = st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 80))


@given(lots=LOTS, wanted=WANTED)
def test_no_more_than_is_wanted_and_free_and_as_much_as_there_is(lots: list[FreeLot], wanted: dict[str, int]) -> None:
    by_id = {lot.lot_id: lot for lot in lots}
    picks = allocate(lots, wanted, today=TODAY)
    assert len({pick.lot_id for pick in picks}) == len(picks)
    assert all(0 < pick.quantity <= by_id[pick.lot_id].free for pick in picks)
    for item, quantity in wanted.items():
        there = sum(max(lot.free, 0) for lot in lots if lot.item == item and may_send(lot.expiry, today=TODAY))
        assert sum(pick.quantity for pick in picks if by_id[pick.lot_id].item == item) == min(quantity, there)


@given(lots=LOTS, wanted=WANTED)
def test_never_a_lot_that_keeps_for_less_than_ninety_days(lots: list[FreeLot], wanted: dict[str, int]) -> None:
    by_id = {lot.lot_id: lot for lot in lots}
    assert all(by_id[pick.lot_id].expiry >= TODAY + timedelta(days=90) for pick in allocate(lots, wanted, today=TODAY))


@given(lots=LOTS, wanted=WANTED)
def test_no_lot_is_touched_while_one_that_expires_earlier_is_left(lots: list[FreeLot], wanted: dict[str, int]) -> None:
    picks = allocate(lots, wanted, today=TODAY)
    taken = {pick.lot_id: pick.quantity for pick in picks}
    for late in lots:
        for early in lots:
            earlier = late.item == early.item and early.expiry < late.expiry and may_send(early.expiry, today=TODAY)
            assert not (taken.get(late.lot_id) and earlier and taken.get(early.lot_id, 0) < early.free)
    assert is_first_expiring(picks, lots, today=TODAY)


@given(lots=LOTS, wanted=WANTED)
def test_the_order_of_the_lots_does_not_matter(lots: list[FreeLot], wanted: dict[str, int]) -> None:
    assert set(allocate(lots, wanted, today=TODAY)) == set(allocate(lots[::-1], wanted, today=TODAY))


def test_leaving_the_earlier_lot_is_not_first_expiring() -> None:
    early, late = (FreeLot(UUID(int=n), "P-1", TODAY + timedelta(days=100 * n), 5) for n in (1, 2))
    assert is_first_expiring([Pick(early.lot_id, 5), Pick(late.lot_id, 1)], [early, late], today=TODAY)
    assert not is_first_expiring([Pick(early.lot_id, 4), Pick(late.lot_id, 2)], [early, late], today=TODAY)
    assert not is_first_expiring([Pick(late.lot_id, 1)], [early, late], today=TODAY)
