"""What stands behind `check`, `hint`, `solution` and `progress`.

    specification, code         what an exercise is: a Choice, or Code
    catalogue                   which there are: by chapter, by number, by id
    syntax, written, package    what a text says, what a reader wrote, what nnlib has
    trial, witness              an answer is run, and all that it does is noted
    cases, known, verdict       tried on each case, compared with known mistakes, judged
    diagnosis, compare, factor  what is wrong, in a sentence
    result, report              what is said of it, and of all that is done
    store, mine                 what is kept, and put into the package's place
    cells, pages, assignment    exercises in chapters, in the whole book, and for nbgrader

The specifications are in nnbook/exercises, one file a chapter. All else is derived from them.
"""
