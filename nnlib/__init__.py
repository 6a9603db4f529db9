"""nnlib: a neural network from scratch, in NumPy.

The files in the order of the story, each importing only files above it: initializers,
layers, activations, losses, network, gradcheck, optimizers, metrics, training.
"""

import sys
import warnings

from nnlib.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from nnlib.gradcheck import gradient_check, gradient_errors, numerical_gradient
from nnlib.initializers import (
    he_normal,
    he_uniform,
    normal,
    uniform,
    xavier_normal,
    xavier_uniform,
    zeros,
)
from nnlib.layers import Layer, Linear
from nnlib.losses import binary_cross_entropy, cross_entropy, mse, softmax
from nnlib.metrics import accuracy, confusion_matrix, predicted_class
from nnlib.network import Network
from nnlib.optimizers import SGD, Adam, Momentum, RMSprop
from nnlib.training import (
    EarlyStopping,
    History,
    batches,
    fit,
    load_run,
    save_run,
    split,
    train,
)

__version__ = "0.1.0"
__all__ = [
    "SGD",
    "Adam",
    "EarlyStopping",
    "History",
    "Layer",
    "LeakyReLU",
    "Linear",
    "Momentum",
    "Network",
    "RMSprop",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "accuracy",
    "batches",
    "binary_cross_entropy",
    "confusion_matrix",
    "cross_entropy",
    "fit",
    "gradient_check",
    "gradient_errors",
    "he_normal",
    "he_uniform",
    "load_run",
    "mse",
    "normal",
    "numerical_gradient",
    "predicted_class",
    "save_run",
    "softmax",
    "split",
    "train",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

if sys.platform == "emscripten":
    # In a browser there are no threads, so tqdm goes without one, and would warn of it.
    warnings.filterwarnings("ignore", "tqdm:disabling monitor support")

# In a notebook without ipywidgets fit's bar is one of text, and no fault to be told in red.
warnings.filterwarnings("ignore", "IProgress not found")
