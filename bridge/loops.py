"""Eight steps of training in PyTorch. One is as it should be."""

import torch
from torch import nn
from torch.nn import functional as F


def usual(net, optimizer, x, y):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    return loss


def never_zeroed(net, optimizer, x, y):
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    return loss


def zeroed_before_the_step(net, optimizer, x, y):
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss


def step_first(net, optimizer, x, y):
    optimizer.step()
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    return loss


def softmax_first(net, optimizer, x, y):
    optimizer.zero_grad()
    p = net(x).softmax(dim=1)
    loss = F.cross_entropy(p, y)
    loss.backward()
    optimizer.step()
    return loss


def other_axis(net, optimizer, x, y):
    optimizer.zero_grad()
    log_p = net(x).log_softmax(dim=0)
    loss = F.nll_loss(log_p, y)
    loss.backward()
    optimizer.step()
    return loss


def summed(net, optimizer, x, y):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y, reduction="sum")
    loss.backward()
    optimizer.step()
    return loss / len(x)


class PlainList(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Linear(64, 64), nn.ReLU()]
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        for layer in self.hidden:
            x = layer(x)
        return self.output(x)


STEPS = (usual, never_zeroed, zeroed_before_the_step, step_first, softmax_first)
STEPS += (other_axis, summed)


def plain_list(state):
    """A PlainList with the weights of a state_dict of the usual network."""
    net = PlainList()
    with torch.no_grad():
        for layer, i in ((net.hidden[0], 0), (net.output, 2)):
            layer.weight.copy_(torch.from_numpy(state[f"{i}.weight"]))
            layer.bias.copy_(torch.from_numpy(state[f"{i}.bias"]))
    return net
