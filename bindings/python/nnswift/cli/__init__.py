"""The command line: trains, predicts, evaluates, inspects and converts without a program."""

from ._main import main

__all__ = ["main"]
