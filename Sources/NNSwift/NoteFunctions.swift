import CNNSwift
import NNErrors
import NNNetwork

/// The UTF-8 text behind a C string, exactly.
private func note(
  _ text: UnsafePointer<CChar>?, _ name: StaticString
) throws(NNError) -> String {
  let bytes = try required(text, name)
  let length = length(text)
  let result = try string(text, name)
  // What is no UTF-8 was replaced on the way.
  let isSame = bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
    result.utf8.elementsEqual(UnsafeBufferPointer(start: $0, count: length))
  }
  guard isSame else { throw .argument("\(name) must be UTF-8, it has bytes that are not") }
  return result
}

@c @implementation
public func nns_set_note(
  _ model: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?
) -> Int32 {
  guarded(texts: length(name) + length(text)) { () throws(NNError) in
    let name = try note(name, "name")
    guard (1...Notes.maximumNameBytes).contains(name.utf8.count) else {
      throw .argument(
        "name must have 1 to \(Notes.maximumNameBytes) bytes, got \(name.utf8.count)")
    }
    let content = text == nil ? nil : try note(text, "text")
    try changing(model) { handle throws(NNError) in
      if let content {
        try handle.model.notes.set(name, content)
      } else {
        handle.model.notes.remove(name)
      }
    }
  }
}

@c @implementation
public func nns_get_note(
  _ model: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded(texts: length(name)) { () throws(NNError) in
    let name = try note(name, "name")
    try reading(model) { handle throws(NNError) in
      let notes = handle.model.notes
      guard let text = notes[name] else {
        throw .argument(
          "name must be that of a note, the model has none of this name"
            + (notes.members.isEmpty ? "" : "; nns_note_name lists them"))
      }
      try write(text, buffer, capacity, need)
    }
  }
}

@c @implementation
public func nns_note_count(
  _ model: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(count, "count")
    try reading(model) { target.pointee = Int64($0.model.notes.members.count) }
  }
}

@c @implementation
public func nns_note_name(
  _ model: OpaquePointer?, _ index: Int64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    try reading(model) { handle throws(NNError) in
      let notes = handle.model.notes.members
      guard index >= 0, index < Int64(notes.count) else {
        throw .argument("index must be in 0..<\(notes.count), got \(index)")
      }
      try write(notes[Int(index)].name, buffer, capacity, need)
    }
  }
}
