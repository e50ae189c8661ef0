"""The options of the command, and the pages that --help shows."""

from __future__ import annotations

import argparse
import importlib
from typing import Any, Callable, Optional, Sequence

from . import _pages


class _Help(argparse.RawDescriptionHelpFormatter):
    """Descriptions as they are written; one line for the metavars of an option."""

    def __init__(self, prog: str):
        super().__init__(prog, max_help_position=26, width=96)


def parsed(arguments: Optional[Sequence[str]]) -> argparse.Namespace:
    """Returns the options of a command line, with `run`, the function that does it."""
    return parser().parse_args(arguments)


def parser() -> argparse.ArgumentParser:
    """Returns the reader of the command line."""
    parser = argparse.ArgumentParser(
        "nnswift", description=_pages.COMMAND, epilog=_pages.COMMAND_END, formatter_class=_Help
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_train, _predict, _evaluate, _inspect, _convert):
        add(commands)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        import nnswift

        print(f"nnswift {nnswift.__version__}, library {nnswift.version()}")
        parser.exit()


def _command(commands: Any, name: str, title: str, page: str, examples: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=title,
        description=f"{title[0].upper()}{title[1:]}.\n\n{page}",
        epilog=examples,
        formatter_class=_Help,
    )
    parser.set_defaults(run=_lazy(name))
    return parser


def _lazy(name: str) -> Callable[[argparse.Namespace], None]:
    """Returns a command that is imported when it runs."""

    def run(options: argparse.Namespace) -> None:
        importlib.import_module(f"._{name}", __package__).run(options)

    return run


def _train(commands: Any) -> None:
    parser = _command(commands, "train", "learn from a table and write a model", _pages.TRAIN, _pages.TRAIN_EXAMPLES)
    parser.add_argument("data", help='a CSV or Parquet file, also packed with gzip; "-" is standard input')
    parser.add_argument("--target", "-t", required=True, metavar="COLUMN", help="the column to learn")
    parser.add_argument("--out", "-o", required=True, metavar="FILE", help="where to write the model (.safetensors)")
    parser.add_argument("--report", metavar="FILE", help="also write a page with pictures (.html)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress on the terminal")

    columns = parser.add_argument_group("columns")
    columns.add_argument(
        "--ignore", action="append", default=[], metavar="COLUMN", help="leave a column out; may be repeated"
    )
    columns.add_argument(
        "--category", action="append", default=[], metavar="COLUMN",
        help="take the numbers of a column as names, such as a ZIP code; may be repeated",
    )  # fmt: skip
    columns.add_argument(
        "--task", choices=["classification", "regression"], help="what the target is, if the guess is wrong"
    )
    columns.add_argument(
        "--positive", metavar="CLASS", help="of two classes the one that figures are about (the last by name)"
    )

    parts = parser.add_argument_group("rows")
    parts.add_argument(
        "--test", type=_share, default=0.2, metavar="SHARE", help="rows kept for the figures (0.2); 0: none"
    )
    parts.add_argument(
        "--split", choices=["random", "stratified", "group", "time"],
        help="how rows are chosen (stratified, of numbers random)",
    )  # fmt: skip
    parts.add_argument(
        "--key", metavar="COLUMN", help="group: rows that stay together; time: the latest are the test part"
    )

    training = parser.add_argument_group("training")
    training.add_argument("--seed", type=_natural, default=0, metavar="N", help="same seed, same model (0)")
    training.add_argument("--epochs", type=_positive, metavar="N", help="passes over the rows, at most")
    training.add_argument("--spec", metavar="JSON", help="keys of the spec laid over the preset: JSON, or a file of it")
    training.add_argument("--config", metavar="JSON", help="keys of the training's config: JSON, or a file of it")

    decision = parser.add_argument_group("decision, of two classes")
    decision.add_argument(
        "--threshold", metavar="HOW",
        help="probability from which a row is the second class: a number, or the best by f1, accuracy, balanced_accuracy, "
        "matthews, kappa or cost (0.5)",
    )  # fmt: skip
    decision.add_argument(
        "--costs", nargs=2, type=float, metavar=("FALSE_ALARM", "MISS"), help="of cost: what the two mistakes cost"
    )
    _metrics(parser)
    _reading(parser)


def _predict(commands: Any) -> None:
    parser = _command(commands, "predict", "predict for the rows of a table", _pages.PREDICT, _pages.PREDICT_EXAMPLES)
    _model_and_data(parser)
    parser.add_argument(
        "--out", "-o", default="-", metavar="FILE", help='where to write; "-": standard output (default)'
    )
    parser.add_argument(
        "--keep", action="append", default=[], metavar="COLUMN", help="copy a column of the table; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of CSV")
    _fixed_threshold(parser)
    _reading(parser)


def _evaluate(commands: Any) -> None:
    parser = _command(
        commands, "evaluate", "compare predictions with the target", _pages.EVALUATE, _pages.EVALUATE_EXAMPLES
    )
    _model_and_data(parser)
    parser.add_argument(
        "--target", "-t", metavar="COLUMN", help="of a model that was trained on arrays: what to compare with"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    _metrics(parser)
    _fixed_threshold(parser)
    _reading(parser)


def _inspect(commands: Any) -> None:
    parser = _command(commands, "inspect", "show what a model file holds", _pages.INSPECT, _pages.INSPECT_EXAMPLES)
    parser.add_argument("model", help="a model file")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--verify", action="store_true", help="also load the file, which checks every byte")


def _convert(commands: Any) -> None:
    parser = _command(commands, "convert", "translate between model formats", _pages.CONVERT, _pages.CONVERT_EXAMPLES)
    parser.add_argument("source", help="what to read")
    parser.add_argument("destination", help="what to write; the endings of both name the formats")
    parser.add_argument("--loss", metavar="NAME", help="of a network from elsewhere: what its outputs are for")
    parser.add_argument(
        "--trust", action="store_true", help="read a file that may run code when it is opened (.pt, .joblib)"
    )


def _model_and_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="a model file that nnswift train, or a program, wrote")
    parser.add_argument("data", help='a CSV or Parquet file, also packed with gzip; "-" is standard input')


def _metrics(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--metric",
        action="append",
        metavar="NAME",
        help="a figure to print, such as roc_auc; may be repeated (those that fit)",
    )


def _fixed_threshold(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threshold", type=_share_or_one, metavar="P", help="another probability than the model's, for this call"
    )


def _reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reading CSV")
    group.add_argument(
        "--delimiter", metavar="CHAR", help='between values; "tab" is one (what the first line looks like)'
    )
    group.add_argument("--encoding", metavar="NAME", help="of the file, such as latin-1 (utf-8)")
    group.add_argument("--decimal", metavar="CHAR", help='"," if numbers look like 3,5 (".")')
    group.add_argument(
        "--missing", action="append", default=[], metavar="TEXT",
        help='one more text that means no value, beside NA, N/A, n/a, NaN, nan, NULL, null, #N/A, "?" and an empty one; '
        "may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--no-header", action="store_true", help="the first line is a row; columns are named 1, 2, 3 ..."
    )


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 0 and below 1, got {text}")
    return value


def _share_or_one(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"must be 0 to 1, got {text}")
    return value


def _natural(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**64:
        raise argparse.ArgumentTypeError(f"must be 0 to 2^64 - 1, got {text}")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {text}")
    return value
