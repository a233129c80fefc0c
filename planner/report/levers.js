"use strict";
(async () => {
  const byId = id => document.getElementById(id);
  const data = JSON.parse(byId("what-if-data").textContent);
  const {words, missions, packages} = data;
  const lang = document.documentElement.lang;

  // Decoder of planner.report.blocks.packed: gzip, then base 85 (five digits for four bytes).
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`{|}~";
  const digit = new Uint8Array(128);
  [...DIGITS].forEach((one, value) => { digit[one.charCodeAt(0)] = value });

  function decodeBase85(text) {
    const count = Math.ceil(text.length / 5), bytes = new DataView(new ArrayBuffer(4 * count));
    for (let group = 0, at = 0; group < count; group++) {
      let value = 0;
      for (const end = at + 5; at < end; at++) {  // missing digits at the end count as 84
        value = 85 * value + (at < text.length ? digit[text.charCodeAt(at)] : 84);
      }
      bytes.setUint32(4 * group, value);
    }
    return new Uint8Array(bytes.buffer, 0, Math.floor(text.length * 4 / 5));
  }

  async function decompress(text) {
    const stream = new Blob([decodeBase85(text.trim())]).stream();
    return new Response(stream.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  }

  const decompressText = async id =>
    new TextDecoder().decode(await decompress(byId(id).textContent));

  async function runScript(id) {  // runs a compressed script of the page, which its hash allows
    const script = document.createElement("script");
    script.textContent = await decompressText(id);
    document.head.append(script);
    script.remove();
  }

  for (const image of document.querySelectorAll("img[data-packed]")) {
    const svg = new Uint8Array(await decompress(image.dataset.packed));
    const text = Array.from(svg, one => String.fromCharCode(one)).join("");
    image.src = "data:image/svg+xml;base64," + btoa(text);
    image.removeAttribute("data-packed");
  }

  // values of the plans, column by column: one row per setting, the last lever varying fastest
  const columns = new Float64Array(await decompress(byId("what-if-answers").textContent));
  const settingCount = data.sizes.reduce((product, size) => product * size, 1);

  function lookUp(chosen) {
    const row = chosen.reduce((place, choice, lever) => place * data.sizes[lever] + choice, 0);
    const cell = column => columns[column * settingCount + row];
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

  // number formats, as in the rest of the report
  const formatNumber = (value, most, least = most) => isNaN(value) ? "–"
    : value.toLocaleString(lang === "nl" ? "nl-NL" : "en-GB", {minimumFractionDigits: least,
      maximumFractionDigits: most, roundingMode: "halfEven"}).replace(/^-(?=[0.,]*$)/, "");
  const amount = value =>
    formatNumber(value, Math.abs(value) >= 10 || Math.abs(value) < 0.05 ? 0 : 1);
  const percent = share => formatNumber(100 * share, 1) + (isNaN(share) ? "" : "%");
  const RATE_TOLERANCE = 1e-6, RATE_STEP = 1e-3;  // 100% and 0% are shown for exact rates only
  const formatRate = share => percent(
    share > RATE_TOLERANCE && share < 1 - RATE_TOLERANCE
      ? Math.min(Math.max(share, RATE_STEP), 1 - RATE_STEP) : share);
  const say = (key, values) =>
    words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const createElement = (name, text, more) => Object.assign(document.createElement(name),
    {textContent: text}, more);

  const MIN_SHOWN = 0.05, FULL_RATE = 0.9995, HALF_PERSON = 0.5 - 1e-6;
  const rate = (answer, m) => answer.asked[m] > 0 ? answer.filled[m] / answer.asked[m] : NaN;
  // a loss is notable if it is at least half a person in some month
  const isNotable = (one, m) => one.most[m] >= HALF_PERSON || one.lost[m] <= -HALF_PERSON;

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
      const first = Math.abs(lost) < MIN_SHOWN ? say("displaces_none", name)
        : lost < 0 ? say("gains", {...name, lost: amount(-lost)})
        : say("displaces", {...name, lost: amount(lost), ratio: percent(lost / one.filled)});
      const gets = say("gets", {filled: amount(one.filled), asked: amount(one.asked),
        rate: percent(one.filled / one.asked)});
      const takes = one.displaced_1 < MIN_SHOWN
        ? [] : [say("takes", {lost: amount(one.displaced_1)})];
      return [[first, gets, ...takes].join(" ")];
    });
  }

  const number = text => createElement("td", text, {className: "number"});

  function setHead(cells) {
    const row = document.createElement("tr");
    row.append(...cells.map((text, place) =>
      createElement("th", text, {scope: "col", className: place ? "number" : ""})));
    byId("what-if-table").tHead.replaceChildren(row);
  }

  function showTable(answer, before) {
    const {packages: found} = answer, present = [...found.keys()].filter(p => found[p].asked > 0);
    const stated = (p, m) => isNotable(found[p], m) ? found[p].lost[m] : 0;
    const rest = present.map(p => missions.reduce(
      (sum, _, m) => sum + (isNotable(found[p], m) ? 0 : found[p].lost[m]), 0));
    const worst = missions.map((_, m) => Math.max(0, ...present.map(p => Math.abs(stated(p, m)))));
    setHead([words.mission, ...present.map(p =>
      say(present.length > 1 ? "lost_to" : "lost", {package: packages[p]})),
    words.fill, words.was, words.asked]);
    const order = [...missions.keys()].filter(m => answer.asked[m] > 0).filter(m =>
      worst[m] >= MIN_SHOWN || rate(answer, m) < FULL_RATE || rate(before, m) < FULL_RATE);
    order.sort((a, b) => worst[b] - worst[a] || rate(answer, a) - rate(answer, b));
    byId("what-if-table").tBodies[0].replaceChildren(...order.map(m => {
      const row = document.createElement("tr");
      row.append(createElement("th", missions[m], {scope: "row"}),
        ...present.map(p => number(isNotable(found[p], m) ? amount(stated(p, m))
          : Math.abs(found[p].lost[m]) < MIN_SHOWN ? "0" : "–")),
        number(formatRate(rate(answer, m))), number(formatRate(rate(before, m))),
        number(amount(answer.asked[m])));
      return row;
    }));
    if (rest.some(value => Math.abs(value) >= MIN_SHOWN)) {
      const row = document.createElement("tr");
      row.append(createElement("th", words.small, {scope: "row"}),
        ...rest.map(one => number(amount(one))),
        ...Array.from({length: 3}, () => createElement("td", "")));
      byId("what-if-table").tBodies[0].append(row);
    }
    const others = missions.filter((_, m) => answer.asked[m] > 0).length - order.length;
    byId("what-if-others").textContent =
      order.length ? say("others", {count: others}) : words.all_full;
    byId("what-if-table").parentElement.hidden = !order.length;
    byId("what-if-result").replaceChildren(
      ...sentences(answer).map(text => createElement("p", text)));
  }

  // charts of planner.whatif.charts, filled as by DisplacementChart.show and FillChart.show
  const {charts} = data, SIDES = ["plan", "variant"];
  const formatAmount = value => formatNumber(value, Math.abs(value) < 10 ? 1 : 0, 0);
  const sumOf = values => values.reduce((total, one) => total + (isNaN(one) ? 0 : one), 0);

  function countTitle(name, count, values) {
    const counts = charts.words.numbers.split(" ");
    const counted = one => one < counts.length ? counts[one] : formatNumber(one, 0);
    const text = charts.words[name + (["_none", "_one"][count] ?? "")].replace(/\{(\w+)\}/g,
      (_, key) => key === "package" ? values.package : counted({count, ...values}[key]));
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  function setBars(figure, rows, write, column) {  // as BarChart.set_bars
    const {pixels, least, below, name: most} = charts;
    const bars = figure.renderers[0].data_source, height = 0.8 / SIDES.length;
    const short = name => name.length <= most ? name : name.slice(0, most - 1).trimEnd() + "…";
    const places = rows.map((_, place) => -place);
    figure.left[0].ticker.ticks = places;
    figure.left[0].major_label_overrides = new Map(rows.map((row, place) =>
      [-place, short(row.name.trim().split(/\s+/).join(" "))]));
    const count = Math.max(rows.length, least);
    figure.y_range.setv({start: 0.5 - count, end: 0.5});
    figure.height = pixels * count + below;
    const next = {id: rows.map(row => row.id), name: rows.map(row => row.name),
      [column]: rows.map(row => row[column])};
    SIDES.forEach((side, place) => {
      next[side] = rows.map(row => row[side]);
      next[side + "_y"] = places.map(row => row + 0.4 - height * (place + 0.5));
      next[side + "_text"] = next[side].map(write);
    });
    bars.data = next;
    figure.visible = rows.length > 0;
  }

  function drawDisplacement(figure, p, both) {
    const lost = (answer, m) => answer.asked[m] > 0 || !charts.studied.includes(data.ids[m])
      ? answer.packages[p].lost[m] : NaN;  // a mission that does not go ahead has no bar
    const own = (answer, m) => isNotable(answer.packages[p], m);
    const row = (id, name, task, values) => ({id, name, task, plan: values[0], variant: values[1]});
    const some = m => both.some(answer => own(answer, m));
    const size = one => Math.max(...SIDES.map(side => Math.abs(one[side]) || 0));
    const every = [...missions.keys()].map(m => row(data.ids[m], missions[m],
      String(data.tasks[m]), both.map(answer => lost(answer, m))));
    const rows = every.filter((_, m) => some(m)).sort((a, b) => size(b) - size(a))
      .slice(0, charts.most);
    const sums = both.map(answer => sumOf(missions.map((_, m) => some(m) ? 0 : lost(answer, m))));
    if (Math.max(...sums.map(Math.abs)) > charts.shown) {
      rows.push(row("", charts.words.lost_small, "", sums));
    }
    const found = rows.flatMap(one => SIDES.map(side => one[side])).filter(one => !isNaN(one));
    figure.x_range.setv({start: 1.05 * Math.min(0, ...found),
      end: 1.05 * Math.max(0, ...found) || 1});
    setBars(figure, rows, formatAmount, "task");
    return countTitle("lost_seen", missions.filter((_, m) => own(both[1], m)
      && both[1].packages[p].most[m] >= HALF_PERSON).length, {package: packages[p]});
  }

  function drawFill(figure, both) {
    const [before, answer] = both, later = m => before.asked[m] > 0 ? 0 : 1;
    const order = [...missions.keys()].filter(m => both.some(one => rate(one, m) < charts.full));
    order.sort((a, b) => data.tasks[a] - data.tasks[b] || later(a) - later(b) || a - b);
    setBars(figure, order.map(m => ({id: data.ids[m], name: missions[m], plan: rate(before, m),
      variant: rate(answer, m), asked: formatNumber(answer.asked[m] || before.asked[m], 0)})),
    formatRate, "asked");
    const present = [...missions.keys()].filter(m => answer.asked[m] > 0);
    return countTitle("fill_seen", present.filter(m => rate(answer, m) < charts.full).length,
      {total: present.length});
  }

  async function embedCharts() {  // returns the figures: one per package, then that of fill
    await runScript("charts-script");
    Bokeh.logger.set_level("error");
    const items = JSON.parse(await decompressText("charts-items"));
    return Promise.all(items.map(async (item, place) => {
      const [view] = (await Bokeh.embed.embed_item(item, `chart-${place}`)).roots;
      view.canvas.events_el.removeAttribute("tabindex");  // it has no keyboard actions
      return view.model;
    }));
  }

  function redraw(figures, answer) {
    const both = [before, answer];
    figures.forEach((figure, place) => {
      const shown = place === packages.length || both.some(one => one.packages[place].asked > 0);
      const part = byId(`chart-${place}`).parentElement;
      part.hidden = !shown;
      const title = place < packages.length ? drawDisplacement(figure, place, both)
        : drawFill(figure, both);
      part.querySelector("h3").textContent = title;
      part.querySelector("p").hidden = !figure.visible;
      byId(`chart-${place}`).setAttribute("aria-label", `${title}. ${charts.words.about}`);
      byId(`chart-${place}`).hidden = !figure.visible;
    });
  }

  const part = byId("what-if"), form = part.querySelector("form");
  const controls = [...form.querySelectorAll("[data-first]")];
  const chosen = () => controls.map(one =>
    one.type === "checkbox" ? Number(one.checked) : Number(one.value));
  const before = lookUp(data.first);
  const update = () => {
    const answer = lookUp(chosen());
    showTable(answer, before);
    if (part.figures) { redraw(part.figures, answer) }
    part.answer = answer;
  };
  form.addEventListener("input", update);
  form.addEventListener("reset", () => setTimeout(update));
  form.addEventListener("submit", event => event.preventDefault());
  part.unpacked = decompress;
  part.hidden = false;
  update();
  if (charts) {
    embedCharts().then(figures => {
      part.figures = figures;
      byId("charts").hidden = false;
      update();
    });
  }

  // continuous levers: the rule value is solved in the browser, once the block is opened
  const free = byId("free"), CERTIFICATE_TOLERANCE = 1e-6;
  if (!free) { return }
  const sliders = [...free.querySelectorAll("input[type=range]")];
  const showMessage = (...texts) =>
    byId("free-result").replaceChildren(...texts.map(text => createElement("p", text)));

  function solve() {
    const levers = sliders.map(one => Number(one.value)), began = performance.now();
    const answer = free.plan({
      sizes: levers.slice(0, packages.length), people: levers.slice(packages.length)});
    const {proof, all, without} = answer, small = value =>
      value.toExponential(0).replace("-", "\u2011");
    const certificate = {solves: proof.solves, primal: small(proof.primal),
      dual: small(proof.dual), gap: small(proof.gap),
      seconds: formatNumber((performance.now() - began) / 1000, 2)};
    free.answer = answer;
    if (!(Math.max(proof.primal, proof.dual, proof.gap) <= CERTIFICATE_TOLERANCE)) {
      showMessage(say("free_unproved", certificate));
      return;
    }
    showMessage(...without.map((one, p) => say("free", {package: packages[p],
      lost: amount(answer.displaced[p]), with: amount(all.sums[2]),
      without: amount(one.sums[2])})), say("free_main", {with: amount(all.sums[1])}),
    [say("free_proof", certificate), ...proof.own ? [words.free_first] : []].join(" "));
  }

  function onMove() {
    for (const one of sliders) {
      const text = formatNumber(100 * Number(one.value), 0) + "%";
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
      await runScript("free-loader");
      const binary = await decompress(byId("free-solver").textContent);
      const highs = await Module({instantiateWasm: (imports, done) =>
        WebAssembly.instantiate(binary, imports).then(({instance}) => done(instance))});
      free.plan = valuePlanner(highs, JSON.parse(await decompressText("free-programme")));
      const form = free.querySelector("form");
      form.addEventListener("input", onMove);
      form.addEventListener("reset", () => setTimeout(onMove));
      form.addEventListener("submit", event => event.preventDefault());
      onMove();
    } catch (error) {
      showMessage(say("free_failed", {reason: error.message}));
    }
  });
})();
