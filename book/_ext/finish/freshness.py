"""Repeats nothing and misses nothing.

Sphinx reads again the pages whose own files have changed, and all pages when a setting has. What
a chapter says depends on more: on the code of the packages, of these extensions and of what is
installed. So hashes of these are settings, too, `read_with` of what has all pages read, and
`written_with` of what has all pages written, styles and templates. Which notebooks are executed
then is another question: see notebooks/executed.py.

A build that ended with an error or a warning, or was killed, is not relied on: all is read anew.
`_build/built` is there after a good build, and as old as its first moment, so whatever is younger
than this file is not in the site.
"""

import os
import time
from pathlib import Path

from notebooks.executed import DEPENDED_ON, hash_files, hash_installed

READ = (*DEPENDED_ON, "book/_ext")
WRITTEN = ("book/assets", "book/_templates")


def record(app):
    return Path(app.outdir).resolve().parent / "built"


def configure(app, config):
    config.read_with = hash_files(app.srcdir, READ) + hash_installed()
    config.written_with = hash_files(app.srcdir, WRITTEN)


def begin(app):
    """Takes note of the last good build, and forgets it until this one is good, too."""
    app.began, app.in_doubt = time.time(), not record(app).exists()
    if app.builder.format == "html":
        record(app).unlink(missing_ok=True)


def read_all(app, env, added, changed, removed):
    return env.found_docs if app.in_doubt else []


def remember(app):
    """After a build without an error or a warning, and only then."""
    if not app._warncount:
        record(app).touch()
        os.utime(record(app), (app.began, app.began))
