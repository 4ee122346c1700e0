// A confusion matrix whose cells are buttons: what is clicked goes to Python as its row and column.

function header(text) {
  const cell = document.createElement("th");
  cell.textContent = text;
  return cell;
}

function cell(i, j, data, choose) {
  const td = document.createElement("td"), button = document.createElement("button");
  button.type = "button";
  button.textContent = data.texts[i][j];
  button.disabled = !data.counts[i][j];
  button.className = data.chosen && data.chosen[0] === i && data.chosen[1] === j ? "chosen" : "";
  button.setAttribute("aria-label", `a ${i} read as a ${j}: ${data.counts[i][j]}`);
  button.style.setProperty("--colour", i === j ? "#0072b2" : "#d55e00");
  button.style.setProperty("--strength", `${data.strengths[i][j]}%`);
  button.addEventListener("click", () => choose([i, j]));
  td.append(button);
  return td;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const table = document.createElement("table"), names = [...data.counts.keys()];
  const head = table.createTHead().insertRow();
  head.append(header(""), ...names.map(header));
  for (const i of names) {
    table.insertRow().append(header(i), ...names.map((j) => cell(i, j, data, (place) => setTriggerValue("chosen", place))));
  }
  parentElement.querySelector(".confusion div").replaceChildren(table);
}
