"use strict";
(async () => {
  const byId = id => document.getElementById(id);
  const data = JSON.parse(byId("what-if-data").textContent);
  const {words, missions, packages} = data;
  const lang = document.documentElement.lang;

  async function unpacked(text) {  // bytes of gzipped base64
    const bytes = Uint8Array.from(atob(text.trim()), one => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  for (const image of document.querySelectorAll("img[data-packed]")) {
    const svg = new Uint8Array(await unpacked(image.dataset.packed));
    const text = Array.from(svg, one => String.fromCharCode(one)).join("");
    image.src = "data:image/svg+xml;base64," + btoa(text);
    image.removeAttribute("data-packed");
  }

  // what was found for a setting: columns of all settings, the last lever fastest
  const columns = new Float64Array(await unpacked(byId("what-if-answers").textContent));
  const settings = data.sizes.reduce((product, size) => product * size, 1);

  function looked_up(chosen) {
    const row = chosen.reduce((place, choice, lever) => place * data.sizes[lever] + choice, 0);
    const cell = column => columns[column * settings + row];
    const count = missions.length, width = 4 + 2 * count;
    return {
      asked: missions.map((_, m) => cell(m)),
      filled: missions.map((_, m) => cell(count + m)),
      packages: packages.map((_, p) => {
        const start = 2 * count + p * width;
        return {asked: cell(start), filled: cell(start + 1), displaced_1: cell(start + 2),
          displaced_2: cell(start + 3), lost: missions.map((_, m) => cell(start + 4 + m)),
          most: missions.map((_, m) => cell(start + 4 + count + m))};
      }),
    };
  }

  // in words, as the rest of the report writes numbers
  const plain = (value, digits) => value.toLocaleString(lang === "nl" ? "nl-NL" : "en-GB",
    {minimumFractionDigits: digits, maximumFractionDigits: digits});
  const amount = value => plain(value, Math.abs(value) >= 10 || Math.abs(value) < 0.05 ? 0 : 1);
  const percent = share => plain(100 * share, 1) + "%";
  const say = (key, values) =>
    words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const made = (name, text, more) => Object.assign(document.createElement(name),
    {textContent: text}, more);

  const SMALL = 0.05, FULL = 0.9995, HALF = 0.5 - 1e-6;

  function sentences(answer) {
    if (!answer.packages.some(one => one.asked > 0)) {
      const [asked, filled] = [answer.asked, answer.filled].map(
        values => values.reduce((sum, one) => sum + one, 0));
      return [say("whole", {filled: amount(filled), asked: amount(asked),
        rate: percent(filled / asked)})];
    }
    return answer.packages.flatMap((one, p) => {
      if (one.asked <= 0) { return []; }
      const name = {package: packages[p]}, lost = one.displaced_2;
      const first = Math.abs(lost) < SMALL ? say("displaces_none", name)
        : lost < 0 ? say("gains", {...name, lost: amount(-lost)})
        : say("displaces", {...name, lost: amount(lost), ratio: percent(lost / one.filled)});
      const gets = say("gets", {filled: amount(one.filled), asked: amount(one.asked),
        rate: percent(one.filled / one.asked)});
      const takes = one.displaced_1 < SMALL ? [] : [say("takes", {lost: amount(one.displaced_1)})];
      return [[first, gets, ...takes].join(" ")];
    });
  }

  function bar(share, color, text, was) {
    const cell = made("td", "", {className: "number bar"});
    const box = made("span", "", {className: "track"});
    box.setAttribute("aria-hidden", "true");
    const fill = made("span", "", {className: color});
    fill.style.width = `${100 * Math.max(0, Math.min(1, share))}%`;
    box.append(fill);
    if (was !== undefined) {
      const mark = made("span", "", {className: "was"});
      mark.style.left = `${100 * Math.max(0, Math.min(1, was))}%`;
      box.append(mark);
    }
    cell.append(box, made("span", text));
    return cell;
  }

  function head(cells) {
    const row = document.createElement("tr");
    row.append(...cells.map((text, place) =>
      made("th", text, {scope: "col", className: place ? "number" : ""})));
    byId("what-if-table").tHead.replaceChildren(row);
  }

  function show(answer, before) {
    const there = answer.packages.map((one, p) => p).filter(p => answer.packages[p].asked > 0);
    // a loss is a mission's where it is half a person or more in some month
    const {packages: found} = answer;
    const whole = (p, m) => found[p].most[m] >= HALF || found[p].lost[m] <= -HALF;
    const stated = (p, m) => whole(p, m) ? found[p].lost[m] : 0;
    const rest = there.map(p => missions.reduce(
      (sum, _, m) => sum + (whole(p, m) ? 0 : found[p].lost[m]), 0));
    const worst = missions.map((_, m) => Math.max(0, ...there.map(p => Math.abs(stated(p, m)))));
    head([words.mission, ...there.map(p =>
      say(there.length > 1 ? "lost_to" : "lost", {package: packages[p]})),
    words.fill, words.was, words.asked]);
    const rate = (one, m) => one.asked[m] > 0 ? one.filled[m] / one.asked[m] : NaN;
    const order = [...missions.keys()].filter(m => answer.asked[m] > 0).filter(m =>
      worst[m] >= SMALL || rate(answer, m) < FULL || rate(before, m) < FULL);
    order.sort((a, b) => worst[b] - worst[a] || rate(answer, a) - rate(answer, b));
    const most = Math.max(...worst, 1e-9);
    byId("what-if-table").tBodies[0].replaceChildren(...order.map(m => {
      const row = document.createElement("tr");
      row.append(made("th", missions[m], {scope: "row"}),
        ...there.map(p => bar(Math.abs(stated(p, m)) / most,
          stated(p, m) > 0 ? "lost" : "gained", whole(p, m) ? amount(stated(p, m))
          : Math.abs(found[p].lost[m]) < SMALL ? "0" : "–")),
        bar(rate(answer, m), "filled", percent(rate(answer, m)), rate(before, m)),
        made("td", isNaN(rate(before, m)) ? "–" : percent(rate(before, m)), {className: "number"}),
        made("td", amount(answer.asked[m]), {className: "number"}));
      return row;
    }));
    if (rest.some(value => Math.abs(value) >= SMALL)) {
      const row = document.createElement("tr");
      row.append(made("th", words.small, {scope: "row"}),
        ...rest.map(value => made("td", amount(value), {className: "number"})),
        ...Array.from({length: 3}, () => made("td", "")));
      byId("what-if-table").tBodies[0].append(row);
    }
    const others = missions.filter((_, m) => answer.asked[m] > 0).length - order.length;
    byId("what-if-others").textContent =
      order.length ? say("others", {count: others}) : words.all_full;
    byId("what-if-table").parentElement.hidden = !order.length;
    byId("what-if-result").replaceChildren(...sentences(answer).map(text => made("p", text)));
  }

  const part = byId("what-if"), form = part.querySelector("form");
  const controls = [...form.querySelectorAll("[data-first]")];
  const chosen = () => controls.map(one =>
    one.type === "checkbox" ? Number(one.checked) : Number(one.value));
  const before = looked_up(data.first);
  const renew = () => {
    const answer = looked_up(chosen());
    show(answer, before);
    part.answer = answer;
  };
  form.addEventListener("input", renew);
  form.addEventListener("reset", () => setTimeout(renew));
  form.addEventListener("submit", event => event.preventDefault());
  part.hidden = false;
  renew();

  // free levers: the rule value solved here, once the part is opened
  const free = byId("free"), PROVED = 1e-6;
  if (!free) { return }
  const sliders = [...free.querySelectorAll("input[type=range]")];
  const told = (...texts) =>
    byId("free-result").replaceChildren(...texts.map(text => made("p", text)));

  function solve() {
    const levers = sliders.map(one => Number(one.value)), began = performance.now();
    const answer = free.plan({
      sizes: levers.slice(0, packages.length), people: levers.slice(packages.length)});
    const {proof, all, without} = answer, small = value =>
      value.toExponential(0).replace("-", "\u2011");
    const certificate = {solves: proof.solves, primal: small(proof.primal),
      dual: small(proof.dual), gap: small(proof.gap),
      seconds: plain((performance.now() - began) / 1000, 2)};
    free.answer = answer;
    if (!(Math.max(proof.primal, proof.dual, proof.gap) <= PROVED)) {
      told(say("free_unproved", certificate));
      return;
    }
    told(...without.map((one, p) => say("free", {package: packages[p],
      lost: amount(answer.displaced[p]), with: amount(all.sums[2]),
      without: amount(one.sums[2])})), say("free_main", {with: amount(all.sums[1])}),
    [say("free_proof", certificate), ...proof.own ? [words.free_first] : []].join(" "));
  }

  function moved() {
    for (const one of sliders) {
      const text = plain(100 * Number(one.value), 0) + "%";
      one.parentElement.querySelector("output").textContent = text;
      one.setAttribute("aria-valuetext", text);
    }
    clearTimeout(free.waiting);
    free.waiting = setTimeout(solve);
  }

  free.addEventListener("toggle", async () => {
    if (!free.open || free.loading) { return }
    free.loading = true;
    try {
      const [binary, programme] = await Promise.all(["free-solver", "free-programme"].map(
        id => unpacked(byId(id).textContent)));
      const highs = await Module({instantiateWasm: (imports, done) =>
        WebAssembly.instantiate(binary, imports).then(({instance}) => done(instance))});
      free.plan = valuePlanner(highs, JSON.parse(new TextDecoder().decode(programme)));
      const form = free.querySelector("form");
      form.addEventListener("input", moved);
      form.addEventListener("reset", () => setTimeout(moved));
      form.addEventListener("submit", event => event.preventDefault());
      moved();
    } catch (error) {
      told(say("free_failed", {reason: error.message}));
    }
  });
})();
