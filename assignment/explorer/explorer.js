// The attention explorer. It asks through `model` (set "asked", save_changes) and draws what comes back as "seen".
// In a notebook `model` is the widget's; in the exported page it is page.js, which stands after this in the same script.

const ROW = 26; // pixels a token, as --row in the style
const COLOURS = 7; // --head-0 ... in the style, for heads; more heads begin again
const MOST_TOLD = 4; // heads whose foremost function is said beside the grid; the table has them all
const ON_PAPER = { en: ["en"], zh: ["zh"], both: ["en", "zh"] };
const TAGS = { en: "en", zh: "zh-Hant" };
const KEYS = [
  ["↑ ↓", "key.move"], ["← →", "key.side"], ["Enter", "key.pin"], ["[ ]", "key.layer"], ["0 … 9", "key.head"], ["a", "key.all"],
  ["m", "key.mask"], ["Esc", "key.clear"], ["?", "key.help"],
];

// ---------------------------------------------------------------- numbers

// Undo `pack` of look.py: base64, then zlib.
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The attention of one head among `places`; each row is scaled to add up to 1 where some of it is left out.
function findTable(look, layer, head, places) {
  const length = look.pieces.length;
  const start = (layer * look.heads + head) * length * length;
  const kept = [];
  const values = places.map((i) => {
    const row = places.map((j) => look.levels[start + i * length + j] / 255);
    const sum = row.reduce((a, b) => a + b, 0);
    kept.push(sum);
    return places.length === length || sum === 0 ? row : row.map((value) => value / sum);
  });
  return { head, values, kept };
}

function findMean(tables) {
  const [first] = tables;
  return first.values.map((row, i) => row.map((_, j) => tables.reduce((sum, t) => sum + t.values[i][j], 0) / tables.length));
}

// Lines at or above the threshold, of all that are not nought, and the share of the attention that they carry.
function countLines(tables, threshold, belongs) {
  const found = { count: 0, all: 0, sum: 0, whole: 0 };
  for (const { values } of tables) {
    values.forEach((row, i) => row.forEach((value, j) => {
      if (value === 0 || !belongs(i, j)) return;
      found.all += 1;
      found.whole += value;
      if (value >= threshold) { found.count += 1; found.sum += value; }
    }));
  }
  return { count: found.count, all: found.all, share: toPercent(found.whole ? found.sum / found.whole : 1) };
}

function toPercent(share) {
  const percent = 100 * share;
  if (percent > 99.5 && share < 0.9999) return "> 99 %";
  return percent > 0 && percent < 0.5 ? "< 1 %" : `${Math.round(percent)} %`;
}

function toNumber(value) {
  return value === 0 ? "0" : toProbability(value);
}

// A probability is never quite nought.
function toProbability(value) {
  return value < 0.0005 ? "<0.001" : value.toFixed(3);
}

// ---------------------------------------------------------------- elements

// Make an element; text is only ever added as text, so a sentence cannot become markup.
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// ---------------------------------------------------------------- the explorer

class Explorer {
  constructor(model, el) {
    this.model = model;
    this.language = "both";
    this.look = null;
    this.turn = 0;
    this.layer = 0;
    this.heads = [0];
    this.threshold = 0.04;
    this.separators = true;
    this.chosen = ""; // the function that heads are compared by
    this.pinned = this.hovered = this.focused = null; // each a spot: { place, side }
    this.spot = { place: 0, side: "from" }; // where Tab enters the tokens
    this.root = make("div", {
      class: "hw9-explorer", "data-lm-suppress-shortcuts": "true", // or a JupyterLab takes m, 1 and [ for its own
      onkeydown: (event) => this.press(event),
    });
    el.replaceChildren(this.root);
    this.build();
    this.watch();
    this.receive();
  }

  // Listen to the answers, the width and the colours of the place where it stands; `stop` undoes it.
  watch() {
    const answered = () => this.receive();
    const repaint = () => { if (this.look) this.update(); };
    const sized = new ResizeObserver(() => { this.paint(); this.hold(); });
    const themed = new MutationObserver(repaint);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.model.on("change:seen", answered);
    sized.observe(this.root);
    themed.observe(document.body, { attributes: true, attributeFilter: ["class", "data-jp-theme-light"] });
    dark.addEventListener("change", repaint);
    this.stop = () => {
      clearTimeout(this.waiting);
      this.model.off("change:seen", answered);
      sized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", repaint);
    };
  }

  // -------------------------------------------------------------- words

  // A word as elements, one for each language that is shown.
  say(name, values = {}) {
    return this.sayAll([[name, values]]);
  }

  // Several sentences after each other, each language by itself.
  sayAll(said) {
    const words = this.model.get("words");
    const join = { en: " ", zh: "" };
    return make("span", { class: "say" }, ...ON_PAPER[this.language].map((code) => make("span", { lang: TAGS[code] },
      said.map(([name, values]) => fill(words[name][code], values)).join(join[code]))));
  }

  // A word as one text, for labels and choices; what both languages call alike is said once.
  tell(name, values = {}) {
    const word = this.model.get("words")[name];
    return [...new Set(ON_PAPER[this.language].map((code) => fill(word[code], values)))].join(" ");
  }

  // What a function is called in a language; one that the explorer has no word for goes by its own name.
  nameFunction(name, code) {
    return this.model.get("words")[`function.${name}`]?.[code] ?? name;
  }

  tellFunction(name) {
    return [...new Set(ON_PAPER[this.language].map((code) => this.nameFunction(name, code)))].join(" ");
  }

  sayFunction(name) {
    if (!(`function.${name}` in this.model.get("words"))) return make("span", { class: "say" }, name);
    return this.say(`function.${name}`);
  }

  // -------------------------------------------------------------- asking and hearing

  ask(change) {
    const now = this.look ? { text: this.look.text, second: this.look.second, masked: this.masked } : this.model.get("asked");
    this.root.setAttribute("aria-busy", "true");
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.complain({ word: "silent", values: {} }), 15000);
    const before = JSON.stringify(this.model.get("asked"));
    this.model.set("asked", { ...now, ...change });
    this.model.save_changes();
    if (JSON.stringify(this.model.get("asked")) === before) this.receive(); // nothing new is asked: no answer will come
  }

  async receive() {
    const turn = (this.turn += 1);
    const seen = this.model.get("seen");
    if (!seen || !Object.keys(seen).length) return;
    const levels = typeof seen.attention === "string" ? await unpack(seen.attention) : seen.attention;
    if (turn !== this.turn) return;
    clearTimeout(this.waiting);
    this.root.removeAttribute("aria-busy");
    if (seen.problem) this.complain(seen.problem, seen.asked);
    else this.show({ ...seen, levels });
  }

  complain(problem, asked) {
    const other = this.look && asked && (asked.text !== this.look.text || (asked.second || null) !== (this.look.second || null));
    this.problem.replaceChildren(this.say(`problem.${problem.word}`, problem.values));
    if (other) this.problem.append(make("span", { class: "still" }, this.say("still_shown", { text: this.look.text })));
    this.problem.hidden = false;
    this.root.classList.toggle("stale", Boolean(other));
    this.root.removeAttribute("aria-busy");
  }

  show(look) {
    const other = !this.look || look.text !== this.look.text || look.second !== this.look.second;
    this.look = look;
    this.masked = look.masked.filter((place) => !look.given.includes(place));
    if (other) {
      this.pinned = this.hovered = this.focused = null;
      this.spot = { place: Math.min(1, look.pieces.length - 1), side: "from" };
      this.text.value = look.text;
      this.second.value = look.second ?? "";
      this.showSecond(Boolean(look.second));
    }
    this.layer = Math.min(this.layer, look.layers - 1);
    this.heads = this.heads.filter((head) => head < look.heads);
    this.problem.hidden = true;
    this.root.classList.remove("stale");
    this.body.hidden = false;
    this.drawSamples();
    this.drawTokens();
    this.drawPredictions();
    this.update();
  }

  // -------------------------------------------------------------- choosing

  get places() {
    return this.look.pieces.map((_, place) => place).filter((place) => this.separators || this.look.words[place] >= 0);
  }

  get active() {
    return this.pinned ?? this.hovered ?? this.focused;
  }

  chooseLayer(layer) {
    this.layer = Math.max(0, Math.min(this.look.layers - 1, layer));
    this.update();
  }

  chooseHead(head, more) {
    if (head >= this.look.heads) return;
    const others = this.heads.filter((one) => one !== head);
    if (!more) this.heads = [head];
    else if (others.length === this.heads.length) this.heads = [...this.heads, head].sort((a, b) => a - b);
    else if (others.length) this.heads = others;
    this.update();
  }

  chooseAll() {
    this.heads = Array.from({ length: this.look.heads }, (_, head) => head);
    this.update();
  }

  pin(spot) {
    const same = this.pinned && this.pinned.place === spot.place && this.pinned.side === spot.side;
    this.pinned = same ? null : spot;
    this.paint();
  }

  // Hide the whole word at a place, or show it again; the places of a word that the text itself masks stay hidden.
  toggleMask(place) {
    const { words, given } = this.look;
    const own = words.map((_, i) => i).filter((i) => words[i] === words[place] && !given.includes(i));
    if (words[place] < 0) return this.complain({ word: "not_a_word", values: {} });
    if (own.length === 0) return undefined;
    const others = this.masked.filter((i) => !own.includes(i));
    const masked = others.length < this.masked.length ? others : [...this.masked, ...own];
    return this.ask({ masked: masked.sort((a, b) => a - b) });
  }

  clear() {
    if (this.pinned) this.pin(this.pinned);
    else if (this.masked.length) this.ask({ masked: [] });
  }

  press(event) {
    const field = event.target.matches("select, textarea, input[type=text]");
    if (!this.look || field || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input") && (event.key.startsWith("Arrow") || event.key === " ")) return;
    const digit = /^Digit(\d)$/.exec(event.code)?.[1] ?? (/^\d$/.test(event.key) ? event.key : null);
    const actions = {
      ArrowUp: () => this.move(-1), ArrowDown: () => this.move(1),
      ArrowLeft: () => this.move(0, "from"), ArrowRight: () => this.move(0, "to"),
      Home: () => this.move(-Infinity), End: () => this.move(Infinity),
      "[": () => this.chooseLayer(this.layer - 1), "]": () => this.chooseLayer(this.layer + 1),
      a: () => this.chooseAll(), m: () => this.toggleMask((this.active ?? this.spot).place), Escape: () => this.clear(), "?": () => this.toggleHelp(),
    };
    const action = actions[event.key] ?? (digit && (() => this.chooseHead(Number(digit), event.shiftKey)));
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  // Go `step` tokens on, to a column where one is named; a pin goes along.
  move(step, side = this.spot.side) {
    const places = this.places;
    const row = Math.max(0, Math.min(places.length - 1, Math.max(0, places.indexOf(this.spot.place)) + step));
    this.spot = { place: places[row], side };
    if (this.pinned) this.pinned = this.spot;
    this.hovered = null;
    this.focusSpot();
    this.paint();
  }

  focusSpot() {
    this.findToken(this.spot)?.focus();
  }

  findToken({ place, side }) {
    return this.columns.querySelector(`.token[data-side="${side}"][data-place="${place}"]`);
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.helpButton.setAttribute("aria-expanded", String(!this.help.hidden));
  }

  // -------------------------------------------------------------- the frame, built anew for another language

  build() {
    this.root.dataset.language = this.language;
    this.problem = make("p", { class: "problem", role: "alert", hidden: true });
    this.side = this.buildSide();
    this.body = make("div", { class: "body", hidden: true }, this.side, this.buildMain());
    this.root.replaceChildren(this.buildBar(), this.problem, this.buildHelp(), this.body);
  }

  buildBar() {
    const asked = this.model.get("asked");
    this.text = make("input", { type: "text", class: "text", "aria-label": this.tell("sentence"), spellcheck: "false", autocomplete: "off" });
    this.second = make("input", { type: "text", class: "text second", "aria-label": this.tell("second"), placeholder: this.tell("second"), spellcheck: "false", autocomplete: "off" });
    this.text.value = asked.text;
    this.second.value = asked.second ?? "";
    this.samples = make("select", { "aria-label": this.tell("samples"), onchange: () => this.chooseSample() });
    this.more = make("button", { type: "button", class: "quiet", onclick: () => { this.showSecond(true); this.second.focus(); } }, "+ ", this.say("second"));
    this.showSecond(Boolean(asked.second));
    const ask = (event) => {
      event.preventDefault();
      this.ask({ text: this.text.value, second: this.second.value || null, masked: [] });
    };
    const form = make("form", { class: "ask", onsubmit: ask },
      make("div", { class: "fields" }, this.text, this.second),
      make("button", { type: "submit", class: "strong" }, this.say("show")),
      make("div", { class: "samples" }, this.say("samples"), this.samples, this.more));
    return make("div", { class: "bar" }, form, make("div", { class: "tools" }, this.buildLanguages(), this.buildHelpButton()));
  }

  showSecond(shown) {
    this.second.hidden = !shown;
    this.more.hidden = shown;
  }

  buildLanguages() {
    const names = { en: "English", zh: "中文", both: "EN + 中" };
    const group = `language-${Math.random().toString(36).slice(2)}`;
    const choose = (code) => {
      this.language = code;
      const { value } = this.text;
      this.build();
      if (this.look) this.show(this.look);
      if (!this.look || this.model.get("seen").problem) this.receive();
      this.text.value = value;
      this.root.querySelector(`.languages input[value=${code}]`).focus();
    };
    const labels = ["en", "zh", "both"].map((code) => make("label", {},
      make("input", { type: "radio", name: group, value: code, checked: code === this.language, onchange: () => choose(code) }),
      names[code]));
    return make("fieldset", { class: "languages" }, make("legend", {}, this.tell("language")), ...labels);
  }

  buildHelpButton() {
    this.helpButton = make("button", {
      type: "button", class: "round", "aria-label": this.tell("help"), title: this.tell("help"), "aria-expanded": "false",
      onclick: () => this.toggleHelp(),
    }, "?");
    return this.helpButton;
  }

  buildHelp() {
    const keys = KEYS.map(([key, word]) => make("div", {}, make("dt", {}, make("kbd", {}, key)), make("dd", {}, this.say(word))));
    this.help = make("section", { class: "help", hidden: true, "aria-label": this.tell("help") },
      make("dl", {}, ...keys), make("p", { class: "stacked" }, this.say("reading")));
    return this.help;
  }

  buildSide() {
    const functions = Object.keys(this.model.get("functions"));
    const options = functions.map((one) => make("option", { value: one, selected: one === this.chosen }, this.tellFunction(one)));
    this.which = make("select", { class: "which", "aria-label": this.tell("which"), onchange: () => { this.chosen = this.which.value; this.update(); } },
      make("option", { value: "" }, this.tell("none")), ...options);
    this.grid = make("div", { class: "grid", role: "group", "aria-label": this.tell("heads") });
    this.ranking = make("div", { class: "ranking" });
    this.predictions = make("div", { class: "predictions", "aria-live": "polite" });
    this.outstanding = make("ol", { class: "outstanding" });
    const menu = functions.length ? make("label", { class: "menu" }, this.say("which"), this.which) : null;
    return make("div", { class: "side" },
      make("section", {}, make("h2", {}, this.say("heads")), menu, this.grid, this.outstanding, this.ranking),
      make("section", {}, make("h2", {}, this.say("predictions")), this.predictions));
  }

  buildMain() {
    const step = (by, label, sign) => make("button", { type: "button", class: "round", "aria-label": this.tell(label), title: this.tell(label), onclick: () => this.chooseLayer(this.layer + by) }, sign);
    this.layerName = make("output", { class: "layer-name" });
    this.chips = make("div", { class: "chips", role: "group", "aria-label": this.tell("heads") });
    this.statement = make("p", { class: "statement stacked" });
    this.columns = make("div", { class: "columns" });
    this.measured = make("section", { class: "measured" });
    this.readout = make("p", { class: "readout", "aria-live": "polite" });
    this.maskButton = make("button", { type: "button", onclick: () => this.toggleMask((this.active ?? this.spot).place) }, this.say("mask"));
    this.clearButton = make("button", { type: "button", onclick: () => this.ask({ masked: [] }) }, this.say("clear"));
    return make("div", { class: "main" },
      make("div", { class: "controls" },
        make("div", { class: "stepper", role: "group", "aria-label": this.tell("layer") }, step(-1, "previous_layer", "‹"), this.layerName, step(1, "next_layer", "›")),
        this.chips, make("div", { class: "masks" }, this.maskButton, this.clearButton)),
      make("div", { class: "controls" }, this.buildThreshold(), this.buildSeparators()),
      this.statement, this.columns, this.readout, this.measured);
  }

  buildThreshold() {
    const value = make("output", {}, this.threshold.toFixed(2));
    const slider = make("input", { type: "range", class: "threshold", min: 0, max: 0.5, step: 0.01, value: this.threshold, "aria-label": this.tell("threshold"), oninput: () => {
      this.threshold = Number(slider.value);
      value.textContent = this.threshold.toFixed(2);
      this.paint();
    } });
    return make("label", { class: "limit" }, this.say("threshold"), slider, value);
  }

  buildSeparators() {
    const box = make("input", { type: "checkbox", class: "no-separators", checked: !this.separators, onchange: () => {
      this.separators = !box.checked;
      this.pinned = this.hovered = this.focused = null;
      if (!this.separators && this.look.words[this.spot.place] < 0) this.spot = { ...this.spot, place: this.places[0] };
      this.drawTokens();
      this.update();
    } });
    return make("label", { class: "box" }, box, this.say("separators"));
  }

  // -------------------------------------------------------------- drawing what an answer changes

  drawSamples() {
    const all = this.model.get("sentences");
    const name = (one) => (one.second ? `${one.text} ｜ ${one.second}` : one.text);
    const now = all.findIndex((one) => one.text === this.look.text && (one.second ?? null) === (this.look.second ?? null));
    this.samples.replaceChildren(make("option", { value: "" }, this.tell("choose")),
      ...all.map((one, i) => make("option", { value: i, selected: i === now }, name(one))));
    this.samples.hidden = all.length === 0;
  }

  chooseSample() {
    const one = this.model.get("sentences")[this.samples.value];
    if (this.samples.value === "" || !one) return;
    this.text.value = one.text;
    this.second.value = one.second ?? "";
    this.showSecond(Boolean(one.second));
    this.ask({ text: one.text, second: one.second ?? null, masked: [] });
  }

  drawTokens() {
    const within = this.columns.contains(document.activeElement);
    const bars = (side) => make("div", { class: `column bars ${side}` },
      ...this.places.map((place) => make("div", { class: "amount", "data-side": side, "data-place": place })));
    const tokens = (side) => make("div", { class: `column tokens ${side}`, role: "group", "aria-label": this.tell(side) },
      ...this.places.map((place) => this.makeToken(place, side)));
    this.hovered = null;
    this.canvas = make("canvas", { class: "lines", "aria-hidden": "true" });
    this.heading = { from: make("div", { class: "heading stacked left" }), to: make("div", { class: "heading stacked right" }) };
    this.columns.replaceChildren(this.heading.from, make("div"), this.heading.to,
      bars("from"), tokens("from"), this.canvas, tokens("to"), bars("to"));
    if (within) this.focusSpot();
  }

  makeToken(place, side) {
    const { pieces, words, parts, unknown, masked, given } = this.look;
    const spot = { place, side };
    const notes = [pieces[place]];
    const token = make("button", {
      type: "button", class: "token", "data-side": side, "data-place": place,
      onclick: () => { this.spot = spot; this.pin(spot); },
      ondblclick: () => this.toggleMask(place),
      onpointerenter: () => { this.hovered = spot; this.paint(); },
      onpointerleave: () => { this.hovered = null; this.paint(); },
      onfocus: () => { this.spot = spot; this.focused = token.matches(":focus-visible") ? spot : null; this.paint(); },
      onblur: () => { this.focused = null; this.paint(); },
    });
    if (words[place] < 0) token.classList.add("separator");
    if (words[place] >= 0 && place > 0 && words[place - 1] === words[place]) token.classList.add("joined");
    if (parts[place] === 1 && parts[place - 1] !== 1) token.classList.add("second-text");
    if (masked.includes(place)) {
      token.classList.add("hidden-word");
      token.append(make("span", { class: "tag" }, this.tell("mask_sign")));
      notes.push(this.tell("masked"));
    }
    if (!given.includes(place)) token.append(make("span", { class: "piece" }, pieces[place]));
    if (unknown.includes(place)) {
      token.append(make("span", { class: "tag" }, "unk"));
      notes.push(this.tell("unknown"));
    }
    token.title = notes.join(" · ");
    return token;
  }

  drawPredictions() {
    const cards = this.look.predictions.map((one) => this.makeCard(one));
    this.predictions.replaceChildren(...(cards.length ? cards : [make("p", { class: "note stacked" }, this.say("mask_hint"))]));
    this.clearButton.disabled = this.masked.length === 0;
  }

  makeCard({ place, was, probability, rank, best }) {
    const rows = best.map(([word, value]) => {
      const bar = make("span", { class: "fill" });
      bar.style.width = `${100 * value}%`;
      return make("li", { class: word === was && rank <= best.length ? "true" : null },
        make("span", { class: "word" }, word), make("span", { class: "track" }, bar), make("span", { class: "number" }, toProbability(value)));
    });
    const truth = was === null ? this.say("no_true_word")
      : this.say("true_word", { word: was, probability: toProbability(probability), rank, count: this.look.vocabulary });
    const head = was === null ? this.say("expected_given") : this.say("expected", { word: was });
    return make("article", { class: "card", "data-place": place }, make("h3", {}, head), make("ol", {}, ...rows), make("p", { class: "note stacked" }, truth));
  }

  // -------------------------------------------------------------- drawing what a choice changes

  update() {
    const { places } = this;
    this.tables = this.heads.map((head) => findTable(this.look, this.layer, head, places));
    this.mean = findMean(this.tables);
    this.drawGrid();
    this.drawChips();
    this.drawMeasured();
    this.paint();
    this.hold();
  }

  // Keep the heads and the predictions in sight beside a long text; of what is taller than the window, the lower end.
  hold() {
    this.side.style.top = `${Math.min(8, window.innerHeight - this.side.offsetHeight - 8)}px`;
  }

  drawGrid() {
    const { layers, heads } = this.look;
    const inside = this.grid.contains(document.activeElement) && document.activeElement.dataset;
    const measured = this.model.get("functions")[this.chosen];
    const best = measured ? Math.max(...measured.scores.flat()) : null;
    const cells = [];
    for (let layer = 0; layer < layers; layer += 1) {
      cells.push(make("span", { class: layer === this.layer ? "row-name here" : "row-name", title: this.tell("layer_of", { layer, last: layers - 1 }) }, String(layer)));
      for (let head = 0; head < heads; head += 1) cells.push(this.makeCell(layer, head, measured, best));
    }
    const names = Array.from({ length: heads }, (_, head) => make("span", { class: "column-name" }, String(head)));
    this.grid.style.setProperty("--heads", heads);
    this.grid.classList.toggle("many", heads > 6);
    this.grid.replaceChildren(make("span", { class: "corner" }, this.say("layer")), ...names, ...cells);
    if (inside) this.grid.querySelector(`[data-layer="${inside.layer}"][data-head="${inside.head}"]`)?.focus();
    this.drawRanking(measured);
  }

  makeCell(layer, head, measured, best) {
    const chosen = layer === this.layer && this.heads.includes(head);
    const score = measured?.scores[layer][head] ?? null;
    const label = this.tell("head_at", { layer, head }) + (score === null ? "" : `: ${score.toFixed(2)}`);
    const cell = make("button", {
      type: "button", class: "cell", "aria-pressed": String(chosen), "aria-label": label, title: label, "data-layer": layer, "data-head": head,
      onclick: (event) => {
        const more = (event.shiftKey || event.ctrlKey || event.metaKey) && layer === this.layer;
        this.layer = layer;
        this.chooseHead(head, more);
      },
    }, this.makeThumbnail(layer, head));
    cell.style.setProperty("--own", `var(--head-${head % COLOURS})`);
    if (score !== null) {
      const bar = make("span", { class: "score" }, make("span", { class: "fill" }), make("span", { class: "number" }, score.toFixed(2)));
      bar.firstChild.style.width = `${100 * score}%`;
      cell.append(bar);
      cell.classList.toggle("best", score === best);
    }
    return cell;
  }

  // A head's attention as a small picture: a row for each token that attends, a column for each that is attended to.
  makeThumbnail(layer, head) {
    const { values } = findTable(this.look, layer, head, this.places);
    const canvas = make("canvas", { class: "thumbnail", "aria-hidden": "true", width: values.length, height: values.length });
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(values.length, values.length);
    const [red, green, blue] = this.findColour("--ink-line");
    values.flat().forEach((value, i) => picture.data.set([red, green, blue, 255 * Math.sqrt(value)], 4 * i));
    pen.putImageData(picture, 0, 0);
    return canvas;
  }

  findColour(name) {
    const probe = make("span");
    probe.style.color = `var(${name})`;
    this.root.append(probe);
    const found = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
    probe.remove();
    return found;
  }

  drawRanking(measured) {
    if (!measured) return this.ranking.replaceChildren();
    const all = measured.scores.flatMap((row, layer) => row.map((score, head) => ({ score, layer, head })));
    const first = all.filter(({ score }) => score !== null).sort((a, b) => b.score - a.score).slice(0, 3);
    const items = first.map(({ score, layer, head }) => make("li", {}, make("button", {
      type: "button", class: "quiet", onclick: () => { this.layer = layer; this.chooseHead(head); },
    }, this.say("head_at", { layer, head })), make("span", { class: "number" }, score.toFixed(2))));
    const chance = measured.chance === null ? "–" : measured.chance.toFixed(2);
    return this.ranking.replaceChildren(make("p", { class: "note stacked" }, this.say("chance_is", { chance })), make("ol", {}, ...items));
  }

  drawChips() {
    this.layerName.replaceChildren(this.say("layer_of", { layer: this.layer, last: this.look.layers - 1 }));
    const chips = Array.from({ length: this.look.heads }, (_, head) => {
      const label = this.tell("head_at", { layer: this.layer, head });
      const chip = make("button", {
        type: "button", class: "chip", "data-head": head, "aria-pressed": String(this.heads.includes(head)), "aria-label": label, title: label,
        onclick: () => this.chooseHead(head, true),
      }, String(head));
      chip.style.setProperty("--own", `var(--head-${head % COLOURS})`);
      return chip;
    });
    const all = make("button", { type: "button", class: "chip every", "aria-pressed": String(this.heads.length === this.look.heads), onclick: () => this.chooseAll() }, this.say("all"));
    const focused = this.chips.contains(document.activeElement) ? document.activeElement.dataset.head : undefined;
    this.chips.replaceChildren(make("span", { class: "name" }, this.say("heads")), ...chips, all);
    if (focused !== undefined) chips[focused]?.focus();
  }

  drawMeasured() {
    const functions = Object.entries(this.model.get("functions"));
    this.outstanding.replaceChildren(...(functions.length && this.heads.length <= MOST_TOLD ? this.heads.map((head) => this.makeOutstanding(functions, head)) : []));
    this.measured.hidden = functions.length === 0;
    const names = this.heads.map((head) => {
      const name = make("th", { scope: "col", class: "number" }, `${this.layer}·${head}`);
      name.style.setProperty("--own", `var(--head-${head % COLOURS})`);
      return name;
    });
    const rows = functions.map(([name, { scores, chance }]) => make("tr", { class: name === this.chosen ? "here" : null },
      make("th", { scope: "row" }, this.sayFunction(name)),
      ...this.heads.map((head) => this.makeScore(scores[this.layer][head], head)),
      make("td", { class: "number chance" }, chance === null ? "–" : chance.toFixed(2))));
    this.measured.replaceChildren(make("h2", {}, this.say("measured")),
      make("div", { class: "wide" }, make("table", {},
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, this.say("layer_head")), ...names, make("th", { scope: "col", class: "number" }, this.say("chance")))),
        make("tbody", {}, ...rows))),
      make("p", { class: "note stacked" }, this.say("measured_note")));
  }

  // What a head does most, above what chance would do.
  makeOutstanding(functions, head) {
    const above = ([, { scores, chance }]) => (scores[this.layer][head] ?? -1) - (chance ?? 0);
    const [name, { scores, chance }] = functions.reduce((most, one) => (above(one) > above(most) ? one : most));
    const score = scores[this.layer][head];
    const number = make("b", {}, `${this.layer}·${head}`);
    number.style.setProperty("--own", `var(--head-${head % COLOURS})`);
    if (score === null || score <= (chance ?? 0)) return make("li", {}, number, this.say("nothing_above"));
    const says = this.model.get("words").outstanding;
    const told = { score: score.toFixed(2), chance: chance === null ? "–" : chance.toFixed(2) };
    const spans = ON_PAPER[this.language].map((code) => make("span", { lang: TAGS[code] },
      fill(says[code], { ...told, name: this.nameFunction(name, code) })));
    return make("li", {}, number, make("span", { class: "say" }, ...spans));
  }

  makeScore(score, head) {
    const cell = make("td", { class: "number" }, score === null ? "–" : score.toFixed(2));
    cell.style.setProperty("--own", `var(--head-${head % COLOURS})`);
    cell.style.setProperty("--share", `${100 * (score ?? 0)}%`);
    return cell;
  }

  // -------------------------------------------------------------- drawing what pointing at a token changes

  paint() {
    if (!this.look || !this.tables) return;
    const { places, active } = this;
    const row = active ? places.indexOf(active.place) : -1;
    this.paintTokens(active);
    this.paintHeadings(active);
    this.paintAmounts(row);
    this.paintStatement(active, row);
    this.paintReadout(active, row);
    this.paintLines(active, row);
  }

  paintTokens(active) {
    const same = (spot, token) => spot && token.dataset.side === spot.side && Number(token.dataset.place) === spot.place;
    for (const token of this.columns.querySelectorAll(".token")) {
      token.classList.toggle("active", Boolean(same(active, token)));
      token.setAttribute("aria-pressed", String(Boolean(same(this.pinned, token))));
      token.tabIndex = same(this.spot, token) ? 0 : -1;
    }
    const { place } = active ?? this.spot;
    const hidden = this.look.masked.includes(place);
    this.maskButton.replaceChildren(this.say(hidden ? "unmask" : "mask"));
    this.maskButton.disabled = this.look.words[place] < 0 || this.look.given.includes(place);
  }

  paintHeadings(active) {
    const token = active && this.look.pieces[active.place];
    this.heading.from.replaceChildren(token ? this.say("who_attends", { token }) : this.say("from"));
    this.heading.to.replaceChildren(token ? this.say("where_attends", { token }) : this.say("to"));
  }

  // Beside each token: what the token pointed at gives it (right) and gets from it (left), head by head in colour.
  paintAmounts(row) {
    const size = this.places.length;
    const average = (values, j) => values.reduce((sum, one) => sum + one[j], 0) / size;
    const find = { to: (values, j) => (row < 0 ? average(values, j) : values[row][j]), from: (values, i) => (row < 0 ? null : values[i][row]) };
    for (const amount of this.columns.querySelectorAll(".amount")) {
      const { side, place } = amount.dataset;
      const at = this.places.indexOf(Number(place));
      const value = find[side](this.mean, at);
      if (value === null) {
        amount.replaceChildren();
        amount.removeAttribute("title");
        continue;
      }
      const parts = this.tables.map(({ head, values }) => ({ head, value: find[side](values, at) }));
      const track = make("span", { class: "track" }, ...parts.map((part) => this.makePart(part)));
      amount.replaceChildren(track, make("span", { class: value ? "number" : "number nought" }, toNumber(value)));
      amount.title = parts.map((part) => `${this.layer}·${part.head}: ${toNumber(part.value)}`).join("   ");
    }
  }

  makePart({ head, value }) {
    const part = make("span", { class: "fill" });
    part.style.width = `${(100 * value) / this.tables.length}%`;
    part.style.background = `var(--head-${head % COLOURS})`;
    return part;
  }

  paintStatement(active, row) {
    const token = active && this.look.pieces[active.place];
    const belongs = (i, j) => !active || (active.side === "from" ? i === row : j === row);
    const counted = { token, ...countLines(this.tables, this.threshold, belongs) };
    const said = [[active ? `drawn_${active.side}` : "drawn", counted]];
    if (this.tables.length > 1) said.push(["mean", { count: this.tables.length }]);
    if (!this.separators) {
      const kept = this.tables.flatMap((table) => table.kept);
      const own = row < 0 ? 1 : Math.min(...this.tables.map((table) => table.kept[row]));
      said.push(["scaled", { share: toPercent(Math.max(0, 1 - kept.reduce((a, b) => a + b, 0) / kept.length)) }]);
      if (own < 0.1) said.push(["coarse", { token, share: toPercent(own) }]);
    }
    this.statement.replaceChildren(this.sayAll(said));
  }

  paintReadout(active, row) {
    if (!active) return this.readout.replaceChildren(this.say("hint"));
    const give = active.side === "from";
    const all = this.places.map((place, j) => ({ place, value: give ? this.mean[row][j] : this.mean[j][row] }));
    const most = all.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value).slice(0, 4);
    const told = most.map(({ place, value }) => `${this.look.pieces[place]} ${toNumber(value)}`).join(" · ");
    const token = this.look.pieces[active.place];
    return this.readout.replaceChildren(this.say(give ? "where_attends" : "who_attends", { token }), `: ${told || "–"}`);
  }

  paintLines(active, row) {
    const { canvas, places, tables } = this;
    const width = canvas.clientWidth;
    const height = places.length * ROW;
    const scale = window.devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.lineCap = "round";
    const drawn = [];
    tables.forEach(({ head, values }, k) => {
      const colour = this.findColour(`--head-${head % COLOURS}`).join(" ");
      const shift = (k - (tables.length - 1) / 2) * Math.min(3, 12 / tables.length);
      values.forEach((one, i) => one.forEach((value, j) => {
        if (value === 0 || value < this.threshold) return;
        const own = !active || (active.side === "from" ? i === row : j === row);
        drawn.push({ i, j, value, colour, shift, own });
      }));
    });
    drawn.sort((a, b) => a.own - b.own || a.value - b.value);
    for (const line of drawn) drawLine(pen, width, line, Boolean(active));
  }
}

function drawLine(pen, width, { i, j, value, colour, shift, own }, pointing) {
  const [from, to] = [i, j].map((place) => (place + 0.5) * ROW + shift);
  const alpha = own ? 0.12 + 0.88 * (pointing ? Math.sqrt(value) : value) : 0.05;
  pen.strokeStyle = `rgb(${colour} / ${alpha})`;
  pen.lineWidth = own ? 0.75 + 3.5 * value : 0.75;
  pen.beginPath();
  pen.moveTo(2, from);
  pen.bezierCurveTo(width * 0.4, from, width * 0.6, to, width - 2, to);
  pen.stroke();
}

function render({ model, el }) {
  const explorer = new Explorer(model, el);
  return () => explorer.stop();
}

export default { render };
