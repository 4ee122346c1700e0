// Moments of a training, fetched once each and drawn as the slider is dragged.

const TWEEN_MS = 250, STEP_MS = 450, EDGE = 3.5, CLASSES = 10;
const fetched = new Map();
const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function fetchMoment(address) {
  if (!fetched.has(address)) {
    fetched.set(address, fetch(address).then((answer) => answer.json()).then((moment) => ({ ...moment, points: floats(moment.points) })));
  }
  return fetched.get(address);
}

class Film {
  constructor(root) {
    for (const name of ["film", "play", "when", "epoch", "originals", "drawn", "redrawn", "answers", "codes"]) {
      this[name] = root.querySelector(`.${name}`);
    }
    this.canvas = root.querySelector("canvas");
    this.table = root.querySelector("table");
    this.atEnd = true;
    this.when.oninput = () => this.go(+this.when.value);
    this.play.onclick = () => (this.timer ? this.pause() : this.start());
    this.resized = new ResizeObserver(() => this.paint());
    this.resized.observe(this.canvas);
  }

  async update(data) {
    this.data = data;
    this.moments = await Promise.all(data.moments.map(fetchMoment));
    if (this.data !== data) return;
    this.when.max = this.moments.length - 1;
    if (this.originals.src !== data.originals) this.originals.src = data.originals;
    this.show(this.atEnd && !this.timer ? this.moments.length - 1 : +this.when.value);
  }

  start() {
    this.go(+this.when.value >= this.moments.length - 1 ? 0 : +this.when.value);
    this.play.textContent = "❚❚";
    this.timer = setInterval(() => {
      if (+this.when.value >= this.moments.length - 1) this.pause();
      else this.go(+this.when.value + 1, true);
    }, STEP_MS);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "▶";
  }

  go(index, playing = false) {
    if (!playing && this.timer) this.pause();
    this.atEnd = index === this.moments.length - 1;
    this.show(index);
  }

  show(index) {
    const moment = this.moments[index];
    this.when.value = index;
    this.film.dataset.moment = index;
    if (this.shown === moment) return;
    this.shown = moment;
    this.epoch.textContent = `epoch ${+moment.epoch.toFixed(2)} of ${this.data.epochs}`;
    this.redrawn.hidden = !moment.drawn;
    this.answers.hidden = !moment.confusion;
    if (moment.drawn) {
      this.drawn.src = moment.drawn;
      this.redrawn.lastElementChild.textContent = "Above, test digits; below, as they are redrawn.";
    } else this.count(moment.confusion);
    this.move(moment.points);
  }

  count(confusion) {
    const total = confusion.flat().reduce((a, b) => a + b), right = confusion.reduce((sum, row, i) => sum + row[i], 0);
    const classes = [...Array(CLASSES).keys()];
    this.table.replaceChildren();
    const row = (cells) => this.table.insertRow().append(...cells);
    const cell = (text, name, weight = 0) => {
      const made = document.createElement(name);
      made.textContent = text;
      made.style.setProperty("--weight", `${weight}%`);
      return made;
    };
    row([cell("", "th"), ...classes.map((answer) => cell(answer, "th"))]);
    for (const label of classes) {
      const all = Math.max(1, confusion[label].reduce((a, b) => a + b));
      const counts = confusion[label].map((count, answer) => {
        const made = cell(count || "", "td", (100 * count) / all);
        if (answer !== label) made.className = "wrong";
        return made;
      });
      row([cell(label, "th"), ...counts]);
    }
    this.answers.lastElementChild.textContent =
      `A row for each digit, a column for each answer: ${right} of ${total} are right.`;
  }

  // The dots glide to their new places.
  move(points) {
    const from = this.points ?? points, began = performance.now();
    cancelAnimationFrame(this.frame);
    const tween = (now) => {
      const share = still() ? 1 : Math.min(1, Math.max(0, (now - began) / TWEEN_MS));
      this.points = share === 1 ? points : points.map((value, i) => from[i] + share * (value - from[i]));
      this.paint();
      if (share < 1) this.frame = requestAnimationFrame(tween);
    };
    tween(began);
  }

  paint() {
    if (!this.points || !this.canvas.clientWidth) return;
    const scale = devicePixelRatio, size = Math.round(this.canvas.clientWidth * scale);
    if (this.canvas.width !== size) this.canvas.width = this.canvas.height = size;
    const context = this.canvas.getContext("2d"), { labels, colours } = this.data;
    context.clearRect(0, 0, size, size);
    context.font = `600 ${10 * scale}px sans-serif`;
    const inside = (value) => Math.min(0.98, Math.max(0.02, 0.5 + value / (2 * EDGE))) * size;
    labels.forEach((label, i) => {
      context.fillStyle = colours[label];
      const x = inside(this.points[2 * i]), y = inside(-this.points[2 * i + 1]);
      context.fillText(label, x - 3 * scale, y + 4 * scale);
    });
    this.codes.lastElementChild.textContent = `The codes of ${labels.length.toLocaleString("en")} test digits.`;
  }

  remove() {
    this.pause();
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
  }
}

const films = new WeakMap();

export default function ({ parentElement, data }) {
  if (!films.has(parentElement)) films.set(parentElement, new Film(parentElement));
  films.get(parentElement).update(data);
  return () => {
    films.get(parentElement).remove();
    films.delete(parentElement);
  };
}
