"""Counts the lines of Sources/NNFile and Sources/NNSwift that the Swift, C and Python tests reach.

Prints a line for each file with the lines not reached; the status is 1 below the limit. A
failed test is shown and does not count here: make test and make check look at that.
"""
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ["Sources/NNFile", "Sources/NNSwift"]
WANTED = 95.0
SCRATCH = ROOT / ".build-coverage"
WORK = ROOT / "build" / "coverage"
TOOLS = pathlib.Path(shutil.which("swift")).resolve().parent
# What counts allocations or looks at symbols is about the library that ships.
CONTRACT = ["lifecycle", "badinput", "determinism", "manners"]


def run(log, command, **environment):
    """Runs a command with its output in a log, whose last line is shown should it fail; returns its status."""
    with open(WORK / log, "w") as output:
        status = subprocess.run(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment}).returncode
    if status != 0:
        print(f"not ok {log}: " + (WORK / log).read_text().rstrip().rpartition("\n")[2])
    return status


def must(log, command, **environment):
    if run(log, command, **environment) != 0:
        sys.exit((WORK / log).read_text()[-3000:] + f"\ncoverage: {command[0]} failed")


def run_tests():
    """Builds with counters and runs what calls the library; each process leaves its counts in WORK/profiles."""
    profile = str(WORK / "profiles" / "%m-%p.profraw")
    must("swift.log", [
        "swift", "test", "--disable-xctest", "--enable-code-coverage", "--scratch-path", str(SCRATCH),
        "--explicit-target-dependency-import-check", "error", "-Xswiftc", "-use-ld=lld"])
    shutil.copy(SCRATCH / "debug" / "libnnswift.so", WORK)
    for program in CONTRACT:
        # SANITIZED: frames are as large as a sanitizer's, without an optimiser.
        run(f"{program}.log", ["sh", "Tests/CContract/run.sh", str(WORK), "debug", program],
            LLVM_PROFILE_FILE=profile, CONTRACT_FLAGS="-DSANITIZED")
    run("python.log", [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "bindings/python/tests", "Tests/BadFiles"],
        LLVM_PROFILE_FILE=profile, NNSWIFT_LIBRARY=str(WORK / "libnnswift.so"))


def counts():
    """{file: {line: times reached}} for the folders."""
    profiles = [*(WORK / "profiles").glob("*.profraw"), SCRATCH / "debug" / "codecov" / "default.profdata"]
    merged = WORK / "all.profdata"
    must("merge.log", [str(TOOLS / "llvm-profdata"), "merge", "-sparse", "-o", str(merged), *map(str, profiles)])
    tests = next((SCRATCH / "debug").glob("*.xctest"))
    lcov = subprocess.run(
        [TOOLS / "llvm-cov", "export", "-format=lcov", f"-instr-profile={merged}", WORK / "libnnswift.so", "-object", tests,
         *(ROOT / folder for folder in FOLDERS)], check=True, capture_output=True, text=True).stdout
    files, lines = {}, {}
    for line in lcov.splitlines():
        kind, _, value = line.partition(":")
        if kind == "SF":
            lines = files.setdefault(str(pathlib.Path(value).relative_to(ROOT)), {})
        elif kind == "DA":
            number, times = value.split(",")[:2]
            lines[int(number)] = lines.get(int(number), 0) + int(times)
    return files


def ranges(numbers):
    """3, 4, 5, 9 as "3-5, 9"."""
    parts = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def report(files):
    """Prints a line for each file and folder; returns the folders' shares in percent."""
    shares = []
    for folder in FOLDERS:
        reached = total = 0
        for file, lines in sorted(files.items()):
            if not file.startswith(folder + "/"):
                continue
            missed = [number for number, times in lines.items() if times == 0]
            reached += len(lines) - len(missed)
            total += len(lines)
            share = 100 * (len(lines) - len(missed)) / len(lines)
            print(f"{share:6.1f} %  {file}" + (f"  not reached: {ranges(missed)}" if missed else ""))
        shares.append(100 * reached / total if total else 0)
        print(f"{shares[-1]:6.1f} %  {folder}, {reached} of {total} lines")
    return shares


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "profiles").mkdir(parents=True)
    run_tests()
    shares = report(counts())
    good = sum(share >= WANTED for share in shares)
    print(f"{good} passed, {len(shares) - good} failed: line coverage of "
          + ", ".join(f"{folder} {share:.1f} %" for folder, share in zip(FOLDERS, shares)) + f", wanted {WANTED:.0f} %")
    return 0 if good == len(shares) else 1


if __name__ == "__main__":
    sys.exit(main())
