// Plotly, loaded once for the page, and a figure's layout in the colours of Streamlit's theme.

const property = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

function loadPlotly(address) {
  window.plotlyLoading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error(`${address} cannot be loaded`));
    document.head.append(script);
  });
  return window.plotlyLoading;
}

// With the same `uirevision`, zoom and hidden curves stay as the user has set them.
function themed(layout, element, uirevision) {
  const line = { gridcolor: property(element, "--st-border-color"), zeroline: false };
  return {
    ...layout,
    template: undefined,
    uirevision,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: property(element, "--st-text-color"), family: property(element, "--st-font") },
    xaxis: { ...layout.xaxis, ...line },
    yaxis: { ...layout.yaxis, ...line },
  };
}
