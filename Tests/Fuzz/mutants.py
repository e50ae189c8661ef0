"""Damaged models, checkpoints, specs and configs through the library as it ships: no process may die.

Every mutant comes from (seed, kind, index) alone, so that any of them can be made again. They run in worker
processes: a death or an answer later than a second is seen, counted, and the mutant is kept in
build/fuzz/mutants. What is accepted is then used: predict, train, save.
"""

import argparse
import collections
import ctypes
import json
import multiprocessing
import pathlib
import random
import re
import resource
import signal
import sys
import time

import numpy as np

import edits
import networks
import nnswift
import tables
from nnswift import _library

lib = _library.lib
KINDS = ("model", "checkpoint", "table", "spec", "columns", "config")
FOUND = pathlib.Path(__file__).resolve().parents[2] / "build" / "fuzz" / "mutants"
MOST_VALUES = 1 << 20


def originals():
    """The intact ones, by kind."""
    files = list(networks.files())
    return {
        "model": [content for name, content in files if not name.endswith("checkpoint")],
        "checkpoint": [content for name, content in files if name.endswith("checkpoint")],
        "table": [content for name, content in files if name.startswith("table")],
        "spec": [json.dumps(spec).encode() for spec in networks.specs()],
        "columns": [json.dumps(spec).encode() for spec in tables.specs()],
        "config": [json.dumps(config).encode() for config in networks.configs()],
    }


def mutant(kind, index, seed, intact):
    rng = random.Random(f"{seed} {kind} {index}")
    edited = edits.text_edited if kind in ("spec", "columns", "config") else edits.file_edited
    return edited(rng, rng.choice(intact[kind]), intact[kind])


class Refused(Exception):
    """A status of the first call: the mutant was not accepted."""


def status_of(function, *arguments):
    try:
        function(*arguments)
        return 0
    except nnswift.Error as error:
        return error.status


def must(function, *arguments):
    status = status_of(function, *arguments)
    assert status == 0, f"{function.__name__} must succeed here: {status}, {lib.nns_last_error()}"


def accepted(function, *arguments):
    status = status_of(function, *arguments)
    if status:
        raise Refused(status)


def array(values):
    made = _library.nns_array(_library.NNS_F32, values.ctypes.data, *values.shape, 0, 0)
    made.source = values
    return made


def is_large(text):
    """Whether a size stands there that takes long to fill: legal, and no finding."""
    return any(2000 < int(digits) <= 16_777_216 for digits in re.findall(rb"\d+", text)[:1000] if len(digits) < 9)


def sizes(model):
    inputs, outputs = ctypes.c_int64(), ctypes.c_int64()
    must(lib.nns_input_size, model, inputs)
    must(lib.nns_output_size, model, outputs)
    return inputs.value, outputs.value


def use(model, config):
    """Predicts, trains, saves and loads; any status is allowed but for what was just saved."""
    inputs, outputs = sizes(model)
    columns = ctypes.c_int64()
    must(lib.nns_column_count, model, columns)
    if columns.value:
        return use_table(model, columns.value, outputs, config)
    if max(inputs, outputs) * 8 > MOST_VALUES:
        return
    x = np.resize(np.linspace(-2, 2, 23, dtype=np.float32), (8, inputs))
    y = np.eye(outputs, dtype=np.float32)[np.arange(8) % outputs]
    out, labels = array(np.empty((8, outputs), np.float32)), np.empty((8, 1), np.int64)
    to_labels = _library.nns_array(_library.NNS_I64, labels.ctypes.data, 8, 1, 0, 0)
    rows, targets, data = array(x), array(y), _library.Data()
    for kind in (_library.NNS_PROBA, _library.NNS_RAW):
        status_of(lib.nns_predict, model, rows, kind, out)
    status_of(lib.nns_predict, model, rows, _library.NNS_LABEL, to_labels)
    must(lib.nns_data_create, rows, targets, None, None, data)
    stop = _library.nns_progress_fn(lambda user, progress: progress.contents.epoch >= 3)
    status_of(lib.nns_train, model, data, None, config, stop, None)
    status_of(lib.nns_train_batch, model, rows, targets, None, ctypes.c_double())
    lib.nns_data_free(data)
    status_of(lib.nns_predict, model, rows, _library.NNS_PROBA, out)
    save(model)


def save(model):
    """What is saved can be loaded."""
    buffer, again = _library.Buffer(), _library.Model()
    start, size = ctypes.c_void_p(), ctypes.c_size_t()
    must(lib.nns_save_buffer, model, 3, buffer)
    must(lib.nns_buffer_bytes, buffer, start, size)
    must(lib.nns_load_buffer, start, size, None, again)
    lib.nns_free(again)
    lib.nns_buffer_free(buffer)


def use_table(model, columns, outputs, config):
    """Describes columns, predicts for rows of raw values and of a table, trains on it, saves."""
    text, need, number, session = ctypes.create_string_buffer(64), ctypes.c_size_t(), ctypes.c_int64(), _library.Session()
    for column in range(min(columns, 20)):
        must(lib.nns_column_describe, model, column, None, 0, need, number)
        for code in range(min(number.value, 5)):
            status_of(lib.nns_level, model, column, code, text, 64, need)
            status_of(lib.nns_level_code, model, column, text, -1, number)
    if max(columns, outputs) * 8 > MOST_VALUES:
        return
    out, values = array(np.empty((1, outputs), np.float32)), (_library.nns_value * columns)()
    if status_of(lib.nns_session_create, model, 1, session) == 0:
        for kind, single, integer in [(0, 0, 0), (1, 1e300, 0), (1, 0.5, 0), (2, 0, 1), (2, 0, -(2**63)), (4, 0, 2)]:
            for value in values:
                value.type, value.number, value.integer = kind, single, integer
            status_of(lib.nns_session_predict_values, session, values, columns, _library.NNS_PROBA, out)
        lib.nns_session_free(session)
    for target in tables.TARGETS:
        data = tables.table(target)
        some = array(np.empty((len(data), outputs), np.float32))
        status_of(lib.nns_predict_data, model, data.handle, _library.NNS_PROBA, some)
        stop = _library.nns_progress_fn(lambda user, progress: progress.contents.epoch >= 2)
        status_of(lib.nns_train, model, data.handle, None, config, stop, None)
        status_of(lib.nns_calibrate, model, data.handle)
    save(model)


def continued(content):
    """The config that goes on with the optimiser a file has the memory of."""
    for optimizer, slot in [
        ({"type": "adam", "amsgrad": True}, b"max_exp_avg_sq"), ("adam", b"exp_avg"), ("adadelta", b"acc_delta"), ("rprop", b"step_size"),
        ({"type": "rmsprop", "centered": True, "momentum": 0.5}, b"grad_avg"), ("rmsprop", b"square_avg"),
        ({"type": "sgd", "momentum": 0.9}, b"momentum_buffer"), ("adagrad", b".sum"),
        ({"type": "lbfgs", "max_iterations": 3}, b".direction"), ("sgd", b""),
    ]:  # fmt: skip
        if slot in content:
            schedule = {"type": "reduce_on_plateau", "metric": "loss"} if len(content) % 2 else "cosine"
            config = {"epochs": 2, "continue": True, "optimizer": optimizer, "schedule": schedule}
            return json.dumps(config | ({"batch_size": 0} if slot == b".direction" else {})).encode()


def run_file(content):
    model = _library.Model()
    accepted(lib.nns_load_buffer, content, len(content), None, model)
    use(model, continued(content))
    lib.nns_free(model)


def run_spec(text):
    model = _library.Model()
    if is_large(text):
        raise Refused("large")
    accepted(lib.nns_create, text, model)
    use(model, b'{"epochs": 2}')
    lib.nns_free(model)


def run_columns(text):
    """A spec for a table, of each target: one that takes it is enough."""
    if is_large(text):
        raise Refused("large")
    refusals = []
    for target in tables.TARGETS:
        data, model = tables.table(target), _library.Model()
        status = status_of(lib.nns_create_for, data.handle, text, model)
        if status:
            refusals.append(status)
            continue
        use(model, b'{"epochs": 2}')
        lib.nns_free(model)
    if len(refusals) == len(tables.TARGETS):
        raise Refused(refusals[0])


def run_config(text):
    model = _library.Model()
    sizes = (ctypes.c_int64 * 3)(networks.INPUTS, 4, 2)
    must(lib.nns_create_mlp, sizes, 3, b"tanh", b"softmax_cross_entropy", 1, model)
    try:
        accepted(lib.nns_configure, model, text)
        use(model, text)
    finally:
        lib.nns_free(model)


RUN = {
    "model": run_file, "checkpoint": run_file, "table": run_file, "spec": run_spec, "columns": run_columns, "config": run_config,
}  # fmt: skip


def work(kind, start, stop, seed, intact, place, statuses, seconds):
    """A worker: notes the mutant it is at, and what came of it. The alarm ends a process that hangs."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for index in range(start, stop):
        content = mutant(kind, index, seed, intact)
        place.value = index
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            RUN[kind](content)
            statuses[0] += 1
        except Refused as status:
            statuses[99 if status.args[0] == "large" else status.args[0]] += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
    place.value = stop


def attempt(kind, start, stop, seed, intact, statuses, seconds):
    """Runs mutants start ... stop in a process of their own: (where it ended, its exit code)."""
    context = multiprocessing.get_context("fork")
    place = context.Value("q", start, lock=False)
    worker = context.Process(target=work, args=(kind, start, stop, seed, intact, place, statuses, seconds))
    worker.start()
    worker.join()
    return place.value, worker.exitcode


def run(kind, first, count, seed, seconds, intact):
    """All mutants of a kind; returns how many processes died or hung."""
    began = time.monotonic()
    statuses = multiprocessing.get_context("fork").Array("q", 100, lock=False)
    deaths, start, stop = [], first, first + count
    while start < stop:
        place, code = attempt(kind, start, stop, seed, intact, statuses, seconds)
        if code == 0:
            break
        if code == -signal.SIGALRM:
            # Other programs may have held the processor: a slow mutant is a finding only if it is
            # slow again.
            again, code = attempt(kind, place, place + 1, seed, intact, statuses, seconds)
        if code != 0:
            deaths.append(place)
            FOUND.mkdir(parents=True, exist_ok=True)
            (FOUND / f"{kind}-{seed}-{place}").write_bytes(mutant(kind, place, seed, intact))
            print(f"{kind}: mutant {place} of seed {seed}: exit code {code}; kept in {FOUND}", flush=True)
        start = place + 1
    shown = collections.Counter({index: number for index, number in enumerate(statuses) if number})
    names = [(lib.nns_status_name(index) or b"").decode() if index < 99 else "large" for index in shown]
    print(
        f"{kind}: {count} mutants, {statuses[0]} accepted ({100 * statuses[0] / count:.1f} %), {len(deaths)} deaths, "
        f"{time.monotonic() - began:.0f} s; " + ", ".join(f"{name} {shown[key]}" for key, name in zip(shown, names)),
        flush=True,
    )
    return len(deaths)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="mutants of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--seconds", type=float, default=1.0, help="what an answer may take")
    options = parser.parse_args()
    intact = originals()
    kinds = options.kind or KINDS
    deaths = sum(run(kind, options.first, options.count, options.seed, options.seconds, intact) for kind in kinds)
    print(f"mutants: {len(kinds) * options.count} of {len(kinds)} kinds, {deaths} deaths")
    return 1 if deaths else 0


if __name__ == "__main__":
    sys.exit(main())
