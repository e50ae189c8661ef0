"""nnswift_dl.h and nnswift.api.json are what the header gives, and good for what they promise."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
API = json.loads((ROOT / "Include" / "nnswift.api.json").read_text())
HEADER = (ROOT / "Include" / "nnswift.h").read_text()

PROGRAM = r"""
#include <dlfcn.h>
#include <stdio.h>
#include "nnswift_dl.h"

int main(int count, char **arguments) {
    nns_functions nns;
    nns_model *model = NULL;
    int64_t sizes[] = {3, 2}, parameters = 0;
    void *library = count > 1 ? dlopen(arguments[1], RTLD_NOW) : NULL;
    const char *missing = library ? nns_find_functions(&nns, dlsym, library) : "the library";
    if (missing) return printf("missing: %s\n", missing);
    if (nns.nns_create_mlp(sizes, 2, NULL, NULL, 7, &model) || nns.nns_param_count(model, &parameters))
        return printf("%s\n", nns.nns_last_error());
    nns.nns_free(model);
    char version[40];
    snprintf(version, sizeof version, "%d.%d.%d", NNS_VERSION_MAJOR, NNS_VERSION_MINOR, NNS_VERSION_PATCH);
    if (strcmp(version, NNS_VERSION_TEXT) || strcmp(version, nns.nns_version())) return printf("another version\n");
    return parameters == 8 ? 0 : printf("%d parameters\n", (int)parameters);
}
"""


def test_files_are_fresh():
    done = subprocess.run([sys.executable, ROOT / "tools" / "api.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_functions_are_found_in_a_running_program(tmp_path):
    (tmp_path / "host.c").write_text(PROGRAM)
    subprocess.run(
        ["gcc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{ROOT}/Include", "host.c", "-o", "host", "-ldl"],
        cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "host", ROOT / "build" / "libnnswift.so"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_pointer_types_are_the_functions(tmp_path):
    """An assignment to a pointer of another type would be an error."""
    names = [function["name"] for function in API["functions"]]
    lines = "\n".join(f"{name}_fn pointer_to_{name} = {name};" for name in names)
    source = '#include "nnswift_dl.h"\n' + "\n".join(f"extern {name}_fn pointer_to_{name};" for name in names)
    (tmp_path / "same.c").write_text(f"{source}\n{lines}\n")
    subprocess.run(
        ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/Include", "-c", "same.c"], cwd=tmp_path, check=True)


def test_description_is_whole():
    plain = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)
    assert [f["name"] for f in API["functions"]] == re.findall(r"^[^#\n(]*?\b(nns_\w+)\(", plain, re.M)
    members = {m["name"]: m["value"] for group in API["constants"] for m in group["members"]}
    assert members == {name: int(value, 0) for name, value in re.findall(r"\b(NNS_\w+) = (\w+)", plain)}
    assert {s["name"] for s in API["structures"]} == set(re.findall(r"typedef struct (\w+) {", plain))
    assert {c["name"] for c in API["callbacks"]} == set(re.findall(r"typedef [\w ]+\(\*(\w+)\)", plain))
    assert all(handle["free"] for handle in API["handles"]) and len(API["handles"]) >= 4
    for function in API["functions"]:
        assert function["thread"] and function["comment"], function["name"]
    assert API["version"] == "1.0.0" and API["abi"] == [1, 0]
