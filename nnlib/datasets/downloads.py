"""Sets of images too large for the package: where they are, and how to know them.

Each file is taken from the first mirror that gives the right one, judged by its size and its
SHA-256, and kept in the user's cache folder. Whatever goes wrong, no partial file stays there,
and no more is taken than the file has, nor unpacked than its images need.
"""

import errno
import os
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nnlib.datasets.idx import IMAGES, LABELS, read_idx

TIMEOUT = 10, 30  # seconds: to connect to a mirror, and to wait for its next bytes
FILES = (  # both sets name theirs so, with .gz at the end
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


class Collection(NamedTuple):
    """28 × 28 images and their labels, to train on and to test on, in four files."""

    mirrors: tuple
    packed: tuple  # bytes of FILES, packed, as published
    sha256: tuple  # of the same
    first_labels: (
        list  # of the training set: what tells one set's files from the other's
    )
    sizes: tuple = (60_000, 10_000)


# These sums stand, one and the same, in tensorflow/datasets (url_checksums/mnist.txt and
# fashion_mnist.txt), pytorch/vision (prototype/datasets/_builtin/mnist.py) and
# ankane/torchvision-ruby. MNIST's test images and all the labels were hashed again for this
# table; their MD5 sums are those of torchvision and of Fashion-MNIST's README.
COLLECTIONS = {
    "mnist": Collection(
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://raw.githubusercontent.com/fgnt/mnist/"
            "ae608a02b796c9ee908c082585a5f006fe05258e/",
        ),
        packed=(9_912_422, 28_881, 1_648_877, 4_542),
        sha256=(
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        first_labels=[5, 0, 4, 1, 9, 2, 1, 3, 1, 4],
    ),
    "fashion_mnist": Collection(
        mirrors=(
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/"
            "b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/",
        ),
        packed=(26_421_880, 29_515, 4_422_102, 5_148),
        sha256=(
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
        first_labels=[9, 0, 0, 3, 0, 2, 7, 2, 5, 5],
    ),
}


def load_images(name, folder):
    """(x, y), (x, y) of the collection of that name: x float32 (n, 784) in 0 … 1, y int."""
    collection = COLLECTIONS[name]
    paths = _download(name) if folder is None else _look_in(folder, name)
    n_train, n_test = collection.sizes
    train = _examples(*paths[:2], n_train, collection.first_labels)
    return train, _examples(*paths[2:], n_test)


def _examples(images_path, labels_path, n, first_labels=()):
    """The images and labels of one part, n of each."""
    labels = read_idx(labels_path, LABELS, (n,))
    first = labels[: len(first_labels)].tolist()
    if first != list(first_labels):
        raise ValueError(
            f"{labels_path} must begin with the labels {first_labels}, got {first}: "
            f"are these another data set's files, of the same names?"
        )
    x = read_idx(images_path, IMAGES, (n, 28, 28)).reshape(n, 784).astype(np.float32)
    x /= 255  # in place: the training images take 188 MB
    return x, labels.astype(int)


def _look_in(folder, name):
    """The paths of the four files in a folder, each with .gz at its end or without."""
    folder = Path(folder).expanduser()
    pairs = [(folder / f"{file}.gz", folder / file) for file in FILES]
    paths = [next(filter(Path.is_file, pair), None) for pair in pairs]
    missing = [file for file, path in zip(FILES, paths) if path is None]
    if missing:
        why = "it lacks" if folder.is_dir() else "there is no such folder; it lacks"
        raise ValueError(
            f"folder {folder} must hold {', '.join(FILES)}, each with .gz at the end or "
            f"without, got {4 - len(missing)} of these four: {why} {', '.join(missing)}. "
            f"They are at {COLLECTIONS[name].mirrors[0]}"
        )
    return paths


def _download(name):
    """The paths of the four files in the cache, after downloading what is not there."""
    if sys.platform == "emscripten":
        raise ValueError(
            f"{name}() must open a connection to download, got a browser, where Python has "
            f"none: use digits(), which needs no download; or download "
            f"{', '.join(f'{file}.gz' for file in FILES)} from "
            f"{COLLECTIONS[name].mirrors[0]} yourself, upload them beside the notebook, and "
            f"write {name}(folder='.')"
        )
    instead = (
        f"bring {', '.join(f'{file}.gz' for file in FILES)} into a folder by other means, "
        f"and name it: {name}(folder=…)"
    )
    try:
        import pooch
    except ImportError:
        raise ImportError(
            f"{name}() needs the package pooch to download: pip install pooch; or {instead}"
        ) from None
    cache = pooch.os_cache("nnlib") / name
    mirrors = list(COLLECTIONS[name].mirrors)
    files = zip(FILES, COLLECTIONS[name].packed, COLLECTIONS[name].sha256)
    return [_fetch(*file, mirrors, cache, instead) for file in files]


def _fetch(file, size, sha256, mirrors, cache, instead):
    """The path of one file in the cache. A mirror that fails goes to the list's end."""
    import pooch
    from requests import RequestException

    file, problems = f"{file}.gz", []
    for _ in range(len(mirrors)):
        address = mirrors[0] + file
        try:  # Pooch writes to a temporary file, and moves it only if its sum is right.
            return pooch.retrieve(address, sha256, file, cache, None, _downloader(size))
        except (RequestException, ConnectionError, TimeoutError, ValueError) as error:
            problems.append(f"- {address}: {type(error).__name__}: {error}")
            mirrors.append(mirrors.pop(0))
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            full = f"the disk is full: no room for {file}, and no part of it was kept"
            raise OSError(
                error.errno, f"{full}. Make room; or {instead}", str(cache)
            ) from None
    raise ValueError(
        f"{file} must come from one of {len(mirrors)} mirrors, got\n"
        + "\n".join(problems)
        + f"\nTry again when you are online; or {instead}"
    )


def _downloader(size):
    """Pooch's, that says what it downloads, with a bar, or silent if NNLIB_QUIET is set."""
    import pooch

    quiet = bool(os.environ.get("NNLIB_QUIET"))
    pooch.get_logger().disabled = quiet  # its level, once used, cannot be changed back
    # Not packed once more on the way: what comes is what counts.
    plain = {"Accept-Encoding": "identity"}
    download = pooch.HTTPDownloader(
        not quiet, chunk_size=2**16, timeout=TIMEOUT, headers=plain
    )

    def at_most_size(address, path, pooch):
        with open(path, "wb") as file:
            download(address, _Limited(file, size), pooch)

    return at_most_size


class _Limited:
    """A file to write to, which takes so many bytes and no more."""

    def __init__(self, file, size):
        self.file, self.size, self.flush = file, size, file.flush

    def write(self, content):
        if self.file.tell() + len(content) > self.size:
            raise ValueError(f"the file must have {self.size:,} bytes, got more")
        self.file.write(content)
