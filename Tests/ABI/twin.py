"""Makes a C twin of the library from a header, and compares two twins.

abidiff reads what a compiler wrote about C types; of a Swift library it sees only the names. So the header's functions are
defined once more in C, empty, and these libraries are compared. The compiler holds the real library to the header.
"""
import dataclasses
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ALLOWED = HERE / "allowed.abignore"


def declarations(header):
    """The header's declarations without comments, macros and layout, one a line."""
    text = subprocess.run(["gcc", "-std=c99", "-E", "-P", str(header)], check=True, capture_output=True, text=True).stdout
    lines, depth, line = [], 0, ""
    for character in text:
        line += character
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ";" and depth == 0:
            lines.append(" ".join(line.split()))
            line = ""
    return [line for line in lines if re.search(r"nns_|NNS_", line)]


def field_variables(line):
    """Two variables for each field of a structure, with its type and, as a size, its place.

    Structures may grow, and abidiff's rule for that also lets fields change places: these do not.
    """
    structure = re.match(r"typedef struct (nns_\w+) \{(.*)\} \1;$", line)
    for field in re.findall(r"(\w+);", structure[2]) if structure else []:
        name = f"{structure[1]}_{field}"
        yield f"__typeof__((({structure[1]} *)0)->{field}) type_of_{name};"
        yield f"char place_of_{name}[offsetof({structure[1]}, {field}) + 1];"


def twin_source(header):
    """The header's types; every function, empty; constants and fields as variables, for abidiff to see them."""
    parts = ["#include <stddef.h>", "#include <stdint.h>"]
    for line in declarations(header):
        group = re.match(r"enum\s*\{\s*(NNS_\w+)", line)
        function = not line.startswith(("typedef", "enum", "struct")) and re.match(r".*?\bnns_\w+\s*\(.*\);$", line)
        if group:
            name = f"constants_from_{group[1]}"
            parts.append(line.replace("enum", f"enum {name}", 1) + f"\nenum {name} {name};")
        elif function:
            parts.append(line[:-1] + " { __builtin_trap(); }")
        else:
            parts += [line, *field_variables(line)]
    return "\n".join(parts) + "\n"


def build_twin(header, folder):
    """The library `folder/libtwin.so` with the ABI that the header declares."""
    folder.mkdir(parents=True, exist_ok=True)
    source, library = folder / "twin.c", folder / "libtwin.so"
    source.write_text(twin_source(header))
    subprocess.run(
        ["gcc", "-std=c99", "-g", "-shared", "-fPIC", "-w", "-Wl,-soname,libnnswift.so.1", "-o", library, source], check=True)
    return library


@dataclasses.dataclass
class Difference:
    """What abidiff says: whether programs built with the old header would go wrong, and why."""
    breaks: bool
    report: str


def compare(old, new):
    """Compares two twins; what 1.x may add (functions, constants, fields at a structure's end) is allowed."""
    done = subprocess.run(
        ["abidiff", "--no-added-syms", "--suppressions", ALLOWED, old, new], capture_output=True, text=True)
    return Difference(breaks=done.returncode != 0, report=done.stdout + done.stderr)
