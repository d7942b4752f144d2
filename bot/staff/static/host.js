// The projector of a live contest: shows what the server says, and asks it for the next question or the end.
"use strict";

const TICK_MS = 200;
const by = (id) => document.getElementById(id);
let state = null;
let until = 0; // of this page's own clock

function item(...parts) {
  const made = document.createElement("li");
  for (const part of parts) {
    const span = document.createElement("span");
    span.textContent = part;
    made.append(span);
  }
  return made;
}

function place() {
  if (!state.number) return "";
  return state.practice ? "Câu thử" : `Câu ${state.number}/${state.total}`;
}

function show(fresh) {
  by("place").textContent = place();
  by("count").textContent =
    state.phase === "asked" ? `Đã trả lời: ${state.answered}/${state.players}` : `Đã vào thi: ${state.players}`;
  by("lobby").hidden = state.phase !== "lobby";
  by("round").hidden = !state.question;
  by("clock").hidden = state.phase !== "asked";
  by("question").textContent = state.question || "";
  by("why").textContent = state.why || "";
  if (fresh) {
    // Only a new step is drawn anew: a count that goes up must not play the animation again.
    const options = (state.options || []).map((option) => {
      const made = option.count === undefined ? item(option.text) : item(option.right ? `✓ ${option.text}` : option.text, option.count);
      made.classList.toggle("right", Boolean(option.right));
      return made;
    });
    by("options").replaceChildren(...options);
    by("top").replaceChildren(...(state.top || []).map((row) => item(row.place, row.name, row.points)));
  }
  by("board").hidden = !(state.top && state.top.length) || state.practice;
  by("next").disabled = state.phase === "asked" || state.phase === "ended" || state.number === state.total;
  by("finish").disabled = state.phase === "asked" || state.phase === "ended";
  by("next").textContent = state.phase === "lobby" ? "Bắt đầu" : "Câu tiếp theo";
}

function tick() {
  if (!state || state.phase !== "asked") return;
  const left = Math.max(0, until - performance.now());
  by("left").textContent = `${Math.ceil(left / 1000)}`;
  by("bar").style.transform = `scaleX(${left / (state.seconds * 1000)})`;
}

async function act(deed) {
  by("said").textContent = "";
  try {
    const body = new URLSearchParams({ csrf: document.body.dataset.csrf });
    const answer = await fetch(`host/${deed}`, { method: "POST", body });
    const told = await answer.json();
    by("said").textContent = told.said;
  } catch {
    by("said").textContent = "Mất mạng. Bạn bấm lại.";
  }
}

by("next").addEventListener("click", () => act("next"));
by("finish").addEventListener("click", () => act("finish"));
by("still").addEventListener("change", () => document.body.classList.toggle("still", by("still").checked));
const stream = new EventSource("host/events");
stream.onmessage = (event) => {
  const before = state && `${state.phase}${state.number}`;
  state = JSON.parse(event.data);
  until = performance.now() + (state.left_ms || 0);
  show(`${state.phase}${state.number}` !== before);
  tick();
};
setInterval(tick, TICK_MS);
