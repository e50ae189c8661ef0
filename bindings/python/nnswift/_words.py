"""The library's sentences, with the words that a Python caller typed in place of the C contract's."""

from __future__ import annotations

import re

_WORDS = {
    "NNS_PROBA": 'kind="proba"', "NNS_LABEL": 'kind="label"', "NNS_RAW": 'kind="raw"',
    "NNS_ALLOW_NAN": "allow_nan=True",
    "NNS_SPLIT_RANDOM": 'kind="random" (in a training: stratify=False)', "NNS_SPLIT_TIME": 'kind="time"',
    "NNS_SAVE_TRAINING": "save(path, training=True)", "NNS_SAVE_WEIGHTS": "save(path)",
    "F32": "float32", "F64": "float64", "U8": "uint8", "I32": "int32", "I64": "int64", "BOOL": "bool",
    "NULL": "None", "nns_note_name": "model.notes", "true": "True", "false": "False", "null": "None",
    "NNS_MISSING": "None", "NNS_TEXT": "a text", "NNS_CODE": "a code",
    "nns_create": "nnswift.Model(spec)", "nns_create_for": "nnswift.Model.for_table",
    "nns_fit_table": "nnswift.fit_table",
    "nns_data_create": "arrays", "nns_data_create_table": "nnswift.Table", "nns_data_create_arrow": "nnswift.Table",
    "nns_predict_table": "model.predict(table)", "nns_predict_data": "model.predict(table)",
    "nns_session_predict": "session.predict", "nns_session_predict_values": "session.predict_values",
    "I8": "int8", "I16": "int16", "U16": "uint16", "U32": "uint32", "U64": "uint64",
    "an object": "a dict", "NNS_VERIFY": "verify=True", "NNS_VERIFY_OFF": "verify=False",
}  # fmt: skip
_C = re.compile(
    r"\b(?:NNS_|nns_)\w+|\b(?:F32|F64|[UI](?:8|16|32|64)|BOOL|NULL|true(?! class)|false|null)\b"
    r"|\ban object(?= (?:such as|of) )"
)
# Arguments stand first in a sentence.
_ARGUMENTS = {
    "truth and scores": "y_true and y_score", "truth": "y_true", "scores": "y_score", "predictions": "y_pred",
    "weights": "sample_weight", "weight": "sample_weight",
}  # fmt: skip
_ARGUMENT = re.compile(r"^(truth and scores(?= of)|(?:truth|scores|predictions|weights?)(?= must (?!be the name)))")
# What stands in quotes is the caller's own.
_QUOTED = re.compile(r'("[^"]*")')


def _word(found: "re.Match[str]") -> str:
    name = found[0]
    plain = name[4:]
    if name in _WORDS or name.startswith("NNS_E_"):
        return _WORDS.get(name, name)
    return _WORDS.get(plain) or (plain.lower() if name.startswith(("nns_", "NNS_")) else name)


def in_python(sentence: str) -> str:
    """Returns a sentence of the library for a Python caller: `nns_cancel` becomes `cancel`, NNS_F32 and F32 float32."""
    parts = _QUOTED.split(_ARGUMENT.sub(lambda found: _ARGUMENTS[found[0]], sentence))
    return "".join(part if part.startswith('"') else _C.sub(_word, part) for part in parts)
