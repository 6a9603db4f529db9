"""Every chapter, and the core's tests, where NumPy's default integer has 32 bits, as in a browser.

    python tests/in_32_bits.py     on Debian, as root; elsewhere it says that it cannot

Packages of Debian for i386 (130 MB, in _build/32-bits), unpacked and not installed, are a small
system of their own: chroot, and Python there runs this file again. What each cell prints must
be what is stored, character by character, as `pytest --nbval` compares it.
"""

import contextlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "_build" / "32-bits"
RELEASE = "trixie"  # Python 3.13, NumPy 2.2, matplotlib 3.10
PACKAGES = """
    python3-numpy libopenblas0-serial python3-matplotlib python3-ipywidgets python3-tqdm
    python3-yaml python3-pytest python3-hypothesis
""".split()
KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LIBRARIES = "/usr/lib/i386-linux-gnu/openblas-serial"
BESIDE = (
    "float32",
    "datasets",
)  # tests of the core that are of none of its modules alone
ELSEWHERE = {"compiler"}  # its programs want Numba, Node and Chromium
WORDS = "text/plain"


# --- outside: the small system


def obstacle():
    """Why it cannot be done on this machine; "" if it can."""
    missing = [it for it in ("apt-get", "dpkg-deb", "chroot") if not shutil.which(it)]
    if missing or not KEYS.exists():
        return "it takes Debian"
    if platform.machine() != "x86_64":
        return "it takes a processor that runs i386"
    if os.geteuid() != 0:
        return "it takes root"
    return "" if mirror() else "no mirror of Debian is among this machine's sources"


def mirror():
    """The address of the mirror that this machine itself uses; "" if there is none."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    listed = subprocess.run(asked, capture_output=True, text=True).stdout.split()
    return next((it for it in listed if it.endswith("/debian/")), "")


def settings():
    """Writes apt's settings for the small system, whose packages are none of this machine's."""
    for name in "lists/partial", "archives/partial":
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    (FOLDER / "status").write_text("")
    source = f"deb [arch=i386 signed-by={KEYS}] {mirror()} {RELEASE} main\n"
    (FOLDER / "sources.list").write_text(source)
    file = FOLDER / "apt.conf"
    file.write_text(
        f"""APT::Architecture "i386";
APT::Architectures {{ "i386"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::Etc::sourcelist "{FOLDER}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::status "{FOLDER}/status";
Dir::State::lists "{FOLDER}/lists";
Dir::Cache "{FOLDER}";
Dir::Cache::archives "{FOLDER}/archives";
"""
    )
    return os.environ | {"APT_CONFIG": str(file)}


def packages():
    """Downloads what is not there yet, and returns the files of all that is needed."""
    env, get = settings(), ["apt-get", "-qq", "-y"]
    subprocess.run([*get, "update"], env=env, check=True)
    subprocess.run([*get, "autoclean"], env=env, check=True)
    subprocess.run([*get, "install", "--download-only", *PACKAGES], env=env, check=True)
    return sorted((FOLDER / "archives").glob("*.deb"))


def system(files):
    """Unpacks them, if that is not done, and returns the folder."""
    root, unpacked = FOLDER / "root", FOLDER / "unpacked"
    names = "\n".join(file.name for file in files)
    if not unpacked.exists() or unpacked.read_text() != names:
        unpacked.unlink(missing_ok=True)
        shutil.rmtree(root, ignore_errors=True)
        for file in files:
            subprocess.run(["dpkg-deb", "-x", str(file), str(root)], check=True)
        for name in "bin", "lib", "sbin":
            if not (root / name).exists():
                (root / name).symlink_to(f"usr/{name}")
        unpacked.write_text(names)
    return root


def bring(root):
    """Copies the project into the system."""
    project = root / "project"
    shutil.rmtree(project, ignore_errors=True)
    for name in "book", "nnlib", "nnbook", "tests":
        shutil.copytree(
            ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in "pyproject.toml", "_toc.yml":
        shutil.copy(ROOT / name, project)
    for name in "dev", "tmp":
        (root / name).mkdir(exist_ok=True)
    (root / "dev" / "null").write_text("")  # as a plain file: pytest reads from it


def main():
    if reason := obstacle():
        if os.environ.get("CI"):
            sys.exit(f"CI runs the chapters in 32 bits, and here {reason}")
        print(f"not run: {reason}")
        return
    root = system(packages())
    bring(root)
    env = {
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": LIBRARIES,
        "NNLIB_QUIET": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": "/project",
    }
    inside = ["/usr/bin/python3", "/project/tests/in_32_bits.py", "--inside"]
    chroot = shutil.which("chroot")
    sys.exit(subprocess.run([chroot, str(root), *inside], env=env).returncode)


# --- inside: the chapters and the tests


def shell():
    """An IPython without a kernel: `run(source)` gives the words of a cell's outputs."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Type
    from traitlets.config import Config

    outputs = []

    class Results(DisplayHook):
        def __call__(self, result=None):
            if result is not None and not self.quiet():
                shown, _ = self.shell.display_formatter.format(result)
                outputs.append(shown[WORDS])

    class Displays(DisplayPublisher):
        def publish(self, data, *_, **__):
            outputs.append(data.get(WORDS))

    class Shell(InteractiveShell):
        displayhook_class = Type(Results)
        display_pub_class = Type(Displays)

        def showtraceback(self, *_, **__):
            outputs.append(traceback.format_exc())

        def run(self, source):
            outputs.clear()
            printed = io.StringIO()
            with (
                contextlib.redirect_stdout(printed),
                contextlib.redirect_stderr(printed),
            ):
                self.run_cell(source, store_history=True)
            return printed.getvalue(), list(outputs)

    return Shell(config=Config({"HistoryManager": {"enabled": False}}))


def stored(cell):
    """What a cell prints, and the words of its other outputs."""
    streams = [it for it in cell["outputs"] if it["output_type"] == "stream"]
    others = [it for it in cell["outputs"] if it["output_type"] != "stream"]
    printed = "".join("".join(it["text"]) for it in streams)
    return printed, ["".join(it["data"][WORDS]) for it in others]


def differences(path):
    """A text for each cell of a notebook that says something else than what is stored."""
    os.chdir(path.parent)
    run = shell().run
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            expected, got = stored(cell), run(source)
            if got != expected:
                yield f"{path.name}:\n{source}\nexpected {expected}\ngot {got}\n"


def check_chapters():
    import matplotlib
    import numpy as np

    assert np.array([1]).dtype == np.int32, "this Python's integers are no 32-bit ones"
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__},", end=" ")
    print(f"matplotlib {matplotlib.__version__}, integers of 32 bits")
    failed = 0
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            os.environ["NNLIB_PROGRESS"] = folder
            found = list(differences(path))
        seconds = time.perf_counter() - start
        state = f"{len(found)} cells differ" if found else "as stored"
        print(f"{path.name:32} {seconds:6.1f} s  {state}", flush=True)
        print("\n".join(found), end="")
        failed += bool(found)
    return failed


def check_tests():
    import pytest

    os.chdir(ROOT)
    modules = sorted({path.stem for path in Path("nnlib").glob("*.py")} - ELSEWHERE)
    files = [Path("tests", f"test_{name}.py") for name in (*modules, *BESIDE)]
    files = [str(path) for path in files if path.exists()]
    return pytest.main(["-q", "-p", "no:cacheprovider", *files])


if __name__ == "__main__":
    if sys.argv[1:] == ["--inside"]:
        failed = check_chapters()
        sys.exit(check_tests() or bool(failed))
    main()
