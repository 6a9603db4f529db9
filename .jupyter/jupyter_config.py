"""What nbconvert makes of a chapter: File → Save and Export Notebook As → HTML, for instance.

In a page without a kernel an explorer is its first picture, and answers stay folded.
"""

import sys
from pathlib import Path

from nbconvert.preprocessors import Preprocessor

sys.path.append(str(Path(__file__).resolve().parents[1] / "book" / "_ext"))


class Plain(Preprocessor):
    """Plain Markdown, and no state of widgets: without it, the HTML beside them is shown."""

    def preprocess(self, notebook, resources):
        notebook.metadata.pop("widgets", None)
        return super().preprocess(notebook, resources)

    def preprocess_cell(self, cell, resources, index):
        from notebooks import portable

        if cell.cell_type == "markdown":
            cell.source = portable.unfenced(cell.source)
        return cell, resources


c = get_config()  # noqa: F821, which Jupyter defines
c.HTMLExporter.preprocessors = [Plain]
