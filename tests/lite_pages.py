"""A notebook at lite/ of the site, in a tab: opened, run, and what the browser keeps of it."""

import json

WAIT = 120_000  # milliseconds, for a slow machine to start Python

# What JupyterLite keeps in this browser, {name: content}, after a change of one copy's edition.
COPIES = """async (change) => {
  const done = (it) => new Promise((yes, no) => {
    it.onsuccess = () => yes(it.result);
    it.onerror = () => no(it.error);
  });
  const name = (await indexedDB.databases()).map((it) => it.name)
    .find((it) => it.startsWith("JupyterLite Storage"));
  if (!name) return {};
  const storage = await done(indexedDB.open(name));
  const files = () => storage.transaction("files", "readwrite").objectStore("files");
  if (change) {
    const copy = await done(files().get(change.path));
    if (change.edition === null) delete copy.content.metadata.edition;
    else if (change.edition) copy.content.metadata.edition = change.edition;
    await done(files().put(copy, change.path));
  }
  const found = {};
  for (const key of await done(files().getAllKeys())) {
    found[key] = (await done(files().get(key)))?.content;
  }
  storage.close();
  return found;
}"""
# Notes what JupyterLab asks of the kernel's worker: the cells that are run, and for how long.
NOTE_RUNS = """
window.nnRuns = [];
const send = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...more) {
  if (message?.type === "APPLY" && message.path?.at(-1) === "execute") {
    const run = { asked: performance.now(), answered: null };
    window.nnRuns.push(run);
    this.addEventListener("message", ({ data }) => {
      if (data?.id === message.id) run.answered = performance.now();
    });
  }
  return send.call(this, message, ...more);
};
"""


def open_notebook(page, name):
    page.goto(f"{page.base}/lite/notebooks/index.html?path={name}.ipynb")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=WAIT)


def wait_for_python(page):
    page.locator("html[data-nn-python=ready]").wait_for(timeout=WAIT, state="attached")


def wait_for(page, condition, seconds=30):
    for _ in range(2 * seconds):
        if condition():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"waited {seconds} seconds in vain")


def copies(page, **change):
    """The copies kept in the browser, {name: content}, after a change to one of them."""
    return page.evaluate(COPIES, change or None)


def run(page, code, number=0):
    """A code cell that is not folded, after this code in it was run."""
    editor = page.locator(".cm-content")
    cell = page.locator(".jp-Notebook .jp-CodeCell", has=editor).nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(f"{code}\nprint('that is', 'all')")
    page.keyboard.press("Control+Enter")
    said = cell.locator(".jp-OutputArea")
    ended = said.get_by_text("that is all").or_(said.get_by_text("Traceback (most"))
    ended.first.wait_for(timeout=WAIT)
    return cell


def run_all(page, name, count):
    """Runs all cells; the seconds that each took, and the notebook that is kept then.

    The tab must have been made with NOTE_RUNS.
    """
    page.get_by_role("menuitem", name="Run").click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(
        "(count) => nnRuns.filter((it) => it.answered).length === count",
        arg=count,
        polling=500,
        timeout=5 * WAIT,
    )
    runs = page.evaluate("nnRuns")
    page.keyboard.press("Control+s")
    file = f"{name}.ipynb"
    wait_for(
        page, lambda: all(it["execution_count"] for it in code(copies(page)[file]))
    )
    return [(it["answered"] - it["asked"]) / 1000 for it in runs], copies(page)[file]


def code(notebook):
    """The code cells that say anything."""
    return [
        it for it in notebook["cells"] if it["cell_type"] == "code" and it["source"]
    ]


def words(cell):
    """What a cell printed and what it returned, in words."""
    said = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            kind, text = output["name"], output["text"]
        elif output["output_type"] == "error":
            kind, text = "error", "\n".join(output["traceback"])
        else:
            kind, text = output["output_type"], output["data"].get("text/plain", "")
        text = text if isinstance(text, str) else "".join(text)
        if said and kind in ("stdout", "stderr") and said[-1][0] == kind:
            said[-1] = kind, said[-1][1] + text
        else:
            said.append((kind, text))
    return said


def pictures(cell):
    """Whether a cell shows a picture, as HTML or as a widget."""
    data = [it["data"] for it in cell["outputs"] if "data" in it]
    html = "".join(json.dumps(it.get("text/html", "")) for it in data)
    return "data:image/" in html or any(
        "widget-view" in key for it in data for key in it
    )
