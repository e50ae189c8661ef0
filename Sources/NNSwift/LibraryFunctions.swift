import CKernels
import CNNSwift
import CPlatform
import NNErrors

private let versionText: StaticString = "1.0.0"

/// A static text as C sees it.
private func cText(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

@c @implementation
public func nns_abi_version() -> UInt32 { 1 << 16 | 0 }

@c @implementation
public func nns_version() -> UnsafePointer<CChar>? { cText(versionText) }

@c @implementation
public func nns_build_info(
  _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    try write(
      """
      version: \(versionText)
      flavour: \(flavour)
      kernels: \(String(cString: nnk_kernels().pointee.name))
      """, buffer, capacity, need)
  }
}

#if hasFeature(Embedded)
  private let flavour: StaticString = "embedded"
#else
  private let flavour: StaticString = "swift runtime"
#endif

@c @implementation
public func nns_last_error() -> UnsafePointer<CChar>? { nnc_error() }

@c @implementation
public func nns_last_errno() -> Int32 { nnc_error_errno() }

@c @implementation
public func nns_status_name(_ status: Int32) -> UnsafePointer<CChar>? {
  let name: StaticString =
    switch status {
    case 0: "NNS_OK"
    case 1: "NNS_E_NULL"
    case 2: "NNS_E_ARGUMENT"
    case 3: "NNS_E_SHAPE"
    case 4: "NNS_E_DTYPE"
    case 5: "NNS_E_STATE"
    case 6: "NNS_E_BUSY"
    case 7: "NNS_E_MEMORY"
    case 10: "NNS_E_IO"
    case 11: "NNS_E_FORMAT"
    case 12: "NNS_E_VERSION"
    case 13: "NNS_E_CHECKSUM"
    case 14: "NNS_E_LIMIT"
    case 20: "NNS_E_DIVERGED"
    case 21: "NNS_E_CANCELLED"
    case 22: "NNS_E_CALLBACK"
    case 99: "NNS_E_INTERNAL"
    default: "unknown status"
    }
  return cText(name)
}

@c @implementation
public func nns_set_threads(_ threads: Int32) -> Int32 {
  guarded { () throws(NNError) in
    guard (0...256).contains(threads) else {
      throw .argument("threads must be an integer in 0...256, got \(threads)")
    }
    Settings.threads = Int(threads)
  }
}

@c @implementation
public func nns_get_threads(_ threads: UnsafeMutablePointer<Int32>?) -> Int32 {
  guarded { () throws(NNError) in
    try required(threads, "threads").pointee = Int32(Settings.threads)
  }
}
