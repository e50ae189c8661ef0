import CPlatform

/// The threads that share the work of one training or one prediction; the caller is one of them.
///
/// Work comes as numbered parts whose split never depends on how many threads there are, and no two
/// parts write to the same place: results are the same bytes for any number.
package final class Crew: @unchecked Sendable {
  /// Threads that work, with the caller; at least 1.
  package let members: Int
  private let threads: OpaquePointer?

  /// The crew of the caller alone.
  package static let alone = Crew(members: 1)

  /// - Parameter members: threads wanted; fewer when the system refuses.
  package init(members: Int) {
    threads = members > 1 ? nnc_crew_create(Int32(members)) : nil
    self.members = threads.map { Int(nnc_crew_members($0)) } ?? 1
  }

  deinit { nnc_crew_free(threads) }

  /// The crew for work of so many multiplications at a time.
  ///
  /// - Parameter wanted: threads; 0: as many as pay.
  package static func of(_ wanted: Int, for work: Double) -> Crew {
    if wanted == 1 { return alone }
    if wanted > 1 { return Crew(members: wanted) }
    return work >= leastSharedWork ? Crew(members: min(Int(nnc_cpu_count()), 16)) : alone
  }

  /// Multiplications from which a second thread pays for waking it.
  package static let leastSharedWork = 40e6

  /// Runs `body(context, part)` for every part in 0 ..< parts.
  package func run(
    parts: Int, context: UnsafeMutableRawPointer,
    body: @convention(c) (UnsafeMutableRawPointer, Int) -> Void
  ) {
    guard let threads, parts > 1, let count = UInt32(exactly: parts) else {
      for part in 0..<parts { body(context, part) }
      return
    }
    var task = CrewTask(context: context, body: body)
    withUnsafeMutablePointer(to: &task) { task in
      nnc_crew_run(
        threads, count,
        { task, part in
          guard let task = task?.assumingMemoryBound(to: CrewTask.self).pointee else { return }
          task.body(task.context, Int(part))
        }, task)
    }
  }
}

/// A crew that somebody keeps until the work is done: it goes from call to call uncounted.
package struct BorrowedCrew {
  private unowned(unsafe) let crew: Crew

  package init(_ crew: Crew) { self.crew = crew }

  /// See `Crew.run`.
  package func run(
    parts: Int, context: UnsafeMutableRawPointer,
    body: @convention(c) (UnsafeMutableRawPointer, Int) -> Void
  ) {
    crew.run(parts: parts, context: context, body: body)
  }
}

private struct CrewTask {
  let context: UnsafeMutableRawPointer
  let body: @convention(c) (UnsafeMutableRawPointer, Int) -> Void
}
