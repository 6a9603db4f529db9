"""What a cell prints in pieces stands on the page in one."""

from copy import copy

import myst_nb.core.render


def join_streams(outputs):
    """The pieces of one printed text as one text, nothing added.

    MyST-NB's own function ends each piece with a line break; a slow machine sends a line in two.
    """
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            joined.append(copy(output))  # the notebook keeps its own
    return joined


def setup(app):
    # Used when nb_merge_streams is set.
    myst_nb.core.render.coalesce_streams = join_streams
    return {"parallel_read_safe": True, "parallel_write_safe": True}
