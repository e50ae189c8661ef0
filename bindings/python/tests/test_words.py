"""Sentences of the library in Python's words: each one in the sources, and some that people meet."""

import ast
import inspect
import pathlib
import re

import numpy as np
import pytest

import nnswift
from nnswift._words import in_python

SOURCES = pathlib.Path(__file__).parents[3] / "Sources"
LITERAL = re.compile(r'#?"(?:[^"\\\n]|\\.)*"#?|#"[^\n]*?"#')
OF_C = re.compile(r"\b(?:NNS_(?!E_)\w*|nns_\w*|NULL|F32|F64|U8|I8|I16|I32|I64|U16|U32|U64|BOOL|null)\b")


def _sentences():
    """Yields the texts in the Swift sources that have words of C, without what stands in quotes in them."""
    for path in sorted(SOURCES.rglob("*.swift")):
        for line in path.read_text("utf-8").splitlines():
            if line.lstrip().startswith("//"):
                continue
            for text in LITERAL.findall(line):
                plain = re.sub(r'\\"[^"]*\\"', "", text).strip("#").strip('"')
                if OF_C.search(plain):
                    yield plain


@pytest.mark.skipif(not SOURCES.is_dir(), reason="needs the sources of the library")
def test_no_sentence_of_the_sources_keeps_words_of_c():
    found = list(_sentences())
    assert len(found) > 40
    assert [text for text in found if OF_C.search(in_python(text.replace('"', "'")))] == []


PACKAGE = pathlib.Path(nnswift.__file__).resolve().parent


def _texts(path):
    """Yields (text, whether it is a docstring) for every text in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, id(node) in alone


def test_no_sentence_of_the_package_has_words_of_c():
    sentences = [
        (path.name, text)
        for path in sorted(PACKAGE.rglob("*.py")) if path.name != "_words.py"
        for text, is_docstring in _texts(path) if " " in text.strip() and not is_docstring
    ]  # fmt: skip
    assert len(sentences) > 300
    assert [found for found in sentences if re.search(r"NNS_|nns_", found[1])] == []


def test_no_public_page_of_help_has_names_of_c():
    names = [nnswift, *(getattr(nnswift, name) for name in nnswift.__all__ if not isinstance(getattr(nnswift, name), str))]
    members = [getattr(one, name) for one in names if isinstance(one, type) for name in vars(one) if name[0] != "_"]
    pages = {repr(one): inspect.getdoc(one) or "" for one in (*names, *members)}
    # What `Error.status_name` is, only an example tells.
    assert [title for title, text in pages.items() if re.search(r"NNS_(?!E_)|nns_", text)] == []


@pytest.mark.parametrize("theirs, ours", [
    ("split at random: NNS_SPLIT_RANDOM", 'split at random: kind="random" (in a training: stratify=False)'),
    ("shuffle must be true or false, got null", "shuffle must be True or False, got None"),
    ('got "true"', 'got "true"'), ("exactly one true class in each row", "exactly one true class in each row"),
    ('must be an object such as {"patience": 10}, got true', 'must be a dict such as {"patience": 10}, got True'),
    ("the file's header must be an object", "the file's header must be an object"),
    ("weight must not be negative, row 1 is -1.0", "sample_weight must not be negative, row 1 is -1.0"),
    ("weights must be finite and not below 0", "sample_weight must be finite and not below 0"),
    ("truth must be 0 or 1, got 2.0 in row 3", "y_true must be 0 or 1, got 2.0 in row 3"),
    ("truth and scores of several classes do not fit", "y_true and y_score of several classes do not fit"),
    ("scores must be finite", "y_score must be finite"), ("the weight must stay", "the weight must stay"),
    ("NNS_CURVE_ROC", "curve_roc"), ("call nns_configure", "call configure"),
    ("make it with nns_create_for", "make it with nnswift.Model.for_table"), ("got I16 or U64", "got int16 or uint64"),
    ("weight must be the name of a column", "weight must be the name of a column"),
    ("make it with nns_data_create_table, predict with nns_predict_table",
     "make it with nnswift.Table, predict with model.predict(table)"),
    ("predict with nns_session_predict", "predict with session.predict"),
    ("files keep it with NNS_SAVE_TRAINING", "files keep it with save(path, training=True)"),
])  # fmt: skip
def test_words(theirs, ours):
    assert in_python(theirs) == ours


def test_arguments_have_their_names_of_python():
    model, X = nnswift.Model.mlp([2, 2]), np.ones((3, 2), np.float32)
    for call, sentence in (
        (lambda: model.train(X, [0, 1, 0], sample_weight=[1, -1, 1]), "^sample_weight must not be negative, row 1"),
        (lambda: model.train(X, [0, 1, 0], sample_weight=[1, np.nan, 1]), "^sample_weight must be finite"),
        (lambda: nnswift.metrics.accuracy([0, 1, 0], [0, 1, 1], [1, -1, 1]), "^sample_weight must be finite"),
        (lambda: nnswift.metrics.roc_auc([0, 1, 0], [0.1, np.nan, 0.3]), "^y_score must be finite"),
        (lambda: model.train(X, [0, 1, 0], shuffle=1), "shuffle must be True or False, got 1"),
        (lambda: model.train(X, [0, 1, 0], checkpoint=True), "must be a dict such as .*got True"),
    ):  # fmt: skip
        with pytest.raises(nnswift.Error, match=sentence):
            call()
