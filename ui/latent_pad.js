// One slider for each number of a code, and the digit that the Decoder of convae/models.py draws of it,
// decoded here on every animation frame: nothing goes to the server before the slider is let go of.

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

const column = (table) => table.getChildAt(0).toArray();

class Pad {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.picture = this.canvas.getContext("2d").createImageData(28, 28);
    this.rows = [];
    this.frame = null;
  }

  update(data, setStateValue) {
    this.send = () => setStateValue("z", Array.from(this.z));
    if (this.version !== data.version) {
      this.version = data.version;
      this.weights = unpack(Float32Array.from(column(data.weights)), data.mean.length);
      this.reference = Float32Array.from(column(data.reference));
      this.quantiles = data.quantiles;
      this.build(data);
      this.revision = null;
    }
    if (this.revision !== data.revision) {
      this.revision = data.revision;
      this.z = Float64Array.from(data.code);
      this.rows.forEach((row, i) => row.show(this.z[i]));
      this.paint();
    }
  }

  build({ mean, low, high, histograms }) {
    const list = this.root.querySelector(".sliders");
    list.replaceChildren();
    this.rows = mean.map((middle, i) => {
      const row = document.createElement("div");
      row.className = "row";
      const bars = histograms[i], top = Math.max(...bars);
      const points = bars.map((count, j) => `${j},${1 - count / top} ${j + 1},${1 - count / top}`).join(" ");
      row.innerHTML = `<label>z${i}</label><div class="track">
        <svg viewBox="0 0 ${bars.length} 1" preserveAspectRatio="none" aria-hidden="true">
          <polygon points="0,1 ${points} ${bars.length},1"/></svg>
        <input type="range" step="any" aria-label="z${i}" min="${low[i]}" max="${high[i]}"></div>
        <input type="number" step="0.01" aria-label="value of z${i}">`;
      const [range, number] = row.querySelectorAll("input");
      const show = (value) => {
        range.value = value;
        number.value = value.toFixed(2);
      };
      const set = (value, done) => {
        this.z[i] = value;
        this.schedule();
        if (done) this.send();
      };
      range.step = (high[i] - low[i]) / 100 || 0.01;
      range.addEventListener("input", () => {
        number.value = (+range.value).toFixed(2);
        set(+range.value, false);
      });
      range.addEventListener("change", () => this.send());
      range.addEventListener("dblclick", () => {
        show(middle);
        set(middle, true);
      });
      number.addEventListener("change", () => {
        const value = Number.isFinite(number.valueAsNumber) ? number.valueAsNumber : this.z[i];
        show(value);
        set(value, true);
      });
      list.append(row);
      return { show };
    });
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  paint() {
    const start = performance.now();
    const pixels = decode(this.z, this.weights);
    const decodeMs = performance.now() - start;
    for (let i = 0; i < 784; i++) {
      const grey = Math.round(255 * pixels[i]);
      this.picture.data.set([grey, grey, grey, 255], 4 * i);
    }
    this.canvas.getContext("2d").putImageData(this.picture, 0, 0);
    const percentile = offMap(this.z, this.reference, this.quantiles);
    const gauge = this.root.querySelector("meter");
    gauge.value = percentile;
    this.root.querySelector(".words").textContent =
      percentile < 90 ? "where real digits are" : percentile < 100 ? "at the edge of real digits" : "off the map: no real digit is near";
    this.root.querySelector(".pad").dataset.paints = 1 + +(this.root.querySelector(".pad").dataset.paints ?? 0);
    this.root.querySelector(".pad").dataset.decodeMs = decodeMs.toFixed(2);
  }
}

const pads = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  if (!pads.has(parentElement)) pads.set(parentElement, new Pad(parentElement));
  pads.get(parentElement).update(data, setStateValue);
}
