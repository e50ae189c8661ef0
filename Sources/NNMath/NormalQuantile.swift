import CPlatform

/// The value below which a standard normal variable lies with a probability.
///
/// Reference: Wichura 1988, algorithm AS 241 (PPND16), without its last branch: a relative error of
/// about 1e-16.
///
/// - Parameter probability: 1e-10 ... 1 - 1e-10.
package func normalQuantile(_ probability: Double) -> Double {
  let distance = probability - 0.5
  if abs(distance) <= 0.425 {
    let x = 0.180625 - distance * distance
    return distance
      * polynomial(
        x, 2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
        45921.953931549871457, 13731.693765509461125, 1971.5909503065514427, 133.14166789178437745,
        3.387132872796366608)
      / polynomial(
        x, 5226.495278852854561, 28729.085735721942674, 39307.89580009271061,
        21213.794301586595867, 5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1
      )
  }
  let x = nnc_sqrt(-nnc_log(min(probability, 1 - probability))) - 1.6
  let value =
    polynomial(
      x, 7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
      1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
      1.42343711074968357734)
    / polynomial(
      x, 1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
      0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
      2.05319162663775882187, 1)
  return distance < 0 ? -value : value
}

/// a x⁷ + b x⁶ + ... + h
private func polynomial(
  _ x: Double, _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double,
  _ g: Double, _ h: Double
) -> Double {
  let upper = ((a * x + b) * x + c) * x + d
  return (((upper * x + e) * x + f) * x + g) * x + h
}
