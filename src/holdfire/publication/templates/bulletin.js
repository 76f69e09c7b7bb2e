/* The bulletin's page with a script: a map to move in, a list to filter and sort, a timeline to brush.
   Everything here is a convenience: without it the page holds the same tables and drawings.
   Nothing is fetched; every text is set as text, never as markup. */
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("bulletin-data").textContent);
  const words = data.words;
  const PAGE_ROWS = 25;
  const PRINTED_ROWS = 40;
  const root = document.documentElement;
  const table = document.getElementById("incident-table");
  const bodies = Array.from(table.tBodies);
  const byNumber = new Map(data.incidents.map((one) => [String(one.n), one]));
  const filter = document.getElementById("filter");
  const fields = {};
  for (const name of ["clause", "verdict", "from", "to"]) fields[name] = document.getElementById("filter-" + name);
  let showAll = false;
  let drawMap = function () {};
  let flyTo = null;

  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, key) => values[key]);
  const make = (tag, text, className) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return node;
  };

  /* --- light and dark --- */
  const isDark = () => {
    const chosen = root.dataset.theme;
    return chosen ? chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const themed = [];
  const theme = make("button", words.theme, "theme");
  theme.type = "button";
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    themed.forEach((redraw) => redraw());
  });
  document.querySelector(".tools").prepend(theme);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => themed.forEach((redraw) => redraw()));

  /* --- filter and list --- */
  const days = Array.from(new Set(bodies.map((body) => body.dataset.day).filter(Boolean))).sort();
  const bins = data.bins.filter((bin) => days.some((day) => bin[0] <= day && day <= bin[1]));
  const hasDays = bins.length > 1;

  function fits(body) {
    const { clause, verdict, from, to } = fields;
    const day = body.dataset.day;
    if (clause.value && !body.dataset.clauses.split(" ").includes(clause.value)) return false;
    if (verdict.value && body.dataset.verdict !== verdict.value) return false;
    if (hasDays && from.value && !(day >= from.value)) return false;
    if (hasDays && to.value && !(day && day <= to.value)) return false;
    return true;
  }

  function refresh() {
    const fitting = Array.from(table.tBodies).filter(fits);
    const kept = new Set(fitting);
    const limit = showAll ? fitting.length : PAGE_ROWS;
    for (const body of table.tBodies) body.hidden = !kept.has(body);
    fitting.forEach((body, index) => {
      body.hidden = index >= limit;
      body.classList.toggle("unprinted", index >= PRINTED_ROWS);
    });
    const more = document.getElementById("more-rows");
    more.hidden = fitting.length <= limit;
    more.firstElementChild.textContent = fill(words.show_all, { all: fitting.length });
    document.getElementById("filter-shown").textContent = fill(words.shown, { shown: fitting.length, all: bodies.length });
    drawMap(fitting.map((body) => byNumber.get(body.dataset.number)).filter(Boolean));
    paintBrush();
  }

  function setUpFilter() {
    for (const [name, edge] of [["from", 0], ["to", 1]]) {
      const every = make("option", words.all_days);
      every.value = "";
      fields[name].append(every);
      data.bins.forEach((bin, index) => {
        if (!bins.includes(bin)) return;
        const option = make("option", data.bin_names[index]);
        option.value = bin[edge];
        fields[name].append(option);
      });
      fields[name].closest("label").hidden = !hasDays;
    }
    for (const field of Object.values(fields)) field.addEventListener("change", refresh);
    document.getElementById("filter-reset").addEventListener("click", () => {
      for (const field of Object.values(fields)) field.value = "";
      refresh();
    });
    document.getElementById("more-rows").firstElementChild.addEventListener("click", () => {
      showAll = true;
      refresh();
    });
    filter.addEventListener("submit", (event) => event.preventDefault());
    filter.hidden = bodies.length === 0;
  }

  /* --- sorting --- */
  function setUpSorting() {
    const key = {
      number: (body) => Number(body.dataset.number),
      probability: (body) => Number(body.dataset.probability),
      time: (body) => Number(body.dataset.time),
      evidence: (body) => Number(body.dataset.evidence),
      clause: (body) => body.rows[0].cells[2].textContent,
      what: (body) => body.rows[0].cells[3].textContent,
      where: (body) => body.rows[0].cells[4].textContent,
    };
    const collator = new Intl.Collator(root.lang, { numeric: true });
    for (const head of table.tHead.rows[0].cells) {
      const button = make("button", head.textContent);
      button.type = "button";
      button.title = words.sort;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const falling = head.getAttribute("aria-sort") !== "descending" && ["probability", "evidence", "time"].includes(head.dataset.sort)
          || head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        const of = key[head.dataset.sort];
        const sign = falling ? -1 : 1;
        const ordered = Array.from(table.tBodies).sort((one, other) => {
          const a = of(one), b = of(other);
          const by = typeof a === "number" ? a - b : collator.compare(a, b);
          return sign * by || Number(one.dataset.number) - Number(other.dataset.number);
        });
        ordered.forEach((body) => table.append(body));
        refresh();
      });
    }
  }

  /* --- the timeline's brush --- */
  const brushes = [];
  function paintBrush() {
    for (const brush of brushes) {
      const first = data.bins.findIndex((bin) => bin[0] === fields.from.value || (fields.from.value && bin[1] >= fields.from.value));
      const last = fields.to.value ? data.bins.findIndex((bin) => bin[1] >= fields.to.value) : data.bins.length - 1;
      const on = fields.from.value || fields.to.value;
      brush.rect.setAttribute("visibility", on ? "visible" : "hidden");
      if (!on) continue;
      brush.rect.setAttribute("x", brush.left + Math.max(first, 0) * brush.slot);
      brush.rect.setAttribute("width", Math.max(0, last - Math.max(first, 0) + 1) * brush.slot);
    }
  }

  function setUpBrush(svg) {
    const box = svg.viewBox.baseVal;
    const left = Number(svg.dataset.left);
    const slot = (box.width - left) / data.bins.length;
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.setAttribute("class", "brush");
    rect.setAttribute("y", 0);
    rect.setAttribute("height", box.height);
    rect.setAttribute("visibility", "hidden");
    svg.append(rect);
    brushes.push({ rect, left, slot });
    const binAt = (event) => {
      const place = svg.getBoundingClientRect();
      const x = ((event.clientX - place.left) / place.width) * box.width;
      return Math.min(data.bins.length - 1, Math.max(0, Math.floor((x - left) / slot)));
    };
    let begun = null;
    const take = (event) => {
      const at = binAt(event);
      const inside = data.bins.slice(Math.min(begun, at), Math.max(begun, at) + 1).filter((bin) => bins.includes(bin));
      fields.from.value = inside.length ? inside[0][0] : "";
      fields.to.value = inside.length ? inside[inside.length - 1][1] : "";
      refresh();
    };
    svg.addEventListener("pointerdown", (event) => {
      begun = binAt(event);
      svg.setPointerCapture(event.pointerId);
      take(event);
    });
    svg.addEventListener("pointermove", (event) => { if (begun !== null) take(event); });
    svg.addEventListener("pointerup", () => { begun = null; });
    svg.addEventListener("pointercancel", () => { begun = null; });
    svg.style.cursor = "crosshair";
  }

  /* --- the map --- */
  const colour = (role) => getComputedStyle(root).getPropertyValue("--" + role).trim();
  const polygon = (rings, properties) => ({ type: "Feature", properties, geometry: { type: "Polygon", coordinates: rings } });
  const collection = (features) => ({ type: "FeatureCollection", features });
  const RANK = ["excluded", "not", "cannot", "established"];

  function circle(one) {
    const [lon, lat] = one.at;
    const high = (one.sigma / 6371008.8) * (180 / Math.PI);
    const wide = high / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
    const ring = [];
    for (let step = 0; step <= 48; step++) {
      const angle = (step / 48) * 2 * Math.PI;
      ring.push([lon + wide * Math.cos(angle), lat + high * Math.sin(angle)]);
    }
    return polygon([ring], { verdict: one.verdict });
  }

  function marks(shown) {
    const places = new Map();
    for (const one of shown) {
      const key = one.at.join(" ");
      if (!places.has(key)) places.set(key, []);
      places.get(key).push(one);
    }
    return Array.from(places.values(), (here) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: here[0].at },
      properties: {
        verdict: here[0].verdict, n: here.length, label: here.length > 1 ? String(here.length) : "",
        rank: RANK.indexOf(here[0].verdict), numbers: here.map((one) => one.n).join(" "),
      },
    }));
  }

  function entry(one, close) {
    const node = make("div", undefined, "entry");
    node.append(make("p", one.title, "title"), make("p", `${one.party} · ${one.range} · ${one.word}`));
    node.append(make("p", [one.what, one.where, one.when, one.evidence].filter(Boolean).join(" · "), "meta"));
    const link = make("a", words.to_list);
    link.href = "#incident-" + one.n;
    link.addEventListener("click", () => {
      showAll = true;
      refresh();
      const details = document.getElementById("incident-" + one.n).querySelector("details");
      if (details) details.open = true;
      close();
    });
    node.append(link);
    return node;
  }

  const byVerdict = () => ["match", ["get", "verdict"], "established", colour("established"), "cannot", colour("cannot"),
    "not", colour("not"), colour("excluded")];
  const hollow = () => ["match", ["get", "verdict"], ["established", "cannot"], true, false];
  const byRole = () => ["match", ["get", "role"], "reading2", colour("reading2"), "reading3", colour("reading3"), colour("reading1")];

  function mapStyle() {
    const land = data.land.map((rings) => polygon(rings, {}));
    const zones = data.zones.flatMap((zone) => zone.polygons.map((rings) => polygon(rings, { role: zone.role })));
    const named = data.zones.filter((zone, index) => data.zones.findIndex((other) => other.title === zone.title) === index);
    const labels = named.filter((zone) => zone.polygons.length).map((zone) => {
      const ring = zone.polygons[0][0];
      const top = ring.reduce((best, place) => (place[1] > best[1] ? place : best));
      return { type: "Feature", properties: { title: zone.title }, geometry: { type: "Point", coordinates: top } };
    });
    const places = data.places.map((place) => ({ type: "Feature", properties: { title: place[0] }, geometry: { type: "Point", coordinates: [place[1], place[2]] } }));
    const lines = data.lines.map((line) => ({ type: "Feature", properties: { role: line.role }, geometry: { type: "LineString", coordinates: line.at } }));
    const dashed = (role) => ["==", ["get", "role"], role];
    const outline = (id, source, width) => ["reading1", "reading2", "reading3"].map((role, index) => ({
      id: id + index, type: "line", source, filter: dashed(role),
      paint: Object.assign({ "line-color": colour(role), "line-width": width }, data.dashes[role] ? { "line-dasharray": [3, 1.6] } : {}),
    }));
    const font = ["Holdfire Sans"];
    return {
      version: 8,
      sources: {
        land: { type: "geojson", data: collection(land), tolerance: 0.1 },
        zones: { type: "geojson", data: collection(zones) },
        lines: { type: "geojson", data: collection(lines) },
        labels: { type: "geojson", data: collection(labels) },
        places: { type: "geojson", data: collection(places) },
        circles: { type: "geojson", data: collection([]) },
        incidents: { type: "geojson", data: collection([]) },
      },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": colour("sea") } },
        { id: "land", type: "fill", source: "land", paint: { "fill-color": colour("land") } },
        { id: "coast", type: "line", source: "land", paint: { "line-color": colour("coast"), "line-width": 1 } },
        { id: "zones", type: "fill", source: "zones", paint: { "fill-color": byRole(), "fill-opacity": 0.07 } },
        ...outline("zone-outline", "zones", 1.2),
        ...outline("line", "lines", 2.2),
        { id: "circles", type: "fill", source: "circles", paint: { "fill-color": byVerdict(), "fill-opacity": 0.05 } },
        { id: "circle-outline", type: "line", source: "circles", paint: { "line-color": byVerdict(), "line-opacity": 0.35, "line-width": 0.8 } },
        { id: "incidents", type: "circle", source: "incidents", layout: { "circle-sort-key": ["get", "rank"] }, paint: {
          "circle-radius": ["min", 18, ["+", 4.6, ["*", 2, ["sqrt", ["-", ["get", "n"], 1]]]]],
          "circle-color": ["case", hollow(), byVerdict(), colour("land")],
          "circle-stroke-color": ["case", hollow(), colour("land"), byVerdict()],
          "circle-stroke-width": 1.4 } },
        { id: "numbers", type: "symbol", source: "incidents", filter: [">", ["get", "n"], 2],
          layout: { "text-field": ["get", "label"], "text-font": font, "text-size": 12, "text-allow-overlap": true, "text-ignore-placement": true },
          paint: { "text-color": ["case", hollow(), colour("land"), byVerdict()] } },
        { id: "labels", type: "symbol", source: "labels",
          layout: { "text-field": ["get", "title"], "text-font": font, "text-size": 13.5, "text-anchor": "bottom", "text-offset": [0, -0.3] },
          paint: { "text-color": colour("ink"), "text-halo-color": colour("land"), "text-halo-width": 1.8 } },
        { id: "places", type: "symbol", source: "places",
          layout: { "text-field": ["get", "title"], "text-font": font, "text-size": 13, "text-anchor": "bottom", "text-offset": [0, -0.7] },
          paint: { "text-color": colour("ink2"), "text-halo-color": colour("land"), "text-halo-width": 1.8 } },
      ],
    };
  }

  function setUpMap() {
    const holder = document.getElementById("map-live");
    const still = document.getElementById("map-static");
    const [west, south, east, north] = data.frame;
    const bounds = data.bounds;
    holder.hidden = false;
    const map = new maplibregl.Map({
      container: holder, style: mapStyle(), bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 8 },
      maxBounds: [[bounds[0], bounds[1]], [bounds[2], bounds[3]]],
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, renderWorldCopies: false,
      maxZoom: 13, fadeDuration: 0, cooperativeGestures: true, validateStyle: false,
      locale: {
        "NavigationControl.ZoomIn": words.zoom_in, "NavigationControl.ZoomOut": words.zoom_out, "Map.Title": words.map_help,
        "Popup.Close": words.close, "CooperativeGesturesHandler.WindowsHelpText": words.gesture_ctrl,
        "CooperativeGesturesHandler.MacHelpText": words.gesture_mac, "CooperativeGesturesHandler.MobileHelpText": words.gesture_touch,
      },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-left");
    still.hidden = true;
    let shown = [];
    const put = () => {
      if (!map.getSource("incidents")) return;
      const around = new Map(shown.filter((one) => one.sigma > 0).map((one) => [one.at.join(" "), one]));
      map.getSource("circles").setData(collection(Array.from(around.values(), circle)));
      map.getSource("incidents").setData(collection(marks(shown)));
    };
    drawMap = (incidents) => { shown = incidents; root.dataset.map = "busy"; put(); };
    map.on("load", put);
    map.on("style.load", put);
    map.on("idle", () => { root.dataset.map = "ready"; });
    themed.push(() => { map.setStyle(mapStyle(), { diff: false }); });
    const pop = (here, at) => {
      const content = make("div");
      const popup = new maplibregl.Popup({ maxWidth: "340px" });
      here.slice(0, 6).forEach((one) => content.append(entry(one, () => popup.remove())));
      if (here.length > 6) content.append(make("p", fill(words.more_here, { n: here.length - 6 }), "meta"));
      popup.setLngLat(at).setDOMContent(content).addTo(map);
    };
    map.on("click", "incidents", (event) => {
      const numbers = event.features[0].properties.numbers.split(" ");
      pop(numbers.map((number) => byNumber.get(number)), event.features[0].geometry.coordinates);
    });
    map.on("mouseenter", "incidents", () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", "incidents", () => { map.getCanvas().style.cursor = ""; });
    flyTo = (one) => {
      const still_ = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      holder.scrollIntoView({ block: "center", behavior: still_ ? "auto" : "smooth" });
      map.easeTo({ center: one.at, zoom: Math.max(map.getZoom(), 9), duration: still_ ? 0 : 600 });
      pop([one], one.at);
    };
    for (const body of bodies) {
      const one = byNumber.get(body.dataset.number);
      if (!one) continue;
      const button = make("button", words.on_map, "to-map");
      button.type = "button";
      button.addEventListener("click", () => flyTo(one));
      body.querySelector("details").append(button);
    }
  }

  function drawsMaps() {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
  }

  function start() {
    setUpFilter();
    setUpSorting();
    if (hasDays) {
      document.querySelectorAll("svg.timeline").forEach(setUpBrush);
      document.querySelector(".brush-hint").hidden = false;
    }
    if (drawsMaps()) {
      setUpMap();
    } else {
      root.dataset.map = "static";
    }
    refresh();
    const unfold = () => {
      const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (named && named.hidden) { showAll = true; refresh(); named.scrollIntoView(); }
    };
    window.addEventListener("hashchange", unfold);
    unfold();
  }

  document.fonts.load('13px "Holdfire Sans"', "Aа").then(start, start);
})();
