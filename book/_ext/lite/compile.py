"""Adds compiled code to the archives in /archives; compile.mjs runs this in Pyodide.

What is imported by now gets it, and what draws and checks later. Python takes it without a look at
the source, which stays: for tracebacks, and for whoever reads it. The standard library is imported
from its zip file, where compiled code stands beside the source.
"""

import importlib.util
import io
import sys
import zipfile
from importlib import _bootstrap_external
from pathlib import Path, PurePosixPath

STDLIB = "python_stdlib.zip"
IMPORTED_FROM = {STDLIB: "/lib/python312.zip"}  # wheels from here:
SITE = "/lib/python3.12/site-packages"


def compiled(source, file):
    code = compile(source, file, "exec", dont_inherit=True)
    digest = importlib.util.source_hash(source)
    return bytes(_bootstrap_external._code_to_hash_pyc(code, digest, checked=False))


def beside(path, archive):
    if archive.name == STDLIB:
        return path.with_suffix(".pyc")
    return path.parent / "__pycache__" / f"{path.stem}.cpython-312.pyc"


def add(archive, wanted):
    with zipfile.ZipFile(archive) as packed:
        members = {info: packed.read(info) for info in packed.infolist()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for info, content in members.items():
            packed.writestr(info, content, zipfile.ZIP_DEFLATED)
            file = f"{IMPORTED_FROM.get(archive.name, SITE)}/{info.filename}"
            if file.endswith(".py") and file in wanted:
                path = beside(PurePosixPath(info.filename), archive)
                it = zipfile.ZipInfo(str(path), info.date_time)
                packed.writestr(it, compiled(content, file), zipfile.ZIP_DEFLATED)


import matplotlib.pyplot  # noqa: E402
import piplite.piplite  # noqa: E402, F401
import pyodide_kernel  # noqa: E402, F401

import nnbook.exercises  # noqa: E402, F401
import nnbook.figures  # noqa: E402, F401

figure, axes = matplotlib.pyplot.subplots()
axes.plot([1, 2])
figure.savefig(io.BytesIO())

wanted = {getattr(module, "__file__", None) for module in sys.modules.values()}
for archive in sorted(Path("/archives").iterdir()):
    if archive.name == STDLIB or archive.suffix == ".whl":
        add(archive, wanted)
