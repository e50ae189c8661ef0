"""Adds up the runs of runs.csv: totals.py [FILE]"""

import collections
import csv
import pathlib
import sys


def main(path):
    totals = collections.defaultdict(lambda: collections.Counter())
    with open(path) as file:
        for row in csv.DictReader(file):
            total = totals[row["target"]]
            total.update({key: int(row[key] or 0) for key in ("executions", "seconds", "accepted", "inputs", "findings")})
            # Coverage is that of the last run, with the corpus of all before it.
            total["edges"], total["all_edges"] = int(row["edges"]), int(row["all_edges"])
    for target, total in totals.items():
        share = 100 * total["accepted"] / max(1, total["inputs"])
        print(
            f"{target}: {total['executions']:,} executions in {total['seconds'] / 3600:.1f} h, {share:.1f} % accepted, "
            f"{total['edges']:,} of {total['all_edges']:,} edges, {total['findings']} findings"
        )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("runs.csv"))
