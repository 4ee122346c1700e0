// One slider for each number of a code, and the digit that the decoder draws of it, decoded here on every animation
// frame: nothing goes to the server before the slider is let go of. Needs decoder.js before it.

const SAVED_SIZE = 280;
const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

class Pad {
  constructor(root) {
    this.root = root;
    this.box = root.querySelector(".pad");
    this.canvas = root.querySelector("canvas");
    this.picture = this.canvas.getContext("2d").createImageData(28, 28);
    this.rows = [];
    this.frame = null;
    this.kind = root.querySelector("[name=kind]");
    this.sorted = root.querySelector("[name=sorted]");
    this.kind.addEventListener("change", () => this.build());
    this.sorted.addEventListener("change", () => this.build());
    root.querySelector("[name=save]").addEventListener("click", () => this.save());
  }

  update(data, setStateValue) {
    this.send = () => setStateValue("z", Array.from(this.z));
    if (this.version !== data.version) {
      this.version = data.version;
      this.data = data;
      this.weights = unpack(floats(data.weights), data.mean.length);
      this.reference = floats(data.reference);
      this.z = Float64Array.from(data.code);
      this.build();
      this.revision = null;
    }
    if (this.revision !== data.revision) {
      this.revision = data.revision;
      this.z = Float64Array.from(data.code);
      this.show();
      this.paint();
    }
  }

  // A slider for each number of the code or, along `axes`, for each principal direction of the codes.
  build() {
    const { mean, low, high, histograms, effect, axes, axis_low, axis_high, axis_histograms } = this.data;
    const numbers = this.kind.value === "numbers";
    const get = numbers
      ? (i) => this.z[i]
      : (i) => dot(axes[i], Array.from(this.z, (value, j) => value - mean[j]));
    const put = numbers
      ? (i, value) => (this.z[i] = value)
      : (i, value) => {
          const step = value - get(i);
          this.z.forEach((old, j) => (this.z[j] = old + step * axes[i][j]));
        };
    const order = Array.from(mean.keys());
    if (numbers && this.sorted.checked) order.sort((i, j) => effect[j] - effect[i]);
    this.sorted.parentElement.hidden = !numbers;
    this.rows = order.map((i) =>
      this.row({
        name: `${numbers ? "z" : "p"}${i}`,
        get: () => get(i),
        put: (value) => put(i, value),
        low: (numbers ? low : axis_low)[i],
        high: (numbers ? high : axis_high)[i],
        middle: numbers ? mean[i] : 0,
        bars: (numbers ? histograms : axis_histograms)[i],
      }),
    );
    this.root.querySelector(".sliders").replaceChildren(...this.rows.map((row) => row.element));
    this.show();
  }

  row({ name, get, put, low, high, middle, bars }) {
    const element = document.createElement("div");
    element.className = "row";
    const top = Math.max(...bars);
    const points = bars.map((count, j) => `${j},${1 - count / top} ${j + 1},${1 - count / top}`).join(" ");
    element.innerHTML = `<label>${name}</label><div class="track">
      <svg viewBox="0 0 ${bars.length} 1" preserveAspectRatio="none" aria-hidden="true">
        <polygon points="0,1 ${points} ${bars.length},1"/></svg>
      <input type="range" aria-label="${name}" min="${low}" max="${high}"></div>
      <input type="number" step="0.01" aria-label="value of ${name}">`;
    const [range, number] = element.querySelectorAll("input");
    range.step = (high - low) / 100 || 0.01;
    const show = () => {
      range.value = get();
      number.value = get().toFixed(2);
    };
    const set = (value) => {
      put(value);
      this.schedule();
    };
    range.addEventListener("input", () => {
      number.value = (+range.value).toFixed(2);
      set(+range.value);
    });
    range.addEventListener("change", () => this.send());
    range.addEventListener("dblclick", () => {
      set(middle);
      show();
      this.send();
    });
    number.addEventListener("change", () => {
      if (Number.isFinite(number.valueAsNumber)) set(number.valueAsNumber);
      show();
      this.send();
    });
    return { element, show };
  }

  show() {
    this.rows.forEach((row) => row.show());
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
    const percentile = offMap(this.z, this.reference, this.data.quantiles);
    this.root.querySelector("meter").value = percentile;
    this.root.querySelector(".words").textContent =
      percentile < 90
        ? "where real digits are"
        : percentile < 100
          ? `further out than ${percentile} % of real digits`
          : "off the map: no real digit is near";
    // The map of the codes, another component of the page, follows.
    window.shownCode = { version: this.version, z: Array.from(this.z) };
    window.dispatchEvent(new Event("showncode"));
    this.box.dataset.paints = 1 + +(this.box.dataset.paints ?? 0);
    this.box.dataset.decodeMs = decodeMs.toFixed(2);
  }

  save() {
    const large = document.createElement("canvas");
    large.width = large.height = SAVED_SIZE;
    const context = large.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(this.canvas, 0, 0, SAVED_SIZE, SAVED_SIZE);
    const link = document.createElement("a");
    link.href = large.toDataURL("image/png");
    link.download = "digit.png";
    link.click();
  }
}

const pads = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  if (!pads.has(parentElement)) pads.set(parentElement, new Pad(parentElement));
  pads.get(parentElement).update(data, setStateValue);
}
