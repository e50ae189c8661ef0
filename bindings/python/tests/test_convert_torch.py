"""Networks of PyTorch as people write them: what `from_torch` takes, and what it refuses by name."""

import numpy as np
import pytest

import nnswift
from nnswift import convert

torch = pytest.importorskip("torch")
nn = torch.nn
F = nn.functional

X = np.random.default_rng(7).normal(size=(17, 6)).astype(np.float32)
# Outputs of both sides in float32: a few roundings of numbers near 1.
TOLERANCE = 2e-6


def outputs(network, x=X):
    """What the network gives in inference mode, computed in float64."""
    with torch.no_grad():
        return network.eval()(torch.tensor(x, dtype=next(network.parameters()).dtype)).double().numpy()


def same(model, network, kind="raw", x=X, tolerance=TOLERANCE):
    wanted = outputs(network, x)
    found = model.predict(x.reshape(len(x), -1), kind=kind)
    return abs(found.ravel() - wanted.ravel()).max() <= tolerance * max(1, abs(wanted).max())


class Own(nn.Module):
    """A network whose forward is a function of itself and x."""

    def __init__(self, forward, **modules):
        super().__init__()
        self.way = forward
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, x):
        return self.way(self, x)


def linear(weight, bias):
    layer = nn.Linear(len(weight[0]), len(weight))
    with torch.no_grad():
        layer.weight[:], layer.bias[:] = torch.tensor(weight), torch.tensor(bias)
    return layer


def test_the_output_function_is_the_loss_s_by_hand():
    binary = nn.Sequential(linear([[2.0]], [-4.0]), nn.Sigmoid())
    model = convert.from_torch(binary, "binary_cross_entropy")
    # sigmoid(2 - 4) = .1192
    assert abs(model.predict([[1.0]])[0] - 0.119203) < 1e-6 and model.predict([[1.0]], kind="label")[0] == 0
    assert len(model.spec["layers"]) == 1
    several = nn.Sequential(linear([[0.0], [0.0]], [0.0, 2.0]), nn.Softmax(dim=1))
    # softmax(0, 2) = .1192, .8808
    assert abs(convert.from_torch(several, "softmax_cross_entropy").predict([[1.0]]) - [[0.119203, 0.880797]]).max() < 1e-6


@pytest.mark.parametrize(("loss", "units", "output"), [
    ("softmax_cross_entropy", 3, nn.Softmax(1)), ("softmax_cross_entropy", 3, nn.Softmax(-1)),
    ({"type": "softmax_cross_entropy", "label_smoothing": 0.1}, 3, nn.Softmax(dim=1)),
    ("binary_cross_entropy", 1, nn.Sigmoid()), ("binary_cross_entropy", 4, nn.Sigmoid()),
])  # fmt: skip
def test_the_output_function_is_dropped_once(loss, units, output):
    inner = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, units))
    for network in (
        nn.Sequential(*inner, output), nn.Sequential(inner, nn.Sequential(output)),
        nn.Sequential(inner, output, nn.Identity(), nn.Dropout(0.2)), Own(lambda self, x: self.end(self.net(x)), net=inner, end=output),
    ):  # fmt: skip
        model = convert.from_torch(network, loss)
        assert len(model.spec["layers"]) == 3
        assert same(model, network, "proba") and same(model, inner)
    twice = convert.from_torch(nn.Sequential(inner, output, output), loss)
    assert same(twice, nn.Sequential(inner, output, output), "proba")
    assert same(convert.from_torch(inner, loss), inner)
    assert same(convert.from_torch(nn.Sequential(inner, output), "mse"), nn.Sequential(inner, output))


def test_log_softmax_and_exp_are_the_loss_s():
    inner = nn.Linear(6, 3)
    logs = nn.Sequential(inner, nn.LogSoftmax(dim=-1))
    model = convert.from_torch(logs, "softmax_cross_entropy")
    assert same(model, inner) and abs(np.log(model.predict(X)) - outputs(logs)).max() < 1e-5
    rates = Own(lambda self, x: torch.exp(self.fc(x)), fc=inner)
    assert same(convert.from_torch(rates, "poisson"), rates, "proba")


WAYS = {
    "functions": lambda self, x: self.b(F.relu(self.a(x))),
    "torch's": lambda self, x: self.b(torch.tanh(self.a(x))),
    "methods": lambda self, x: self.b(self.a(x).sigmoid().relu()),
    "options": lambda self, x: self.b(F.leaky_relu(F.elu(self.a(x), 0.5), negative_slope=0.3, inplace=True)),
    "names": lambda self, x: self.b(F.softplus(input=self.a(x), beta=2)),
    "over rows": lambda self, x: self.b(torch.softmax(F.log_softmax(self.a(x), -1), dim=1)),
    "gelu": lambda self, x: self.b(F.gelu(self.a(x), approximate="tanh")),
    "hardsigmoid": lambda self, x: self.b(F.hardsigmoid(F.silu(F.selu(self.a(x))))),
    "dropout": lambda self, x: self.b(F.dropout(self.a(x), 0.5, self.training)),
    "no dropout": lambda self, x: self.b(F.dropout(self.a(x), training=False)),
    "view": lambda self, x: self.b(self.a(x.view(x.size(0), -1))),
    "shape": lambda self, x: self.b(self.a(x.reshape(x.shape[0], 6)).clone()),
    "rows": lambda self, x: self.b(self.a(torch.flatten(x, 1).contiguous().view(-1, 6))),
    "sum": lambda self, x: self.b(x + F.relu(self.c(x))),
    "sum of sums": lambda self, x: self.b(F.relu(self.c(x)) + x + torch.add(x, self.c(x))),
    "in place": lambda self, x: self.b(F.relu_(self.a(x)).tanh_()),
    "loop": lambda self, x: self.b([x := each(x) for each in (self.c, F.relu, self.a)][-1]),
    "tied": lambda self, x: self.b(self.a(self.c(self.c(x)))),
    "squeezed": lambda self, x: torch.sigmoid(self.one(x).squeeze(1)),
    "one column": lambda self, x: self.one(x).view(-1),
    "a row, then nothing": lambda self, x: self.one(x).flatten(),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("training", [False, True])
def test_a_forward_of_somebody_s_own(way, training):
    torch.manual_seed(2)
    network = Own(way, a=nn.Linear(6, 5), b=nn.Linear(5 if way not in (WAYS["sum"], WAYS["sum of sums"]) else 6, 3),
                  c=nn.Linear(6, 6), one=nn.Linear(6, 1)).train(training)
    model = convert.from_torch(network, "mse")
    assert network.training is training
    assert same(model, network)


def test_modules_in_modules():
    torch.manual_seed(3)
    block = Own(lambda self, x: x + self.net(x), net=nn.Sequential(nn.LayerNorm(6, bias=False), nn.Linear(6, 6)))
    network = nn.Sequential(
        nn.Flatten(), nn.Sequential(block, nn.Sequential(nn.ReLU())), nn.AlphaDropout(0.3), nn.Flatten(), nn.Linear(6, 4),
        nn.BatchNorm1d(4, momentum=None), nn.RMSNorm(4), nn.Dropout(0.1), nn.Dropout1d(0.4), nn.Linear(4, 2),
    )  # fmt: skip
    network(torch.tensor(X))  # moves the running statistics
    assert same(convert.from_torch(network, "mse"), network)
    assert same(convert.from_torch(network.train(), "mse"), network)
    one = nn.Sequential(nn.Linear(6, 2), nn.Dropout(1.0))
    assert same(convert.from_torch(torch.compile(one), "mse"), one)
    one = nn.Linear(6, 2)
    assert same(convert.from_torch(one, "mse"), one)
    pictures = nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Linear(6, 2))
    assert same(convert.from_torch(pictures, "mse"), pictures, x=X.reshape(17, 1, 2, 3))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_weights_of_other_types(dtype):
    torch.manual_seed(4)
    network = nn.Sequential(nn.Linear(6, 5), nn.RMSNorm(5), nn.LayerNorm(5), nn.Tanh(), nn.Linear(5, 2))
    network = network.to(getattr(torch, dtype))
    model = convert.from_torch(network, "mse")
    # The same weights; compared where the other side computes in float64 too.
    assert np.array_equal(model.weights["layers.0.weight"], network[0].weight.detach().float().numpy())
    assert same(model, network if dtype == "float64" else network.float())


def test_parametrised_weights_are_taken_as_they_are():
    torch.manual_seed(5)
    new = torch.nn.utils.parametrizations
    network = nn.Sequential(new.weight_norm(nn.Linear(6, 5)), nn.Tanh(), new.spectral_norm(nn.Linear(5, 2)))
    with torch.no_grad():
        network[0].parametrizations.weight.original0 *= 3
    before = {name: value.clone() for name, value in network.state_dict().items()}
    model = convert.from_torch(network.train(), "mse")
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert same(model, network)


class Linear(nn.Linear):
    """Somebody's own layer under the name of one of PyTorch."""

    def forward(self, x):
        return 2 * super().forward(x)


def hooked(path):
    network = nn.Sequential(nn.Sequential(nn.Linear(6, 6)))
    network.get_submodule(path).register_forward_hook(lambda module, given, made: 2 * made)
    return network


def patched():
    network = nn.Sequential(nn.Linear(6, 2))
    network[0].forward = lambda x: x
    return network


class Counting(nn.Module):
    """torch.fx sees one side of its question only."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        made = self.fc(x)
        return made + made if isinstance(x, torch.Tensor) else made


def in_place_sum(self, x):
    kept = made = self.fc(x)
    made += x
    return kept + x


FC = {"fc": nn.Linear(6, 6)}
REFUSED = {
    "module 0: Linear has no counterpart.*derived from torch.nn.Linear": lambda: nn.Sequential(Linear(6, 2)),
    "module 1: Softmax has no counterpart.*dim must be 1 or -1": lambda: nn.Sequential(nn.Linear(6, 2), nn.Softmax(dim=0)),
    "module 1: LogSoftmax has.*dim": lambda: nn.Sequential(nn.Linear(6, 2), nn.LogSoftmax(dim=0)),
    "module 0: Softmax.*must stand behind Flatten": lambda: nn.Sequential(nn.Softmax(1), nn.Flatten(), nn.Linear(6, 2)),
    "call of softmax has no counterpart.*dim": lambda: Own(lambda self, x: F.softmax(self.fc(x), 0), **FC),
    "module 0.0: Linear has no.*hook <lambda>": lambda: hooked("0.0"),
    "module 0: Sequential has no.*hook": lambda: hooked("0"),
    "Sequential has no.*hook <lambda>": lambda: hooked(""),
    "Linear has no counterpart.*hook WeightNorm": lambda: nn.Sequential(torch.nn.utils.weight_norm(nn.Linear(6, 2))),
    "module 0: Linear.*forward was replaced": patched,
    "module 0: Conv2d has no": lambda: nn.Sequential(nn.Conv2d(1, 1, 1), nn.Flatten(), nn.Linear(6, 2)),
    "module 1: Flatten.*start_dim": lambda: nn.Sequential(nn.Linear(6, 2), nn.Flatten(0)),
    "module 1: BatchNorm1d.*running statistics": lambda: nn.Sequential(
        nn.Linear(6, 2), nn.BatchNorm1d(2, track_running_stats=False)),
    "module 0: LayerNorm.*one dimension": lambda: nn.Sequential(nn.LayerNorm([2, 3]), nn.Flatten(), nn.Linear(6, 2)),
    "module 1: Linear takes 5 features, 4 come": lambda: nn.Sequential(nn.Linear(6, 4), nn.Linear(5, 2)),
    "module 1: LayerNorm takes 5": lambda: nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(5, elementwise_affine=False)),
    "LazyLinear has no": lambda: nn.Sequential(nn.LazyLinear(2)),
    "on the meta device": lambda: nn.Sequential(nn.Linear(6, 2, device="meta")),
    "DataParallel has no": lambda: nn.DataParallel(nn.Linear(6, 2)),
    "other values than the layers": Counting,
    "other values than": lambda: Own(in_place_sum, **FC),
    "call of relu has.*in place": lambda: Own(lambda self, x: F.relu(h := self.fc(x), True) + h, **FC),
    "module act: ReLU has.*in place": lambda: Own(lambda self, x: self.act(x) + x, act=nn.ReLU(inplace=True), **FC),
    "call of dropout.*self.training": lambda: Own(lambda self, x: F.dropout(self.fc(x)), **FC),
    "call of mul has no": lambda: Own(lambda self, x: 2 * self.fc(x), **FC),
    "both values of a sum must": lambda: Own(lambda self, x: self.fc(x) + 1, **FC),
    "call of linear has no": lambda: Own(lambda self, x: F.linear(x, self.fc.weight), **FC),
    "call of squeeze.*one output, here are 6": lambda: Own(lambda self, x: self.fc(x).squeeze(1), **FC),
    "call of view has": lambda: Own(lambda self, x: self.fc(x.view(6, -1)), **FC),
    "may not depend on values": lambda: Own(lambda self, x: self.fc(x) if x.sum() > 0 else x, **FC),
    "it gives a dict": lambda: Own(lambda self, x: {"y": self.fc(x)}, **FC),
    "RecursiveScriptModule has no.*TorchScript": lambda: torch.jit.script(nn.Sequential(nn.Linear(6, 2))),
    "it gives a tuple": lambda: Own(lambda self, x: (self.fc(x), x), **FC),
    "exponential is only the output function": lambda: Own(lambda self, x: self.fc(x).exp(), **FC),
    "inside of a residual and outside": lambda: Own(lambda self, x: (h := self.fc(x)) + x + h, **FC),
    "how many features": lambda: nn.Sequential(nn.ReLU()),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("fragment", "network"), REFUSED.items(), ids=range(len(REFUSED)))
def test_refused_by_name(fragment, network):
    with pytest.raises(ValueError, match=fragment):
        convert.from_torch(network(), "mse")


@pytest.mark.parametrize(("loss", "output"), [("softmax_cross_entropy", nn.Sigmoid()), ("binary_cross_entropy", nn.Softmax(1))])
def test_refuses_the_output_of_another_loss(loss, output):
    with pytest.raises(ValueError, match="the network ends in"):
        convert.from_torch(nn.Sequential(nn.Linear(6, 2), output), loss)
