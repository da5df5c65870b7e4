"""Which cells are compared with which."""

import pytest

from bench import cells
from bench.comparing import match
from bench.comparing.sides import Side
from bench.errors import DataError, UsageError
from tests.bench.sides import documents


def _side(text, *groups):
    return Side(text, tuple(cells.group([document for group in groups for document in group])), (), ())


def _one(letter, **changes):
    return documents(letter, steps=(0.1, 0.1), **changes)


def _names(selection):
    return [(mine.first["id"], other.first["id"]) for mine, other in selection.pairs]


_FUSED = {"job__kernel": "fused"}
_UNROLLED = {"job__kernel": "unrolled"}


def test_one_cell_on_each_side_is_compared_whatever_differs():
    selection = match.match(_side("A", _one("a")), _side("B", _one("b", dataset__fingerprint="x", **_UNROLLED)))
    assert _names(selection) == [("a0", "b0")] and selection.unmatched == ()


def test_cells_that_were_asked_for_the_same_work_are_partners():
    ours = _side("A", _one("a", **_FUSED), _one("c", **_UNROLLED))
    theirs = _side("B", _one("b", job__backend="npu", **_UNROLLED), _one("d", job__backend="npu", **_FUSED))
    assert _names(match.match(ours, theirs)) == [("a0", "d0"), ("c0", "b0")]


def test_cells_without_a_partner_are_kept_with_a_reason():
    ours = _side("A", _one("a", **_FUSED), _one("c", job__workload__training__batch_size=50))
    theirs = _side("B", _one("b", **_FUSED), _one("d", job__mode="full"), _one("e", job__precision="fp16"))
    selection = match.match(ours, theirs)
    assert _names(selection) == [("a0", "b0")]
    assert [(one.side, one.cell.first["id"]) for one in selection.unmatched] == [("A", "c0"), ("B", "d0"), ("B", "e0")]
    assert all("nothing on the other side" in one.reason for one in selection.unmatched)


def test_several_against_one_are_all_compared_with_it():
    ours = _side("A", _one("a", job__backend="gpu"), _one("c", job__backend="npu"))
    assert _names(match.match(ours, _side("B", _one("b")))) == [("a0", "b0"), ("c0", "b0")]
    assert _names(match.match(_side("B", _one("b")), ours)) == [("b0", "a0"), ("b0", "c0")]


def test_several_against_several_are_matched_by_what_they_ran_on():
    ours = _side("A", _one("a", job__backend="gpu"), _one("c", job__backend="npu"))
    theirs = _side("B", _one("b", job__backend="npu"), _one("d", job__backend="gpu"), _one("e"))
    selection = match.match(ours, theirs)
    assert _names(selection) == [("a0", "d0"), ("c0", "b0")]
    assert [(one.cell.first["id"], one.reason.split(":")[0]) for one in selection.unmatched] == [
        ("e0", "several were asked alike")
    ]


def test_where_no_arithmetic_has_a_partner_of_the_same_name_all_else_makes_partners():
    ours = _side("A", _one("a", job__precision="fp16"), _one("c", job__precision="bf16", job__loss_scale="dynamic"))
    theirs = _side("B", _one("b"), _one("d", job__mode="full"))
    selection = match.match(ours, theirs)
    assert _names(selection) == [("a0", "b0"), ("c0", "b0")]
    assert [one.cell.first["id"] for one in selection.unmatched] == ["d0"]


def test_where_no_kernel_has_a_partner_of_the_same_name_all_else_makes_partners():
    ours = _side("A", _one("a", job__steps=40, **_FUSED), _one("c", job__steps=9, **_FUSED))
    theirs = _side("B", _one("b", job__steps=9, **_UNROLLED), _one("d", job__steps=9, job__mode="full", **_UNROLLED))
    selection = match.match(ours, theirs)
    assert _names(selection) == [("c0", "b0")]
    assert {one.cell.first["id"] for one in selection.unmatched} == {"a0", "d0"}


def test_nothing_that_matches_is_an_error_that_lists_both_sides():
    ours = _side("A", _one("a"), _one("c", job__mode="full"))
    theirs = _side("B", _one("b", job__workload__training__batch_size=50))
    with pytest.raises(DataError, match=r"(?s)batch 100.*batch 50"):
        match.match(ours, theirs)


def test_a_record_on_both_sides_is_refused():
    with pytest.raises(UsageError, match="a0 is on both sides"):
        match.match(_side("A", _one("a")), _side("B", _one("a")))


def test_two_records_of_one_id_are_refused():
    with pytest.raises(DataError, match="id a0"):
        match.match(_side("A", _one("a")), _side("B", _one("a", job__backend="npu")))
