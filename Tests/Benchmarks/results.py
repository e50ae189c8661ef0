"""build/bench/results.json: what was measured, where, when and with what. Each part keeps the others'."""

import datetime
import json
import platform
import subprocess
import sys

import peer_table
import sampling
import workloads

PATH = peer_table.BUILD / "results.json"


def load():
    return json.loads(PATH.read_text()) if PATH.exists() else {}


def save(part, value, versions=None):
    """Puts a part into the file, with the circumstances of this run."""
    everything = load()
    everything[part] = {"circumstances": circumstances(versions or {}), "results": value}
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(json.dumps(everything, indent=1) + "\n")
    print(f"bench: written to {PATH.relative_to(workloads.REPOSITORY)}", file=sys.stderr)


def circumstances(versions):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": sys.argv[1:],
        "core": sampling.CORE,
        "machine": machine(),
        "versions": {"python": platform.python_version(), **versions},
        "nnswift": build_info(),
        "commit": commit(),
    }


def machine():
    """Returns what `lscpu` says that matters for speed, and the kernel."""
    english = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    text = subprocess.run(["lscpu"], capture_output=True, text=True, env=english).stdout
    said = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    wanted = ("Model name", "CPU family", "Model", "CPU(s)", "L1d cache", "L2 cache", "L3 cache", "Hypervisor vendor")
    flags = said.get("Flags", "").split()
    return {
        **{key: said[key].strip() for key in wanted if key in said},
        "instructions": [flag for flag in ("avx2", "fma", "avx512f") if flag in flags],
        "kernel": platform.release(),
    }


def build_info():
    """Returns what the library says about itself."""
    code = "import json, nnswift; print(json.dumps(nnswift.build_info()))"
    result = sampling.run([peer_table.python_of("numpy"), "-c", code], threads=0)
    return {key: value for key, value in result.items() if key not in sampling.COST}


def commit():
    command = ["git", "-C", str(workloads.REPOSITORY), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()
