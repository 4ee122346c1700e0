// Digits side by side, each a button: what is clicked goes to Python as its place in the row.

function paint(canvas, pixels) {
  const image = new ImageData(28, 28);
  for (let i = 0; i < 784; i++) image.data.set([pixels[i], pixels[i], pixels[i], 255], 4 * i);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function cell(pixels, caption, choose) {
  const button = document.createElement("button"), canvas = document.createElement("canvas");
  button.type = "button";
  canvas.width = canvas.height = 28;
  paint(canvas, pixels);
  button.append(canvas, caption);
  button.addEventListener("click", choose);
  return button;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".digits");
  const pixels = Uint8Array.from(atob(data.pixels), (c) => c.charCodeAt(0));
  root.style.setProperty("--size", data.size);
  root.replaceChildren(
    ...data.captions.map((caption, i) =>
      cell(pixels.subarray(784 * i, 784 * (i + 1)), caption, () => setTriggerValue("chosen", i))),
  );
}
