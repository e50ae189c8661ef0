"""Puts the shared library into the package; everything else stands in pyproject.toml."""

import os
import pathlib
import shutil
import subprocess

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

LIBRARY = "libnnswift.so"
# An installer that copies this folder elsewhere says here where the library was built.
BUILT_VARIABLE = "NNSWIFT_BUILT_LIBRARY"


def built_library():
    """Returns the path of the library, which is built first when it is missing from the checkout."""
    given = os.environ.get(BUILT_VARIABLE)
    if given:
        if not os.path.isfile(given):
            raise SystemExit(f"{BUILT_VARIABLE} must name the built {LIBRARY}, there is no file {given}")
        return given
    root = pathlib.Path(__file__).resolve().parents[2]
    library = root / "build" / LIBRARY
    if not library.is_file():
        if not (root / "Include" / "nnswift.h").is_file():
            raise SystemExit(f"{LIBRARY} was not found; install from a checkout of libnnswift or set {BUILT_VARIABLE}")
        subprocess.run(["make", "lib"], cwd=root, check=True)
    return str(library)


class BuildWithLibrary(build_py):
    """Copies the library beside the modules; an editable install finds it in the checkout instead."""

    def run(self):
        library = built_library()
        if not self.editable_mode:
            # What an older version left here would be packed too.
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            self.copy_file(library, os.path.join(self.build_lib, "nnswift", LIBRARY))


class PlatformWheel(bdist_wheel):
    """The wheel holds machine code, but nothing of one Python version."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class BinaryDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    distclass=BinaryDistribution,
)
