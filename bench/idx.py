"""MNIST's 10,000 test images from their files as published."""

import gzip
from pathlib import Path

import numpy as np


def test_images(folder):
    """x float32 (10000, 784) in 0 … 1, and y int64 (10000,)."""
    images, labels = (
        np.frombuffer(gzip.decompress((Path(folder) / name).read_bytes()), np.uint8)
        for name in ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
    )
    x = images[16:].reshape(-1, 784).astype(np.float32) / 255  # after the header
    return x, labels[8:].astype(np.int64)
