"""IDX, the format of MNIST's files: a magic number, the sizes, then the numbers themselves.

The magic number is four bytes: two zeros, the type of the numbers, how many dimensions.
Each size takes four bytes. Everything is big-endian, the last dimension runs fastest.
(Y. LeCun, C. Cortes, C. Burges, "The MNIST database", at the foot of the page.)
"""

import gzip
import math
import zlib

import numpy as np

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
IMAGES, LABELS = 0x0803, 0x0801  # bytes: (n, rows, columns), and (n,)


def read_idx(path, magic=None, shape=None):
    """The array in an IDX file, gzip or not, in its own type and shape.

    `magic` is the magic number to insist on, `IMAGES` or `LABELS`, `shape` the shape; None
    takes any. A file that is something else, or shorter or longer than its header says, is a
    ValueError. No more is read, nor unpacked, than the header promises.
    """
    try:
        with _opened(path) as file:
            return _array(file, path, magic, shape)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{path} is not a whole gzip file ({error}): download it again"
        ) from None


def _array(file, path, magic, shape):
    head = _read(file, 4)
    found = int.from_bytes(head, "big")
    if len(head) < 4 or found >> 8 not in TYPES:
        start = repr(bytes(head + _read(file, 12)))[1:]
        raise ValueError(
            f"{path} is no IDX file: it must begin with two zero bytes, a type in "
            f"{list(TYPES)} and the number of dimensions, got {start}: download it again"
        )
    if magic not in (None, found):
        raise ValueError(f"{path} must hold {_kind(magic)}, got {_kind(found)}")
    sizes = _read(file, 4 * head[3])
    given = tuple(
        int.from_bytes(sizes[i : i + 4], "big") for i in range(0, len(sizes), 4)
    )
    start = 4 + 4 * head[3]
    if shape not in (None, given) and len(sizes) == 4 * head[3]:
        raise ValueError(f"{path} must hold an array of shape {shape}, got {given}")
    dtype = np.dtype(TYPES[found >> 8])
    size = math.prod(given) * dtype.itemsize
    content = _read(file, size + 1)
    if len(sizes) < 4 * head[3] or len(content) != size:
        got = "more" if len(content) > size else 4 + len(sizes) + len(content)
        raise ValueError(
            f"{path} must have {start + size} bytes (unpacked), a header of {start} and an array "
            f"of shape {given}; got {got}: download it again"
        )
    array = np.frombuffer(content, dtype).reshape(given)
    return array.astype(dtype.newbyteorder("="))  # a copy, which can be written to


def _opened(path):
    """The file, unpacked while it is read if it is packed: its name does not tell."""
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"  # how every gzip file begins
    return gzip.open(path) if packed else open(path, "rb")


def _read(file, most):
    """So many bytes, or what there is: memory is taken for what is there, not for promises."""
    content = bytearray()
    while part := file.read(min(most - len(content), 2**20)):
        content += part
    return content


def _kind(magic):
    names = {IMAGES: "images", LABELS: "labels"}
    return f"{names.get(magic, 'something else')} (magic number 0x{magic:08x})"
