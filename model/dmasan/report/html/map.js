// The memory map: one canvas for each buffer, a cell for one or more lines, coloured by class; time is the slider.
(() => {
  if (!$("map")) return;
  const { buffers, frames, classes, line } = data.map;
  const slider = $("map-time");
  const sizes = buffers.map((each) => Math.ceil(Math.ceil(each.length / line) / each.lines));
  const views = buffers.map((buffer, n) => {
    const figure = document.createElement("figure"), caption = document.createElement("figcaption"), canvas = document.createElement("canvas");
    const name = document.createElement("b"), worst = document.createElement("span");
    name.textContent = buffer.name; worst.className = "worst";
    caption.append(name, worst); figure.append(caption, canvas);
    const across = Math.min(41, Math.max(16, Math.ceil(Math.sqrt(sizes[n] * 2))));
    canvas.width = across * 6; canvas.height = Math.ceil(sizes[n] / across) * 6;
    canvas.setAttribute("role", "img");
    canvas.addEventListener("mousemove", (event) => {
      const box = canvas.getBoundingClientRect();
      const x = Math.floor((event.clientX - box.left) / box.width * across), y = Math.floor((event.clientY - box.top) / box.height * canvas.height / 6);
      const cell = y * across + x;
      if (cell >= sizes[n]) return;
      const start = cell * buffer.lines * line, end = Math.min(buffer.length, start + buffer.lines * line);
      canvas.title = `${buffer.name} + 0x${start.toString(16)} to 0x${(end - 1).toString(16)} (0x${(buffer.address + start).toString(16)}): ${classes[cellsOf(frames[+slider.value].cells[n])[cell]]}`;
    });
    $("map").append(figure);
    return { canvas, worst, across };
  });
  function cellsOf(runs) {
    const cells = [];
    for (let n = 0; n < runs.length; n += 2) for (let k = 0; k < runs[n + 1]; k++) cells.push(runs[n]);
    return cells;
  }
  function flagged(buffer, cell, time) {
    const start = buffer.address + cell * buffer.lines * line, end = start + buffer.lines * line;
    return data.hazards.some(([, at, , , name, first, last]) => at <= time + 0.01 && name === buffer.name && first < end && start <= last);
  }
  function draw() {
    const frame = frames[+slider.value], colours = classes.map((_, n) => style(`--c${n}`));
    $("map-moment").innerHTML = "";
    const time = document.createElement("b");
    time.textContent = `${Math.round(frame.time_ns).toLocaleString("en")} ns`;
    $("map-moment").append(time, `  ${frame.text}`);
    slider.setAttribute("aria-valuetext", `${time.textContent}, ${frame.text}`);
    views.forEach(({ canvas, worst, across }, n) => {
      const pen = canvas.getContext("2d"), cells = cellsOf(frame.cells[n]);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      cells.forEach((kind, cell) => {
        const x = (cell % across) * 6, y = Math.floor(cell / across) * 6;
        pen.fillStyle = colours[kind];
        pen.fillRect(x, y, 5, 5);
        if (flagged(buffers[n], cell, frame.time_ns)) { pen.strokeStyle = style("--bad"); pen.strokeRect(x + 0.5, y + 0.5, 4, 4); }
      });
      const most = Math.max(...cells);
      worst.textContent = classes[most].split(/[,(:]/)[0]; worst.className = `worst k${most}`;
      canvas.setAttribute("aria-label", `${buffers[n].name}: at worst ${classes[most]}`);
    });
  }
  const step = (by) => { slider.value = Math.min(frames.length - 1, Math.max(0, +slider.value + by)); draw(); };
  slider.max = frames.length - 1;
  const first = frames.findIndex((frame) => frame.text.startsWith("hazard"));
  slider.value = first >= 0 ? first : frames.length - 1;
  slider.addEventListener("input", draw);
  $("map-back").addEventListener("click", () => step(-1));
  $("map-next").addEventListener("click", () => step(1));
  let timer = 0;
  $("map-play").addEventListener("click", () => {
    clearInterval(timer);
    if ($("map-play").textContent === "pause") { $("map-play").textContent = "play"; return; }
    if (+slider.value === frames.length - 1) slider.value = 0;
    $("map-play").textContent = "pause";
    timer = setInterval(() => {
      step(1);
      if (+slider.value === frames.length - 1) { clearInterval(timer); $("map-play").textContent = "play"; }
    }, 400);
  });
  redraws.push(draw);
  draw();
})();
