import CNNSwift
import CPlatform
import Synchronization

/// The process-wide settings, all of them; listed in nnswift.h.
enum Settings {
  /// Threads of a config that does not name them; 0: choose.
  static var threads: Int {
    get { threadCount.load(ordering: .relaxed) }
    set { threadCount.store(newValue, ordering: .relaxed) }
  }

  private static let threadCount = Atomic<Int>(1)

  private final class Log: @unchecked Sendable {
    let lock = nnc_lock_create()
    var receiver: nns_log_fn?
    var user: UnsafeMutableRawPointer?
  }

  private static let log = Log()

  static func setLog(_ receiver: nns_log_fn?, _ user: UnsafeMutableRawPointer?) {
    nnc_lock_acquire(log.lock)
    log.receiver = receiver
    log.user = user
    nnc_lock_release(log.lock)
  }

  /// Passes a line to the host's receiver, if there is one. The receiver runs outside the lock, so
  /// that it may set another.
  static func write(_ level: Int32, _ line: @autoclosure () -> String) {
    nnc_lock_acquire(log.lock)
    let (receiver, user) = (log.receiver, log.user)
    nnc_lock_release(log.lock)
    guard let receiver else { return }
    line().withCString { receiver(user, level, $0) }
  }
}
