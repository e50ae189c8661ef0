"""Runs a peer in a process of its own and watches what else the machine does meanwhile."""

import json
import os
import subprocess
import threading
import time

import peer_table
import workloads

CORE = os.environ.get("NNSWIFT_BENCH_CORE", "1")
TICKS = os.sysconf("SC_CLK_TCK")
# Cores that others may use before a sample counts as disturbed.
MOST_FOREIGN = 0.25
# Times its best in this run that the probe may take before or after one: another guest shares the
# core.
MOST_SLOWNESS = 1.08
TIMEOUT = 200  # seconds
COST = ("wall_s", "cpu_s", "rss_mb", "foreign", "disturbed")  # what `run` adds to an answer


def busy_ticks():
    """Returns the clock ticks for which any core was busy, those stolen by other guests included."""
    with open("/proc/stat") as file:
        user, nice, system, idle, waiting, *rest = map(int, file.readline().split()[1:9])
    return user + nice + system + sum(rest)


def load(seconds):
    """Returns how many cores are in use."""
    start = busy_ticks()
    time.sleep(seconds)
    return (busy_ticks() - start) / TICKS / seconds


def wait_for_quiet(longest):
    """Waits until others use less than 0.15 of a core and the probe is fast, at most so many seconds."""
    end = time.monotonic() + longest
    while (load(0.2) > 0.15 or slowness() > MOST_SLOWNESS) and time.monotonic() < end:
        time.sleep(0.5)


_probed = []


def slowness():
    """Returns how many times its best in this run a fixed piece of work takes on the core."""
    command = ["taskset", "-c", CORE, workloads.REPOSITORY / "build/bench/probe"]
    for _ in range(1 if _probed else 10):
        _probed.append(float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))
    return _probed[-1] / min(_probed)


def environment(threads=1):
    """Returns what every process of the benchmark is started with."""
    count = str(threads or os.cpu_count())
    values = dict(os.environ)
    values.update({name: count for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")})
    bindings = workloads.REPOSITORY / "bindings/python"
    values["PYTHONPATH"] = f"{peer_table.HERE}:{bindings}"
    values["NNSWIFT_BENCH_DATA"] = str(workloads.DATA)
    values["PYTHONWARNINGS"] = "ignore"
    values.setdefault("NNSWIFT_LIBRARY", str(workloads.REPOSITORY / "build/libnnswift.so"))
    values.setdefault("ORT_LIBRARY", _onnxruntime_library())
    return values


_found = []


def _onnxruntime_library():
    if not _found:
        _found.append(peer_table.onnxruntime_library())
    return _found[0]


def pinned(command, threads):
    """Returns a command that runs on one core if it has one thread."""
    return ["taskset", "-c", CORE, *command] if threads == 1 else command


def run(command, threads=1, timeout=TIMEOUT):
    """Runs a program and returns its last line of JSON with what it cost, or {"error": why}.

    Added: foreign (cores others used meanwhile), disturbed, wall_s, cpu_s, rss_mb (peak memory).
    """
    slow = slowness()
    ticks, start = busy_ticks(), time.monotonic()
    process = subprocess.Popen(
        pinned(command, threads), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(threads)
    )
    errors = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
    reader.start()
    killer = threading.Timer(timeout, process.kill)
    killer.start()
    output = process.stdout.read().decode(errors="replace")
    reader.join()
    _, status, usage = os.wait4(process.pid, 0)
    killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    wall, cpu = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if process.returncode or not lines:
        said = errors[0].decode(errors="replace").strip().splitlines()
        return {"error": f"exit status {process.returncode}: {said[-1][:200] if said else f'after {wall:.0f} s'}"}
    foreign = max(0.0, (busy_ticks() - ticks) / TICKS - cpu) / wall
    cost = {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3), "rss_mb": round(usage.ru_maxrss / 1024, 1)}
    is_disturbed = foreign > MOST_FOREIGN or max(slow, slowness()) > MOST_SLOWNESS
    return {**json.loads(lines[-1]), **cost, "foreign": round(foreign, 3), "disturbed": is_disturbed}


def run_peer(name, workload, threads, *options):
    """Runs a peer of the table on a workload."""
    peer = peer_table.PEERS.get(name) or peer_table.REFERENCES[name]
    command = [*peer.command(), "--workload", workload, "--threads", str(threads), *options]
    return {"peer": name, "workload": workload, "threads": threads, **run(command, threads)}


def run_undisturbed(name, workload, threads, reps, patience):
    """Yields samples until one is undisturbed, at most three; patience: seconds to wait for quiet before each."""
    for _ in range(3):
        if patience:
            wait_for_quiet(patience)
        sample = run_peer(name, workload, threads, "--reps", str(reps))
        yield sample
        if not sample.get("disturbed") or not patience:
            return
