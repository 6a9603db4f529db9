"""The figures of the book, one file a chapter, with its name, in one look (`style.py`).
`networks.py` and `faulty.py` train the small networks that figures are about.

Every figure is a pure function `draw_…(**values) -> (figure, text)`: each argument
has a default, and `text` says with numbers what the picture shows.
"""
