"""Do all peers learn the same? Final loss after the workload's check epochs, and predictions, against float64."""

import pathlib
import tempfile

import numpy as np

import compare
import peer_table
import sampling
import workloads

MOST_LOSS = 1e-5  # relative difference of the loss
MOST_OUTPUT = 1e-5  # absolute difference of a prediction


def check(names, workload_names):
    """Returns a row for each peer and workload, and prints it."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "values"
        for workload in workload_names:
            print(f"\n{workload}")
            judge = _judge_of_training(workload, path) if workloads.WORKLOADS[workload].is_training else None
            judge = judge or _judge_of_predictions(workload)
            for name in names:
                if peer_table.PEERS[name].is_exact and compare.is_wanted(name, workload, 1):
                    rows.append(_row(name, workload, path, judge))
    return rows


def _row(name, workload, path, judge):
    answer = sampling.run_peer(name, workload, 1, "--check", str(path))
    row = {"workload": workload, "peer": name}
    if "check" not in answer:
        row["note"] = answer.get("skip") or answer.get("error")
        print(f"  {peer_table.PEERS[name].label:<32}{row['note']}")
        return row
    row.update(judge(np.fromfile(path)))
    verdict = "agrees" if row["agrees"] else "DIFFERS"
    numbers = f"{row['difference']:10.1e} of {row['limit']:.1e}"
    print(f"  {peer_table.PEERS[name].label:<32}{row['what']:<10}{numbers}  {verdict}", flush=True)
    return row


def _judge_of_training(workload, path):
    """Returns a function that compares weights with the reference's.

    The limit is 1e-5, or twice what float32's rounding alone does to the reference if that is more: a row that crosses
    a ReLU's kink in one program and not in the other turns a unit's whole step of Adam (W6a: 4e-5, W8: 6e-4).
    """

    def loss_of(values):
        return workloads.reference_loss(workload, workloads.unpacked(workload, values))

    losses = []
    for name in peer_table.REFERENCES:
        sampling.run_peer(name, workload, 1, "--check", str(path))
        losses.append(loss_of(np.fromfile(path)))
    reference, *rounded = losses
    # Twice: a few draws do not show the worst that may happen.
    limit = max(MOST_LOSS, *(2 * abs(loss / reference - 1) for loss in rounded))

    def judge(values):
        difference = abs(loss_of(values) / reference - 1)
        return {"what": "loss", "difference": difference, "limit": limit, "agrees": bool(difference <= limit)}

    return judge


def _judge_of_predictions(workload):
    features, _ = workloads.load(workload)
    rows = len(features) // workloads.WORKLOADS[workload].batch * workloads.WORKLOADS[workload].batch
    reference = workloads.reference_outputs(workload, features[:rows])

    def judge(values):
        difference = float(np.abs(values.reshape(reference.shape) - reference).max())
        return {"what": "outputs", "difference": difference, "limit": MOST_OUTPUT, "agrees": difference <= MOST_OUTPUT}

    return judge
