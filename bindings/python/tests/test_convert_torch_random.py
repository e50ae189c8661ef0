"""150 random networks of PyTorch: each that `from_torch` takes gives what PyTorch computes in float64."""

import numpy as np
import pytest

from nnswift import convert

torch = pytest.importorskip("torch")
nn = torch.nn

# Weights near 1 / sqrt(inputs), at most 12 layers: each rounds its sums to float32, 6e-8 of the largest value, and a
# normalisation of few features makes the error of those before it some ten times as large.
TOLERANCE = 1e-5

ACTIVATIONS = [
    nn.ReLU, lambda: nn.LeakyReLU(0.2), lambda: nn.ELU(0.7), nn.SELU, nn.GELU, lambda: nn.GELU("tanh"), nn.SiLU, nn.Sigmoid,
    nn.ReLU6, lambda: nn.Hardtanh(-0.5, 2.0), lambda: nn.CELU(0.7), nn.Mish, nn.Hardswish, nn.LogSigmoid, nn.Tanhshrink,
    nn.Softsign, nn.Tanh, lambda: nn.Softplus(2.0, 5.0), nn.Hardsigmoid, lambda: nn.Softmax(1), lambda: nn.LogSoftmax(-1), nn.Identity,
    lambda: nn.Dropout(0.5), nn.AlphaDropout,
]  # fmt: skip


class Block(nn.Module):
    """A sum, the shortcut on a side drawn by lot."""

    def __init__(self, inner, shortcut, is_first):
        super().__init__()
        self.inner, self.projection, self.is_first = inner, shortcut, is_first

    def forward(self, x):
        first, second = self.inner(x), self.projection(x)
        return second + first if self.is_first else first + second


def layers(rng, width, count, depth=0):
    """Random modules that take rows of width features, and how many they give."""
    made = []
    for _ in range(count):
        kind = rng.integers(8)
        if kind < 3:
            made.append(nn.Linear(width, units := int(rng.integers(2, 9)), bias=bool(rng.integers(4))))
            width = units
        elif kind == 3:
            norm = rng.integers(4)
            made.append([
                nn.BatchNorm1d(width, momentum=None), nn.BatchNorm1d(width, affine=False), nn.LayerNorm(width, 1e-3),
                nn.RMSNorm(width, 1e-3)][norm])
        elif kind == 4 and depth < 2:
            inner, ends = layers(rng, width, int(rng.integers(1, 4)), depth + 1)
            shortcut = nn.Sequential() if ends == width else nn.Linear(width, ends)
            made.append(Block(nn.Sequential(*inner), shortcut, bool(rng.integers(2))))
            width = ends
        elif kind == 5 and depth == 0:
            inner, width = layers(rng, width, 2, 1)
            made.append(nn.Sequential(*inner))
        else:
            made.append(ACTIVATIONS[rng.integers(len(ACTIVATIONS))]())
    return made, width


@pytest.mark.parametrize("seed", range(150))
def test_a_random_network(seed):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    width = int(rng.integers(1, 8))
    start = int(rng.integers(2, 8))
    made, end = layers(rng, start, int(rng.integers(1, 8)))
    loss, units, output = [
        ("mse", 2, nn.Identity()), ("softmax_cross_entropy", 3, nn.Softmax(1)), ("binary_cross_entropy", 1, nn.Sigmoid()),
        ("softmax_cross_entropy", 4, nn.Identity()),
    ][seed % 4]  # fmt: skip
    network = nn.Sequential(nn.Linear(width, start), *made, nn.Linear(end, units), output)
    x = rng.normal(size=(16, width)).astype(np.float32)
    with torch.no_grad():
        network.train()(torch.tensor(x))  # moves the running statistics
        network.train(bool(rng.integers(2)))
        model = convert.from_torch(network, loss)
        wanted = network.eval().double()(torch.tensor(x).double()).numpy()
    found = model.predict(x, kind="raw" if isinstance(output, nn.Identity) else "proba")
    assert abs(found.ravel() - wanted.ravel()).max() <= TOLERANCE * max(1, abs(wanted).max())
