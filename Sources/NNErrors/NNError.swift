/// What went wrong and the cure, as a sentence: what must hold, what came, what to do.
///
/// Each case is one status of the C contract (`NNS_E_...` in nnswift.h).
package enum NNError: Error, Sendable {
  case null(String)
  case argument(String)
  case shape(String)
  case dtype(String)
  case state(String)
  case busy(String)
  case memory(String)
  /// With the errno value of the system, 0: none.
  case io(String, errno: Int32)
  case format(String)
  case version(String)
  case checksum(String)
  case limit(String)
  case diverged(String)
  case cancelled(String)
  case callback(String)
  case internalError(String)

  /// The number and the sentence; numbers are grouped in tens and never change.
  package var statusAndMessage: (status: Int32, message: String) {
    switch self {
    case .null(let text): (1, text)
    case .argument(let text): (2, text)
    case .shape(let text): (3, text)
    case .dtype(let text): (4, text)
    case .state(let text): (5, text)
    case .busy(let text): (6, text)
    case .memory(let text): (7, text)
    case .io(let text, _): (10, text)
    case .format(let text): (11, text)
    case .version(let text): (12, text)
    case .checksum(let text): (13, text)
    case .limit(let text): (14, text)
    case .diverged(let text): (20, text)
    case .cancelled(let text): (21, text)
    case .callback(let text): (22, text)
    case .internalError(let text): (99, text)
    }
  }

  /// The errno value behind a refused file operation, else 0.
  package var errno: Int32 {
    if case .io(_, let errno) = self { errno } else { 0 }
  }

  /// The sentence alone.
  package var message: String { statusAndMessage.message }
}
