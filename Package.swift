// swift-tools-version: 6.2
// Targets are floors: a target may import only what it lists (CONTRIBUTING.md, "Floors").
// Four flavours of one source tree, chosen by the environment variable NNSWIFT_FLAVOUR:
//   unset     ordinary Swift with tests (developers, sanitizers)
//   embedded  Embedded Swift: the small library that ships
//   static    ordinary Swift with the runtime inside (built with -Xswiftc -static-stdlib)
//   fuzz      as unset, with libFuzzer's counters (Tests/Fuzz/build.sh)
import PackageDescription

let flavour = Context.environment["NNSWIFT_FLAVOUR"] ?? "tests"
let isEmbedded = flavour == "embedded"
let ships = flavour == "embedded" || flavour == "static"

let swift: [SwiftSetting] =
  isEmbedded
  ? [
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags([
      "-wmo", "-Xcc", "-fno-math-errno", "-Xfrontend", "-function-sections",
      // The tests check exclusive access; in a step it would cost more than some layers do.
      "-enforce-exclusivity=unchecked",
    ]),
  ]
  : [.unsafeFlags(["-Xcc", "-fno-math-errno"])]

// Embedded Swift leaves String's Unicode tables to a library that stands beside the toolchain.
let unicodeTables: [LinkerSetting] =
  Context.environment["NNSWIFT_UNICODE_TABLES"].map { [.unsafeFlags([$0])] } ?? []

let exports: [LinkerSetting] = [
  .unsafeFlags([
    "-Xlinker", "-soname=libnnswift.so.1",
    "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/NNSwift/exports.map",
    "-Xlinker", "-Bsymbolic", "-Xlinker", "-z", "-Xlinker", "defs",
    "-Xlinker", "--gc-sections",
    // Never unloaded: its threads may run and its per-thread texts live after a dlclose.
    "-Xlinker", "-z", "-Xlinker", "nodelete",
  ])
]

// Memory for Swift's objects goes through reserve.c, which has some when the system has none.
let reserve: [LinkerSetting] =
  isEmbedded
  ? [.unsafeFlags(["-Xlinker", "--wrap=posix_memalign", "-Xlinker", "--wrap=free"])] : []

// Not in the kernels: nine tenths of all edges are their unrolled loops, which tell a fuzzer nothing.
let counters: [SwiftSetting] =
  flavour == "fuzz"
  ? [.unsafeFlags(["-sanitize-coverage=edge,inline-8bit-counters,pc-table"])] : []

// Embedded Swift compiles what a module uses of the floors below into that module: NNSwift has the
// machine code of all floors. Without copies of it in each floor a build takes two thirds of the
// processor's time.
let withoutCode: [SwiftSetting] =
  isEmbedded ? [.unsafeFlags(["-Xfrontend", "-emit-empty-object-file"])] : []

// Embedded Swift says of every function that nothing is thrown through it, and such functions have
// no unwind tables: a debugger, a profiler or backtrace() would see no caller behind them. They are
// 5 % of the library. The kernels for the base instruction set go without: hardly any processor runs
// them.
let unwindTables: [SwiftSetting] =
  isEmbedded ? [.unsafeFlags(["-Xllvm", "-force-remove-attribute=nounwind"])] : []

func floor(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swift + counters + withoutCode)
}

// No floor imports them, so none waits for them: choose.c calls them, and products link them.
let kernelTargets = ["NNKernels", "NNKernelsV3", "NNKernelsV4"]

// One folder of sources, built for three instruction sets; always optimised, as a kernel that goes
// through its vectors lane by lane is of no use to a test either.
func kernels(_ name: String, _ settings: [SwiftSetting]) -> Target {
  .target(
    name: name, dependencies: ["CKernels"],
    swiftSettings: swift + settings + [
      .unsafeFlags(["-O", "-wmo", "-num-threads", "2"], .when(configuration: .debug))
    ])
}

var targets: [Target] = [
  .systemLibrary(name: "CNNSwift", path: "Include"),
  .target(
    name: "CPlatform",
    exclude: ["xxhash/LICENSE"],
    cSettings: [.unsafeFlags(["-fvisibility=hidden", "-O2"])]
      + (isEmbedded ? [.define("NNSWIFT_EMBEDDED")] : []),
    linkerSettings: [.linkedLibrary("m")]),

  .target(name: "CKernels", cSettings: [.unsafeFlags(["-fvisibility=hidden", "-O2"])]),

  floor("NNErrors", on: []),
  kernels("NNKernels", []),
  kernels(
    "NNKernelsV3",
    unwindTables + [.define("NNK_V3"), .unsafeFlags(["-Xcc", "-march=x86-64-v3"])]),
  kernels(
    "NNKernelsV4",
    unwindTables + [
      .define("NNK_V4"),
      .unsafeFlags(["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"]),
    ]),
  floor("NNJSON", on: ["CPlatform", "NNErrors"]),
  floor("NNOptions", on: ["NNErrors", "NNJSON"]),
  floor("NNMath", on: ["CKernels", "CPlatform", "NNErrors"]),
  floor(
    "NNData", on: ["CKernels", "CPlatform", "NNErrors", "NNJSON", "NNMath", "NNOptions"]),
  floor("NNMetrics", on: ["CPlatform", "NNErrors", "NNJSON", "NNMath", "NNOptions"]),
  floor(
    "NNNetwork",
    on: ["CKernels", "CPlatform", "NNData", "NNErrors", "NNJSON", "NNMath", "NNOptions"]),
  floor("NNExecution", on: ["CKernels", "NNData", "NNErrors", "NNMath", "NNNetwork"]),
  floor(
    "NNTraining",
    on: [
      "CKernels", "CPlatform", "NNData", "NNErrors", "NNExecution", "NNJSON", "NNMath", "NNMetrics",
      "NNNetwork", "NNOptions",
    ]),
  floor("NNFile", on: ["CPlatform", "NNData", "NNErrors", "NNJSON", "NNMath", "NNNetwork"]),
  .target(
    name: "NNSwift",
    dependencies: [
      "CKernels", "CNNSwift", "CPlatform", "NNData", "NNErrors", "NNExecution", "NNFile", "NNJSON",
      "NNMath", "NNMetrics", "NNNetwork", "NNOptions", "NNTraining",
    ],
    exclude: ["exports.map"],
    swiftSettings: swift + counters + unwindTables,
    linkerSettings: ships ? exports + unicodeTables + reserve : []),
]

if !ships {
  func tests(_ floor: String, on dependencies: [Target.Dependency]) -> Target {
    .testTarget(
      name: "\(floor)Tests",
      dependencies: Set([floor] + kernelTargets).sorted().map { .target(name: $0) } + dependencies,
      path: "Tests/\(floor)Tests")
  }
  targets += [
    tests("NNOptions", on: ["NNErrors", "NNJSON"]),
    tests("NNJSON", on: ["NNErrors"]),
    tests("NNKernels", on: ["CKernels"]),
    tests("NNMath", on: ["CKernels", "CPlatform", "NNErrors"]),
    tests("NNData", on: ["NNErrors", "NNJSON", "NNMath", "NNOptions"]),
    tests("NNMetrics", on: ["NNErrors", "NNJSON", "NNMath", "NNOptions"]),
    tests("NNNetwork", on: ["NNData", "NNErrors", "NNExecution", "NNJSON", "NNMath", "NNOptions"]),
    tests(
      "NNTraining",
      on: [
        "NNData", "NNErrors", "NNExecution", "NNJSON", "NNMath", "NNMetrics", "NNNetwork",
        "NNOptions",
      ]),
    tests("NNFile", on: ["NNData", "NNErrors", "NNJSON", "NNMath", "NNNetwork"]),
  ]
}

let package = Package(
  name: "nnswift",
  products: [.library(name: "nnswift", type: .dynamic, targets: ["NNSwift"] + kernelTargets)],
  targets: targets,
  swiftLanguageModes: [.v6])
