import CKernels

// A product is computed in tiles: a block of C that stays in registers while k runs. Tiles are put
// together from types, so that one loop serves every size and instruction set:
//
//     Row4 | Row3 | Row2 | Row1        vectors side by side
//     OneRow<Row>, Stack<A, B>         rows on top of each other

/// Vectors side by side: a row of a tile.
protocol TileRow {
  static var vectors: Int { get }
  init()
  /// The last vector may be short.
  init<L: Lanes>(_ p: UnsafePointer<Float>, last: L)
  /// self += x · b
  mutating func add(_ x: Vector, _ b: Self)
  func map(_ body: (Vector) -> Vector) -> Self
  func plus(_ other: Self) -> Self
  func store<L: Lanes>(_ p: UnsafeMutablePointer<Float>, last: L)
  /// Takes a vector whose first float belongs to index `at`.
  func results<S: VectorSink, L: Lanes>(of sink: S, at: Int, last: L) -> Self
}

/// Takes the vectors of a finished tile: stores them, or uses them in place.
protocol VectorSink {
  /// Where results are stored.
  var target: Floats { get }
  /// The vector to store at an index; may read the target.
  func result<L: Lanes>(_ v: Vector, at: Int, _ lanes: L) -> Vector
}

struct Row1: TileRow {
  var a = splat(0)
  static var vectors: Int { 1 }

  @inline(__always) init() {}
  @inline(__always) init(a: Vector) { self.a = a }
  @inline(__always)
  init<L: Lanes>(_ p: UnsafePointer<Float>, last: L) { a = last.load(p) }
  @inline(__always) mutating func add(_ x: Vector, _ b: Row1) { a = fma(x, b.a, a) }
  @inline(__always) func map(_ body: (Vector) -> Vector) -> Row1 { Row1(a: body(a)) }
  @inline(__always) func plus(_ other: Row1) -> Row1 { Row1(a: a + other.a) }
  @inline(__always)
  func store<L: Lanes>(_ p: UnsafeMutablePointer<Float>, last: L) { last.store(a, p) }
  @inline(__always)
  func results<S: VectorSink, L: Lanes>(of sink: S, at: Int, last: L) -> Row1 {
    Row1(a: sink.result(a, at: at, last))
  }
}

/// One vector more in front of a row.
struct Wider<Rest: TileRow>: TileRow {
  var a = splat(0)
  var rest = Rest()
  static var vectors: Int { 1 + Rest.vectors }

  @inline(__always) init() {}
  @inline(__always) init(a: Vector, rest: Rest) { (self.a, self.rest) = (a, rest) }
  @inline(__always)
  init<L: Lanes>(_ p: UnsafePointer<Float>, last: L) {
    a = nnv_load(p)
    rest = Rest(p + 16, last: last)
  }
  @inline(__always)
  mutating func add(_ x: Vector, _ b: Wider) {
    a = fma(x, b.a, a)
    rest.add(x, b.rest)
  }
  @inline(__always)
  func map(_ body: (Vector) -> Vector) -> Wider { Wider(a: body(a), rest: rest.map(body)) }
  @inline(__always)
  func plus(_ other: Wider) -> Wider { Wider(a: a + other.a, rest: rest.plus(other.rest)) }
  @inline(__always)
  func store<L: Lanes>(_ p: UnsafeMutablePointer<Float>, last: L) {
    nnv_store(p, a)
    rest.store(p + 16, last: last)
  }
  @inline(__always)
  func results<S: VectorSink, L: Lanes>(of sink: S, at: Int, last: L) -> Wider {
    Wider(
      a: sink.result(a, at: at, AllLanes()), rest: rest.results(of: sink, at: at + 16, last: last))
  }
}

typealias Row2 = Wider<Row1>
typealias Row3 = Wider<Row2>
typealias Row4 = Wider<Row3>

/// Rows on top of each other: the block of C in registers.
protocol Tile {
  associatedtype Row: TileRow
  static var rows: Int { get }
  init()
  /// Loads the block at c, to continue its sums.
  init<L: Lanes>(_ c: UnsafePointer<Float>, stride: Int, last: L)
  /// Row i += x(i) · b
  mutating func add(_ b: Row, from first: Int, _ x: (Int) -> Vector)
  func forEachRow(from first: Int, _ body: (Int, Row) -> Void)
  mutating func changeEachRow(from first: Int, _ body: (Int, Row) -> Row)
}

struct OneRow<Row: TileRow>: Tile {
  var row = Row()
  static var rows: Int { 1 }

  @inline(__always) init() {}
  @inline(__always)
  init<L: Lanes>(_ c: UnsafePointer<Float>, stride: Int, last: L) { row = Row(c, last: last) }
  @inline(__always)
  mutating func add(_ b: Row, from first: Int, _ x: (Int) -> Vector) { row.add(x(first), b) }
  @inline(__always)
  func forEachRow(from first: Int, _ body: (Int, Row) -> Void) { body(first, row) }
  @inline(__always)
  mutating func changeEachRow(from first: Int, _ body: (Int, Row) -> Row) {
    row = body(first, row)
  }
}

struct Stack<Upper: Tile, Lower: Tile>: Tile where Upper.Row == Lower.Row {
  typealias Row = Upper.Row
  var upper = Upper()
  var lower = Lower()
  static var rows: Int { Upper.rows + Lower.rows }

  @inline(__always) init() {}
  @inline(__always)
  init<L: Lanes>(_ c: UnsafePointer<Float>, stride: Int, last: L) {
    upper = Upper(c, stride: stride, last: last)
    lower = Lower(c + Upper.rows * stride, stride: stride, last: last)
  }
  @inline(__always)
  mutating func add(_ b: Row, from first: Int, _ x: (Int) -> Vector) {
    upper.add(b, from: first, x)
    lower.add(b, from: first + Upper.rows, x)
  }
  @inline(__always)
  func forEachRow(from first: Int, _ body: (Int, Row) -> Void) {
    upper.forEachRow(from: first, body)
    lower.forEachRow(from: first + Upper.rows, body)
  }
  @inline(__always)
  mutating func changeEachRow(from first: Int, _ body: (Int, Row) -> Row) {
    upper.changeEachRow(from: first, body)
    lower.changeEachRow(from: first + Upper.rows, body)
  }
}

typealias TwoRows<Row: TileRow> = Stack<OneRow<Row>, OneRow<Row>>
typealias FourRows<Row: TileRow> = Stack<TwoRows<Row>, TwoRows<Row>>
typealias SixRows<Row: TileRow> = Stack<FourRows<Row>, TwoRows<Row>>
typealias EightRows<Row: TileRow> = Stack<FourRows<Row>, FourRows<Row>>
typealias TwelveRows<Row: TileRow> = Stack<EightRows<Row>, FourRows<Row>>
