"""An installed nnbook knows the order of the chapters: from _toc.yml, as JSON."""

import json
from pathlib import Path

import yaml
from setuptools import setup
from setuptools.command.build_py import build_py


class WithContents(build_py):
    def run(self):
        super().run()
        if not self.editable_mode:
            toc = yaml.safe_load(Path("_toc.yml").read_text("utf-8"))
            target = Path(self.build_lib, "nnbook", "contents.json")
            target.write_text(json.dumps(toc), "utf-8")


setup(cmdclass={"build_py": WithContents})
