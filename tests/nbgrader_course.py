"""nbgrader at work, in a Python that has it:  python nbgrader_course.py STEP COURSE ASSIGNMENT

`generate` makes the students' version; `autograde` marks what was handed in, and prints
{student: {cell: points}} as JSON.
"""

import json
import sys
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader


def api_of(course):
    config = Config(PyFileConfigLoader("nbgrader_config.py", str(course)).load_config())
    config.CourseDirectory.root = str(course)
    config.ExecutePreprocessor.timeout = 60
    return NbGraderAPI(config=config)


def succeeded(result):
    if not result["success"]:
        sys.exit(f"{result.get('error')}\n{result.get('log')}")


def main(step, course, name):
    api = api_of(Path(course))
    if step == "generate":
        return succeeded(api.generate_assignment(name))
    students = sorted(it.name for it in (Path(course) / "submitted").iterdir())
    for student in students:
        succeeded(api.autograde(name, student))
    with api.gradebook as book:
        marks = {
            student: {
                grade.name: grade.score
                for notebook in book.find_submission(name, student).notebooks
                for grade in notebook.grades
            }
            for student in students
        }
    print(json.dumps(marks))


if __name__ == "__main__":
    main(*sys.argv[1:])
