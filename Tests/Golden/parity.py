"""Writes docs/parity.md: how far the library is from the references, row by row. `make parity` runs it.

The rows of conversion and ONNX are measured with the frameworks themselves; without them the page is not written.
"""

import collections
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import compare  # noqa: E402
import compare_frameworks  # noqa: E402
import compare_keras  # noqa: E402
import golden  # noqa: E402

PAGE = golden.HERE.parents[1] / "docs" / "parity.md"
SCHEDULES = [
    "constant", "step", "multi_step", "exponential", "cosine", "one_cycle", "polynomial", "reduce_on_plateau",
]

HEAD = """# Equal to PyTorch, Keras, NumPy, scikit-learn and ONNX Runtime

`make parity` writes this page. In each row a is this library (float32; metrics in float64) and b
the reference in float64: the largest |a - b| of any value, and the largest **error** |a - b| /
max(|b|, 1e-3 √n), in the Euclidean norm, of any case of the row. The references are committed
(`Tests/Golden`, with the hash of the script and the versions that made them); `make test` compares
with them and needs no framework, `make golden` makes them anew, `make golden-check` compares with
fresh ones and tries thousands of random inputs.

| reference | what for |
|---|---|
| PyTorch {torch} | layers, activations, losses, optimisers, schedules |
| NumPy {numpy}, the textbook loop | studies B and E |
| Keras {keras} | optimisers, schedules, layers and losses whose formulas are not PyTorch's, with the option that gives them here ([which](other-frameworks.md)) |
| scikit-learn {scikit-learn} | metrics |
| PyTorch, Keras, scikit-learn, ONNX Runtime {onnxruntime} | conversions and exported models |
"""

EXCUSED = """
## Excused

Three rows are excused, each with what explains it.

- **loss mse**: one case (one row, one output) is the square of a small difference, 0.400 - 0.277.
  The output is off by 2e-7, the rounding of sums of terms near 1 in float32; so the square is off
  by 2 · 2e-7 / 0.12 = 3.5e-6 of itself. The row shows the loss against the float64 loss of the
  library's float32 outputs.
- **loss quantile**: the same, 1.347 - 1.296 with an output that is off by 1.2e-7, the last digit of
  float32: 2.4e-6 of the difference. The row shows the loss against the float64 loss of the float32
  outputs.
- **lbfgs**: its directions come from differences of gradients and magnify rounding step by step.
  The golden file keeps how far PyTorch's own float32 run is from its float64 run at each step, over
  64 orders of the same rows; the library must stay within 1e-5, or twice that distance. The table
  shows the step that comes nearest to its limit.
"""


def share(compared):
    """How much of its limit a difference takes."""
    return compared.relative / compared.limit if compared.limit else compared.relative


def largest(found):
    """{(row, what): Compared} with the largest differences; the limit is that of the worst error."""
    kept = {}
    for c in found:
        old = kept.get((c.row, c.what), c)
        worst = max(old, c, key=share)
        kept[c.row, c.what] = worst._replace(absolute=max(old.absolute, c.absolute))
    return kept


def table(title, found, limit):
    """One line a row: for each thing compared the largest difference and the largest error."""
    kept = largest(found)
    whats = list(dict.fromkeys(what for _, what in kept))
    rows = list(dict.fromkeys(row for row, _ in kept))
    lines = [f"\n## {title}\n", f"Limit of the error: {limit}.\n"]
    lines.append("| row | " + " | ".join(f"{what}: largest difference, error" for what in whats) + " |")
    lines.append("|---" * (1 + len(whats)) + "|")
    for row in rows:
        cells = [kept.get((row, what)) for what in whats]
        text = [f"{c.absolute:.1e}, **{c.relative:.1e}**" if c else "" for c in cells]
        lines.append(f"| {row} | " + " | ".join(text) + " |")
    return "\n".join(lines) + "\n"


def matrix(found):
    """Optimisers down, schedules across: the largest error; the largest difference behind."""
    kept = largest(found)
    rows = list(dict.fromkeys(row for row, what in kept if what in SCHEDULES))
    lines = ["\n## Optimisers and schedules: 50 steps\n",
             "The error of all weights after each of 50 steps, the largest over the optimiser's options.\nLimit 1e-5.\n",
             "| optimiser | " + " | ".join(f"`{s}`" for s in SCHEDULES) + " | largest difference |",
             "|---" * (2 + len(SCHEDULES)) + "|"]
    for row in rows:
        cells = [kept.get((row, schedule)) for schedule in SCHEDULES]
        errors = " | ".join(f"{c.relative:.1e}" if c else "" for c in cells)
        lines.append(f"| {row} | {errors} | {max(c.absolute for c in cells if c):.1e} |")
    return "\n".join(lines) + "\n"


def summary(parts):
    """Every part in a line: how many comparisons, how many rows, the largest error beside its limit."""
    lines = ["\n| part | comparisons | largest error | limit |", "|---|---|---|---|"]
    for title, found in parts.items():
        worst = max(found, key=share)
        lines.append(f"| {title} | {len(found)} | {worst.relative:.1e} ({worst.row}) | {worst.limit:.0e} |")
    return "\n".join(lines) + "\n"


def versions():
    """What Tests/Golden/requirements.txt pins."""
    lines = (golden.HERE / "requirements.txt").read_text().split()
    return dict(line.split("==") for line in lines if "==" in line)


def page(found):
    """The whole page, from {part: [Compared]}."""
    parts = {
        "layers, activations, losses": found["layers"], "optimisers, schedules": found["trajectories"],
        "Keras": found["keras"], "whole trainings": found["studies"], "metrics": found["metrics"],
        "conversions": found["conversions"], "ONNX Runtime": found["onnx"],
    }
    columns = [c for c in found["trajectories"] if c.row != "running statistics"]
    whole = [c._replace(what="weights") for c in found["trajectories"] if c.row == "running statistics"]
    whole += [c._replace(what="weights") for c in found["studies"]]
    whole += [c._replace(what="weights") for c in found["layers"] if c.what == "5 steps"]
    single = [c for c in found["layers"] if c.what != "5 steps"]
    return "".join([
        HEAD.format(**versions()), summary(parts),
        table("Layers, activations and losses", single, "2e-6, about 17 roundings of float32"), matrix(columns),
        table("Keras", found["keras"], "2e-6; 1e-5 for 50 steps"),
        table("Whole trainings", whole, "1e-5, after each of 5 (residual), 50 or 200 steps"),
        table("Metrics", found["metrics"], "1e-12 of max(1, value)"),
        table("Conversions", found["conversions"], "2e-6 for predictions; weights come back bit for bit"),
        table("ONNX Runtime", found["onnx"], "1e-6, of probabilities the difference itself"), EXCUSED,
    ])


def main():
    parts = {**compare.ALL, "keras": compare_keras.compare, **compare_frameworks.ALL}
    PAGE.write_text(page({name: list(part()) for name, part in parts.items()}))
    print(f"{PAGE}: written")


if __name__ == "__main__":
    main()
