// The time line: one row for each lane, drawn again for each window of time. Keys: + - zoom, arrows move, 0 shows all.
(() => {
  if (!$("time")) return;
  const NS = "http://www.w3.org/2000/svg", LEFT = 150, WIDTH = 1180, ROW = 24, TOP = 46;
  const lanes = data.lanes;
  const times = lanes.flatMap(([, spans]) => spans.flatMap(([start, end]) => [start, end]));
  const whole = [Math.min(...times), Math.max(...times)];
  const owned = lanes.flatMap(([, spans]) => spans.filter((span) => span[3].startsWith("owner")).map((span) => span[0]));
  const home = owned.length ? [Math.min(...owned) - (whole[1] - Math.min(...owned)) * 0.03, whole[1]] : whole;
  let [from, to] = home;
  const make = (name, attributes, text) => {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const show = (start, end) => {
    const span = Math.min(Math.max(end - start, 20), whole[1] - whole[0] || 20);
    from = Math.max(whole[0], Math.min(start, whole[1] - span)); to = from + span;
    draw();
  };
  const told = (ns) => ns >= 1e6 ? `${(ns / 1e6).toFixed(to - from < 1e5 ? 4 : 2)} ms` : ns >= 1e4 ? `${(ns / 1e3).toFixed(1)} µs` : `${ns.toFixed(0)} ns`;
  function draw() {
    const height = TOP + lanes.length * ROW + 12, place = (ns) => LEFT + (WIDTH - LEFT - 14) * (ns - from) / (to - from);
    const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${height}` });
    for (let n = 0; n <= 5; n++) {
      const ns = from + (to - from) * n / 5, x = place(ns);
      svg.append(make("path", { class: "axis", d: `M${x} ${TOP - 8}V${height - 8}` }));
      svg.append(make("text", { x, y: 16, "text-anchor": n === 5 ? "end" : n ? "middle" : "start" }, told(ns)));
    }
    lanes.forEach(([name, spans], n) => {
      const y = TOP + n * ROW;
      svg.append(make("rect", { class: "row", x: LEFT, y: y + 2, width: WIDTH - LEFT - 14, height: ROW - 4, rx: 3 }));
      svg.append(make("text", { class: "lane-name", x: LEFT - 10, y: y + 16 }, name.length > 22 ? name.slice(0, 21) + "…" : name));
      for (const [start, end, text, kind] of spans) {
        if (end < from || start > to) continue;
        const x = Math.max(place(start), LEFT), right = Math.min(place(end), WIDTH - 14);
        const box = make("rect", { class: `k-${kind}`, x, y: y + 4, width: Math.max(right - x, 1.6), height: ROW - 8, rx: 2 });
        box.append(make("title", {}, `${told(start)} to ${told(end)}: ${text}`));
        box.addEventListener("click", () => { $("time-told").textContent = `${name}, ${told(start)} to ${told(end)}: ${text}`; });
        svg.append(box);
      }
    });
    let taken = -99, name;
    for (const [id, at, state, code] of data.hazards) {
      if (at < from || at > to) continue;
      const x = place(at), mark = make("path", { class: `hz ${state}`, d: `M${x} ${TOP - 8}V${height - 8}` });
      mark.append(make("title", {}, `hazard ${id}: ${code}`));
      svg.append(mark);
      if (x - taken > 18) { name = make("text", { class: `hz-name ${state}`, x, y: TOP - 11 }, `▼${id}`); svg.append(name); taken = x; continue; }
      if (state !== "latent") name.classList.remove("latent");
      if (name.textContent.length < 12) name.textContent += ` ${id}`;
    }
    $("time").replaceChildren(svg);
  }
  const zoom = (by) => { const middle = (from + to) / 2, half = (to - from) * by / 2; show(middle - half, middle + half); };
  const tool = (text, run) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.addEventListener("click", run); $("time-tools").append(button);
  };
  tool("all", () => show(...whole));
  tool("from the first mapping", () => show(...home));
  tool("zoom in", () => zoom(0.4));
  tool("zoom out", () => zoom(2.5));
  for (const [id, at] of data.hazards.slice(0, 8)) tool(`hazard ${id}`, () => show(at - 6e5, at + 6e4));
  $("time").addEventListener("keydown", (event) => {
    const wide = to - from;
    const run = { "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": () => show(...whole),
      ArrowLeft: () => show(from - wide / 4, to - wide / 4), ArrowRight: () => show(from + wide / 4, to + wide / 4) }[event.key];
    if (run) { event.preventDefault(); run(); }
  });
  $("time").addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault(); zoom(event.deltaY < 0 ? 0.8 : 1.25);
  }, { passive: false });
  redraws.push(draw);
  draw();
})();
