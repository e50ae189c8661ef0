"""Describes the C interface for those who make bindings: from Include/nnswift.h come Include/nnswift_dl.h and api.json.

Usage: api.py [--check]     --check: writes nothing, fails if the files are not what the header gives
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEADER = ROOT / "Include" / "nnswift.h"
POINTERS = ROOT / "Include" / "nnswift_dl.h"
DESCRIPTION = ROOT / "Include" / "nnswift.api.json"
# Macros that say something to a C compiler and nothing about types.
MARKS = re.compile(r"\b(NNS_NULLABLE|NNS_CHECKED)\b ?")


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def sentence(comment):
    """The text of a comment without stars and layout."""
    return " ".join(re.sub(r"^\s*\* ?", "", line) for line in comment.strip("/* \n").splitlines()).strip()


def plain(declaration):
    return " ".join(MARKS.sub("", without_comments(declaration)).split())


def typed(parameter):
    """("const char *", "spec_json") of a parameter or a field."""
    kind, name = re.fullmatch(r"(.*?)(\w+)", parameter.strip()).groups()
    return kind.strip(), name


def parameters(text):
    parts = [part for part in text.split(",") if part.strip() not in ("", "void")]
    return [dict(zip(("type", "name"), typed(part))) for part in parts]


def declarations(text):
    """(comment, declaration) one after the other; the comment is the one right before."""
    body = text[text.index('extern "C" {') :]
    body = re.sub(r"^[ \t]*#.*?(?<!\\)$", "", body, flags=re.M | re.S)
    token = re.compile(r"(/\*.*?\*/)|((?:typedef struct \w+ \{|enum \{).*?\}[^;]*;)|([^;/{}]+;)", re.S)
    comment = ""
    for found in token.finditer(body):
        if found[1]:
            comment = "" if found[1].startswith("/* ----") else found[1]
        else:
            yield sentence(comment), found[0].strip()
            comment = ""


def constants_of(declaration, comment):
    group = {"comment": comment, "members": []}
    value = -1
    for line in re.finditer(r"(NNS_\w+)\s*(?:=\s*([^,}/]+?))?\s*(?:,|\}|(?=/\*))\s*(?:/\*(.*?)\*/)?", declaration, re.S):
        value = int(line[2], 0) if line[2] else value + 1
        group["members"].append({"name": line[1], "value": value, "comment": sentence(line[3] or "")})
    return group


def structure_of(declaration, comment):
    name = re.match(r"typedef struct (\w+)", declaration)[1]
    body = declaration[declaration.index("{") + 1 : declaration.rindex("}")]
    fields = []
    for field in re.finditer(r"([^;/]+);[ \t]*(?:/\*(.*?)\*/)?", body):
        kind, field_name = typed(plain(field[1]))
        fields.append({"type": kind, "name": field_name, "comment": sentence(field[2] or "")})
    return {"name": name, "comment": comment, "fields": fields}


def function_of(declaration, comment):
    result, name, arguments = re.fullmatch(r"(.*?)\s*\b(nns_\w+)\((.*)\);", plain(declaration)).groups()
    statuses = re.search(r"Statuses: ([^.]*)\.", comment)
    thread = re.search(r"\[(read|change|any)\]", comment)
    return {
        "name": name, "comment": comment, "returns": result, "parameters": parameters(arguments),
        "thread": thread[1] if thread else None,
        "statuses": re.findall(r"\b[A-Z]{2,}\b", re.sub(r"\(.*?\)", "", statuses[1])) if statuses else [],
    }  # fmt: skip


def described(text):
    """The whole interface as a value."""
    api = {"constants": [], "handles": [], "structures": [], "callbacks": [], "functions": []}
    for comment, declaration in declarations(text):
        if declaration.startswith("enum"):
            api["constants"].append(constants_of(declaration, comment))
        elif "{" in declaration:
            api["structures"].append(structure_of(declaration, comment))
        elif re.match(r"typedef struct", declaration):
            name = plain(declaration).rstrip(";").split()[-1]
            api["handles"].append({"name": name, "free": None})
        elif declaration.startswith("typedef"):
            result, name, arguments = re.fullmatch(r"typedef (.*?)\s*\(\*(\w+)\)\((.*)\);", plain(declaration)).groups()
            api["callbacks"].append(
                {"name": name, "comment": comment, "returns": result, "parameters": parameters(arguments)})
        elif re.search(r"\bnns_\w+\(", declaration):
            api["functions"].append(function_of(declaration, comment))
    for handle in api["handles"]:
        handle["free"] = next(
            f["name"] for f in api["functions"]
            if f["name"].endswith("_free") and f["parameters"][0]["type"] == f"{handle['name']} *")  # fmt: skip
    version = re.search(r'#define NNS_VERSION_TEXT "(.*)"', text)
    abi = re.search(r"#define NNS_ABI_VERSION \(\((\d+)u << 16\) \| (\d+)u\)", text)
    return {"library": "nnswift", "version": version[1], "abi": [int(abi[1]), int(abi[2])], **api}


def spelled(kind, name):
    return f"{kind}{name}" if kind.endswith("*") else f"{kind} {name}"


def pointer_header(api):
    types, lines = [], []
    for function in api["functions"]:
        arguments = ", ".join(spelled(p["type"], p["name"]) for p in function["parameters"]) or "void"
        result = function["returns"]
        star = f"{result}(*" if result.endswith("*") else f"{result} (*"
        types.append(wrapped(f"typedef {star}{function['name']}_fn)({arguments});"))
        lines.append(f"    {function['name']}_fn {function['name']};")
    names = [function["name"] for function in api["functions"]]
    return TEMPLATE.format(
        types="\n".join(types), fields="\n".join(lines), names=" \\\n".join(f"    X({name})" for name in names))


def wrapped(line, width=100):
    if len(line) <= width:
        return line
    start = line.index("(", line.index(")")) + 1
    rows, row = [], line[:start]
    for part in re.split(r"(?<=,) ", line[start:]):
        if len(row) + len(part) > width:
            rows.append(row.rstrip())
            row = "    "
        row += part + " "
    return "\n".join([*rows, row.rstrip()])


TEMPLATE = """\
/*
 * nnswift_dl.h - the functions of nnswift.h as pointers: for programs that open the library with
 * dlopen.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Written by tools/api.py from nnswift.h. With <dlfcn.h>:
 *
 *     nns_functions nns;
 *     void *library = dlopen("libnnswift.so.1", RTLD_NOW);
 *     const char *missing = library ? nns_find_functions(&nns, dlsym, library) : "libnnswift.so.1";
 *     if (!missing) nns.nns_create(spec, &model);
 */
#ifndef NNSWIFT_DL_H
#define NNSWIFT_DL_H

#include <string.h>

#include "nnswift.h"

{types}

/* X(name) for every function. */
#define NNS_FUNCTIONS(X) \\
{names}

typedef struct nns_functions {{
{fields}
}} nns_functions;

/* Looks every function up. find: dlsym, or what is like it. Returns NULL, or the name of the first
 * function that the library does not have. */
static inline const char *nns_find_functions(nns_functions *functions,
                                             void *(*find)(void *library, const char *name),
                                             void *library) {{
    void *address;
#define NNS_FIND(name)                 \\
    address = find(library, #name);    \\
    if (!address) return #name;        \\
    memcpy(&functions->name, &address, sizeof address);
    NNS_FUNCTIONS(NNS_FIND)
#undef NNS_FIND
    return NULL;
}}

#endif
"""


def files():
    api = described(HEADER.read_text())
    return {POINTERS: pointer_header(api), DESCRIPTION: json.dumps(api, indent=1, ensure_ascii=False) + "\n"}


def main():
    check = sys.argv[1:] == ["--check"]
    stale = [path for path, text in files().items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is not what nnswift.h gives; run: python3 tools/api.py" if check
              else f"{path.relative_to(ROOT)}: written")
        if not check:
            path.write_text(files()[path])
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
