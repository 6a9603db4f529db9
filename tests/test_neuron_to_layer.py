"""*From a neuron to a layer*: what learns by nudges, and answers that its exercises have to see."""

import textwrap
from pathlib import Path

import nbformat
import numpy as np
import pytest

from nnbook.figures import neuron_to_layer as figures
from nnbook.tutor.catalogue import all_exercises

PAGE = Path(__file__).parents[1] / "book" / "neuron_to_layer.ipynb"
EXERCISES = {exercise.id: exercise for exercise in all_exercises()}


@pytest.mark.parametrize("parts", [1, 4, 64])
def test_the_figure_nudges_as_the_page_does(parts):
    cells = nbformat.read(PAGE, as_version=4).cells
    [cell] = [it for it in cells if "def nudged(" in it.source]
    page = {"np": np}
    exec(cell.source, page)
    theta = np.zeros(4)
    for _ in range(400):
        theta = page["nudged"](theta, 1 / parts)
    learnt, losses = figures.nudge_until_stuck(1 / parts)
    assert learnt.tolist() == theta.tolist()
    assert losses[-1] == page["loss"](theta)
    assert np.array_equal(page["seen"], figures.SEEN)
    assert np.array_equal(page["points"], figures.POINTS)


def test_ana_gives_the_points_that_her_weights_say():
    W, b = figures.OPINIONS
    assert np.array_equal(figures.SEEN @ W[:, 0] + b[0], figures.POINTS)


WRONG = {
    "the list of the caller is used up": (
        "network.parameters",
        """
        def my_parameters(sizes):
            total = 0
            while len(sizes) > 1:
                total += (sizes.pop(0) + 1) * sizes[0]
            return total
        """,
    ),
    "equal layers count once": (
        "network.parameters",
        """
        def my_parameters(sizes):
            return sum((a + 1) * b for a, b in set(zip(sizes, sizes[1:])))
        """,
    ),
    "the stack of the caller is used up": (
        "network.collapse",
        """
        def my_collapse(layers):
            W, b = layers.pop(0)
            while layers:
                V, c = layers.pop(0)
                W, b = W @ V, b @ V + c
            return W, b
        """,
    ),
    "the biases of the caller are changed": (
        "network.collapse",
        """
        def my_collapse(layers):
            W, b = layers[0]
            for V, c in layers[1:]:
                W = W @ V
                c += b @ V
                b = c
            return W, b
        """,
    ),
    "the weights of the caller are shortened": (
        "layers.distance",
        """
        def my_distance(x, w, b):
            length = np.linalg.norm(w)
            w /= length
            return x @ w + b / length
        """,
    ),
    "the first batch is kept for ever": (
        "layers.Linear.forward",
        """
        class MyLinear(Layer):
            def forward(self, x):
                if not hasattr(self, "x"):
                    self.x = x
                return x @ self.W + self.b
        """,
    ),
    "all layers have the same x": (
        "layers.Linear.forward",
        """
        class MyLinear(Layer):
            def forward(self, x):
                MyLinear.x = x
                return x @ self.W + self.b
        """,
    ),
    "all answers are one array": (
        "layers.Linear.forward",
        """
        class MyLinear(Layer):
            def forward(self, x):
                self.x = x
                if not hasattr(self, "z") or self.z.shape != (len(x), len(self.b)):
                    self.z = np.empty((len(x), len(self.b)))
                self.z[...] = x @ self.W + self.b
                return self.z
        """,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_does_not_pass(name):
    exercise, text = EXERCISES[WRONG[name][0]], textwrap.dedent(WRONG[name][1])
    answer = exercise.compiled(text, "<answer>")
    for seed in range(3):
        assert not exercise.judge(answer, np.random.default_rng(seed)).passed
