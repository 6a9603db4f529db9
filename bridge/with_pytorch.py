"""The network in PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F


def network_torch(state, dtype):
    """64-64-10, with the weights of a state_dict of NumPy arrays."""
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    net.to(dtype)
    net.load_state_dict({name: torch.from_numpy(a) for name, a in state.items()})
    return net


def train_torch(net, optimizer, x, y, order):
    """Trains on one batch of rows after another; yields the loss of each."""
    for rows in order:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        yield loss.item()


def back_again(net):
    """The state_dict as NumPy arrays, copied: `numpy()` alone would share the memory."""
    return {name: t.numpy().copy() for name, t in net.state_dict().items()}


OPTIMIZERS = {
    "SGD": lambda params, lr: torch.optim.SGD(params, lr=lr),
    "Momentum": lambda params, lr: torch.optim.SGD(params, lr=lr, momentum=0.9),
    "RMSprop": lambda params, lr: torch.optim.RMSprop(params, lr=lr),
    "Adam": lambda params, lr: torch.optim.Adam(params, lr=lr),
}
