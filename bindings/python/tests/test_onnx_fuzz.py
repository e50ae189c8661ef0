"""A few of the edited graphs of Tests/Fuzz/onnx_graphs.py."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def test_edited_graphs_are_refused_or_equal(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(Path(__file__).resolve().parents[3] / "Tests" / "Fuzz"), *sys.path])
    import onnx_graphs

    wrong = []
    totals = onnx_graphs.counted(300, 7, lambda number, found: wrong.append((number, found)))
    assert not wrong and totals["equal"] >= 40 and totals["refused"] >= 150


def test_graphs_that_are_edited_are_equal_before(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(Path(__file__).resolve().parents[3] / "Tests" / "Fuzz"), *sys.path])
    import onnx_graphs

    assert [onnx_graphs.verdict(proto) for proto in onnx_graphs.graphs()] == ["equal"] * 8
