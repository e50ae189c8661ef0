import CKernels
import CPlatform

/// The purpose of random numbers. Each has its own stream, so drawing more for one never shifts
/// another.
package enum RandomPurpose: UInt32, Sendable {
  case initialization = 1
  case shuffle = 2
  case split = 3
  case dropout = 4
  case folds = 5
  case importance = 6
}

/// The seeded sequence all randomness comes from: Philox 4x32-10.
///
/// Counter-based: a stream is named by (seed, purpose, item, epoch, step) and needs no state from
/// the streams before it, so a resumed training draws what an uninterrupted one would have drawn.
/// Reference: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
package struct RandomGenerator: Sendable {
  private let key: (UInt32, UInt32)
  private var counter: (UInt32, UInt32, UInt32, UInt32)
  private var block: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var used = 4

  /// - Parameters:
  ///   - item: which layer or parameter draws, below 2^24.
  ///   - epoch, step: when it draws; taken modulo 2^32.
  package init(seed: UInt64, purpose: RandomPurpose, item: Int = 0, epoch: Int = 0, step: Int = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let stream = purpose.rawValue << 24 | UInt32(truncatingIfNeeded: item) & 0xFF_FFFF
    counter = (
      0, stream, UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: step)
    )
  }

  /// 32 random bits.
  package mutating func next() -> UInt32 {
    if used == 4 {
      block = philox(counter, key)
      counter.0 &+= 1
      used = 0
    }
    used += 1
    switch used {
    case 1: return block.0
    case 2: return block.1
    case 3: return block.2
    default: return block.3
    }
  }

  /// The next words, as `next` would give them: sixteen blocks at a time.
  package mutating func fill(_ words: UnsafeMutablePointer<UInt32>, count: Int) {
    var filled = 0
    while filled < count, used < 4 {
      words[filled] = next()
      filled += 1
    }
    let blocks = (count - filled) / 4
    withStream { nnk_kernels().pointee.random_words($0, counter.0, blocks, words + filled) }
    counter.0 &+= UInt32(truncatingIfNeeded: blocks)
    filled += 4 * blocks
    while filled < count {
      words[filled] = next()
      filled += 1
    }
  }

  /// mask = `kept` with probability 1 - dropped / 2^32, else 0; y = mask · x. A value takes 32
  /// bits, from the beginning of the stream on.
  package func dropOut(
    _ x: UnsafePointer<Float>, _ count: Int, dropped: UInt32, kept: Float,
    mask: UnsafeMutablePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    withStream { nnk_kernels().pointee.drop_out($0, dropped, kept, x, count, mask, y) }
  }

  /// The stream as the kernels take it.
  private func withStream(_ body: (UnsafePointer<UInt32>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 5) { stream in
      guard let base = stream.baseAddress else { return }
      (base[0], base[1]) = key
      (base[2], base[3], base[4]) = (counter.1, counter.2, counter.3)
      body(base)
    }
  }

  /// Uniform in [0, 1), a multiple of 2^-24.
  package mutating func uniform() -> Float { Float(next() >> 8) * 0x1p-24 }

  /// Uniform in [0, 1), a multiple of 2^-53.
  package mutating func uniformDouble() -> Double {
    let high = UInt64(next()) << 32
    return Double((high | UInt64(next())) >> 11) * 0x1p-53
  }

  /// Standard normal. Reference: Box and Muller 1958 (the cosine half).
  package mutating func normal() -> Double {
    let radius = nnc_sqrt(-2 * nnc_log(1 - uniformDouble()))
    return radius * nnc_cos(2 * Double.pi * uniformDouble())
  }

  /// Uniform in 0 ..< bound without bias; bound in 1 ... 2^32 - 1.
  package mutating func below(_ bound: UInt32) -> UInt32 {
    Self.below(bound) { next() }
  }

  /// Reference: Lemire 2019, "Fast random integer generation in an interval".
  @inline(__always)
  private static func below(_ bound: UInt32, _ word: () -> UInt32) -> UInt32 {
    var product = UInt64(word()) * UInt64(bound)
    if UInt32(truncatingIfNeeded: product) < bound {
      let least = (0 &- bound) % bound
      while UInt32(truncatingIfNeeded: product) < least {
        product = UInt64(word()) * UInt64(bound)
      }
    }
    return UInt32(truncatingIfNeeded: product >> 32)
  }

  /// Shuffles in place. Reference: Durstenfeld 1964 (Fisher-Yates).
  package mutating func shuffle(_ values: UnsafeMutablePointer<Int32>, count: Int) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { words in
      guard let base = words.baseAddress else { return }
      var (last, used, drawn) = (count - 1, 0, 0)
      while last > 0 {
        let other = Int(
          Self.below(UInt32(last + 1)) {
            if used == drawn {
              // Each position needs at least one word: none is wasted.
              (used, drawn) = (0, min(256, last))
              fill(base, count: drawn)
            }
            used += 1
            return base[used - 1]
          })
        let value = values[last]
        values[last] = values[other]
        values[other] = value
        last -= 1
      }
    }
  }
}

/// The block function: four random words from a counter and a key.
@inline(__always)
package func philox(
  _ input: (UInt32, UInt32, UInt32, UInt32), _ initialKey: (UInt32, UInt32)
) -> (UInt32, UInt32, UInt32, UInt32) {
  var (a, b, c, d) = input
  var (left, right) = initialKey
  for _ in 0..<10 {
    let first = UInt64(a) * 0xD251_1F53
    let second = UInt64(c) * 0xCD9E_8D57
    (a, b, c, d) = (
      UInt32(truncatingIfNeeded: second >> 32) ^ b ^ left, UInt32(truncatingIfNeeded: second),
      UInt32(truncatingIfNeeded: first >> 32) ^ d ^ right, UInt32(truncatingIfNeeded: first)
    )
    left &+= 0x9E37_79B9
    right &+= 0xBB67_AE85
  }
  return (a, b, c, d)
}
