import CKernels

// Each with the largest error found over its whole range, in units of the last place of the result
// (Tests/NNKernelsTests). NaN gives NaN everywhere.

/// e^x, within 1.1 ulp; 0 below -104, infinity above 88.73.
///
/// x = n · ln 2 + f, |f| <= ln 2 / 2; e^f by a polynomial of degree 6 (minimax), times 2^n in two
/// factors, so that denormal results keep their digits.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let bounded = nnv_max(nnv_min(x, splat(89)), splat(-105))
  let n = nnv_round(bounded * splat(1.442_695_04))
  let r = exponentialOfRest(bounded, n)
  let half = nnv_round(n * splat(0.5))
  return nnv_keep_nan(x, r * nnv_power2(half) * nnv_power2(n - half))
}

/// e^-|x|, within 1.1 ulp, and 0 from |x| = 86.6 on: normal results need one factor only. NaN
/// stays.
@inline(__always)
func exponentialOfMinusSize(_ x: Vector) -> Vector {
  // The order of each pair matters: if one is NaN, the second is chosen.
  let size = nnv_abs(x)
  let bounded = nnv_max(splat(-86.6), splat(0) - size)
  let n = nnv_round(bounded * splat(1.442_695_04))
  let r = exponentialOfRest(bounded, n) * nnv_power2(n)
  return nnv_choose_greater(size, splat(86.6), splat(0), r)
}

/// e^(x - n · ln 2)
@inline(__always)
private func exponentialOfRest(_ x: Vector, _ n: Vector) -> Vector {
  let f = fma(n, splat(-1.428_606_77e-6), fma(n, splat(-0.693_145_752), x))
  var r = splat(1.378_059_39e-3)
  r = fma(r, f, splat(8.373_124_52e-3))
  r = fma(r, f, splat(4.166_953_64e-2))
  r = fma(r, f, splat(0.166_664_720))
  r = fma(r, f, splat(0.499_999_851))
  r = fma(r, f, splat(1))
  return fma(r, f, splat(1))
}

/// 1 / (1 + e^-x), within 2 ulp, 0 below -86.6: from the side on which e does not overflow.
@inline(__always)
func logistic(_ x: Vector) -> Vector {
  let small = exponentialOfMinusSize(x)
  return nnv_choose_greater(x, splat(0), splat(1), small) / (splat(1) + small)
}

/// tanh x, within 2 ulp: a polynomial near 0, else from e^(-2|x|).
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
  let near = fma(seriesOfTangent(x * x), x, x)
  let small = exponentialOfMinusSize(x + x)
  let far = (splat(1) - small) / (splat(1) + small)
  return nnv_choose_greater(nnv_abs(x), splat(0.625), nnv_copysign(far, x), near)
}

/// x - tanh x, within 32 ulp: near 0 from the polynomial alone, as the difference has no digits.
@inline(__always)
func restOfTangent(_ x: Vector) -> Vector {
  let near = splat(0) - seriesOfTangent(x * x) * x
  return nnv_choose_greater(nnv_abs(x), splat(0.625), x - hyperbolicTangent(x), near)
}

/// tanh x / x - 1 from x², for |x| <= 0.625.
@inline(__always)
private func seriesOfTangent(_ square: Vector) -> Vector {
  var r = splat(-5.704_988_727_45e-3)
  r = fma(r, square, splat(2.063_908_879_54e-2))
  r = fma(r, square, splat(-5.373_971_555_31e-2))
  r = fma(r, square, splat(0.133_314_422_036))
  r = fma(r, square, splat(-0.333_332_819_422))
  return r * square
}

/// erf x, within 2 ulp: x + x · P(x²) near 0, else 1 - e^Q(|x|).
@inline(__always)
func errorFunction(_ x: Vector) -> Vector {
  let t = nnv_min(nnv_abs(x), splat(4))
  let s = t * t
  var far = fma(splat(-1.728_534_70e-5), t, splat(3.831_971_26e-4))
  far = fma(far, s, fma(splat(-3.883_964_38e-3), t, splat(2.425_462_19e-2)))
  far = fma(far, t, splat(-0.106_777_877))
  far = fma(far, t, splat(-0.634_846_687))
  far = fma(far, t, splat(-0.128_717_512))
  far = splat(1) - exponential(fma(far, t, splat(0) - t))
  var near = splat(-5.967_617_03e-4)
  near = fma(near, s, splat(4.991_194_23e-3))
  near = fma(near, s, splat(-2.676_813_49e-2))
  near = fma(near, s, splat(0.112_819_925))
  near = fma(near, s, splat(-0.376_125_336))
  near = fma(near, s, splat(0.128_379_166))
  near = fma(near, t, t)
  let r = nnv_choose_greater(t, splat(0.927_734_375), far, near)
  return nnv_keep_nan(x, nnv_copysign(r, x))
}

/// log(1 + u) for u in 0 ... 1, within 2 ulp: 2 artanh(u / (2 + u)) as a series.
@inline(__always)
func logarithmOnePlus(_ u: Vector) -> Vector {
  let s = u / (splat(2) + u)
  let square = s * s
  var r = splat(1.0 / 15)
  r = fma(r, square, splat(1.0 / 13))
  r = fma(r, square, splat(1.0 / 11))
  r = fma(r, square, splat(1.0 / 9))
  r = fma(r, square, splat(1.0 / 7))
  r = fma(r, square, splat(1.0 / 5))
  r = fma(r, square, splat(1.0 / 3))
  r = fma(r * square, s, s)
  return r + r
}

/// log x for normal x > 0, within 1.5 ulp. x = m · 2^n, m in 2/3 ... 4/3; log m by a polynomial.
@inline(__always)
func logarithm(_ x: Vector) -> Vector {
  let exponent = nnv_exponent_bits(x)
  let f = nnv_mantissa(x, exponent) - splat(1)
  let s = f * f
  var r = fma(splat(-0.130_310_059), s, splat(-0.121_483_512))
  var t = fma(splat(0.140_869_141), s, splat(0.139_814_854))
  r = fma(r, s, splat(-0.166_846_126))
  t = fma(t, s, splat(0.200_120_345))
  r = fma(r, s, splat(-0.249_996_200))
  r = fma(t, f, r)
  r = fma(r, f, splat(0.333_331_972))
  r = fma(r, f, splat(-0.5))
  r = fma(r, s, f)
  return nnv_keep_nan(x, fma(nnv_exponent(exponent), splat(0.693_147_182), r))
}
