"""Exercises of *Reading handwritten digits*."""

import textwrap

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice
from nnlib import (
    Adam,
    Linear,
    Network,
    ReLU,
    cross_entropy,
    he_normal,
    normal,
    softmax,
    split,
    train,
    zeros,
)


def digits_and_network(init=he_normal):
    """The chapter's training part, and a network of 64 hidden units for it."""
    from nnlib.datasets import digits

    rng = np.random.default_rng(1)
    known, *_ = split(*digits(), rng=np.random.default_rng(0))
    layers = [Linear(64, 64, init=init, rng=rng), ReLU()]
    net = Network(*layers, Linear(64, 10, init=init, rng=rng), dtype=np.float64)
    return known, net, rng


def sure_of_noise():
    """The mean top probability of a trained network on images of noise."""
    known, net, rng = digits_and_network()
    losses = train(net, cross_entropy, Adam(0.003), *known, batch_size=32, rng=rng)
    for _ in range(20):
        next(losses)
    p = softmax(net.predict(rng.uniform(0, 1, (1000, 64))))
    says = {letter: float(text.split()[1]) for letter, (text, _) in NOISE.items()}
    return min(says, key=lambda letter: abs(says[letter] - p.max(axis=1).mean()))


NOISE = {
    "a": (
        "about 0.1",
        "That would be a network that knows what it does not know: a tenth for each digit. "
        "What in its training would have taught it to say so?",
    ),
    "b": (
        "about 0.3",
        "Noise has ink that speaks for every digit. But ten sums of evidence are never equal, "
        "and softmax makes much of a difference: 3 more in a logit is a factor of 20.",
    ),
    "c": (
        "about 0.8",
        "Right: less than on real digits, where it is 0.98, and far more than noise deserves. "
        "Nothing in the training ever rewarded doubt.",
    ),
    "d": (
        "about 1.0",
        "That is what it gives real digits. On noise the votes of the pixels disagree, so it "
        "is a little less sure, but only a little.",
    ),
}
SURE_OF_NOISE = Choice(
    id="losses.sure_of_noise",
    title="What does it say of noise?",
    kind="predict",
    level=1,
    task="""
A trained network of 64 hidden units looks at images whose pixels are random numbers between 0
and 1, with no digit in them. What is its largest probability, on average?
""",
    options=NOISE,
    right="c",
    truth=sure_of_noise,
    hints=(
        "Its ten probabilities add up to 1. What is the least that the largest can be?",
        "Did any image of the training ask for the answer \"I do not know\"?",
    ),
)  # fmt: skip


def first_losses():
    """The option whose first loss on the training images is nearest to 18."""
    (x, y), net, _ = digits_and_network()
    found = {"b": cross_entropy(net.predict(16 * x), y)[0]}
    found["d"] = cross_entropy(net.predict(x), y)[0]  # the labels or the rate: later
    for letter, init in {"a": normal, "c": zeros}.items():
        found[letter] = cross_entropy(digits_and_network(init)[1].predict(x), y)[0]
    return min(found, key=lambda letter: abs(found[letter] - 18))


LOSS_OF_18 = Choice(
    id="initializers.loss_of_18",
    title="A first loss of 18",
    kind="diagnose",
    level=1,
    task="""
Somebody's network for these digits has 64 hidden units, ReLU and Adam at 0.003. Its loss is 18
before the first step, falls for twenty epochs, and in the end it reads 89 % of the validation
images, where yours reads 98 %. What is wrong?
""",
    options={
        "a": (
            "the weights are drawn from N(0, 1)",
            "Right: 64 inputs, each times a weight around 1, make hidden numbers around 4, and "
            "64 of those make logits around 15. The network begins sure of nonsense, and most of "
            'its training goes into taking it back (see "Initialization").',
        ),
        "b": (
            "the pixels are not divided by 16",
            "A good guess: inputs 16 times too large make logits 16 times too large. But with "
            "He's weights they are around ½ here, and 16 times that gives a first loss of 9.",
        ),
        "c": (
            "all weights are zero",
            "Then all logits are 0, each digit gets a tenth, and the loss is ln 10 = 2.3. It "
            "also stays there.",
        ),
        "d": (
            "the learning rate is too large",
            "The learning rate has done nothing yet before the first step. A loss that is "
            "large there comes from the inputs or from the weights.",
        ),
    },
    right="a",
    truth=first_losses,
    hints=(
        "What is the loss of a network that knows nothing, and what must it do to be far "
        "worse than that?",
        "Try them: `reader([64], init=normal, rng=rng)` and cross_entropy on the training "
        "images, before any step.",
    ),
)  # fmt: skip


def pictures(rng):
    one = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]])
    yield {"images": one, "right": 1, "down": 0}
    yield {"images": one, "right": 0, "down": 1}
    yield {"images": one, "right": -1, "down": -1}
    yield {"images": one.astype(np.float32), "right": 0, "down": 0}
    some = rng.uniform(0.1, 1, (2, 4, 5)).round(2)
    yield {"images": some, "right": int(rng.integers(2, 4)), "down": -2}
    yield {"images": some, "right": -1, "down": int(rng.integers(2, 4))}
    yield {"images": some, "right": 9, "down": 0}
    yield {"images": some, "right": 0, "down": 5}
    yield {"images": some, "right": -9, "down": -9}


def use_moved(answer, images, right, down):
    """The moved images: an array of the type of the old ones, and not theirs."""
    moved = answer(images, right, down)
    if isinstance(moved, np.ndarray) and np.shares_memory(moved, images):
        raise ValueError(
            "the array that comes back is the caller's own: whoever changes one of them changes "
            "the other. Return a new one, .copy() where nothing moves"
        )
    if isinstance(moved, np.ndarray) and moved.dtype != images.dtype:
        raise ValueError(
            f"{images.dtype} came, and {moved.dtype} goes back: begin with np.zeros_like(images), "
            f"or make yours with dtype=images.dtype"
        )
    return moved


def otherwise(program):
    """A patch of my_moved: another program, which returns before the rest is reached."""
    sizes = "    n, height, width = images.shape\n"
    return sizes, sizes + textwrap.indent(program, "    ") + "\n"


def pixel_by_pixel(
    first="",
    where="0 <= i - down < height and 0 <= j - right < width",
    move="moved[:, i, j] = images[:, i - down, j - right]",
):
    """A patch of my_moved: the program with two loops, with something wrong in it."""
    return otherwise(f"""\
moved = np.zeros_like(images)
{first}
for i in range(height):
    for j in range(width):
        if {where}:
            {move}
return moved""")


MOVED = Code(
    id="datasets.moved",
    title="Move the images, for more of them",
    kind="beyond",
    level=2,
    task="""
Write what makes new training images of old ones: `images` (n, height, width) moved by `right`
pixels to the right and `down` pixels down (to the left and up, where these are negative). What
leaves is lost, and what comes in is paper, 0. Any distance may be asked for, 0 as well. Return a
new array, of the type that `images` has: `float32` stays `float32`.
""",
    cases=pictures,
    use=use_moved,
    hints=(
        "np.roll moves, but what leaves on the right comes in on the left.",
        "Think of a large sheet of paper: put the image in the middle of zeros (np.pad), and "
        "look through a window of the old size.",
        "With a border of |right| columns the image starts at column |right|. To move it to the "
        "right, the window starts at |right| − right. Rows likewise.",
    ),
    solution="""
def my_moved(images, right, down):
    \"\"\"Images (n, height, width), moved to the right and down; zeros come in.\"\"\"
    n, height, width = images.shape
    rows, columns = abs(down), abs(right)
    sheet = np.pad(images, ((0, 0), (rows, rows), (columns, columns)))
    top, left = rows - down, columns - right
    return sheet[:, top : top + height, left : left + width]
""",
    mistakes=(
        mistake(
            "what leaves comes in again",
            "What leaves on one side comes in on the other, as with np.roll: a 1 at the right "
            "edge would become a stroke at the left. Paper should come in: zeros.",
            ("(columns, columns)))", "(columns, columns)), mode=\"wrap\")"),
        ),
        mistake(
            "the wrong way",
            "It moves to the left and up where it should go to the right and down: a pixel of "
            "column j belongs into column j + right.",
            ("rows - down, columns - right", "rows + down, columns + right"),
        ),
        mistake(
            "rows and columns swapped",
            "`right` moves your images down. Axis 1 are the rows, and moving along it is down; "
            "axis 2 are the columns.",
            ("    rows, columns =", "    down, right = right, down\n    rows, columns ="),
        ),
        mistake(
            "the edge repeated",
            "The pixels at the edge are repeated, so that ink is smeared. Paper should come "
            "in: zeros.",
            ("(columns, columns)))", "(columns, columns)), mode=\"edge\")"),
        ),
        mistake(
            "the sheet, not the window",
            "You return the image with its border: all images should keep their size.",
            ("sheet[:, top : top + height, left : left + width]", "sheet[:, top:, left:]"),
        ),
        mistake(
            "distance without a sign",
            "To the left is to the right for you, and up is down: the sign of the distance is "
            "lost.",
            ("rows - down, columns - right", "rows - abs(down), columns - abs(right)"),
        ),
        mistake(
            "a slice that ends at −0",
            "`images[:, :-down]` is meant to leave out the last rows. With 0 it is `[:, :0]`, "
            "which leaves out all of them, and with a negative number the wrong end. Say "
            "where each end is.",
            otherwise(
                "moved = np.zeros_like(images)\n"
                "moved[:, down:, right:] = images[:, :-down, :-right]\n"
                "return moved"
            ),
        ),
        mistake(
            "places below 0",
            "A place below 0 is none, but Python takes it for one from the end: what leaves "
            "on one side comes in on the other. Ask for `0 <=` as well.",
            pixel_by_pixel(where="-height <= i - down < height and -width <= j - right < width"),
        ),
        mistake(
            "up for down",
            "It moves up where it should go down: a pixel of row i belongs into row i + down.",
            ("rows - down,", "rows + down,"),
        ),
        mistake(
            "left for right",
            "It moves to the left where it should go to the right: a pixel of column j "
            "belongs into column j + right.",
            ("columns - right", "columns + right"),
        ),
        mistake(
            "the old ink stays",
            "Where nothing comes in the old image is still there: begin with zeros, not with "
            "a copy.",
            pixel_by_pixel(first="moved = images.copy()"),
        ),
        mistake(
            "ink comes in",
            "What comes in is 1, ink. Paper is 0.",
            ("(columns, columns)))", "(columns, columns)), constant_values=1)"),
        ),
        mistake(
            "only to the right and to the left",
            "`down` does nothing with you.",
            ("rows - down,", "rows,"),
        ),
        mistake(
            "only up and down",
            "`right` does nothing with you.",
            ("columns - right", "columns"),
        ),
        mistake(
            "the first image alone",
            "Only the first image has moved: all n of them are to.",
            (
                "    return sheet[:, top : top + height, left : left + width]",
                "    moved = np.zeros_like(images)\n"
                "    moved[0] = sheet[0, top : top + height, left : left + width]\n"
                "    return moved",
            ),
        ),
        mistake(
            "the wrong axes",
            "You move along the axes 0 and 1: axis 0 are the images, and they change places. "
            "Rows are axis 1, columns axis 2.",
            otherwise("return np.roll(images, (down, right), axis=(0, 1))"),
        ),
        mistake(
            "the other side blanked",
            "What has come in again on one side is still there, and you have blanked the other: a "
            "move to the right leaves the first columns empty, `[:, :, :right] = 0`.",
            otherwise(
                "moved = np.roll(images, (down, right), axis=(1, 2))\n"
                "if right > 0:\n"
                "    moved[:, :, -right:] = 0\n"
                "if right < 0:\n"
                "    moved[:, :, :-right] = 0\n"
                "if down > 0:\n"
                "    moved[:, -down:] = 0\n"
                "if down < 0:\n"
                "    moved[:, :-down] = 0\n"
                "return moved"
            ),
        ),
        mistake(
            "blanked as if to the right",
            "It is right to the right and down. With a negative distance `[:, :down]` is all but "
            "the last rows: to the left and up the other end has to be blanked.",
            otherwise(
                "moved = np.roll(images, (down, right), axis=(1, 2))\n"
                "moved[:, :down] = 0\n"
                "moved[:, :, :right] = 0\n"
                "return moved"
            ),
        ),
        mistake(
            "distances go round",
            "`%` makes one to the left out of one less than the width to the right, and blanks as "
            "much. A distance keeps its sign, and may be larger than the image.",
            otherwise(
                "right, down = right % width, down % height\n"
                "moved = np.roll(images, (down, right), axis=(1, 2))\n"
                "moved[:, :down] = 0\n"
                "moved[:, :, :right] = 0\n"
                "return moved"
            ),
        ),
        mistake(
            "slices for the right alone",
            "It is right to the right and down. To the left and up `right` and `down` are "
            "negative, and a slice that begins there begins at the end: say where each begins "
            "and ends.",
            otherwise(
                "moved = np.zeros_like(images)\n"
                "moved[:, down:, right:] = images[:, : height - down, : width - right]\n"
                "return moved"
            ),
        ),
        mistake(
            "always 8 by 8",
            "You count to 8. Images may have any height and width: `images.shape` has them.",
            pixel_by_pixel(first="height = width = 8"),
        ),
        mistake(
            "width before height",
            "The shape is (n, height, width): you take it for (n, width, height). With square "
            "images nobody notices.",
            pixel_by_pixel(first="n, width, height = images.shape"),
        ),
        mistake(
            "one row and one column lost",
            "Row 0 and column 0 are places, too: what stood there is lost. Ask for `0 <=`, not for "
            "`0 <`.",
            pixel_by_pixel(where="0 < i - down < height and 0 < j - right < width"),
        ),
        mistake(
            "pushed over the edge",
            "What leaves has no place in the new image: there `i + down` is too large, which "
            "raises an IndexError, or below 0, which Python takes for a place from the end. Ask "
            "for `0 <= i + down < height` first, and columns alike.",
            pixel_by_pixel(where="True", move="moved[:, i + down, j + right] = images[:, i, j]"),
        ),
        mistake(
            "the sheet itself",
            "Your images have grown by what came in: all should keep their size, and what leaves "
            "is lost.",
            otherwise(
                "rows = max(down, 0), max(-down, 0)\n"
                "columns = max(right, 0), max(-right, 0)\n"
                "return np.pad(images, ((0, 0), rows, columns))"
            ),
        ),
        mistake(
            "the window always at the start",
            "It is right to the right and down. To the left and up the zeros come in behind, and "
            "the window has to begin where the old image has lost its first rows and columns.",
            otherwise(
                "rows = max(down, 0), max(-down, 0)\n"
                "columns = max(right, 0), max(-right, 0)\n"
                "return np.pad(images, ((0, 0), rows, columns))[:, :height, :width]"
            ),
        ),
        mistake(
            "images and rows moved",
            "You walk over the axes 0 and 1: axis 0 are the images, and they change places. Rows "
            "are axis 1, columns axis 2.",
            otherwise(
                "moved = np.zeros_like(images)\n"
                "for k in range(n):\n"
                "    for i in range(height):\n"
                "        if 0 <= k - down < n and 0 <= i - right < height:\n"
                "            moved[k, i] = images[k - down, i - right]\n"
                "return moved"
            ),
        ),
        mistake(
            "by one at most",
            "It moves by one pixel, however far is asked for.",
            (
                "    rows, columns =",
                "    down, right = np.sign(down), np.sign(right)\n    rows, columns =",
            ),
        ),
        mistake(
            "the second move undoes the first",
            "The second move takes the old images again, and writes over what the first has "
            "moved. Move what is moved already, or both ways at once.",
            otherwise(
                "moved = np.zeros_like(images)\n"
                "if right > 0:\n"
                "    moved[:, :, right:] = images[:, :, :-right]\n"
                "elif right < 0:\n"
                "    moved[:, :, :right] = images[:, :, -right:]\n"
                "if down > 0:\n"
                "    moved[:, down:] = images[:, :-down]\n"
                "elif down < 0:\n"
                "    moved[:, :down] = images[:, -down:]\n"
                "return moved"
            ),
        ),
        mistake(
            "np.roll with the axes exchanged",
            "`right` moves your images down, and what leaves comes in again. Axis 1 are the rows, "
            "axis 2 the columns; and zeros come in.",
            ("    top, left = rows - down, columns - right\n", ""),
            ("sheet[:, top : top + height, left : left + width]",
             "np.roll(images, (right, down), axis=(1, 2))"),
        ),
        mistake(
            "zeros on one side alone",
            "It is right to the right and down. To the left and up something comes in again that "
            "has left on the other side: zeros come in there, too.",
            ("    return sheet[:, top : top + height, left : left + width]",
             "    moved = np.roll(images, (down, right), axis=(1, 2))\n"
             "    moved[:, : max(down, 0)] = 0\n"
             "    moved[:, :, : max(right, 0)] = 0\n    return moved"),
        ),
        mistake(
            "0 is no distance to the left",
            "Where nothing moves, everything is 0: with 0 a slice such as `[:, 0:]` is the whole "
            "image. Ask for < 0 and for > 0.",
            ("    return sheet[:, top : top + height, left : left + width]",
             "    moved = sheet[:, top : top + height, left : left + width].copy()\n"
             "    if not down or not right:\n        moved[...] = 0\n    return moved"),
        ),
        mistake(
            "zeros beside, not above",
            "Beside the images zeros come in. Above and below, what has left comes in again.",
            ("    return sheet[:, top : top + height, left : left + width]",
             "    rolled = np.roll(images, down, axis=1)\n"
             "    sheet = np.pad(rolled, ((0, 0), (0, 0), (columns, columns)))\n"
             "    return sheet[:, :, left : left + width]"),
        ),
        mistake(
            "a distance beyond the edge",
            "With a distance larger than the image it comes in on the other side again, as with "
            "`% height`. Then all of it has left: only zeros are there.",
            ("    rows, columns =",
             "    down, right = int(np.fmod(down, height)), int(np.fmod(right, width))\n"
             "    rows, columns ="),
        ),
        mistake(
            "nothing moves beyond the edge",
            "With a distance larger than the image you return the images as they are. All of it "
            "has left then: only zeros are there.",
            ("    rows, columns =",
             "    if abs(down) >= height or abs(right) >= width:\n        return images.copy()\n"
             "    rows, columns ="),
        ),
        mistake(
            "twice as far to the right",
            "It moves twice as far to the right as is asked for.",
            ("columns = abs(down), abs(right)", "columns = abs(down), abs(2 * right)"),
            ("columns - right", "columns - 2 * right"),
        ),
        mistake(
            "the darkest number comes in",
            "What comes in is the smallest number of the images. Paper is 0.",
            ("(columns, columns)))", "(columns, columns)), constant_values=images.min())"),
        ),
    ),
    alternatives=(
        """
        def my_moved(images, right, down):
            n, height, width = images.shape
            moved = np.zeros_like(images)
            for i in range(height):
                for j in range(width):
                    if 0 <= i - down < height and 0 <= j - right < width:
                        moved[:, i, j] = images[:, i - down, j - right]
            return moved
        """,
        """
        def my_moved(images, right, down):
            _, height, width = images.shape
            down, right = np.eye(height, k=-down), np.eye(width, k=right)
            return (down @ images @ right).astype(images.dtype)
        """,
    ),
)  # fmt: skip


def parts(rng):
    x = np.array([[1.0, 2.0, 0.0], [3.0, 8.0, 4.0]])
    yield {"x_train": x, "x_new": np.array([[3.0, 5.0, 6.0]])}
    x = np.array([[1.0, 1.0, 5.0], [1.0, 3.0, 6.0], [1.0, 5.0, 7.0], [1.0, 3.0, 6.0]])
    yield {"x_train": x, "x_new": np.array([[3.0, 3.0, 4.0], [1.0, 1.0, 8.0]])}
    x = np.array([[0.0, 1e-5, 9.0], [2e-5, 3e-5, 1.0]])
    yield {"x_train": x, "x_new": np.array([[4e-5, 2e-5, 500.0]])}
    x = np.array([1.0, 5.0, 0.2]) * rng.standard_normal((6, 3)) + [3, 0, -1]
    yield {"x_train": x, "x_new": rng.standard_normal((4, 3))}


STANDARDIZE = Code(
    id="training.standardize",
    title="Good at home, lost in use",
    kind="diagnose",
    level=2,
    task="""
With the function below each pixel gets the mean 0 and the standard deviation 1. The network then
reads 98 % of the validation images. In use, images come one at a time, and it says "8" to every
one of them. Find the mistake, and mend it.
""",
    cases=parts,
    returns=("the training part", "the new part"),
    hints=(
        "Call it with a single new image. What is x − mean, if the mean is that of one image?",
        "Whatever is computed from data is computed from the training part, and then used for "
        "everything that comes.",
    ),
    solution="""
def my_standardize(x_train, x_new):
    \"\"\"Both in units of the training part, which has mean 0, SD 1 in each column.

    A column that never varies there is not divided.
    \"\"\"
    parts = []
    for x in (x_train, x_new):
        mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
        spread[spread == 0] = 1
        parts.append((x - mean) / spread)
    return tuple(parts)
""",
    broken="each part by itself",
    mistakes=(
        mistake(
            "each part by itself",
            "The new part is measured by its own mean and spread. The same image then gives "
            "other numbers in other company, and alone it gives zeros.",
            ("x_train.mean(axis=0), x_train.std(axis=0)", "x.mean(axis=0), x.std(axis=0)"),
        ),
        mistake(
            "measured on everything",
            "Mean and spread are those of both parts together. That is a leak: new images have "
            "a say in how the training images look.",
            ("        mean,", "        both = np.concatenate([x_train, x_new])\n        mean,"),
            ("x_train.mean(axis=0), x_train.std", "both.mean(axis=0), both.std"),
        ),
        mistake(
            "divided by nothing",
            "Where a pixel never varies in the training part you divide by 0. Some pixels of "
            "the digits are always paper: leave those undivided.",
            ("        spread[spread == 0] = 1\n", ""),
        ),
        mistake(
            "divided by next to nothing",
            "Where a pixel never varies in the training part you divide by a tiny number: the "
            "first ink that ever falls there becomes a million. Leave such pixels undivided.",
            ("spread[spread == 0] = 1", "spread += 1e-8"),
        ),
        mistake(
            "the variance",
            "You divide by the variance. The units of a pixel are those of its standard "
            "deviation, the root of it.",
            ("x_train.std(axis=0)", "x_train.var(axis=0)"),
        ),
        mistake(
            "one mean for all pixels",
            "You have one mean and one spread for all pixels together. Each column has its own: "
            "axis=0.",
            ("x_train.std(axis=0)", "np.full(x.shape[1], x_train.std())"),
            ("x_train.mean(axis=0)", "x_train.mean()"),
        ),
        mistake(
            "the new part left alone",
            "The new part stays as it was: a network that has learnt from standardized images "
            "needs them in the same units.",
            ("return tuple(parts)", "return parts[0], x_new"),
        ),
        mistake(
            "the mean left in",
            "You divide, and subtract nothing: the mean of a column should become 0.",
            ("(x - mean) / spread", "x / spread"),
        ),
        mistake(
            "not divided",
            "You subtract the mean and stop there: divide by the standard deviation as well.",
            ("(x - mean) / spread", "x - mean"),
        ),
        mistake(
            "without brackets",
            "`x - mean / spread` divides the mean alone. Subtract first: `(x - mean) / "
            "spread`.",
            ("(x - mean) / spread", "x - mean / spread"),
        ),
        mistake(
            "from smallest to largest",
            "You measure in units of the range, from the smallest to the largest. The task "
            "asks for the mean and the standard deviation.",
            (
                "x_train.mean(axis=0), x_train.std(axis=0)",
                "x_train.min(axis=0), np.ptp(x_train, axis=0)",
            ),
        ),
        mistake(
            "with n − 1",
            "You divide by n − 1 in the standard deviation (`ddof=1`), as for a guess about "
            "data that you have not seen. Here it is that of the training part itself, with "
            "n: `std(axis=0)`.",
            ("x_train.std(axis=0)", "x_train.std(axis=0, ddof=1)"),
        ),
        mistake(
            "one more in every column",
            "You add 1 to the spread of every column. Only where it is 0 something has to "
            "stand in its place.",
            ("spread[spread == 0] = 1", "spread = spread + 1"),
        ),
        mistake(
            "never divided by less than 1",
            "You divide by 1 where a column varies by less than that. Only where it does not "
            "vary at all it stays undivided.",
            ("spread[spread == 0] = 1", "spread = np.maximum(spread, 1)"),
        ),
        mistake(
            "what never varied is wiped out",
            "Where a pixel never varies in the training part you write 0, whatever the new "
            "images have there. Undivided means x − mean.",
            (
                "        parts.append((x - mean) / spread)",
                "        parts.append(np.where(x_train.std(axis=0) == 0, 0, (x - mean) / spread))",
            ),
        ),
        mistake(
            "what never varied keeps its mean",
            "Where a pixel never varies in the training part you leave it as it is. It is not "
            "divided, but its mean is subtracted all the same.",
            (
                "        spread[spread == 0] = 1",
                "        mean[spread == 0] = 0\n        spread[spread == 0] = 1",
            ),
        ),
        mistake(
            "the new part's own mean",
            "The spread is that of the training part, and the mean is each part's own: a new "
            "image alone gives zeros.",
            ("x_train.mean(axis=0)", "x.mean(axis=0)"),
        ),
        mistake(
            "the new part's own spread",
            "The mean is that of the training part, and the spread is each part's own: what a "
            "number means depends on the company.",
            ("x_train.std(axis=0)", "x.std(axis=0)"),
        ),
        mistake(
            "one spread for all pixels",
            "You have one spread for all pixels together. Each column has its own: axis=0.",
            ("x_train.std(axis=0)", "np.full(x.shape[1], x_train.std())"),
        ),
        mistake(
            "measured on the new part",
            "Mean and spread are those of the new part. When one image comes, its spread is "
            "0: measure on the training part.",
            (
                "x_train.mean(axis=0), x_train.std(axis=0)",
                "x_new.mean(axis=0), x_new.std(axis=0)",
            ),
        ),
        mistake(
            "each image by itself",
            "You measure along each image, its pixels together. Each pixel has a mean of its "
            "own over the training images: `axis=0`.",
            (
                "x_train.mean(axis=0), x_train.std(axis=0)",
                "x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)",
            ),
        ),
        mistake(
            "nan mended afterwards",
            "`np.nan_to_num` makes 0 of 0/0, but of 2/0 the largest number there is: the first "
            "ink in a column that never varied. Do not divide there.",
            ("        spread[spread == 0] = 1\n", ""),
            ("(x - mean) / spread", "np.nan_to_num((x - mean) / spread)"),
        ),
        mistake(
            "the training part left alone",
            "The training part stays as it was: the network should learn from images in the "
            "same units as those that it will read.",
            ("return tuple(parts)", "return x_train, parts[1]"),
        ),
        mistake(
            "undivided where the new part never varies",
            "You leave undivided what never varies in the new part, and alone an image varies "
            "nowhere. What counts is the spread that you divide by: the training part's.",
            ("spread[spread == 0]", "spread[x_new.std(axis=0) == 0]"),
        ),
        mistake(
            "the median",
            "You subtract the median. The task asks for the mean.",
            ("x_train.mean(axis=0)", "np.median(x_train, axis=0)"),
        ),
        mistake(
            "an exception for one image",
            "You measure on the training part if one image comes, and on the new part if more "
            "do: the same image still gives other numbers in other company.",
            ("x_train.mean(axis=0), x_train.std(axis=0)", "x.mean(axis=0), x.std(axis=0)"),
            (
                "        spread[spread == 0] = 1",
                "        if len(x) == 1:\n"
                "            mean, spread = x_train.mean(axis=0), x_train.std(axis=0)\n"
                "        spread[spread == 0] = 1",
            ),
        ),
        mistake(
            "the mean distance",
            "You divide by the mean distance from the mean. The standard deviation is the root "
            "of the mean of the *squared* distances.",
            (
                "x_train.std(axis=0)",
                "np.abs(x_train - x_train.mean(axis=0)).mean(axis=0)",
            ),
        ),
        mistake(
            "the mean of everything",
            "You subtract one mean from all pixels. Each column has its own: axis=0.",
            ("x_train.mean(axis=0)", "x_train.mean()"),
        ),
        mistake(
            "a smallest spread",
            "Where a column varies little, or not at all, you divide by a small number in place "
            "of its spread. Only where it never varies it stays undivided, and everywhere else "
            "its own spread is the unit.",
            ("spread[spread == 0] = 1", "spread = np.maximum(spread, 1e-3)"),
        ),
        mistake(
            "hardly is not never",
            "You leave undivided what varies by very little. Only a column that does not vary at "
            "all stays as it is.",
            ("spread == 0", "spread < 1e-2"),
        ),
        mistake(
            "the new part not divided",
            "From the new part you subtract the mean, and do not divide. Both parts are in the "
            "same units.",
            ("parts.append((x - mean) / spread)",
             "parts.append((x - mean) / (spread if x is x_train else 1))"),
        ),
        mistake(
            "undivided where either part rests",
            "You leave undivided what never varies in one part or in the other, and a single image "
            "varies nowhere. It is the training part that counts.",
            ("spread == 0", "(spread == 0) | (x_new.std(axis=0) == 0)"),
        ),
        mistake(
            "the root of the mean square",
            "You divide by the root of the mean of x². The standard deviation is about the mean: "
            "`x_train.std(axis=0)`.",
            ("x_train.std(axis=0)", "np.sqrt((x_train**2).mean(axis=0))"),
        ),
        mistake(
            "the mean of what is standardized",
            "You overwrite x_train before the new part has had its turn: its mean is 0 by then. "
            "Measure once, before anything is changed.",
            ("    parts = []\n", "    parts, first = [], True\n"),
            ("parts.append((x - mean) / spread)",
             "mean, first = mean * first, False\n        parts.append((x - mean) / spread)"),
        ),
        mistake(
            "cut off",
            "You cut off what is far from the mean. A new image may well lie outside of what was "
            "seen.",
            ("parts.append((x - mean) / spread)",
             "parts.append(np.clip((x - mean) / spread, -3, 3))"),
        ),
    ),
    alternatives=(
        """
        def my_standardize(x_train, x_new):
            mean, spread = np.mean(x_train, axis=0), np.std(x_train, axis=0)
            spread[spread == 0] = 1
            return (x_train - mean) / spread, (x_new - mean) / spread
        """,
    ),
)  # fmt: skip


def two_networks(rng):
    right = np.array([[5.0, 0, 0], [0, 5, 0], [0, 0, 5], [5, 0, 0]])
    other = np.array([[5.0, 0, 0], [0, 5, 0], [5, 0, 0], [5, 0, 0]])
    yield {"z": right, "z_other": other, "y": np.array([0, 1, 2, 0])}
    yield {"z": other, "z_other": right, "y": np.array([0, 2, 2, 0])}
    yield {"z": other[2:3], "z_other": right[2:3], "y": np.array([2])}
    n = int(rng.integers(20, 30))
    z, z_other = rng.standard_normal((2, n, 4))
    y = np.where(rng.uniform(size=n) < 0.6, z.argmax(axis=1), rng.integers(4, size=n))
    y[:4] = [*z.argmax(axis=1)[:2], *z_other.argmax(axis=1)[2:4]]
    yield {"z": z, "z_other": z_other, "y": y}


DIFFERENCE = Code(
    id="metrics.difference",
    title="Is one network better than the other?",
    kind="beyond",
    level=2,
    task="""
Two networks have read the *same* images. For each image, d is 1 if only the first is right, −1
if only the other is, and 0 if they agree in that. Return the mean of d, which is the difference
of the accuracies, and its standard error: the standard deviation of d over $\\sqrt n$.
""",
    cases=two_networks,
    returns=("difference", "error"),
    hints=(
        "`z.argmax(axis=1) == y` says for each image whether the first network is right.",
        "NumPy does not subtract truth values: make numbers of them first, `.astype(float)`.",
        "The images that both read, or both misread, count with d = 0. `d.std()` takes care.",
    ),
    solution="""
def my_difference(z, z_other, y):
    \"\"\"The accuracy of z minus that of z_other, and its standard error.\"\"\"
    right = (z.argmax(axis=1) == y).astype(float)
    right_other = (z_other.argmax(axis=1) == y).astype(float)
    d = right - right_other
    return d.mean(), d.std() / np.sqrt(len(y))
""",
    mistakes=(
        mistake(
            "as if the images were not the same",
            "You add the variances of the two scores, as for different images. Here both saw "
            "the same: an easy image is easy for both, and says nothing about their difference.",
            ("d.std() /", "np.sqrt(right.var() + right_other.var()) /"),
        ),
        mistake(
            "the error of one image",
            "You return the standard deviation of d, which is the error of a single image. A "
            "mean of n images scatters √n times less.",
            (" / np.sqrt(len(y))", ""),
        ),
        mistake(
            "divided by n",
            "You divide by n. The variance falls as 1/n, and its root, the standard error, as "
            "1/√n.",
            ("np.sqrt(len(y))", "len(y)"),
        ),
        mistake(
            "the variance",
            "The error is the variance of d over √n. Take the standard deviation, the root of "
            "the variance.",
            ("d.std()", "d.var()"),
        ),
        mistake(
            "the other way round",
            "The sign: d is 1 where the *first* network alone is right, so the difference is "
            "positive if the first is better.",
            ("right - right_other", "right_other - right"),
        ),
        mistake(
            "how often they differ",
            "You count how often they differ, whoever is right. An image that the other one "
            "alone reads counts −1.",
            ("d = right - right_other", "d = np.abs(right - right_other)"),
        ),
        mistake(
            "only where they differ",
            "n is the number of images on which they differ, with you. All images count: the "
            "question is how many more of them one reads.",
            ("    return", "    y = d = d[d != 0]\n    return"),
        ),
        mistake(
            "with n − 1",
            "You divide by n − 1 in the standard deviation, which is a matter of taste: here "
            "it is that of these n numbers, `d.std()`, and the error is that over √n.",
            ("d.std()", "d.std(ddof=1)"),
        ),
        mistake(
            "the mean not subtracted",
            "You take the root of the mean of d². The standard deviation is about the mean: "
            "subtract it first, or use `d.std()`.",
            ("d.std()", "np.sqrt((d**2).mean())"),
        ),
        mistake(
            "the error of one score",
            "That is the standard error of one score by itself. The difference has its own: "
            "look at d, image by image.",
            ("d.std() / np.sqrt(len(y))", "right.std() / np.sqrt(len(y))"),
        ),
        mistake(
            "errors added",
            "You add the standard errors of both scores. They saw the same images, so their "
            "luck is shared: look at d, image by image.",
            (
                "d.std() / np.sqrt(len(y))",
                "(right.std() + right_other.std()) / np.sqrt(len(y))",
            ),
        ),
        mistake(
            "errors subtracted",
            "You subtract one standard error from the other. Scatter does not cancel like "
            "that: look at d, image by image.",
            (
                "d.std() / np.sqrt(len(y))",
                "abs(right.std() - right_other.std()) / np.sqrt(len(y))",
            ),
        ),
        mistake(
            "the mean only where they differ",
            "Your difference is a mean over the images on which they differ. All images "
            "count.",
            ("return d.mean(), d.std()", "return d[d != 0].mean(), d.std()"),
        ),
        mistake(
            "a sum",
            "You return the sum of d, how many more images one reads. The difference of the "
            "accuracies is their mean.",
            ("return d.mean()", "return d.sum()"),
        ),
        mistake(
            "times √n",
            "You multiply by √n. The more images, the smaller the error of their mean: "
            "divide.",
            ("d.std() / np", "d.std() * np"),
        ),
        mistake(
            "two standard errors",
            "Your error is twice as large. Two standard errors are a good guide when you "
            "judge a difference; asked for is one.",
            ("d.std() /", "2 * d.std() /"),
        ),
        mistake(
            "all the logits counted",
            "n is the number of images, not that of the logits: `len(y)`.",
            ("np.sqrt(len(y))", "np.sqrt(z.size)"),
        ),
        mistake(
            "the classes counted",
            "n is the number of images, not that of the classes: `len(y)`.",
            ("np.sqrt(len(y))", "np.sqrt(z.shape[1])"),
        ),
        mistake(
            "in percent",
            "You return percent. Accuracies go from 0 to 1, and so does their difference.",
            ("return d.mean(), d.std()", "return 100 * d.mean(), 100 * d.std()"),
        ),
        mistake(
            "the networks compared with each other",
            "You compare the two networks' answers with each other. Each is compared with y, "
            "the truth.",
            (
                "(z_other.argmax(axis=1) == y)",
                "(z_other.argmax(axis=1) == z.argmax(axis=1))",
            ),
        ),
        mistake(
            "logits compared",
            "You compare the largest logits. d asks who is *right*, and logits of two "
            "networks are not in the same units.",
            ("d = right - right_other", "d = z.max(axis=1) - z_other.max(axis=1)"),
        ),
        mistake(
            "the formula of one share",
            "√(p (1 − p) / n) is for a share, of numbers that are 0 or 1. d is −1 as well: take "
            "its standard deviation.",
            ("d.std() /", "np.sqrt(abs(d.mean()) * (1 - abs(d.mean()))) /"),
        ),
        mistake(
            "classes compared",
            "You compare the classes themselves, and a 9 is not better than a 3. d asks who is "
            "*right*: compare each with y.",
            (
                "d = right - right_other",
                "d = np.sign(z.argmax(axis=1) - z_other.argmax(axis=1))",
            ),
        ),
        mistake(
            "errors subtracted, with a sign",
            "You subtract one standard error from the other, which may even be negative. "
            "Scatter does not cancel like that: look at d, image by image.",
            (
                "d.std() / np.sqrt(len(y))",
                "(right.std() - right_other.std()) / np.sqrt(len(y))",
            ),
        ),
        mistake(
            "no place for −1",
            "Unsigned integers have no −1: 0 − 1 is 255. Subtract floating-point numbers, "
            "`.astype(float)`.",
            (
                "d = right - right_other",
                "d = right.astype(np.uint8) - right_other.astype(np.uint8)",
            ),
        ),
        mistake(
            "the best image of each class",
            "`argmax(axis=0)` goes down the columns: it names an image for each class. The "
            "answer to each image is `argmax(axis=1)`.",
            ("(z.argmax(axis=1)", "(z.argmax(axis=0)"),
            ("z_other.argmax(axis=1)", "z_other.argmax(axis=0)"),
        ),
        mistake(
            "variances over n, without the root",
            "That is a variance, and one for different images. Here both saw the same: take the "
            "standard deviation of d, over √n.",
            ("d.std() / np.sqrt(len(y))", "(right.var() + right_other.var()) / len(y)"),
        ),
        mistake(
            "the root of all of it",
            "The root is over n alone: the standard deviation of d is one already, of its "
            "variance.",
            ("d.std() / np.sqrt(len(y))", "np.sqrt(d.std() / len(y))"),
        ),
        mistake(
            "probabilities compared",
            "You compare how probable the truth is to each network. d asks who is *right*: "
            "which class has the largest logit.",
            (
                "d = right - right_other",
                "d = softmax(z)[np.arange(len(y)), y] - softmax(z_other)[np.arange(len(y)), y]",
            ),
        ),
        mistake(
            "the variance over n",
            "You return the square of the standard error, var/n. Take the root.",
            ("d.std() / np.sqrt(len(y))", "d.var() / len(y)"),
        ),
        mistake(
            "the error without the agreements",
            "You leave out the images with d = 0 when you look how far d scatters. All n count, "
            "and zeros scatter, too.",
            ("d.std() / np.sqrt(len(y))",
             "(d[d != 0].std() / np.sqrt((d != 0).sum()) if d.any() else 0.0)"),
        ),
        mistake(
            "in units of the error",
            "You return the difference over its error. Asked for is the error itself.",
            ("d.std() / np.sqrt(len(y))", "d.mean() / (d.std() / np.sqrt(len(y)))"),
        ),
        mistake(
            "1 wherever the first is right",
            "d is 1 with you wherever the first is right. Where both are right, they agree: d is "
            "0.",
            ("d = right - right_other", "d = np.where(right > 0, 1.0, -right_other)"),
        ),
        mistake(
            "nan for one image",
            "For one image you say nan. The standard deviation of a single number is 0.",
            ("return d.mean(), d.std() / np.sqrt(len(y))",
             "return d.mean(), d.std() / np.sqrt(len(y)) if len(y) > 1 else np.nan"),
        ),
    ),
    alternatives=(
        """
        def my_difference(z, z_other, y):
            n = len(y)
            wins = sum((z.argmax(1) == y) & (z_other.argmax(1) != y))
            losses = sum((z.argmax(1) != y) & (z_other.argmax(1) == y))
            mean = (wins - losses) / n
            return float(mean), float(((wins + losses) / n - mean**2) ** 0.5 / n**0.5)
        """,
        """
        def my_difference(z, z_other, y):
            answers = zip(np.argmax(z, axis=1), np.argmax(z_other, axis=1), y)
            d = [int(a == true) - int(b == true) for a, b, true in answers]
            return np.mean(d), np.sqrt(np.var(d) / len(d))
        """,
    ),
)  # fmt: skip


def answers_of_networks(rng):
    sure, doubt = [0.0, 9.0], [2.0, 0.0]
    yield {"logits": [np.array([sure]), np.array([doubt]), np.array([doubt])]}
    yield {"logits": [np.array([[0.0, 1e4, 0.0]]), np.array([[3.0, 0.0, 0.0]])]}
    networks, n, k = int(rng.integers(4, 6)), 6, int(rng.integers(7, 9))
    yield {"logits": [2 * rng.standard_normal((n, k)) for _ in range(networks)]}


VOTE = Code(
    id="metrics.vote",
    title="Several networks, one answer",
    kind="beyond",
    level=1,
    task="""
Several networks, trained from different starts, make different mistakes. Let them answer
together: `logits` is a list with one array (n, k) for each network. Return the mean of their
probabilities, (n, k), and the class that it favours, (n,).
""",
    cases=answers_of_networks,
    returns=("p", "classes"),
    hints=(
        "Logits of different networks are not in the same units. First `softmax`, then the mean.",
        "A list comprehension makes the list of probabilities; `np.mean(…, axis=0)` is the mean "
        "over its arrays.",
    ),
    solution="""
def my_vote(logits):
    \"\"\"The mean of the probabilities (n, k), and the class it favours (n,).\"\"\"
    p = np.mean([softmax(z) for z in logits], axis=0)
    return p, p.argmax(axis=1)
""",
    mistakes=(
        mistake(
            "the mean of the logits",
            "You average the logits and then apply softmax. One network with large logits then "
            "outvotes all others: average the probabilities.",
            ("np.mean([softmax(z) for z in logits], axis=0)", "softmax(np.mean(logits, axis=0))"),
        ),
        mistake(
            "logits for probabilities",
            "What you average are logits, and that is what you return. Make probabilities of "
            "them first.",
            ("softmax(z) for z", "z for z"),
        ),
        mistake(
            "the sum of the probabilities",
            "The classes are right. Your p is a sum: its rows add up to the number of networks. "
            "Take the mean.",
            ("np.mean([", "np.sum(["),
        ),
        mistake(
            "one network, one vote",
            "You count votes: p says which share of the networks favours a class. One that is "
            "nearly sure should weigh more than one that is in doubt.",
            ("softmax(z) for z", "np.eye(z.shape[1])[z.argmax(axis=1)] for z"),
        ),
        mistake(
            "the most certain network alone",
            "You keep the largest probability that any network gives. Then whoever is most "
            "certain decides alone, and the rows do not add up to 1.",
            ("np.mean([", "np.max(["),
        ),
        mistake(
            "softmax once more",
            "You apply softmax to the mean of the probabilities. It is one already: its rows "
            "add up to 1.",
            (
                "np.mean([softmax(z) for z in logits], axis=0)",
                "softmax(np.mean([softmax(z) for z in logits], axis=0))",
            ),
        ),
        mistake(
            "a mean of means",
            "You average two at a time, so the last network has half of all the say. Add them "
            "all up, and divide once.",
            (
                "    p = np.mean([softmax(z) for z in logits], axis=0)\n",
                "    p = softmax(logits[0])\n"
                "    for z in logits[1:]:\n"
                "        p = (p + softmax(z)) / 2\n",
            ),
        ),
        mistake(
            "the classes by votes",
            "p is right. The classes are those that most networks name: the class should be "
            "the one that p favours.",
            (
                "p.argmax(axis=1)",
                "np.array([np.bincount(v).argmax() for v in np.argmax(logits, axis=2).T])",
            ),
        ),
        mistake(
            "the classes by logits",
            "p is right. The classes are those of the mean logits: take the argmax of p.",
            (
                "return p, p.argmax(axis=1)",
                "return p, np.mean(logits, axis=0).argmax(axis=1)",
            ),
        ),
        mistake(
            "the largest probability for the class",
            "You return how large the largest probability is. Which class it is, a whole "
            "number, says `argmax`.",
            ("p.argmax(axis=1)", "p.max(axis=1)"),
        ),
        mistake(
            "the classes along the wrong axis",
            "The argmax goes down the columns: that is the example that a class likes best. "
            "For each row: `axis=1`.",
            ("p.argmax(axis=1)", "p.argmax(axis=0)"),
        ),
        mistake(
            "one class for all",
            "`argmax()` without an axis is one place in the whole array. Each row has its "
            "class: `axis=1`.",
            ("p.argmax(axis=1)", "p.argmax()"),
        ),
        mistake(
            "softmax down the columns",
            "Your softmax divides by the sum of a column. The probabilities of one example, a "
            "row, add up to 1.",
            ("softmax(z) for z", "softmax(z.T).T for z"),
        ),
        mistake(
            "softmax over the batch",
            "Your softmax divides by the sum over all examples. Each row adds up to 1 by "
            "itself.",
            ("softmax(z) for z", "softmax(z.reshape(1, -1)).reshape(z.shape) for z"),
        ),
        mistake(
            "the first network alone",
            "You ask the first network only. All of them have a say.",
            ("softmax(z) for z in logits]", "softmax(z) for z in logits[:1]]"),
        ),
        mistake(
            "two networks",
            "You ask the first two networks only. All of them have a say.",
            ("softmax(z) for z in logits]", "softmax(z) for z in logits[:2]]"),
        ),
        mistake(
            "probabilities multiplied",
            "You multiply the probabilities. One network that is sure of a mistake then rules "
            "the others out: take the mean.",
            ("np.mean([", "np.prod(["),
        ),
        mistake(
            "the middle probability",
            "You take the median of the networks: the rows no longer add up to 1. The mean's "
            "do.",
            ("np.mean([", "np.median(["),
        ),
        mistake(
            "the mean over the examples",
            "You average over the examples of each network. The mean is over the networks, "
            "axis 0 of the list.",
            ("in logits], axis=0)", "in logits], axis=1)"),
        ),
        mistake(
            "a mean of logarithms",
            "You average the logarithms: that is a geometric mean, and its rows do not add up to "
            "1. Average the probabilities themselves.",
            ("np.mean([softmax(z)", "np.exp(np.mean([np.log(softmax(z))"),
            ("in logits], axis=0)", "in logits], axis=0))"),
        ),
        mistake(
            "divided by the number of classes",
            "You divide the sum by the number of classes. A mean over networks is divided by "
            "how many networks there are, `len(logits)`.",
            (
                "np.mean([softmax(z) for z in logits], axis=0)",
                "sum(map(softmax, logits)) / logits[0].shape[1]",
            ),
        ),
        mistake(
            "softmax over the networks",
            "Your softmax divides by the sum over the networks. The probabilities of one network "
            "for one example, a row, add up to 1.",
            ("softmax(z) for z in logits", "softmax(np.transpose(logits)).T"),
            ("np.mean([", "np.mean("),
            ("], axis=0)", ", axis=0)"),
        ),
        mistake(
            "overflow",
            "`np.exp` of a large logit is infinite, and inf/inf is nan. Use `softmax`, which "
            "subtracts the largest first.",
            ("softmax(z) for", "np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) for"),
        ),
        mistake(
            "the mean of everything",
            "You average over networks, examples and classes, and get one number. The mean is "
            "over the networks, axis 0 of the list.",
            ("in logits], axis=0)", "in logits])"),
            ("p.argmax(axis=1)", "p.argmax()"),
        ),
        mistake(
            "1 in the place of the class",
            "You return a 1 in the place of the class. Asked for is its number, one for each "
            "row: `argmax`.",
            ("p.argmax(axis=1)", "(p == p.max(axis=1, keepdims=True)).astype(int)"),
        ),
        mistake(
            "the class of the last network",
            "p is right. The classes are those of the last network alone: take the argmax of p.",
            ("p.argmax(axis=1)", "logits[-1].argmax(axis=1)"),
        ),
        mistake(
            "the class of the first network",
            "p is right. The classes are those of the first network alone: take the argmax of p.",
            ("p.argmax(axis=1)", "logits[0].argmax(axis=1)"),
        ),
        mistake(
            "all networks below each other",
            "You put the networks' logits below each other, so each example is there several "
            "times. One row for each example: the mean is over the networks.",
            ("np.mean([softmax(z) for z in logits], axis=0)", "softmax(np.concatenate(logits))"),
        ),
        mistake(
            "classes from 1",
            "p is right. Your classes begin at 1; the first is 0, as `argmax` counts.",
            ("p.argmax(axis=1)", "p.argmax(axis=1) + 1"),
        ),
        mistake(
            "the least likely class",
            "p is right. Your class is the one that p favours least: `argmax`.",
            ("p.argmax(axis=1)", "p.argmin(axis=1)"),
        ),
        mistake(
            "logits divided by their sum",
            "You divide the logits by their sum. They may be negative, and their sum 0: `softmax` "
            "makes probabilities of them.",
            ("softmax(z) for z", "z / z.sum(axis=1, keepdims=True) for z"),
        ),
        mistake(
            "the largest of all subtracted",
            "You subtract the largest logit of everything: rows far below it become 0/0. Each row"
            " has a largest of its own; `softmax(z)` takes care.",
            ("[softmax(z) for z in logits]",
             "[np.exp(z - np.max(logits)) / np.exp(z - np.max(logits)).sum(axis=1, keepdims=True)\n"
             "         for z in logits]"),
        ),
        mistake(
            "divided by the number of examples",
            "You divide the sum by the number of examples. A mean over networks is divided by how "
            "many networks there are, `len(logits)`.",
            ("np.mean([softmax(z) for z in logits], axis=0)",
             "sum(softmax(z) for z in logits) / len(logits[0])"),
        ),
        mistake(
            "the first and the last",
            "Only the first network and the last have a say. Average over all of them.",
            ("[softmax(z) for z in logits]", "[softmax(z) for z in (logits[0], logits[-1])]"),
        ),
        mistake(
            "the surest network decides",
            "p is right. The classes are those of the network that is most certain: take the "
            "argmax of p.",
            ("p.argmax(axis=1)", "np.max([softmax(z) for z in logits], axis=0).argmax(axis=1)"),
        ),
        mistake(
            "weighted by certainty",
            "You give more weight to the network that is more certain. Each has the same say here.",
            ("np.mean([softmax(z) for z in logits], axis=0)",
             "np.array([softmax(z) for z in logits])\n"
             "    weights = p.max(axis=2, keepdims=True)\n"
             "    p = (p * weights).sum(axis=0) / weights.sum(axis=0)"),
        ),
        mistake(
            "a sigmoid of each logit",
            "You apply a sigmoid to each logit by itself, and the rows do not add up to 1. Several "
            "classes share one certainty: softmax.",
            ("softmax(z) for z", "1 / (1 + np.exp(-np.clip(z, -500, 500))) for z"),
        ),
    ),
    alternatives=(
        """
        def my_vote(logits):
            total = 0
            for z in logits:
                e = np.exp(z - z.max(axis=1, keepdims=True))
                total = total + e / e.sum(axis=1, keepdims=True)
            return total / len(logits), np.argmax(total, axis=1)
        """,
        """
        def my_vote(logits):
            z = np.stack(logits)
            e = np.exp(z - z.max(axis=-1, keepdims=True))
            p = np.einsum("mnk,mn->nk", e, 1 / e.sum(axis=-1)) / len(z)
            return p, np.array([int(np.argmax(row)) for row in p])
        """,
    ),
)  # fmt: skip


def logits_and_thresholds(rng):
    z = np.array([[0.0, 4.0, 0.0], [1.0, 0.0, 0.5], [0.0, 0.0, 5.0], [6.0, 0.0, 0.0]])
    yield {"z": z, "y": np.array([1, 0, 0, 0]), "least": 0.9}
    yield {"z": z, "y": np.array([1, 0, 0, 0]), "least": 1.0}
    even = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 2.0]])
    yield {"z": even, "y": np.array([1, 0, 1]), "least": 0.5}
    extreme = np.array([[1e4, 0.0], [0.0, 0.2], [3.0, 0.0], [0.1, 0.0]])
    yield {"z": extreme, "y": np.array([1, 1, 0, 0]), "least": 0.6}
    yield {"z": even, "y": np.array([1, 0, 1]), "least": 0.5 + 1e-12}
    yield {"z": even, "y": np.array([1, 0, 0]), "least": 0.9}
    yield {"z": even[[0, 1, 2, 2]], "y": np.array([0, 1, 1, 0]), "least": 0.8}
    n = int(rng.integers(40, 60))
    z = 2 * rng.standard_normal((n, 4))
    y = np.where(rng.uniform(size=n) < 0.6, z.argmax(axis=1), rng.integers(4, size=n))
    yield {"z": z, "y": y, "least": 0.7}


SELECTIVE = Code(
    id="metrics.selective",
    title="Say no",
    kind="beyond",
    level=2,
    task="""
Let the network answer only where its largest probability is at least `least`. Return the share
of the examples that it answers, and the accuracy on those alone: `np.nan`, if there are none.
""",
    cases=logits_and_thresholds,
    returns=("share", "accuracy"),
    hints=(
        "`softmax(z).max(axis=1)` is how sure it is of each row.",
        "`answered = … >= least` is an array of truth values: its mean is the share, and "
        "`right[answered]` picks the rows that count.",
        "The mean of no numbers is nan, with a warning: ask `answered.any()` first.",
    ),
    solution="""
def my_selective(z, y, least):
    \"\"\"The share of rows with a top probability >= least; the accuracy there.\"\"\"
    answered = softmax(z).max(axis=1) >= least
    right = z.argmax(axis=1) == y
    if not answered.any():
        return 0.0, np.nan
    return answered.mean(), right[answered].mean()
""",
    mistakes=(
        mistake(
            "right answers among all",
            "You divide the right answers by all examples. The accuracy is among those it "
            "answers: whoever refuses is not wrong.",
            ("right[answered].mean()", "(right & answered).mean()"),
        ),
        mistake(
            "accuracy of all",
            "Your accuracy is that of all examples, answered or not. Pick the rows that are "
            "answered first.",
            ("right[answered].mean()", "right.mean()"),
        ),
        mistake(
            "the share refused",
            "You return the share that it refuses. 1 minus that is the share it answers.",
            ("return answered.mean()", "return 1 - answered.mean()"),
            ("return 0.0", "return 1.0"),
        ),
        mistake(
            "logits for probabilities",
            "You compare the largest logit with `least`. Logits are no probabilities: a logit "
            "of 1 may mean anything. Apply softmax first.",
            ("softmax(z).max(axis=1)", "z.max(axis=1)"),
        ),
        mistake(
            "the accuracy where it refuses",
            "The share is right, and the accuracy is that of the rows it refuses: ~ turns a "
            "mask round.",
            ("right[answered].mean()", "right[~answered].mean()"),
        ),
        mistake(
            "0 where there is none",
            "If it answers nothing you say that its accuracy is 0, as if all were wrong. There "
            "is no accuracy: np.nan.",
            ("np.nan", "0.0"),
        ),
        mistake(
            "more than least",
            "It should answer where its probability is *at least* `least`: equal is enough, "
            "`>=`.",
            ("axis=1) >= least", "axis=1) > least"),
        ),
        mistake(
            "answers where it doubts",
            "You answer where the probability is *below* `least`. Those are the examples to "
            "refuse.",
            ("axis=1) >= least", "axis=1) < least"),
        ),
        mistake(
            "the probability of the truth",
            "You ask how probable the *true* class was. When it matters nobody knows that "
            "one: ask for the largest.",
            ("softmax(z).max(axis=1)", "softmax(z)[np.arange(len(y)), y]"),
        ),
        mistake(
            "the mean probability",
            "The mean of a row is 1/k, whatever the network says. Take the largest.",
            ("softmax(z).max(axis=1)", "softmax(z).mean(axis=1)"),
        ),
        mistake(
            "every class above least",
            "You ask for every class to reach `least`. One is enough: the largest.",
            ("softmax(z).max(axis=1) >= least", "(softmax(z) >= least).all(axis=1)"),
        ),
        mistake(
            "the lead",
            "You compare the lead over the second class. The task asks for the largest "
            "probability itself.",
            (
                "softmax(z).max(axis=1)",
                "np.diff(np.sort(softmax(z), axis=1)[:, -2:], axis=1)[:, 0]",
            ),
        ),
        mistake(
            "softmax over the batch",
            "Your softmax divides by the sum over all examples. Each row adds up to 1 by "
            "itself.",
            ("softmax(z)", "softmax(z.reshape(1, -1)).reshape(z.shape)"),
        ),
        mistake(
            "a fixed threshold",
            "You compare with 0.9, whatever `least` says.",
            ("axis=1) >= least", "axis=1) >= 0.9"),
        ),
        mistake(
            "the share of right answers",
            "Your share counts the right answers. It should count all answers, right or "
            "wrong.",
            ("return answered.mean()", "return (answered & right).mean()"),
        ),
        mistake(
            "the share of errors",
            "Your accuracy is the share of *wrong* answers.",
            ("== y", "!= y"),
        ),
        mistake(
            "counted, not divided",
            "You return how many there are. A share is divided by the number of examples, an "
            "accuracy by the number of answers: `.mean()`.",
            (
                "return answered.mean(), right[answered].mean()",
                "return answered.sum(), right[answered].sum()",
            ),
        ),
        mistake(
            "a number of answers",
            "You return how many it answers. The share is that divided by the number of "
            "examples.",
            ("return answered.mean()", "return answered.sum()"),
        ),
        mistake(
            "in percent",
            "You return percent. Shares go from 0 to 1.",
            (
                "return answered.mean(), right[answered].mean()",
                "return 100 * answered.mean(), 100 * right[answered].mean()",
            ),
        ),
        mistake(
            "no share where there is none",
            "If it answers nothing, its accuracy is nan. Its share is known: 0.",
            ("return 0.0, np.nan", "return np.nan, np.nan"),
        ),
        mistake(
            "1 where there is none",
            "If it answers nothing you say that its accuracy is 1, as if all were right. "
            "There is no accuracy: np.nan.",
            ("return 0.0, np.nan", "return 0.0, 1.0"),
        ),
        mistake(
            "None where there is none",
            "If it answers nothing you return None for the accuracy. Asked for is np.nan, which "
            "is a number to NumPy: not a number, but one to compute with.",
            ("np.nan", "None"),
        ),
        mistake(
            "the largest of all",
            "You take the largest probability of the whole batch, so that all are answered or "
            "none. Each row has its own: `max(axis=1)`.",
            ("softmax(z).max(axis=1)", "np.full(len(z), softmax(z).max())"),
        ),
        mistake(
            "a share of probabilities",
            "Your share counts probabilities that reach `least`, one by one. Asked for is the "
            "share of the rows that have one.",
            ("return answered.mean()", "return (softmax(z) >= least).mean()"),
        ),
        mistake(
            "how sure for how right",
            "Your accuracy is the mean of the largest probabilities: how sure it is. How often "
            "it is right you see only by comparing with y.",
            ("right[answered].mean()", "softmax(z).max(axis=1)[answered].mean()"),
        ),
        mistake(
            "rows of z, but not of y",
            "You pick the rows of z that are answered, and compare them with the first labels: "
            "pick the same rows of y.",
            (
                "right[answered].mean()",
                "(z[answered].argmax(axis=1) == y[: answered.sum()]).mean()",
            ),
        ),
        mistake(
            "sigmoid for softmax",
            "You apply a sigmoid to each logit by itself. Several classes share one certainty: "
            "softmax makes their probabilities add up to 1.",
            ("softmax(z).max(axis=1)", "(1 / (1 + np.exp(-z))).max(axis=1)"),
        ),
        mistake(
            "overflow",
            "`np.exp` of a large logit is infinite, and inf/inf is nan, which is not >= "
            "anything. Use `softmax`, which subtracts the largest first.",
            ("softmax(z)", "(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))"),
        ),
        mistake(
            "along the wrong axis",
            "With `axis=0` you go down the columns: the largest of each class. Asked for is the "
            "largest of each row, `axis=1`.",
            ("softmax(z).max(axis=1)", "softmax(z).max(axis=0)"),
            ("z.argmax(axis=1)", "z.argmax(axis=0)"),
        ),
        mistake(
            "a mean of labels",
            "Your accuracy is the mean of the labels. Compare them with what it answers: "
            "`z.argmax(axis=1) == y`.",
            ("right[answered].mean()", "y[answered].mean()"),
        ),
        mistake(
            "the share of the right ones",
            "Your share is of the examples that are right. It is how many of *all* examples the "
            "network answers.",
            ("return answered.mean()", "return answered[right].mean()"),
        ),
        mistake(
            "1 − least",
            "You compare with 1 − least. The largest probability itself should be at least "
            "`least`.",
            ("(axis=1) >= least", "(axis=1) >= 1 - least"),
        ),
        mistake(
            "the first rows",
            "You count how many it answers, and take as many rows from the start. Pick those that"
            " it answers: `right[answered]`.",
            ("right[answered].mean()", "right[: answered.sum()].mean()"),
        ),
        mistake(
            "divided by the number of classes",
            "You divide by the number of classes. A share is divided by how many examples there "
            "are.",
            ("return answered.mean()", "return answered.sum() / z.shape[1]"),
        ),
        mistake(
            "nearly at least",
            "What is just below `least` is answered, too, with you: you leave some slack, or "
            "compute in float32. At least means >= least.",
            ("(axis=1) >= least", "(axis=1) >= least - 1e-9"),
        ),
        mistake(
            "> and no nan",
            "Two things. It should answer where its probability is *at least* `least`: `>=`. And "
            "if it answers nothing, there is no accuracy: np.nan, not 0.",
            ("(axis=1) >= least", "(axis=1) > least"),
            ("return 0.0, np.nan", "return 0.0, 0.0"),
        ),
        mistake(
            "one is none",
            "If it answers a single example you say nan. That one is right or wrong: an accuracy "
            "of 1 or 0.",
            ("not answered.any()", "answered.sum() < 2"),
            ("return 0.0, np.nan", "return answered.mean(), np.nan"),
        ),
        mistake(
            "the least likely class",
            "You compare y with the class of the *smallest* logit.",
            ("z.argmax", "z.argmin"),
        ),
    ),
    alternatives=(
        """
        def my_selective(z, y, least):
            answered = good = 0
            for row, true in zip(z, y):
                e = np.exp(row - max(row))
                if max(e) / sum(e) >= least:
                    answered += 1
                    good += int(np.argmax(row) == true)
            return answered / len(y), good / answered if answered else float("nan")
        """,
        """
        def my_selective(z, y, least):
            rows = np.flatnonzero(np.max(softmax(z), axis=1) >= least)
            share = len(rows) / len(z)
            return share, accuracy(z[rows], y[rows]) if len(rows) else np.nan
        """,
        """
        def my_selective(z, y, least):
            sure = [max(row) >= least for row in softmax(z)]
            if True not in sure:
                return 0, np.nan
            return sum(sure) / len(y), accuracy(z[sure], y[sure])
        """,
    ),
)  # fmt: skip

EXERCISES = (SURE_OF_NOISE, LOSS_OF_18, STANDARDIZE, MOVED, VOTE, SELECTIVE, DIFFERENCE)
