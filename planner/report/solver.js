"use strict";
// The rule *value* in the file itself: the stages of planner.solution with the objectives of
// planner.engine.value, solved by HiGHS. Numbers come from planner/report/solver.py.
function valuePlanner(highs, model) {
  const OPTIONS = {output_flag: false, primal_feasibility_tolerance: 1e-9,
    dual_feasibility_tolerance: 1e-9};
  const FIX_TOLERANCE = 1e-7, COST_TOLERANCE = 1e-10, INF = Infinity;
  const maxAbs = values => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  function multiply(matrix, x) {  // matrix by rows: [starts, indices, values]
    const [starts, indices, values] = matrix, product = new Float64Array(starts.length - 1);
    for (let row = 0; row < product.length; row++) {
      for (let k = starts[row]; k < starts[row + 1]; k++) {
        product[row] += values[k] * x[indices[k]];
      }
    }
    return product;
  }

  function stackRows(parts, width) {  // rows as [indices, values] to a sparse matrix
    const starts = [0], indices = [], values = [];
    for (const [own, coefficients] of parts) {
      indices.push(...own);
      values.push(...coefficients);
      starts.push(indices.length);
    }
    return {rows: [starts, indices, values], width};
  }

  const rowOf = ([starts, indices, values], place) => [
    indices.slice(starts[place], starts[place + 1]), values.slice(starts[place], starts[place + 1])];

  // certificate of a solution, as by planner.engine.highs.certify
  function certify(lp, x, dual) {
    const activity = multiply(lp.rows, x), reduced = Float64Array.from(lp.cost);
    const [starts, indices, values] = lp.rows;
    for (let r = 0; r < dual.length; r++) {
      for (let k = starts[r]; k < starts[r + 1]; k++) { reduced[indices[k]] -= values[k] * dual[r]; }
    }
    const outside = (value, low, high) => Math.max(0,
      low === -INF ? 0 : (low - value) / (1 + Math.abs(low)),
      high === INF ? 0 : (value - high) / (1 + Math.abs(high)));
    let primal = 0, wrong = 0, bound = 0, value = 0;
    activity.forEach((one, r) => {
      primal = Math.max(primal, outside(one, lp.rowLower[r], lp.rowUpper[r]));
      const side = dual[r] > 0 ? lp.rowLower[r] : lp.rowUpper[r];
      if (isFinite(side)) { bound += dual[r] * side }
      else { wrong = Math.max(wrong, Math.abs(dual[r])) }
    });
    x.forEach((one, c) => {
      primal = Math.max(primal, outside(one, lp.lower[c], lp.upper[c]));
      value += lp.cost[c] * one;
      const side = reduced[c] > 0 ? lp.lower[c] : lp.upper[c];
      if (isFinite(side)) { bound += reduced[c] * side }
      else { wrong = Math.max(wrong, Math.abs(reduced[c])) }
    });
    return {reduced, primal, dual: wrong / (1 + maxAbs(lp.cost)),
      gap: Math.abs(value - bound) / (1 + Math.abs(value))};
  }

  // lexicographic minimisation of several objectives of one linear programme
  function lexicographic(lp, proof) {
    const data = {numCols: lp.lower.length, numRows: lp.rowLower.length,
      colCost: lp.cost, colLower: lp.lower, colUpper: lp.upper, rowLower: lp.rowLower,
      rowUpper: lp.rowUpper, matrix: {format: "csr", numRows: lp.rowLower.length,
        numCols: lp.lower.length, starts: Int32Array.from(lp.rows[0]),
        indices: Int32Array.from(lp.rows[1]), values: Float64Array.from(lp.rows[2])}};
    const solver = highs.createModel(data);
    solver.options.set(OPTIONS);
    let x = null;
    function minimise(cost) {
      let remaining = cost.map((one, c) => lp.upper[c] > lp.lower[c] ? one : 0), given = cost;
      const first = maxAbs(remaining);
      let size = first;
      while (size > COST_TOLERANCE * first) {
        lp.cost = Float64Array.from(given);
        solver.changeColsCost({kind: "range", from: 0, to: lp.cost.length - 1}, lp.cost);
        solver.run();
        const found = solver.getSolution();
        x = found.colValue;
        const own = certify(lp, x, found.rowDual);
        for (const key of ["primal", "dual", "gap"]) { proof[key] = Math.max(proof[key], own[key]) }
        proof.solves += 1;
        remaining = given = fixOptimum(own.reduced, found.rowDual);
        size = maxAbs(remaining);
      }
    }
    function fixOptimum(reduced, dual) {  // fixes columns and rows at their value in all optima
      const tiny = FIX_TOLERANCE * (maxAbs(lp.cost) || 1);
      reduced.forEach((one, c) => {
        if (Math.abs(one) <= tiny) { return }
        lp.lower[c] = lp.upper[c] = one < 0 ? lp.upper[c] : lp.lower[c];
        solver.changeColBounds(c, lp.lower[c], lp.upper[c]);
      });
      dual.forEach((one, r) => {
        if (Math.abs(one) <= tiny) { return }
        lp.rowLower[r] = lp.rowUpper[r] = one > 0 ? lp.rowLower[r] : lp.rowUpper[r];
        solver.changeRowBounds(r, lp.rowLower[r], lp.rowUpper[r]);
      });
      const fixed = dual.map(one => Math.abs(one) > tiny ? one : 0);
      const rest = Float64Array.from(lp.cost), [starts, indices, values] = lp.rows;
      for (let r = 0; r < fixed.length; r++) {
        if (fixed[r]) {
          for (let k = starts[r]; k < starts[r + 1]; k++) { rest[indices[k]] -= values[k] * fixed[r] }
        }
      }
      return rest.map((one, c) => lp.upper[c] > lp.lower[c] ? one : 0);
    }
    return {minimise, answer: () => x, end: () => solver.dispose()};
  }

  // plan of one stage of one block: people by column
  function solveStage(block, setting, proof) {
    const {decision} = block, count = decision.length;
    const {full, lower, limit, goal, goalTier} = setting;
    const most = decision.map((d, c) => Math.max(Math.min(setting.upper[c], full[d]), lower[c]));
    if (!count) { return [] }
    const open = new Array(full.length).fill(0), several = new Array(full.length).fill(0);
    decision.forEach((d, c) => {
      if (setting.upper[c] > lower[c]) { open[d] += 1 }
      if (Math.min(setting.upper[c], full[d]) > 0) { several[d] += 1 }
    });
    const goals = goal.map((one, b) => one > 0 ? b : -1).filter(b => b >= 0);
    const tiers = [...new Set([...block.tier.filter((_, d) => open[d] && full[d] > 0),
      ...goals.map(b => goalTier[b])])].sort((a, b) => a - b);
    if (!tiers.length) { return most.map((one, c) => Math.min(Math.max(lower[c], 0), one)) }
    const usable = multiply(block.rows, most), settled = multiply(block.rows, lower);
    const parts = [], rowLower = [], rowUpper = [];
    limit.forEach((one, r) => {
      if (usable[r] > one * (1 + 1e-12)) {
        parts.push(rowOf(block.rows, r));
        rowLower.push(-INF);
        rowUpper.push(Math.max(one, settled[r]));
      }
    });
    const columnsOf = full.map(() => []);
    decision.forEach((d, c) => columnsOf[d].push(c));
    full.forEach((one, d) => {
      if (several[d] > 1 && open[d]) {
        parts.push([columnsOf[d], columnsOf[d].map(() => 1)]);
        rowLower.push(-INF);
        rowUpper.push(one);
      }
    });
    goals.forEach((b, place) => {
      const [indices, values] = rowOf(block.bounds, b);
      parts.push([[...indices, count + place], [...values, 1]]);
      rowLower.push(goal[b]);
      rowUpper.push(INF);
    });
    const width = count + goals.length;
    const lp = {...stackRows(parts, width), cost: new Float64Array(width),
      lower: Float64Array.from([...lower, ...goals.map(() => 0)]),
      upper: Float64Array.from([...most, ...goals.map(b => goal[b])]),
      rowLower: Float64Array.from(rowLower), rowUpper: Float64Array.from(rowUpper)};
    const steps = lexicographic(lp, proof);
    const cost = value => Float64Array.from({length: width}, (_, c) => c < count ? value(c) : 0);
    const at = (values, c) => values[decision[c]];
    for (const tier of tiers) {
      if (goals.some(b => goalTier[b] === tier)) {
        steps.minimise(Float64Array.from({length: width},
          (_, c) => c >= count && goalTier[goals[c - count]] === tier ? 1 : 0));
      }
      steps.minimise(cost(c =>
        at(block.tier, c) === tier ? -at(block.weight, c) * at(block.duty, c) : 0));
    }
    steps.minimise(cost(c => at(block.duty, c) * block.option[c]));
    if (block.duty.some((one, d) => one > block.counted[d] + 1e-9)) {
      for (const tier of tiers) {
        steps.minimise(cost(c =>
          at(block.tier, c) === tier ? -at(block.weight, c) * at(block.counted, c) : 0));
      }
    }
    const x = steps.answer();
    steps.end();
    return most.map((one, c) => x ? Math.min(Math.max(x[c], lower[c]), one) : lower[c]);
  }

  // plans of all blocks for the levers: multiples by package and by pool (model.pools)
  return function plan({sizes, people: moved}) {
    const people = new Array(model.all).fill(1);
    model.pools.forEach((pool, place) => { people[pool] = moved[place] });
    const proof = {primal: 0, dual: 0, gap: 0, solves: 0, own: false}, made = new Map();
    const unmoved = people.every(one => one === 1);
    function setting(block, known, month, before) {
      const full = block.full.map((one, d) =>
        block.owner[d] < 0 ? one : one * sizes[block.owner[d]]);
      const limit = block.limit.map((one, r) => {
        const value = one === null ? INF : one;
        return block.rowPool[r] < 0 ? value : value * people[block.rowPool[r]];
      });
      const isKnown = block.owner.map(p => p < 0 || known.includes(p));
      const upper = block.decision.map(d => isKnown[d] ? full[d] : 0);
      const lower = block.decision.map(() => 0);
      if (before) {
        block.decision.forEach((d, c) => {
          if (block.settledBefore[d] <= month) { lower[c] = upper[c] = before[c] }
        });
      }
      const [goal, goalTier] = block.goals[known.join(" ")];
      return {full, limit, upper, lower, goal, goalTier};
    }
    function planStages(place, history) {
      const key = `${place}:${JSON.stringify(history)}`, block = model.blocks[place];
      if (made.has(key)) { return made.get(key) }
      let answer;
      const known = history.flatMap(([, packages]) => packages).sort((a, b) => a - b);
      if (history.length === 1 && !known.length && unmoved) {
        answer = block.first;  // computed by the package: the plan of the first stage
      } else {
        const before = history.length > 1 ? planStages(place, history.slice(0, -1)) : null;
        answer = solveStage(block, setting(block, known, history.at(-1)[0], before), proof);
        if (!known.length) { proof.own = true }
      }
      made.set(key, answer);
      return answer;
    }
    function sumPlan(chosen) {
      const sums = {1: 0, 2: 0}, first = [];
      const demands = new Float64Array(model.demands);
      model.blocks.forEach((block, place) => {
        const here = block.packages.filter(p => chosen.includes(p));
        const months = [...new Set([0, ...here.map(p => model.known[p])])].sort((a, b) => a - b);
        const history = months.map(month => [month, here.filter(p => model.known[p] === month)]);
        const answer = planStages(place, history);
        first.push(planStages(place, history.slice(0, 1)));
        answer.forEach((one, c) => {
          const d = block.decision[c], months = one * block.counted[d];
          sums[block.task[d]] += months;
          demands[block.demand[d]] += months;
        });
      });
      return {sums, demands, first};
    }
    const every = model.known.map((_, p) => p), all = sumPlan(every);
    const without = every.map(p => sumPlan(every.filter(one => one !== p)));
    return {proof, all, without, displaced: without.map(one => one.sums[2] - all.sums[2])};
  };
}
if (typeof module === "object") { module.exports = valuePlanner }
