"""What the five studies share: a report that is printed and kept, tables, times, memory, PyTorch's loop, pictures.

A study is a file x_name.py with a function main():

    report = Report("b", __doc__)                     # parses --quick, --seeds 1 2 3; report.quick, report.seeds
    folder = report.data("mnist/train-images-idx3-ubyte.gz")  # the data folder, or "skipped: ..." and exit status 0
    table = Table("test part, mean of the seeds", REPORTED, THEIRS, RULES, BEST, TORCH)
    table.row("accuracy", {REPORTED: 0.91, RULES: [0.914, 0.912], TORCH: None})   # a list: mean and deviation
    report.say(table)
    report.check("from-scratch rules: test accuracy 0.900 to 0.925", 0.900 <= accuracy <= 0.925)
    report.picture(figure, "b_curves")                # figure: of figure(8, 3.2); below 60 KB
    report.end()                                      # docs/reports/b.txt; exit status 1 when a check missed

In a full run text and pictures go to docs/reports, in a quick one to build/reports, and its checks only inform.
Frameworks are looked for with torch() and keras(), which give None where they are not installed.
"""

import argparse
import datetime
import importlib
import importlib.metadata
import multiprocessing
import os
import pathlib
import platform
import sys
import time

import numpy as np

import nnswift

REPORTED, THEIRS, RULES, BEST = "reported scratch", "reported framework", "our rules", "our best"
TORCH, KERAS = "PyTorch here", "Keras here"
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Report:
    """The text of a study, its options, and whether what it promises came true."""

    def __init__(self, name, doc):
        parser = argparse.ArgumentParser(description=doc.splitlines()[0])
        parser.add_argument("--quick", action="store_true", help="small: seconds instead of minutes")
        parser.add_argument("--seeds", type=int, nargs="+", help="1 2 3 4 5 unless said; quick: 1")
        options = parser.parse_args()
        self.name, self.quick = name, options.quick
        self.seeds = options.seeds or ([1] if self.quick else [1, 2, 3, 4, 5])
        self.folder = ROOT / ("build/reports" if self.quick else "docs/reports")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.missed, self._lines = 0, []
        self.say(doc.splitlines()[0])
        command = f"examples/reports/{pathlib.Path(sys.argv[0]).name} {' '.join(sys.argv[1:])}".strip()
        self.say(f"{command}, {datetime.date.today()}, nnswift {nnswift.version()}, seeds {self.seeds}")
        frameworks = [f"{name} {_version(name)}" for name in ("torch", "keras") if _version(name)]
        self.say(f"{processor()}, {cores()} core(s); {', '.join(frameworks) or 'neither PyTorch nor Keras installed'}")

    def say(self, text=""):
        """Prints and keeps a line, a text of several lines, or a table."""
        print(text, flush=True)
        self._lines.append(str(text))

    def data(self, *paths):
        """Returns the folder that has all these files: NNSWIFT_DATA_DIR or build/data; without one ends the study.

        A tuple of paths: any of them will do.
        """
        wanted = [path if isinstance(path, tuple) else (path,) for path in paths]
        for folder in (os.environ.get("NNSWIFT_DATA_DIR"), ROOT / "build/data"):
            if folder and all(any(pathlib.Path(folder, path).is_file() for path in some) for some in wanted):
                return pathlib.Path(folder)
        print(f'skipped: study {self.name.upper()}: no {wanted[0][0]}; "make data" fetches it')
        raise SystemExit(0)

    def check(self, promise, holds):
        """Says whether a promise came true; a quick run shows its figures and does not judge them."""
        self.missed += not holds
        self.say(f"{'quick ' if self.quick else 'holds ' if holds else 'MISSED'}  {promise}")

    def picture(self, figure, name):
        """Saves a figure as a PNG of few colours."""
        from PIL import Image

        path = self.folder / f"{name}.png"
        figure.savefig(path)
        Image.open(path).convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"picture {path.relative_to(ROOT)}, {path.stat().st_size / 1000:.0f} kB")

    def end(self):
        """Writes the text and exits."""
        (self.folder / f"{self.name}.txt").write_text("\n".join(self._lines) + "\n", encoding="utf-8")
        raise SystemExit(1 if self.missed and not self.quick else 0)


class Table:
    """A table of text; cells are given by the name of their column."""

    def __init__(self, title, *columns):
        self.title, self.columns, self.rows = title, columns, []

    def row(self, name, cells, digits=3):
        """Adds a line. A cell is a number, a list of one number a seed, a text or None."""
        self.rows.append([name] + [text_of(cells.get(column), digits) for column in self.columns])

    def __str__(self):
        lines = [["", *self.columns], *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        body = ["  ".join([line[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(line[1:], widths[1:])])
                for line in lines]  # fmt: skip
        return "\n".join(["", self.title, *body])


def text_of(value, digits=3):
    """Returns a number, or mean ± standard deviation of a list, as text."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    if np.ndim(value) == 0:
        return f"{value:.{digits}f}"
    values = np.asarray(value, float)
    return f"{values.mean():.{digits}f}" + (f" ±{values.std(ddof=1):.{digits}f}" if len(values) > 1 else "")


def timed(function, *arguments):
    """Returns what function returns, and the seconds it took."""
    begun = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - begun


def epochs_to(losses, limit):
    """Returns the first epoch, from 1, whose loss is at most limit; "never" if there is none."""
    reached = np.flatnonzero(np.asarray(losses) <= limit)
    return int(reached[0]) + 1 if len(reached) else "never"


def peak_memory(function, *arguments):
    """Returns the megabytes that a fresh process needed at most to run a function of the study's module."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_report_peak, args=(sender, function, arguments))
    child.start()
    sender.close()
    try:
        return receiver.recv()
    finally:
        child.join()


def _report_peak(sender, function, arguments):
    function(*arguments)
    # getrusage would count the parent's pages from before exec.
    status = pathlib.Path("/proc/self/status").read_text()
    sender.send(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def cores():
    """Returns the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0))


def processor():
    """Returns the name of the processor."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def torch():
    """Returns PyTorch, or None."""
    return _module("torch")


def keras():
    """Returns Keras over PyTorch, or None."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return _module("keras") if torch() else None


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def torch_fit(network, optimizer, loss, X, y, epochs, batch_size, after_epoch=None):
    """Trains with the plain loop, the fastest one for arrays in memory; returns each epoch's mean loss.

    X, y: tensors. batch_size 0: all rows. after_epoch: called with the number of the epoch, from 1, in evaluation mode.
    """
    torch_ = torch()
    rows, losses = len(X), []
    for epoch in range(1, epochs + 1):
        network.train()
        order = torch_.randperm(rows) if batch_size else None
        total = 0.0
        for start in range(0, rows, batch_size or rows):
            chosen = order[start : start + batch_size] if batch_size else slice(None)
            optimizer.zero_grad()
            value = loss(network(X[chosen]), y[chosen])
            value.backward()
            optimizer.step()
            total += value.detach() * len(y[chosen])
        losses.append(float(total) / rows)
        if after_epoch:
            network.eval()
            with torch_.no_grad():
                after_epoch(epoch)
    network.eval()
    return losses


def torch_threads(work):
    """Returns the number of threads with which PyTorch runs work() fastest, and leaves it set."""
    torch_, seconds = torch(), {}
    for threads in sorted({1, cores()}):
        torch_.set_num_threads(threads)
        work()
        seconds[threads] = min(timed(work)[1] for _ in range(2))
    best = min(seconds, key=seconds.get)
    torch_.set_num_threads(best)
    return best


def figure(width, height):
    """Returns an empty matplotlib figure of so many inches, without a window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=100, layout="constrained")
