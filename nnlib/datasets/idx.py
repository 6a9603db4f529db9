"""IDX, the format of MNIST's files: a magic number, the sizes, then the numbers themselves.

The magic number is four bytes: two zeros, the type of the numbers, how many dimensions.
Each size takes four bytes. Everything is big-endian, the last dimension runs fastest.
(Y. LeCun, C. Cortes, C. Burges, "The MNIST database", at the foot of the page.)
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
IMAGES, LABELS = 0x0803, 0x0801  # bytes: (n, rows, columns), and (n,)


def read_idx(path, magic=None):
    """The array in an IDX file, gzip or not, in its own type and shape.

    `magic` is the magic number to insist on, `IMAGES` or `LABELS`; None takes any. A file
    that is something else, or shorter or longer than its header says, is a ValueError.
    """
    content = _content(path)
    found = int.from_bytes(content[:4], "big")
    if len(content) < 4 or found >> 8 not in TYPES:
        start = repr(content[:16])[1:]
        raise ValueError(
            f"{path} is no IDX file: it must begin with two zero bytes, a type in "
            f"{list(TYPES)} and the number of dimensions, got {start}: download it again"
        )
    if magic not in (None, found):
        raise ValueError(f"{path} must hold {_kind(magic)}, got {_kind(found)}")
    start = 4 + 4 * content[3]
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    dtype = np.dtype(TYPES[found >> 8])
    size = start + math.prod(shape) * dtype.itemsize
    if len(content) != size:
        raise ValueError(
            f"{path} must have {size} bytes (unpacked), a header of {start} and an array of "
            f"shape {tuple(shape)}; got {len(content)}: download it again"
        )
    array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return array.astype(dtype.newbyteorder("="))  # a copy, which can be written to


def _content(path):
    """The bytes of a file, unpacked if they are packed: the name does not tell."""
    content = Path(path).read_bytes()
    if content[:2] != b"\x1f\x8b":  # how every gzip file begins
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{path} is not a whole gzip file ({error}): download it again"
        ) from None


def _kind(magic):
    names = {IMAGES: "images", LABELS: "labels"}
    return f"{names.get(magic, 'something else')} (magic number 0x{magic:08x})"
