// Plotly figures that are drawn anew in place when data arrive. Needs plotly.js before it.

const base = document.title;

// Plotly forgets a zoom that is being drawn if the chart is drawn anew under it: data wait for the button's release.
const released = () =>
  new Promise((resolve) => addEventListener("pointerup", () => setTimeout(resolve), { once: true }));

async function update(root, { figures, plotly, title }) {
  const box = root.querySelector(".charts");
  document.title = title ? `${title} · ${base}` : base;
  box.onpointerdown ??= () => (box.drag = released().then(() => (box.drag = null)));
  const Plotly = await loadPlotly(plotly);
  box.newest = figures;
  await box.drag;
  if (box.newest !== figures) return;
  while (box.childElementCount > figures.length) {
    Plotly.purge(box.lastElementChild);
    box.lastElementChild.remove();
  }
  while (box.childElementCount < figures.length) box.append(document.createElement("div"));
  figures.forEach((text, i) => {
    const plot = box.children[i];
    if (plot.shown === text) return;
    plot.shown = text;
    const { data, layout } = JSON.parse(text);
    const revision = `${layout.title?.text} ${layout.xaxis?.title?.text} ${layout.yaxis?.type}`;
    Plotly.react(plot, data, themed(layout, box, revision), { responsive: true, displaylogo: false });
    plot.dataset.updates = 1 + +(plot.dataset.updates ?? 0);
  });
}

export default function ({ parentElement, data }) {
  update(parentElement, data);
  return () => {
    document.title = base;
    for (const plot of parentElement.querySelectorAll(".charts > div")) window.Plotly?.purge(plot);
  };
}
