import CKernels
import CPlatform

/// The threads that share the work of one training or one prediction; the caller is one of them.
///
/// Work comes as numbered parts whose split never depends on how many threads there are, and no two
/// parts write to the same place: results are the same bytes for any number.
package final class WorkerPool: @unchecked Sendable {
  /// Threads that work, with the caller; at least 1.
  package let members: Int
  private let threads: OpaquePointer?
  /// [members × NNK_PANEL_FLOATS]; nil: the caller is alone.
  private let panels: UnsafeMutablePointer<Float>?

  /// The pool of the caller alone.
  package static let alone = WorkerPool(members: 1)

  /// - Parameter members: threads wanted; fewer when the system refuses.
  package init(members: Int) {
    let size = Int(NNK_PANEL_FLOATS)
    let memory = members > 1 ? nnc_allocate(members * size * MemoryLayout<Float>.stride) : nil
    panels = memory?.bindMemory(to: Float.self, capacity: members * size)
    threads = memory == nil ? nil : nnc_pool_create(Int32(members))
    self.members = threads.map { Int(nnc_pool_members($0)) } ?? 1
  }

  deinit {
    nnc_pool_free(threads)
    if let panels { nnc_release(panels) }
  }

  /// A member's memory for a panel of a product's factor; nil: the caller is alone and brings its
  /// own.
  func panel(of member: Int) -> UnsafeMutablePointer<Float>? {
    panels.map { $0 + member * Int(NNK_PANEL_FLOATS) }
  }

  /// The threads for work of that many multiplications at a time.
  ///
  /// - Parameter wanted: threads; 0: as many as pay.
  package static func of(_ wanted: Int, for work: Double) -> WorkerPool {
    if wanted == 1 { return alone }
    if wanted > 1 { return WorkerPool(members: wanted) }
    return work >= leastSharedWork ? WorkerPool(members: min(Int(nnc_cpu_count()), 16)) : alone
  }

  /// Multiplications from which a second thread is worth waking.
  package static let leastSharedWork = 40e6

  /// Does a part of the work. Gets the context, the part, and the number of the thread, 0 ..<
  /// members.
  package typealias Body = @convention(c) (UnsafeMutableRawPointer, Int, Int) -> Void

  /// Runs `body` for every part in 0 ..< parts.
  package func run(parts: Int, context: UnsafeMutableRawPointer, body: Body) {
    guard let threads, parts > 1, let count = UInt32(exactly: parts) else {
      for part in 0..<parts { body(context, part, 0) }
      return
    }
    var task = CrewTask(context: context, body: body)
    withUnsafeMutablePointer(to: &task) { task in
      nnc_pool_run(
        threads, count,
        { task, part, member in
          guard let task = task?.assumingMemoryBound(to: CrewTask.self).pointee else { return }
          task.body(task.context, Int(part), Int(member))
        }, task)
    }
  }
}

/// A pool without reference counting: its owner keeps it alive until the work is done.
package struct BorrowedPool {
  private unowned(unsafe) let pool: WorkerPool

  package init(_ pool: WorkerPool) { self.pool = pool }

  var members: Int { pool.members }

  /// See `WorkerPool.panel`.
  func panel(of member: Int) -> UnsafeMutablePointer<Float>? { pool.panel(of: member) }

  /// See `WorkerPool.run`.
  package func run(parts: Int, context: UnsafeMutableRawPointer, body: WorkerPool.Body) {
    pool.run(parts: parts, context: context, body: body)
  }
}

private struct CrewTask {
  let context: UnsafeMutableRawPointer
  let body: WorkerPool.Body
}
