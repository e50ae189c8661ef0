import NNErrors
import NNJSON
import NNMath
import NNNetwork
import Testing

/// The structure between a spec and its execution, without numbers.
@Suite struct PlanTests {
  private func plan(_ layers: String, input: String = "4") throws -> Plan {
    try ModelSpec(
      try JSON.parse(#"{"input": \#(input), "loss": "mse", "layers": [\#(layers)]}"#)
    ).makePlan()
  }

  @Test func aChainIsItsLayers() throws {
    let plan = try plan(#"{"type": "dense", "units": 3}, {"type": "tanh"}"#)
    #expect(plan.nodes.map { $0.name } == ["layers.0", "layers.1"])
    #expect(plan.slots.map { $0.readers } == [[0], [1], []])
    #expect(plan.trainedNodes == [0, 1])
  }

  @Test func aResidualReadsItsInputTwice() throws {
    let plan = try plan(
      #"{"type": "tanh"}, {"type": "residual", "layers": [{"type": "dense", "units": 4}, {"type": "relu"}]}"#
    )
    #expect(
      plan.nodes.map { $0.name } == [
        "layers.0", "layers.1.layers.0", "layers.1.layers.1", "layers.1",
      ])
    #expect(plan.slots[1].readers == [1, 3])
    #expect(plan.nodes[3].inputs == [3, 1])
    #expect(plan.trainedNodes == [1, 2, 3])
  }

  /// A chain of any length needs its two widest neighbours; a residual one block more.
  @Test func inferenceReusesMemoryByLifetime() throws {
    func values(_ plan: Plan) throws -> Int {
      let memory = try MemoryPlan(plan, rows: 16, training: false)
      let ends = plan.slots.indices.map { memory.values[$0] + 16 * plan.slots[$0].shape.count }
      return ends.max() ?? 0
    }
    let dense = #"{"type": "dense", "units": 64}"#
    let chain = [dense, dense, dense, dense, dense].joined(separator: ", ")
    #expect(try values(try plan(chain, input: "64")) == 2 * 16 * 64)
    let block = #"{"type": "residual", "layers": [\#(dense), {"type": "relu"}]}"#
    let blocks = [block, block, block, block].joined(separator: ", ")
    #expect(try values(try plan(blocks, input: "64")) == 3 * 16 * 64)
  }

  @Test func noTwoLivingValuesOverlap() throws {
    let dense = #"{"type": "dense", "units": 8}"#
    let wide = #"{"type": "dense", "units": 40}"#
    let plan = try plan(
      #"\#(wide), {"type": "residual", "layers": [\#(dense), {"type": "residual", "layers": [\#(wide), \#(dense)]}], "shortcut": [\#(dense)]}, \#(wide)"#
    )
    let memory = try MemoryPlan(plan, rows: 5, training: false)
    for (a, first) in plan.slots.enumerated() {
      for (b, second) in plan.slots.enumerated() where b > a {
        // b is written by node b - 1; a lives until its last reader.
        guard (first.lastReader ?? plan.nodes.count) >= b - 1 else { continue }
        let ends = (
          memory.values[a] + 5 * first.shape.count, memory.values[b] + 5 * second.shape.count
        )
        #expect(ends.0 <= memory.values[b] || ends.1 <= memory.values[a], "slots \(a) and \(b)")
      }
    }
  }

  @Test func branchesMustAgree() throws {
    let error = #expect(throws: NNError.self) {
      try plan(#"{"type": "residual", "layers": [{"type": "dense", "units": 3}]}"#)
    }
    #expect(error?.message.contains("[3] and [4]") == true)
  }

  @Test func inputsHaveShapes() throws {
    let plan = try plan(#"{"type": "relu"}, {"type": "dense", "units": 2}"#, input: "[3, 2, 1]")
    #expect(plan.slots.map { $0.shape.text } == ["[3, 2, 1]", "[3, 2, 1]", "[2]"])
    for input in ["[]", "[2, 0]", "[1, 2, 3, 4, 5]", "[4096, 4096, 4096]", "[2.5]", #"["a"]"#] {
      #expect(throws: NNError.self) { try self.plan(#"{"type": "relu"}"#, input: input) }
    }
  }
}
