// The web chat. Text is always inserted as text. Messages wait in a queue until the server has them; the message id
// makes a repeat harmless. The session secret stays in an HttpOnly cookie.
"use strict";

const talk = document.getElementById("talk");
const composer = document.getElementById("composer");
const field = document.getElementById("text");
const offline = document.getElementById("offline");
const larger = document.getElementById("larger");

const SHORT_TITLE = 60; // characters of a title that stay on two lines of a small phone
const RETRY_FIRST_MS = 1000;
const RETRY_LIMIT_MS = 30000;
const SIZES = [
  { name: "", label: "Chữ vừa" },
  { name: "larger", label: "Chữ to" },
  { name: "largest", label: "Chữ rất to" },
];
const shown = new Set(); // numbers of replies on the page: the stream may repeat them
const queue = [];
let sending = false;
let retryAfter = RETRY_FIRST_MS;
let stream = null;
let lastNumber = 0;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

// Show the end of the talk, but never past the start of what was just said: people read from the top.
function toEnd() {
  const said = talk.querySelectorAll(".resident");
  const start = said.length ? said[said.length - 1] : talk.firstElementChild;
  if (!start) return; // the letters were made larger before anything was said
  const top = start.offsetTop - talk.offsetTop - 8;
  talk.scrollTop = Math.min(top, talk.scrollHeight - talk.clientHeight);
}

function showResident(text) {
  const item = element("li", "resident", text);
  talk.append(item);
  toEnd();
  return item;
}

function source(citation) {
  const box = element("details", "source");
  const short = citation.title.length > SHORT_TITLE ? `${citation.title.slice(0, SHORT_TITLE).trim()}…` : citation.title;
  box.append(element("summary", "", `Nguồn: ${short}`));
  if (short !== citation.title) box.append(element("div", "", citation.title));
  if (citation.section) box.append(element("div", "", `Mục: ${citation.section}`));
  if (citation.passage) box.append(element("blockquote", "", citation.passage));
  if (citation.note) box.append(element("div", "", citation.note));
  return box;
}

// One sound at a time: who taps the next card has heard enough of the last.
function sound(file, fresh) {
  const made = element("audio");
  made.controls = true;
  made.preload = "none";
  made.src = file.path;
  made.setAttribute("aria-label", file.label);
  made.addEventListener("play", () => {
    for (const other of talk.querySelectorAll("audio")) if (other !== made) other.pause();
  });
  if (fresh) made.play().catch(() => {}); // a browser may ask for a tap first
  return made;
}

function attached(file, fresh) {
  if (file.path.endsWith(".mp3")) return sound(file, fresh);
  const link = element("a", "file", file.label);
  link.href = file.path;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

function choices(buttons) {
  const box = element("div", "choices");
  for (const button of buttons) {
    const made = element("button", "", button.label);
    made.type = "button";
    made.addEventListener("click", () => {
      box.classList.add("used");
      made.classList.add("taken");
      say(button.label, button.payload);
    });
    box.append(made);
  }
  return box;
}

function showReply(reply, fresh) {
  if (reply.number) {
    if (shown.has(reply.number)) return;
    shown.add(reply.number);
    lastNumber = Math.max(lastNumber, reply.number);
  }
  const item = element("li", "bot");
  const bubble = element("div", "bubble");
  bubble.append(element("p", "said", reply.text));
  if (reply.image) {
    const picture = element("img");
    picture.src = reply.image;
    picture.alt = reply.image_alt || "";
    bubble.append(picture);
  }
  for (const file of reply.files || []) bubble.append(attached(file, fresh));
  for (const citation of reply.citations || []) bubble.append(source(citation));
  item.append(bubble);
  if (reply.buttons && reply.buttons.length) item.append(choices(reply.buttons));
  talk.append(item);
  toEnd();
}

function showProblem(text) {
  talk.append(element("li", "problem", text));
  toEnd();
}

function say(text, payload) {
  const item = text ? showResident(text) : null;
  if (item) item.classList.add("waiting");
  queue.push({ body: { message_id: newId(), text: text || "", ...(payload ? { payload } : {}) }, item });
  drain();
}

async function post(body) {
  const response = await fetch("/api/chat", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ session: "", ...body }),
  });
  return { status: response.status, answer: await response.json() };
}

async function drain() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    const next = queue[0];
    let result;
    try {
      result = await post(next.body);
    } catch {
      result = { status: 0 };
    }
    if (result.status === 0 || result.status >= 500) {
      offline.hidden = false;
      await new Promise((done) => setTimeout(done, retryAfter));
      retryAfter = Math.min(retryAfter * 2, RETRY_LIMIT_MS);
      continue;
    }
    offline.hidden = true;
    retryAfter = RETRY_FIRST_MS;
    queue.shift();
    if (next.item) next.item.classList.remove("waiting");
    if (result.status >= 400) showProblem(result.answer.error.message);
    else result.answer.replies.forEach((reply) => showReply(reply, true));
    listen();
  }
  sending = false;
}

function listen() {
  if (stream) return;
  stream = new EventSource(`/api/chat/events?after=${lastNumber}`);
  stream.addEventListener("message", (event) => showReply(JSON.parse(event.data), true));
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    stream = null;
    setTimeout(listen, RETRY_LIMIT_MS);
  });
}

async function resume() {
  const code = new URLSearchParams(location.search).get("g");
  if (code) history.replaceState(null, "", location.pathname);
  let entries = [];
  try {
    entries = (await (await fetch("/api/chat/history")).json()).entries;
  } catch {
    offline.hidden = false;
  }
  for (const entry of entries) {
    if (entry.from === "resident") showResident(entry.text);
    else showReply(entry);
  }
  if (code) say("", `start:${code}`);
  else if (entries.length) listen();
  else say("", "start:");
}

function send() {
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  grow();
  say(text);
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
// The button names the size it leads to; the choice is remembered on this phone.
function setSize(size) {
  document.documentElement.classList.remove(...SIZES.map((one) => one.name).filter(Boolean));
  if (SIZES[size].name) document.documentElement.classList.add(SIZES[size].name);
  larger.textContent = SIZES[(size + 1) % SIZES.length].label;
  larger.dataset.size = size;
}

larger.addEventListener("click", () => {
  const next = (Number(larger.dataset.size) + 1) % SIZES.length;
  setSize(next);
  localStorage.setItem("size", next);
  toEnd();
});
setSize(Number(localStorage.getItem("size")) % SIZES.length || 0);
window.addEventListener("online", () => drain());
window.addEventListener("pagehide", () => { if (stream) stream.close(); stream = null; });
resume();
