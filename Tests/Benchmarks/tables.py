"""Measurements as text."""

import peer_table


def comparison(rows):
    """Returns a block of lines for each workload, the fastest first."""
    lines = []
    for workload in dict.fromkeys(row["workload"] for row in rows):
        block = [row for row in rows if row["workload"] == workload]
        lines += ["", workload, _HEADER]
        lines += [_line(row) for row in sorted(block, key=lambda row: row.get("ms", float("inf")))]
    return "\n".join([*lines, "", _LEGEND])


_LEGEND = (
    "/torch: time over the best PyTorch of this run (W8: with equally many threads); /BLAS, /fused, /sparse: over\n"
    "plain C + OpenBLAS, fused C, fused C with an index of the zeros. * every sample was disturbed by other processes or guests."
)
_RATIOS = {"/torch": "to_torch", "goal": "goal", "/BLAS": "to_openblas", "/fused": "to_fused", "/sparse": "to_sparse"}
_HEADER = f"  {'peer':<33}{'ms':>11}{'least':>11}{'us/step':>10}" + "".join(f"{name:>8}" for name in _RATIOS)


def _line(row):
    label = label_of(row)
    if "ms" not in row:
        return f"  {label:<33}  {row['note']}"
    mark = "*" if row["disturbed"] else ""
    times = f"{row['ms']:11.4f}{row['least_ms']:11.4f}{row['us_a_step']:10.2f}"
    ratios = "".join(f"{_ratio(row, key):>8}" for key in _RATIOS.values())
    latency = f"  p50 {row['p50_us']:.2f} p99 {row['p99_us']:.2f} us" if "p50_us" in row else ""
    return f"  {label + mark:<33}{times}{ratios}{latency}".rstrip()


def label_of(row):
    threads = "" if row["threads"] == 1 else f", {row['threads']} threads"
    return peer_table.PEERS[row["peer"]].label + threads


def _ratio(row, key):
    value = row.get(key)
    return "" if value is None else f"{value:.4f}" if value < 0.05 else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def summary(rows):
    """Returns a line for each row of ours that has a goal: reached or not."""
    lines = ["", f"  {'ours against its goals':<60}{'/torch':>8}{'goal':>8}"]
    for row in rows:
        if row.get("goal") and row.get("to_torch"):
            name = f"{row['workload']:<24}{label_of(row)}"
            over = row["to_torch"] / row["goal"]
            verdict = "reached" if over <= 1 else f"{over:.3g} times the goal"
            verdict += "" if row["is_sure"] else " (disturbed: measure again)"
            lines.append(f"  {name:<60}{_ratio(row, 'to_torch'):>8}{_ratio(row, 'goal'):>8}  {verdict}")
    return "\n".join(lines) if len(lines) > 2 else ""


def grid(corner, columns, rows):
    """Returns a table; rows: (name, cells)."""
    widths = [max(10, len(str(column)) + 2) for column in columns]
    lines = [f"  {corner:<28}" + "".join(f"{column:>{width}}" for column, width in zip(columns, widths))]
    for name, cells in rows:
        lines.append(f"  {name:<28}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths)))
    return "\n".join(lines)
