import NNMath
import Testing

@Suite struct RandomGeneratorTests {
  /// Known answers of Random123 1.14 (tests/kat_vectors, philox4x32 with 10 rounds).
  @Test func givesTheKnownAnswers() {
    let zeros = philox((0, 0, 0, 0), (0, 0))
    #expect(zeros == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = philox((.max, .max, .max, .max), (.max, .max))
    #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  @Test func streamsAreReproducedAndDiffer() {
    func first(_ seed: UInt64, _ purpose: RandomPurpose, _ epoch: Int) -> [UInt32] {
      var random = RandomGenerator(seed: seed, purpose: purpose, epoch: epoch)
      return (0..<8).map { _ in random.next() }
    }
    #expect(first(7, .shuffle, 0) == first(7, .shuffle, 0))
    #expect(first(7, .shuffle, 0) != first(7, .shuffle, 1))
    #expect(first(7, .shuffle, 0) != first(7, .dropout, 0))
    #expect(first(7, .shuffle, 0) != first(8, .shuffle, 0))
    #expect(first(7, .shuffle, 0) != first(7 + 1 << 32, .shuffle, 0))
  }

  @Test(arguments: [0, 1, 3, 4, 63, 64, 65, 200, 263]) func fillsWithTheNextWords(_ count: Int) {
    for drawn in 0...4 {
      var one = RandomGenerator(seed: 5, purpose: .dropout, item: 2, epoch: 3, step: 4)
      for _ in 0..<drawn { _ = one.next() }
      var many = one
      var words = [UInt32](repeating: 0, count: count)
      many.fill(&words, count: count)
      #expect(words == (0..<count).map { _ in one.next() })
      #expect(many.next() == one.next())
    }
  }

  @Test func uniformHasItsMoments() {
    var random = RandomGenerator(seed: 1, purpose: .initialization)
    let values = (0..<100_000).map { _ in Double(random.uniform()) }
    let mean = values.reduce(0, +) / 100_000
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    // Five standard errors: 0.2887 / sqrt(1e5) * 5 and about 0.0745 / sqrt(1e5) * 5.
    #expect(abs(mean - 0.5) < 0.0046)
    #expect(abs(square - 1.0 / 12) < 0.0012)
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
  }

  @Test func normalHasItsMoments() {
    var random = RandomGenerator(seed: 2, purpose: .initialization)
    let values = (0..<100_000).map { _ in random.normal() }
    let mean = values.reduce(0, +) / 100_000
    let square = values.reduce(0) { $0 + $1 * $1 } / 100_000
    let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 100_000
    // Five standard errors: 1, sqrt 2 and sqrt 96 over sqrt(1e5).
    #expect(abs(mean) < 0.016)
    #expect(abs(square - 1) < 0.0224)
    #expect(abs(fourth - 3) < 0.155)
  }

  @Test func boundedNumbersAreEven() {
    var random = RandomGenerator(seed: 3, purpose: .split)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[Int(random.below(7))] += 1 }
    // Five standard deviations of a binomial with n = 70,000, p = 1/7.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 463 })
  }

  @Test func shufflesToAPermutation() throws {
    let values = try Buffer<Int32>(count: 1000)
    for index in 0..<1000 { values.base[index] = Int32(index) }
    var random = RandomGenerator(seed: 4, purpose: .shuffle)
    random.shuffle(values.base, count: 1000)
    let shuffled = (0..<1000).map { values.base[$0] }
    #expect(shuffled.sorted() == (0..<1000).map { Int32($0) })
    #expect(shuffled != shuffled.sorted())
  }
}
