"""scikit-learn's MLPClassifier and MLPRegressor with our batch order.

The same arithmetic as the others but for Adam, whose eps stands outside of the bias correction. Its squared loss is
half of ours: SGD gets twice the rate. There is no RMSprop.
"""

import warnings

import numpy as np

import protocol
import workloads
from workloads import ADAM_EPS, BETA1, BETA2

warnings.filterwarnings("ignore")
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer  # noqa: E402


def network(name, workload, features, targets):
    """Returns a model with our start weights and a fresh optimiser.

    scikit-learn makes its arrays in the first fit: one small one, then weights and optimiser are put in their place.
    """
    rate = (workload.rate or 1e-3) * (2 if workload.loss == "mse" and workload.optimizer == "sgd" else 1)
    solver = workload.optimizer if workload.is_training else "sgd"
    activation = {"sigmoid": "logistic"}.get(workload.activation, workload.activation)
    kind = MLPRegressor if workload.loss == "mse" else MLPClassifier
    model = kind(
        hidden_layer_sizes=workload.sizes[1:-1], activation=activation, solver=solver, learning_rate_init=rate,
        momentum=0.0, nesterovs_momentum=False, alpha=0.0, batch_size=64, shuffle=False, max_iter=1, tol=0.0,
        n_iter_no_change=10**9, random_state=1,
    )  # fmt: skip
    classes = {} if workload.loss == "mse" else {"classes": np.unique(targets)}
    model.partial_fit(features[:64], targets[:64], **classes)
    for weight, bias, (start_weight, start_bias) in zip(model.coefs_, model.intercepts_, workloads.start_weights(name)):
        weight[...], bias[...] = start_weight, start_bias
    parameters = model.coefs_ + model.intercepts_
    adam = AdamOptimizer(parameters, rate, BETA1, BETA2, ADAM_EPS) if solver == "adam" else None
    model._optimizer = adam or SGDOptimizer(parameters, rate, "constant", 0.0, False, 0.5)
    model.t_ = 0
    return model.set_params(batch_size=workload.batch)


def main():
    asked, workload = protocol.arguments()
    if workload.optimizer == "rmsprop":
        protocol.skip("scikit-learn has no RMSprop")
    # Predictions need every class seen once.
    features, targets = workloads.load(
        asked.workload if workload.is_training else "W1" if workload.loss == "softmax" else "W5"
    )
    targets = targets if workload.loss == "mse" else targets.astype(np.int64)
    model = network(asked.workload, workload, features, targets)
    if not workload.is_training:
        last = 0 if workload.loss == "softmax" else 1
        return protocol.time_predictions(asked, lambda rows: model.predict_proba(rows)[:, last:])
    orders = workloads.orders(asked.workload)

    def run(first, count):
        for epoch in range(first, first + count):
            if orders is None:
                model.partial_fit(features, targets)
            else:
                order = orders[epoch % len(orders)]
                model.partial_fit(features[order], targets[order])

    protocol.time_training(asked, run, lambda: list(zip(model.coefs_, model.intercepts_)))


main()
