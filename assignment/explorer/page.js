
// The page's answers: what Python would say, for the texts and masks that are stored in the page.
class StoredAnswers {
  constructor(data) {
    this.data = data;
    this.heard = [];
    this.opened = new Map();
    const [first] = data.sentences;
    this.values = {
      words: data.words,
      functions: data.functions,
      sentences: data.sentences.map(({ text, second }) => ({ text, second })),
      asked: { text: first?.text ?? "", second: first?.second ?? null, masked: [] },
      seen: {},
    };
  }

  get(name) { return this.values[name]; }
  set(name, value) { this.values[name] = value; }
  on(event, callback) { this.heard.push([event, callback]); }
  off(event, callback) { this.heard = this.heard.filter(([name, one]) => name !== event || one !== callback); }

  async save_changes() {
    const asked = this.values.asked;
    const seen = await this.answer(asked);
    if (asked !== this.values.asked) return; // a later question is on its way
    this.values.seen = seen;
    for (const [event, callback] of this.heard) if (event === "change:seen") callback();
  }

  async answer(asked) {
    const plain = (text) => (text ?? "").trim().replace(/\s+/g, " ");
    const same = (one) => plain(one.text) === plain(asked.text) && plain(one.second) === plain(asked.second);
    const sentence = this.data.sentences.find(same);
    if (!plain(asked.text)) return { problem: { word: "empty", values: {} }, asked };
    if (!sentence) return { problem: { word: "only_these", values: {} }, asked };
    const words = [...new Set(asked.masked.map((place) => sentence.words[place]))].sort((u, v) => u - v);
    if (words.includes(-1)) return { problem: { word: "not_a_word", values: {} }, asked };
    if (words.length > 2) return { problem: { word: "two_masks", values: {} }, asked };
    return this.recall(sentence, words);
  }

  async recall(sentence, words) {
    if (!this.opened.has(sentence)) this.opened.set(sentence, openSentence(sentence));
    const { folded, predictions } = await this.opened.get(sentence);
    const state = findState(words, 1 + Math.max(...sentence.words));
    const hidden = (place) => words.includes(sentence.words[place]) || sentence.given.includes(place);
    return {
      ...sentence,
      ...this.data.shape,
      masked: sentence.words.map((_, place) => place).filter(hidden),
      attention: unfold(folded, predictions.length, words, state),
      predictions: predictions[state].map(([place, was, probability, rank, best]) => ({ place, was, probability, rank, best })),
    };
  }
}

async function openSentence(sentence) {
  const [folded, told] = await Promise.all([unpack(sentence.attention), unpack(sentence.predictions)]);
  return { folded, predictions: JSON.parse(new TextDecoder().decode(told)) };
}

// Where a masking stands among: none, each word, each pair.
function findState([u, v], words) {
  if (u === undefined) return 0;
  if (v === undefined) return 1 + u;
  return 1 + words + u * words - (u * (u + 1)) / 2 + (v - u - 1);
}

// What was left of each masking after its parts: add the parts again, modulo 256.
function unfold(folded, states, words, state) {
  const parts = new Set([0, state, ...words.map((word) => 1 + word)]);
  const levels = new Uint8Array(folded.length / states);
  for (const part of parts) {
    for (let cell = 0; cell < levels.length; cell += 1) levels[cell] += folded[cell * states + part];
  }
  return levels;
}

const answers = new StoredAnswers(JSON.parse(document.querySelector("#data").textContent));
render({ model: answers, el: document.querySelector("#explorer") });
answers.save_changes();
