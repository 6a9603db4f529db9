"""The two runs of the chapters as a browser has them: what they need, and that they can fail."""

import json
import subprocess
import sys
from pathlib import Path

import in_32_bits
import other_versions
import pytest

TESTS = Path(__file__).parent
STORED = {
    "equal": ("print('one'); 1 + 1", "one\n", "2", 0),
    "another result": ("print('one'); 1 + 2", "one\n", "2", 1),
    "another print": ("print('two'); 1 + 1", "one\n", "2", 1),
    "a warning": ("import warnings; warnings.warn('so'); print('one'); 1 + 1", "one\n", "2", 1),
    "an error": ("print('one'); 1 / 0", "one\n", "2", 1),
    "nothing": ("pass", "one\n", "2", 1),
}  # fmt: skip


@pytest.mark.parametrize("source, printed, result, count", STORED.values(), ids=STORED)
def test_a_cell_that_says_something_else_is_found(
    source, printed, result, count, tmp_path
):
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": [printed]},
        {"output_type": "execute_result", "data": {"text/plain": [result]}},
    ]
    cell = {"cell_type": "code", "source": [source], "outputs": outputs}
    page = tmp_path / "page.ipynb"
    page.write_text(json.dumps({"cells": [cell]}))
    code = (
        f"import sys; sys.path.insert(0, {str(TESTS)!r}); from pathlib import Path\n"
        "from in_32_bits import differences\n"
        "print(len(list(differences(Path(sys.argv[1])))))"
    )
    run = [sys.executable, "-c", code, str(page)]
    done = subprocess.run(run, capture_output=True, text=True)
    assert done.stdout.split() == [str(count)], done.stderr


def test_where_it_cannot_run_it_says_so_and_ci_fails(monkeypatch, capsys):
    monkeypatch.setattr(in_32_bits, "obstacle", lambda: "it takes root")
    monkeypatch.delenv("CI", raising=False)
    in_32_bits.main()
    assert capsys.readouterr().out == "not run: it takes root\n"
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SystemExit, match="here it takes root"):
        in_32_bits.main()


def test_the_browser_s_versions_are_those_of_its_lock_file(tmp_path):
    lock = tmp_path / "lock.json"
    packages = {"numpy": {"version": "2.0.1"}, "matplotlib": {"version": "3.9.0"}}
    lock.write_text(json.dumps({"packages": packages}))
    assert other_versions.browser(lock) == ["numpy==2.0.1", "matplotlib==3.9.0"]
    assert len(other_versions.browser()) == 2


def test_the_oldest_numpy_is_that_of_the_project(tmp_path):
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\ndependencies = ["numpy>=2.3", "tqdm"]\n')
    assert other_versions.oldest(project) == ["numpy==2.3.*"]
    assert other_versions.oldest() == ["numpy==2.0.*"]
    assert not other_versions.found(["numpy==1.0.*"], tmp_path)
