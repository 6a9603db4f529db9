"""The parts of the site's Sphinx extension that work without a build."""

import importlib.util
from pathlib import Path

PATH = Path(__file__).parent.parent / "book" / "_ext" / "self_contained.py"
SPEC = importlib.util.spec_from_file_location("self_contained", PATH)
extension = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(extension)


def printed(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def test_a_line_that_comes_in_pieces_stays_a_line():
    shown = {"output_type": "display_data", "data": {"text/plain": "a figure"}}
    outputs = [printed("[1, 2"), printed(", 3]\n"), shown, printed("end\n"), printed("!", "stderr")]
    joined = extension.join_streams(outputs)
    assert [output.get("text") for output in joined] == ["[1, 2, 3]\n", None, "end\n", "!"]
    assert joined[1] is shown
