// A player's page in a live contest. The server says what is on; an answer is sent until the server has stored it.
"use strict";

const RETRY_MS = 700;
const TICK_MS = 200;
const base = location.pathname.replace(/\/choi$/, "");
const by = (id) => document.getElementById(id);
let state = null;
let until = 0; // of this page's own clock
let chosen = { number: 0, option: null, stored: false };

function say(text) {
  if (by("line").textContent !== text) by("line").textContent = text;
}

function line() {
  if (state.phase === "lobby") return "Bạn đã vào sân. Chờ câu hỏi đầu tiên.";
  if (state.phase === "ended") return "Cuộc thi đã kết thúc. Cảm ơn bạn đã tham gia.";
  const place = state.practice ? "Câu thử, không tính điểm" : `Câu ${state.number}/${state.total}`;
  if (state.phase === "shown") return `${place}. Câu này đã đóng.`;
  if (chosen.option === null) return place;
  return chosen.stored ? `${place}. Đã nhận câu trả lời.` : `${place}. Đang gửi…`;
}

function show() {
  if (state.number !== chosen.number) chosen = { number: state.number, option: null, stored: false };
  by("you").textContent = state.you;
  by("score").textContent = state.points === undefined ? "" : `Hạng ${state.place} · ${state.points} điểm`;
  by("question").textContent = state.question || "";
  by("why").textContent = state.why || "";
  by("clock").hidden = state.phase !== "asked";
  const options = (state.options || []).map((text, place) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = state.phase === "shown" && chosen.option === place ? `${text} (bạn chọn)` : text;
    made.disabled = state.phase !== "asked" || chosen.option !== null;
    made.classList.toggle("mine", chosen.option === place);
    made.classList.toggle("right", state.right === place);
    made.addEventListener("click", () => choose(place));
    return made;
  });
  by("options").replaceChildren(...options);
  say(line());
}

function choose(option) {
  if (chosen.option !== null) return;
  chosen = { number: state.number, option, stored: false };
  show();
  send();
}

async function send() {
  const given = chosen;
  try {
    const answer = await fetch(`${base}/answer`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ number: given.number, option: given.option }),
    });
    if (answer.status === 403) return say("Bạn chưa vào thi. Bạn mở lại mã QR để vào.");
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    if (given !== chosen) return;
    given.stored = told.verdict === "kept";
    if (told.option !== null && told.option !== undefined) given.option = told.option; // the first answer counts
    show();
    if (!given.stored) say("Đã hết giờ của câu này, câu trả lời không được tính điểm.");
  } catch {
    // A bad line: the same answer again is stored once. After the round it would be late anyway.
    if (given === chosen && state.phase === "asked") setTimeout(send, RETRY_MS);
  }
}

function tick() {
  if (!state || state.phase !== "asked") return;
  const left = Math.max(0, until - performance.now());
  by("left").textContent = `${Math.ceil(left / 1000)} giây`;
  by("bar").style.transform = `scaleX(${left / (state.seconds * 1000)})`;
}

const stream = new EventSource(`${base}/events`);
stream.onmessage = (event) => {
  const before = state && `${state.phase}${state.number}`;
  state = JSON.parse(event.data);
  until = performance.now() + (state.left_ms || 0);
  show();
  tick();
  if (`${state.phase}${state.number}` !== before && state.phase === "asked") by("question").focus();
};
stream.onerror = () => {
  if (stream.readyState === EventSource.CLOSED) say("Bạn chưa vào thi, hoặc cuộc thi chưa mở. Bạn mở lại mã QR để vào.");
  else if (!state || state.phase !== "ended") say("Mất mạng, đang nối lại. Giờ của bạn được bù nếu máy chủ ngừng.");
};
setInterval(tick, TICK_MS);
