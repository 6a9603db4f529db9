"""What a notebook has for whoever opens it as a notebook, and the site leaves out or needs not.

JupyterLab folds a cell only if its metadata say so, shows no picture before a cell is run, and
knows no Sphinx. Authors think of none of this: `python book/_ext normalise` does.
"""

import nbformat

from notebooks import bibliography

SOURCE, OUTPUTS = "source_hidden", "outputs_hidden"
FOLDS = {  # what JupyterLab is told of a cell that the site hides or folds
    "remove-input": (SOURCE,),
    "hide-input": (SOURCE,),
    "hide-output": (OUTPUTS,),
    "hide-cell": (SOURCE, OUTPUTS),
}
NOTE = "run-all"
TEXT = (
    "**This page runs.** *Run → Run All Cells* computes all that follows, pictures and "
    "their sliders included (Colab: *Runtime → Run all*; VS Code: *Run All*). Change what you "
    "like, and run it again with Shift and Enter. Where a cell's code is folded, a click on "
    "the three dots shows it."
)


def place(notebook):
    """Folds what the site hides, says how to run all, and writes citations out; in place."""
    cells = notebook.cells
    cells[:] = [cell for cell in cells if cell.get("id") != NOTE]
    code = [i for i, cell in enumerate(cells) if cell.cell_type == "code"]
    for i in code:
        fold(cells[i])
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = bibliography.cited(cell.source)
    if code:
        cells.insert(code[0], note())
    return notebook


def note():
    """The line before the first code cell; the site has a button in its place."""
    metadata = {"tags": ["remove-cell"]}
    return nbformat.v4.new_markdown_cell(TEXT, id=NOTE, metadata=metadata)


def fold(cell):
    folded = [it for tag in cell.metadata.get("tags", ()) for it in FOLDS.get(tag, ())]
    cell.metadata.pop("jupyter", None)
    if folded:
        cell.metadata["jupyter"] = dict.fromkeys(sorted(folded), True)


def problems(notebook):
    """What is missing of that, a sentence for each."""
    wanted = place(nbformat.from_dict(notebook))
    if [cell.get("id") for cell in notebook.cells] != [
        c.get("id") for c in wanted.cells
    ]:
        yield f"no cell {NOTE!r} before the first code cell"
        return
    for number, (cell, one) in enumerate(zip(notebook.cells, wanted.cells), 1):
        if cell.metadata != one.metadata:
            yield f"cell {number}: hidden on the site, and not folded where it is run"
        if cell.source != one.source:
            yield f"cell {number}: reads otherwise than `make notebooks` writes it"
