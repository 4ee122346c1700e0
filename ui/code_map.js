// A Plotly figure whose points are digits: it keeps its zoom while data change, shows the digit under the pointer, and
// marks the code that the latent pad shows, on every frame. Needs plotly.js before it.

const NEIGHBOURS = 5;
const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

// The place of code z: along two axes, or the mean place of its nearest codes, near ones counting more.
function place(z, { axes, mean }, codes, points) {
  if (axes) return axes.map((axis) => axis.reduce((sum, value, j) => sum + value * (z[j] - mean[j]), 0));
  const nearest = [];
  for (let i = 0; i * z.length < codes.length; i++) {
    let distance = 0;
    for (let j = 0; j < z.length; j++) distance += (codes[i * z.length + j] - z[j]) ** 2;
    if (nearest.length < NEIGHBOURS || distance < nearest.at(-1).distance) {
      nearest.push({ i, distance });
      nearest.sort((a, b) => a.distance - b.distance).splice(NEIGHBOURS);
    }
  }
  const weights = nearest.map(({ distance }) => 1 / (distance + 1e-9));
  const sum = weights.reduce((a, b) => a + b);
  return [0, 1].map((k) => nearest.reduce((s, { i }, n) => s + (weights[n] / sum) * points[2 * i + k], 0));
}

class CodeMap {
  constructor(root) {
    this.root = root;
    this.box = root.querySelector(".codemap");
    this.plot = root.querySelector(".plot");
    this.here = root.querySelector(".here");
    this.hovered = root.querySelector(".hovered");
    this.sheet = new Image();
    this.follow = () => this.mark();
    window.addEventListener("showncode", this.follow);
  }

  async update(data, setStateValue, setTriggerValue) {
    Object.assign(this, { data, setStateValue, setTriggerValue });
    this.codes = floats(data.codes);
    this.points = floats(data.points);
    if (!this.sheet.src) this.sheet.src = data.digits;
    const Plotly = await loadPlotly(data.plotly);
    if (this.figure !== data.figure) {
      this.figure = data.figure;
      const figure = JSON.parse(data.figure);
      await Plotly.react(this.plot, figure.data, themed(figure.layout, this.box, this.data.version), { responsive: true, displaylogo: false });
      this.listen();
    }
    this.mark();
  }

  listen() {
    if (this.listening) return;
    this.listening = true;
    this.plot.on("plotly_hover", ({ points, event }) => this.hover(points[0].customdata, event));
    this.plot.on("plotly_unhover", () => (this.hovered.hidden = true));
    this.plot.on("plotly_click", ({ points }) => this.setTriggerValue("clicked", points[0].customdata));
    this.plot.on("plotly_selected", (event) => {
      if (event) this.setStateValue("picked", event.points.map((point) => point.customdata));
    });
    this.plot.on("plotly_deselect", () => this.setStateValue("picked", []));
    for (const name of ["plotly_relayout", "plotly_relayouting", "plotly_afterplot"]) this.plot.on(name, this.follow);
  }

  hover(index, event) {
    const { columns } = this.data, context = this.hovered.getContext("2d"), box = this.box.getBoundingClientRect();
    context.drawImage(this.sheet, 28 * (index % columns), 28 * Math.floor(index / columns), 28, 28, 0, 0, 28, 28);
    const x = event.clientX - box.left, y = event.clientY - box.top;
    this.hovered.style.left = `${x < 120 ? x + 20 : x - 104}px`;
    this.hovered.style.top = `${Math.max(0, y - 104)}px`;
    this.hovered.dataset.digit = index;
    this.hovered.hidden = false;
  }

  mark() {
    const layout = this.plot._fullLayout;
    if (!layout || !this.plot.isConnected) return;
    const shown = window.shownCode?.version === this.data.version ? window.shownCode.z : this.data.code;
    const [x, y] = place(shown, this.data, this.codes, this.points);
    const { xaxis, yaxis } = layout;
    const left = xaxis._offset + xaxis.l2p(x), top = yaxis._offset + yaxis.l2p(y);
    const inside = left >= xaxis._offset && left <= xaxis._offset + xaxis._length
      && top >= yaxis._offset && top <= yaxis._offset + yaxis._length;
    this.here.hidden = !inside;
    this.here.style.transform = `translate(${left}px, ${top}px)`;
  }

  remove() {
    window.removeEventListener("showncode", this.follow);
    window.Plotly?.purge(this.plot);
  }
}

const maps = new WeakMap();

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  if (!maps.has(parentElement)) maps.set(parentElement, new CodeMap(parentElement));
  const map = maps.get(parentElement);
  map.update(data, setStateValue, setTriggerValue);
  return () => {
    map.remove();
    maps.delete(parentElement);
  };
}
