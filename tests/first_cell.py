"""Prints the seconds from the click to the first cell, for a site that carries its Python.

python tests/first_cell.py [chapter]     after make book, on a machine that does nothing else
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "_ext"))

import distribution  # noqa: E402
from browser import chromium, tab  # noqa: E402
from built import SITE  # noqa: E402
from lite_pages import NOTE_RUNS, WAIT, open_notebook, wait_for_python  # noqa: E402

# Of the first cell that was run: since the page was asked for, until it was answered
FIRST = "nnRuns[0]?.answered && nnRuns[0].answered / 1000"


def measure(page, name):
    began = time.perf_counter()
    open_notebook(page, name)
    print(f"the notebook is visible   {time.perf_counter() - began:5.1f}")
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    wait_for_python(page)
    print(f"Python is ready           {time.perf_counter() - began:5.1f}")
    first = page.wait_for_function(FIRST, polling=100, timeout=WAIT).json_value()
    print(f"the first cell is done    {first:5.1f}")


if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else "neuron_to_layer"
    place = distribution.made(distribution.complete(), distribution.KEPT / "carrying")
    print(f"seconds, in {name}; load {os.getloadavg()[0]:.1f}")
    with chromium() as browser, distribution.site_with(SITE, place) as address:
        with tab(browser, address, []) as page:
            page.add_init_script(NOTE_RUNS)
            page.base = address
            measure(page, name)
