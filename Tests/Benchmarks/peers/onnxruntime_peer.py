"""ONNX Runtime from Python, predictions only."""

import onnxruntime

import protocol
import workloads


def main():
    asked, workload = protocol.arguments()
    if workload.is_training:
        protocol.skip("ONNX Runtime only predicts")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = asked.threads
    options.inter_op_num_threads = 1
    path = workloads.DATA / f"{asked.workload}.onnx"
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    protocol.time_predictions(asked, lambda rows: session.run(None, {"x": rows})[0])


main()
