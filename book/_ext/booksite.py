"""The one Sphinx extension that _config.yml names: it sets up all that the book's build needs."""

ROOMS = {
    "pages": ("api", "exercises", "explorers", "icons", "launch", "nowrap", "times")
    + ("publication",),
    "finish": ("freshness", "offline", "self_contained", "unused"),
    "lite": ("application",),
}


def setup(app):
    for room, modules in ROOMS.items():
        for module in modules:
            app.setup_extension(f"{room}.{module}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
