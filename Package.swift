// swift-tools-version: 6.2
// Targets are floors: a target may import only what it lists (CONTRIBUTING.md, "Floors").
// Three flavours of one source tree, chosen by the environment variable NNSWIFT_FLAVOUR:
//   unset     ordinary Swift with tests (developers, sanitizers)
//   embedded  Embedded Swift: the small library that ships
//   static    ordinary Swift with the runtime inside (built with -Xswiftc -static-stdlib)
import PackageDescription

let flavour = Context.environment["NNSWIFT_FLAVOUR"] ?? "tests"
let isEmbedded = flavour == "embedded"
let ships = flavour != "tests"

let swift: [SwiftSetting] =
  isEmbedded
  ? [
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags(["-wmo", "-Xcc", "-fno-math-errno", "-Xfrontend", "-function-sections"]),
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
  ])
]

func floor(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

var targets: [Target] = [
  .systemLibrary(name: "CNNSwift", path: "Include"),
  .systemLibrary(
    name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
  .target(
    name: "CPlatform",
    cSettings: [.unsafeFlags(["-fvisibility=hidden", "-O2"])]
      + (isEmbedded ? [.define("NNSWIFT_EMBEDDED")] : []),
    linkerSettings: [.linkedLibrary("m")]),

  floor("NNErrors", on: []),
  floor("NNKernels", on: ["CPlatform"]),
  floor("NNJSON", on: ["CPlatform", "NNErrors"]),
  floor("NNMath", on: ["CPlatform", "COpenBLAS", "NNErrors", "NNKernels"]),
  floor("NNNetwork", on: ["CPlatform", "NNErrors", "NNJSON", "NNKernels", "NNMath"]),
  floor("NNTraining", on: ["CPlatform", "NNErrors", "NNJSON", "NNKernels", "NNMath", "NNNetwork"]),
  floor("NNFile", on: ["CPlatform", "NNErrors", "NNJSON", "NNMath", "NNNetwork"]),
  .target(
    name: "NNSwift",
    dependencies: [
      "CNNSwift", "CPlatform", "NNErrors", "NNFile", "NNJSON", "NNMath", "NNNetwork", "NNTraining",
    ],
    exclude: ["exports.map"],
    swiftSettings: swift,
    linkerSettings: ships ? exports + unicodeTables : []),
]

if !ships {
  func tests(_ floor: String, on dependencies: [Target.Dependency]) -> Target {
    .testTarget(
      name: "\(floor)Tests", dependencies: [.target(name: floor)] + dependencies,
      path: "Tests/\(floor)Tests")
  }
  targets += [
    tests("NNJSON", on: ["NNErrors"]),
    tests("NNMath", on: ["CPlatform", "NNErrors", "NNKernels"]),
    tests("NNNetwork", on: ["NNErrors", "NNJSON", "NNMath", "NNKernels"]),
    tests("NNTraining", on: ["NNErrors", "NNJSON", "NNMath", "NNNetwork"]),
    tests("NNFile", on: ["NNErrors", "NNJSON", "NNMath", "NNNetwork"]),
  ]
}

let package = Package(
  name: "nnswift",
  products: [.library(name: "nnswift", type: .dynamic, targets: ["NNSwift"])],
  targets: targets,
  swiftLanguageModes: [.v6])
