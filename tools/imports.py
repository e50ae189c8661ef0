"""Every import of a target must be declared in Package.swift: the compiler misses some (floors)."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SYSTEM = {"Synchronization", "Testing"}


def declared():
    text = (ROOT / "Package.swift").read_text()
    floors = dict(re.findall(r'floor\("(\w+)", on: \[([^\]]*)\]\)', text))
    swift = re.search(r'name: "NNSwift",\s*dependencies: \[([^\]]*)\]', text)
    floors["NNSwift"] = swift.group(1)
    return {name: set(re.findall(r'"(\w+)"', listed)) for name, listed in floors.items()}


def main():
    faults = []
    for target, allowed in declared().items():
        for path in sorted((ROOT / "Sources" / target).rglob("*.swift")):
            for name in re.findall(r"^import (\w+)", path.read_text(), re.M):
                if name not in allowed | SYSTEM:
                    faults.append(f"{path.relative_to(ROOT)}: import {name} is not declared for {target}")
    print("\n".join(faults) or "imports: as declared")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
