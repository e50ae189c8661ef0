"""Writes the networks whose predictions are timed as ONNX files beside the data, for ONNX Runtime."""

import onnx
from onnx import TensorProto, helper, numpy_helper

import workloads


def model(name):
    workload = workloads.WORKLOADS[name]
    nodes, tensors, current = [], [], "x"
    layers = workloads.start_weights(name)
    for index, (weight, bias) in enumerate(layers):
        tensors += [numpy_helper.from_array(weight, f"W{index}"), numpy_helper.from_array(bias, f"b{index}")]
        nodes.append(helper.make_node("Gemm", [current, f"W{index}", f"b{index}"], [f"z{index}"]))
        current = f"z{index}"
        if index < len(layers) - 1:
            nodes.append(helper.make_node("Relu", [current], [f"a{index}"]))
            current = f"a{index}"
    last = ("Softmax", {"axis": 1}) if workload.loss == "softmax" else ("Sigmoid", {})
    nodes.append(helper.make_node(last[0], [current], ["y"], **last[1]))
    ends = [
        [helper.make_tensor_value_info(end, TensorProto.FLOAT, ["N", size])]
        for end, size in (("x", workload.sizes[0]), ("y", workload.sizes[-1]))
    ]
    graph = helper.make_graph(nodes, "network", *ends, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


for name in workloads.INFERENCE:
    path = workloads.DATA / f"{name}.onnx"
    if not path.exists():
        onnx.save(model(name), path)
