"""Puts a fault into the library, one at a time, and sees that the contract tests notice. `make manners-faults`; a minute.

Each fault is a line of bad manners in the C floor: a changed locale, a handler, a file left open. The faulty file is compiled
and linked with the objects of `make lib` into build/manners-faults; the checkout stays as it is. Arguments: the numbers of the
faults to try; all without.
"""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "manners-faults"
OBJECTS = ROOT / ".build-embedded" / "release"
PLATFORM = ROOT / "Sources" / "CPlatform"

CLOCK = ("number.c", "    struct timespec now;\n    clock_gettime")
TAKES = ("memory.c", "    char *memory = calloc(1, bytes + ALIGNMENT + sizeof(void *));\n")

# (what goes wrong, file of CPlatform, the text, the text with the fault, the program, what its "not
# ok" line begins with)
FAULTS = [
    ("the locale becomes C", *CLOCK, '    setlocale(LC_ALL, "C");\n' + CLOCK[1], "manners", "locale:"),
    ("numbers are read in the host's locale", "number.c", "plain ? strtod_l(text, NULL, plain) : strtod(text, NULL)",
     "strtod(text, NULL)", "manners", "locale:"),
    ("rounding is not set back", "number.c", "    if (rounding != FE_TONEAREST) fesetround(rounding);\n", "", "manners",
     "rounding"),
    ("denormals are switched off", *CLOCK, "    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);\n" + CLOCK[1],
     "manners", "rounding: denormal"),
    ("denormals are switched on again", *CLOCK, "    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() & ~0x8040u);\n" + CLOCK[1],
     "manners", "flush to zero:"),
    ("something is printed", *TAKES, '    (void)!write(2, "x", 1);\n' + TAKES[1], "manners", "streams:"),
    ("a signal is ignored", *TAKES, "    signal(SIGPIPE, SIG_IGN);\n" + TAKES[1], "manners", "signals:"),
    ("the signal mask stays full", "thread.c", "    pthread_sigmask(SIG_SETMASK, &before, NULL);\n", "", "manners", "signals:"),
    ("a variable is set", *TAKES, '    setenv("OMP_NUM_THREADS", "1", 1);\n' + TAKES[1], "manners", "environment"),
    ("BLAS is told its threads", *TAKES,
     '    void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "openblas_set_num_threads");\n    if (set) set(1);\n' + TAKES[1],
     "manners", "BLAS"),
    ("a file stays open", "file.c", "    close(file);\n    return error;\n}\n\nint nnc_is", "    return error;\n}\n\nint nnc_is",
     "manners", "process: no file"),
    ("threads stay", "thread.c", "for (int32_t i = 1; i < pool->members; i++) pthread_join(pool->others[i - 1].thread, NULL);",
     "if (0) return;", "manners", None),
    ("too much stack is used", *TAKES, "    volatile char large[80000];\n    for (int at = 0; at < 80000; at += 1000) large[at] = 1;\n" + TAKES[1],
     "manners", None),
    ("a lock stays taken in a forked child", "thread.c", "pthread_atfork(acquire_all, release_all, begin_child)",
     "pthread_atfork(acquire_all, release_all, NULL)", "manners", "fork:"),
    ("nothing is held for a call", "reserve.c", "    *hold = NULL;\n", "    *hold = NULL;\n    return 1;\n", "memory", None),
    ("an allocation that fails is not looked at", "memory.c", "    if (!memory) return NULL;\n", "", "memory", None),
    ("a buffer is never given back", "memory.c", "    if (memory) free(((void **)memory)[-1]);\n", "    (void)memory;\n",
     "memory", ""),
]

HEADERS = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
"""


def run(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("the fault does not compile:\n" + done.stderr[-3000:])


def build(file, source):
    """The library with another source for one file of the C floor; the flags are Package.swift's."""
    toolchain = pathlib.Path(shutil.which("swift")).resolve().parent
    (WORK / file).write_text(source)
    run(toolchain / "clang", "-O2", "-fPIC", "-ffunction-sections", "-fvisibility=hidden", "-DNNSWIFT_EMBEDDED",
        "-I" + str(PLATFORM / "include"), "-c", WORK / file, "-o", WORK / "fault.o")
    objects = (OBJECTS / "nnswift.product" / "Objects.LinkFileList").read_text().split()
    objects = [WORK / "fault.o" if name.endswith(f"CPlatform.build/{file}.o") else name for name in objects]
    tables = toolchain.parent / "lib/swift/embedded/x86_64-unknown-linux-gnu/libswiftUnicodeDataTables.a"
    run(toolchain / "clang", "-shared", "-fuse-ld=lld", "-o", WORK / "libnnswift.so", *objects, tables, "-lm",
        "-Wl,-soname=libnnswift.so.1,-Bsymbolic,-z,defs,-z,nodelete,--gc-sections,--wrap=posix_memalign,--wrap=free",
        f"-Wl,--version-script={ROOT / 'Sources/NNSwift/exports.map'}")


def failures(program):
    """The lines that say what failed, or how the program ended."""
    done = subprocess.run(["sh", "Tests/CContract/run.sh", WORK, "embedded", program], cwd=ROOT, capture_output=True, text=True)
    return [line.removeprefix("not ok ") for line in done.stdout.splitlines() if line.startswith("not ok ")]


def main():
    chosen = [int(number) for number in sys.argv[1:]] or range(len(FAULTS))
    WORK.mkdir(parents=True, exist_ok=True)
    link = WORK / "libnnswift.so.1"
    link.unlink(missing_ok=True)
    link.symlink_to("libnnswift.so")
    missed = 0
    for number in chosen:
        name, file, good, bad, program, line = FAULTS[number]
        source = (PLATFORM / file).read_text()
        if good not in source:
            sys.exit(f"{file} no longer has: {good}")
        build(file, HEADERS + source.replace("#define _GNU_SOURCE\n", "").replace(good, bad))
        found = failures(program)
        caught = [text for text in found if line is None or text.startswith(line)]
        missed += not caught
        print(f"{'caught' if caught else 'MISSED'}  {number} {name}: {(caught or found or ['nothing failed'])[0]}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} faults caught")
    return missed != 0


if __name__ == "__main__":
    sys.exit(main())
