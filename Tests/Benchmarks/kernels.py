"""The library's kernels by themselves (kernels.c) as text."""

import sampling
import tables
from peer_table import BUILD

EXECUTABLE = str(BUILD / "kernels")
# What disturbs a kernel on a shared machine lasts for seconds: each figure is the best of runs
# apart.
RUNS = 5


def measure():
    """Returns a part for each level: peak, products, elements. Raises RuntimeError where that cannot be measured."""
    runs = [_run([EXECUTABLE]) for _ in range(RUNS)]
    return [_best(level) for level in zip(*runs)]


def _best(runs):
    """Returns the best figures of one level's runs."""
    best = dict(runs[0], peak_gflops=max(run["peak_gflops"] for run in runs))
    best["products"] = [max(same, key=lambda product: product["gflops"]) for same in zip(*(r["products"] for r in runs))]
    best["elements"] = {name: min(run["elements"][name] for run in runs) for name in best["elements"]}
    return best


def peak():
    """Returns the largest GFLOP/s of one core."""
    return max(level["peak_gflops"] for level in _run([EXECUTABLE, "peak"]))


def _run(command):
    answer = sampling.run(command, timeout=600)
    if "levels" not in answer:
        raise RuntimeError(f"kernels: {answer['error']}")
    return answer["levels"]


def _share(speed, peak):
    return f"{speed:.1f} ({speed / peak:.0%})"


def table(levels):
    """Returns two blocks: products with their share of the level's peak, elements in ns."""
    names = [level["level"] for level in levels]
    peaks = ", ".join(f"{level['level']} {level['peak_gflops']:.0f}" for level in levels)
    products = []
    for same in zip(*(level["products"] for level in levels)):
        first = same[0]
        shares = [_share(each["gflops"], level["peak_gflops"]) for each, level in zip(same, levels)]
        products.append((f"{first['kernel']} {first['m']} x {first['n']} x {first['k']}", shares))
    elements = []
    for name in levels[0]["elements"]:
        elements.append((name, [f"{level['elements'][name]:.3f}" for level in levels]))
    columns = [f"{name:>16}" for name in names]
    return "\n\n".join(
        [
            f"measured peak of a core, GFLOP/s: {peaks}",
            tables.grid("products, GFLOP/s (of peak)", columns, products),
            tables.grid("elements, ns each", columns, elements),
        ]
    )
