// The Decoder of convae/models.py, and how far a code is from real ones.

// Transposed convolution with stride 2 of x (cin, n, n): kernel (cin, cout, k, k), result (cout, m, m), m = 2n + k - 1 - 2 pad
// when output_padding is 1 and k is odd.
function deconvolve(x, cin, n, w, b, cout, k, pad, m) {
  const y = new Float32Array(cout * m * m);
  for (let o = 0; o < cout; o++) y.fill(b[o], o * m * m, (o + 1) * m * m);
  for (let c = 0; c < cin; c++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const value = x[(c * n + i) * n + j];
        if (value === 0) continue; // ReLU leaves many
        const top = 2 * i - pad, left = 2 * j - pad;
        for (let o = 0; o < cout; o++) {
          const kernel = (c * cout + o) * k * k;
          for (let p = Math.max(0, -top); p < k && top + p < m; p++) {
            const row = (o * m + top + p) * m + left;
            for (let q = Math.max(0, -left); q < k && left + q < m; q++) y[row + q] += value * w[kernel + p * k + q];
          }
        }
      }
  return y;
}

function relu(x) {
  for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = 0;
  return x;
}

// The Decoder's weights from one Float32Array, in the order of its state dict.
export function unpack(flat, latentDim) {
  const sizes = [576 * latentDim, 576, 64 * 32 * 9, 32, 32 * 16 * 9, 16, 16 * 25, 1];
  let at = 0;
  return sizes.map((size) => flat.subarray(at, (at += size)));
}

// Code (array of latentDim) -> picture (Float32Array of 784, 0 to 1).
export function decode(z, [fcW, fcB, w1, b1, w2, b2, w3, b3]) {
  const x = Float32Array.from(fcB);
  for (let i = 0; i < 576; i++) for (let j = 0; j < z.length; j++) x[i] += fcW[i * z.length + j] * z[j];
  const y = relu(deconvolve(x, 64, 3, w1, b1, 32, 3, 1, 6));
  const picture = deconvolve(relu(deconvolve(y, 32, 6, w2, b2, 16, 3, 1, 12)), 16, 12, w3, b3, 1, 5, 0, 28);
  for (let i = 0; i < 784; i++) picture[i] = 1 / (1 + Math.exp(-picture[i]));
  return picture;
}

// How far a code is from the nearest of the reference codes (flat, N x latentDim), as the percentile among the
// distances of real codes, given by their 101 quantiles.
export function offMap(z, reference, quantiles) {
  let nearest = Infinity;
  for (let at = 0; at < reference.length; at += z.length) {
    let sum = 0;
    for (let j = 0; j < z.length && sum < nearest; j++) sum += (reference[at + j] - z[j]) ** 2;
    if (sum < nearest) nearest = sum;
  }
  const distance = Math.sqrt(nearest);
  const above = quantiles.findIndex((quantile) => quantile >= distance);
  return above < 0 ? 100 : above;
}
