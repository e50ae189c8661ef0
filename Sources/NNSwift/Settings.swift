import CNNSwift
import Synchronization

/// The process-wide settings, all of them; listed in nnswift.h.
enum Settings {
  /// Threads of a config that does not name them; 0: choose.
  static var threads: Int {
    get { threadCount.load(ordering: .relaxed) }
    set { threadCount.store(newValue, ordering: .relaxed) }
  }

  private static let threadCount = Atomic<Int>(1)
}
