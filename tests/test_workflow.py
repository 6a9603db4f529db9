"""The workflow that publishes: who may write installs nothing, and who installs may only read."""

import os
import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires

import pytest
import yaml
from built import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WORKFLOW = ROOT / ".github" / "workflows" / "publish.yml"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ON_MAIN = "github.event_name == 'push' && github.ref == 'refs/heads/main'"
ON_MONDAY = (
    "github.event_name == 'schedule' || github.event_name == 'workflow_dispatch'"
)
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
CONTAINER = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")
# Of a job that may write; what is built comes as an artifact.
PROGRAMS = {"git", "find"}
NAMES = ("download-artifact", "upload-pages-artifact", "deploy-pages")
MOVERS = {"", *(f"actions/{name}" for name in NAMES)}
NUMBER = "${{ needs.site.outputs."


# --- the jobs -----------------------------------------------------------------------------------


def faults(text):
    """Sentences on what somebody else could use, or a reader would miss."""
    workflow = yaml.safe_load(text)
    jobs = workflow["jobs"]
    if workflow["permissions"] != {}:
        yield "permissions for all jobs"
    for used in re.findall(r"uses: (.*)", text):
        if not PINNED.fullmatch(used):
            yield f"{used} is not a commit with its version beside it"
    for name, job in jobs.items():
        yield from (f"{name}: {fault}" for fault in faults_of(job))
    if jobs["publish"]["if"] != ON_MAIN or jobs["colab"]["if"] != ON_MAIN:
        yield "something else than a push to main publishes"
    often = {name for name, job in jobs.items() if "if" not in job}
    if set(jobs["publish"]["needs"]) != often:
        yield "publishing does not wait for the tests of each push, and for these alone"
    if jobs["colab"]["needs"] != ["site", "publish"]:
        yield "the copies do not wait for the site"
    (look,) = [s for s in jobs["site"]["steps"] if with_(s).get("name") == "site"]
    if "PUBLISH" in look["if"]:
        yield "a pull request has no site to look at"
    made = {it["id"] for it in jobs["site"]["steps"] if "upload-artifact" in uses(it)}
    numbers = {f"${{{{ steps.{id_}.outputs.artifact-id }}}}" for id_ in made}
    if set(jobs["site"]["outputs"].values()) != numbers:
        yield "the numbers of what is published are not those that the site's job got"


def faults_of(job):
    steps, may = job["steps"], job["permissions"]
    programs = {
        line.split()[0] for step in steps for line in step.get("run", "").splitlines()
    }
    if "write" in may.values():
        if not programs <= PROGRAMS or any("checkout" in uses(s) for s in steps):
            yield "may write, and runs what is in the repository or installed"
        if not {uses(step).partition("@")[0] for step in steps} <= MOVERS:
            yield "may write, and does more than to move what is built"
        first = steps[0]
        numbered = with_(first).get("artifact-ids", "").startswith(NUMBER)
        if "download-artifact" not in uses(first) or not numbered:
            yield "may write, and takes what any job may have put in another's place"
    elif set(may.values()) != {"read"}:
        yield "permissions that are not said"
    for step in steps:
        kept = with_(step).get("persist-credentials") is not False
        if "checkout" in uses(step) and kept:
            yield "keeps its credentials"
        if re.search(r"\$\{\{", step.get("run", "")):
            yield "writes an expression into a script"
    if (image := job.get("container")) and not CONTAINER.fullmatch(image):
        yield f"{image} is not named by its digest"
    if image and job.get("if") != ON_MONDAY:
        yield "waits for a mirror of Debian at each push"
    publishes = any("upload-" in uses(step) for step in steps)
    if publishes and any(
        re.search(r"\bpip\b|\bmake(?!.* LOCKED=1)", step.get("run", ""))
        for step in steps
    ):
        yield "publishes what is built from packages without hashes"


def uses(step):
    return step.get("uses", "")


def with_(step):
    return step.get("with", {})


TEXT = WORKFLOW.read_text("utf-8")


def test_nobody_can_use_the_workflow_but_to_read():
    assert not list(faults(TEXT))


@pytest.mark.parametrize(
    ("was", "planted", "found"),
    [
        ("permissions: {}", "permissions: write-all", "permissions for all jobs"),
        ("@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0", "@v6", "is not a commit"),
        (" # v6.3.0", "", "is not a commit with its version"),
        ("persist-credentials: false", "fetch-depth: 1", "site: keeps its credentials"),
        ("bookworm@sha256:3cd9", "bookworm@sha256:3c", "is not named by its digest"),
        ("          git init", "          pip install x\n          git init", "may write"),
        ("          git init", "          ./build.sh\n          git init", "may write"),
        ("make test LOCKED=1", "make test", "packages without hashes"),
        ("      pages: read", "      pages: write", "site: may write"),
        (f"publish]\n    if: {ON_MAIN}", "publish]\n    if: 'true'", "else than"),
        ("needs: [site, versions, tiers]", "needs: [site]", "does not wait"),
        ("needs: [site,", "needs: [links, site,", "does not wait"),
        ("needs: [site, publish]", "needs: site", "the copies do not wait"),
        ("artifact-ids: ${{ needs.site.outputs.site }}", "name: site", "in another's place"),
        ("artifact-ids: ${{ needs.site.outputs.copies }}", "name: copies", "in another's place"),
        ("needs.site.outputs.copies", "needs.tiers.outputs.copies", "in another's place"),
        ("steps.look.outputs.artifact-id", "github.run_id", "the numbers of what is published"),
        ("actions/upload-pages-artifact@", "actions/setup-python@", "more than to move"),
        ('if: "!cancelled()"', "if: env.PUBLISH == 'true'", "no site to look at"),
        ('make "$TIER"', "make ${{ matrix.tier }}", "an expression into a script"),
        (f"if: {ON_MONDAY}\n    runs-on: ubuntu-24.04\n    # D", "#", "mirror of Debian"),
    ],
)  # fmt: skip
def test_each_of_these_faults_is_seen(was, planted, found):
    assert was in TEXT
    assert any(found in fault for fault in faults(TEXT.replace(was, planted, 1)))


def test_each_tier_of_the_tests_is_run_somewhere():
    """And each on every push but the long one, and the one that takes Debian."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    tiers = set(re.search(r"^TESTS := (.*)", makefile, re.M)[1].split())
    parts = set(re.search(r"^test: (.*)", makefile, re.M)[1].split())
    jobs = yaml.safe_load(TEXT)["jobs"]
    often = set(jobs["tiers"]["strategy"]["matrix"]["tier"]) | parts
    weekly = {
        word
        for job in jobs.values()
        for step in job["steps"]
        if job.get("if") == ON_MONDAY
        for word in step.get("run", "").split()
        if word in tiers
    }
    assert weekly == {"test-every-page", "test-32bit"}
    assert tiers <= often | weekly and not often & weekly
    assert any("make test " in it.get("run", "") for it in jobs["site"]["steps"])


def test_two_pythons_and_the_oldest_numpy_are_tried():
    matrix = yaml.safe_load(TEXT)["jobs"]["versions"]["strategy"]["matrix"]["include"]
    newest, oldest = sorted(matrix, key=lambda it: it["python"], reverse=True)
    least = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert (oldest["python"], newest["numpy"]) == (least, "")
    assert f"numpy>={oldest['numpy']}" in PROJECT["project"]["dependencies"]
    assert newest["python"] in PYTHONS


def test_once_a_week_the_links_are_followed():
    workflow = yaml.safe_load(TEXT)
    assert len(workflow[True]["schedule"]) == 1  # YAML reads "on" so
    job = workflow["jobs"]["links"]
    assert job["if"] == ON_MONDAY
    assert any("--builder linkcheck" in step.get("run", "") for step in job["steps"])


# --- what the job that pushes the copies does ---------------------------------------------------


def script(without=""):
    (step,) = [s for s in yaml.safe_load(TEXT)["jobs"]["colab"]["steps"] if "run" in s]
    lines = step["run"].splitlines()
    return "\n".join(
        ["set -e", *(it for it in lines if not (without and without in it))]
    )


@pytest.fixture
def pushed(tmp_path):
    """Runs the script on files that say, wherever git would look, what git is to run."""
    remote, copies, mark = (tmp_path / it for it in ("remote", "copies", "ran"))
    git("init", "--quiet", "--bare", remote)
    for folder in (copies, copies / "book" / "inner"):
        git("init", "--quiet", folder)
        git("-C", folder, "config", "core.fsmonitor", f"touch {mark}; false")
        hook = folder / ".git" / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
        hook.chmod(0o755)
    (copies / "book" / "losses.ipynb").write_text("{}")
    (copies / "book" / "inner" / "x.ipynb").write_text("{}")

    def run(text):
        who = {
            f"GIT_{it}_{what}": "x"
            for it in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        env = os.environ | who | {"REMOTE": str(remote), "GITHUB_SHA": "0123"}
        subprocess.run(["bash", "-c", text], cwd=copies, env=env, check=False)
        there = git("-C", remote, "ls-tree", "-r", "--name-only", "colab")
        return mark.exists(), there.split()

    return run


def git(*arguments):
    done = subprocess.run(["git", *map(str, arguments)], capture_output=True, text=True)
    return done.stdout


def test_what_is_pushed_is_never_run(pushed):
    assert pushed(script()) == (False, ["book/inner/x.ipynb", "book/losses.ipynb"])


def test_files_that_say_what_git_runs_are_seen(pushed):
    assert pushed(script(without="find"))[0]


# --- the lock file ------------------------------------------------------------------------------

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PYTHONS = "3.11", "3.12", "3.13"  # what the lock file is held to here


def locked(text, python):
    """The versions for a Python, {name: version}; a ValueError if one has no hash."""
    found = {}
    for entry in re.split(r"\n(?=\w)", re.sub(r"(?m)^#.*\n", "", text)):
        requirement, *hashes = entry.replace("\\\n", "\n").strip().split("\n")
        if not all(
            re.fullmatch(r" +--hash=sha256:[0-9a-f]{64} *", it) for it in hashes
        ):
            raise ValueError(f"{requirement} has something else than hashes")
        if not hashes:
            raise ValueError(f"{requirement} has no hash")
        one = Requirement(requirement)
        if applies(one, python):
            (pin,) = one.specifier
            assert pin.operator == "==" and canonicalize_name(one.name) not in found
            found[canonicalize_name(one.name)] = pin.version
    return found


def applies(requirement, python, extra=""):
    machine = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    of = {"python_version": python, "python_full_version": f"{python}.9"}
    marker = requirement.marker
    return marker is None or marker.evaluate(machine | of | {"extra": extra})


def unmet(text, python, wanted):
    """Which of these requirements the lock file does not meet."""
    found = locked(text, python)
    for requirement in map(Requirement, wanted):
        version = found.get(canonicalize_name(requirement.name))
        if applies(requirement, python) and (
            version is None or not requirement.specifier.contains(version)
        ):
            yield f"{requirement}: {version}"


def wanted():
    """What is to be installed, and what builds the package."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    ours = [line for line in lines if line and not line.startswith("#")]
    project, build = PROJECT["project"], PROJECT["build-system"]
    return [*ours, *project["dependencies"], *build["requires"]]


def depended(found):
    """What the packages among these that are installed here depend on themselves."""
    for name in found:
        try:
            yield from (it for it in requires(name) or [] if "extra ==" not in it)
        except PackageNotFoundError:
            continue  # of another system


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_file_holds_what_is_required_and_what_that_needs(python):
    """Another requirement, or another version of one: make lock."""
    assert not list(unmet(LOCK, python, wanted()))
    found = locked(LOCK, python)
    assert len(found) > 100
    assert not list(unmet(LOCK, python, depended(found)))


@pytest.mark.parametrize(
    ("was", "planted"),
    [
        (r"\nsphinx==[^\n]*\n( .*\n)+", "\n"),
        (r"\nsphinx==\S+", r"\nsphinx==6.0"),
        (r"\nsetuptools==\S+", r"\nsetuptools==70.0"),
        (r"\nkiwisolver==[^\n]*\n( .*\n)+", "\n"),
    ],
)
def test_a_lock_file_that_does_not_fit_is_seen(was, planted):
    text, count = re.subn(was, planted, LOCK)
    assert count == 1
    needed = [*wanted(), *depended(locked(LOCK, "3.11"))]
    assert list(unmet(text, "3.11", needed))


@pytest.mark.parametrize(
    "planted", [r"\1\n", r"\1 \\\n    --hash=md5:0123\n", r"\1 \\\n    --index-url x\n"]
)
def test_a_package_without_its_hash_is_seen(planted):
    text, count = re.subn(r"(\nsphinx==\S+) *\\\n( .*\n)+", planted, LOCK)
    assert count == 1
    with pytest.raises(ValueError, match="sphinx.* has "):
        locked(text, "3.11")
