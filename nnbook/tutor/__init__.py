"""What stands behind `check`, `hint`, `solution` and `progress`.

`specification.py` says what an exercise is; the specifications are in nnbook/exercises, one
file a chapter. All else is derived from them: the texts of stubs and solutions, the trial of
an answer and the verdict, the cells of the chapters, the file of progress, assignments.
"""
