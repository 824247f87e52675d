/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
/* Refreshes <main> every ten seconds and tells a plot's values; the pages work without it. */
(function () {
  const PERIOD_MS = 10000;
  const button = document.getElementById("refresh");
  const lost = document.getElementById("lost");
  let going = sessionStorage.getItem("paused") !== "1";
  let timer = 0;
  let latest = Date.now();

  function say() {
    button.textContent = going ? "Pause" : "Go on";
    button.setAttribute("aria-pressed", String(!going));
  }

  /* Something is being read or typed: the page stays as it is. */
  function busy() {
    const active = document.activeElement;
    return document.hidden || String(getSelection()) ||
      (active && (active.matches("input, select, .pb svg")));
  }

  function show(fresh) {
    const main = document.querySelector("main");
    const places = Array.from(main.querySelectorAll(".tb"), (box) => box.scrollLeft);
    const open = Array.from(main.querySelectorAll("details"), (box) => box.open);
    const active = document.activeElement;
    const place = active && active.getAttribute && active.getAttribute("href");
    main.replaceChildren(...fresh.querySelector("main").childNodes);
    main.querySelectorAll(".tb").forEach((box, i) => { box.scrollLeft = places[i] || 0; });
    main.querySelectorAll("details").forEach((box, i) => { box.open = open[i] || false; });
    const again = place && main.querySelector("a[href=\"" + CSS.escape(place) + "\"]");
    if (again) {
      again.focus({ preventScroll: true });
    }
    document.title = fresh.title;
    ["nav", "made"].forEach((id) => {
      document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
    });
    const icon = fresh.querySelector("link[rel=icon]");
    document.querySelector("link[rel=icon]").href = icon.getAttribute("href");
    watchPlots();
  }

  async function refresh() {
    clearTimeout(timer);
    if (going && !busy()) {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (!answer.ok && answer.status !== 404) {
          throw new Error(answer.statusText);
        }
        show(fresh);
        latest = Date.now();
        lost.hidden = true;
      } catch (error) {
        lost.textContent = "No answer: this page is " + Math.round((Date.now() - latest) / 1000) + " s old";
        lost.hidden = false;
      }
    }
    timer = setTimeout(refresh, PERIOD_MS);
  }

  /* ---- Plots: the value under the pointer, or by arrow keys, of all plots at once ---- */

  function two(n) {
    return String(n).padStart(2, "0");
  }

  function spell(value, unit) {
    if (unit === "%") {
      return Math.round(value * 100) + " %";
    }
    if (unit === "s") {
      const s = Math.floor(value);
      return s < 120 ? s + " s" : s < 7200 ? Math.floor(s / 60) + " min"
        : Math.floor(s / 3600) + " h " + Math.floor(s / 60) % 60 + " min";
    }
    const units = unit === "B/s" ? [" B/s", " kB/s", " MB/s", " GB/s"] : [unit, " k" + unit, " M" + unit, " G" + unit];
    let i = 0;
    while (value >= 999.5 && i < 3) {
      value /= 1000;
      i++;
    }
    return (value < 9.95 && value % 1 ? value.toFixed(1) : value.toFixed(0)) + units[i];
  }

  function point(at) {
    document.querySelectorAll(".pb > svg").forEach((svg) => {
      const values = svg.dataset.v.split(",");
      const i = Math.max(0, Math.min(values.length - 1, at));
      const time = new Date(Number(svg.dataset.end) - (values.length - 1 - i) * Number(svg.dataset.step));
      const text = two(time.getUTCHours()) + ":" + two(time.getUTCMinutes()) + ": " +
        (values[i] === "" ? "not known" : spell(Number(values[i]), svg.dataset.unit));
      svg.closest("figure").querySelector("output").textContent = text;
      svg.setAttribute("aria-valuetext", text);
      svg.setAttribute("aria-valuenow", String(i));
      let line = svg.querySelector(".cur");
      if (!line) {
        line = document.createElementNS(svg.namespaceURI, "path");
        line.setAttribute("class", "cur");
        svg.append(line);
      }
      line.setAttribute("d", "M" + i + " 0V100");
    });
  }

  function leave() {
    document.querySelectorAll("figure output").forEach((output) => { output.textContent = ""; });
    document.querySelectorAll(".cur").forEach((line) => line.remove());
  }

  function watchPlots() {
    document.querySelectorAll(".pb > svg").forEach((svg) => {
      const last = svg.dataset.v.split(",").length - 1;
      let at = last;
      svg.setAttribute("role", "slider");
      svg.setAttribute("aria-valuemin", "0");
      svg.setAttribute("aria-valuemax", String(last));
      svg.setAttribute("aria-valuenow", String(last));
      svg.addEventListener("pointermove", (event) => {
        const box = svg.getBoundingClientRect();
        at = Math.round((event.clientX - box.left) / box.width * last);
        point(at);
      });
      svg.addEventListener("pointerleave", leave);
      svg.addEventListener("blur", leave);
      svg.addEventListener("keydown", (event) => {
        const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -last, End: last };
        if (event.key in steps) {
          at = Math.max(0, Math.min(last, at + steps[event.key]));
          point(at);
          event.preventDefault();
        }
      });
    });
  }

  document.getElementById("reload").hidden = true;
  button.hidden = false;
  button.addEventListener("click", function () {
    going = !going;
    sessionStorage.setItem("paused", going ? "0" : "1");
    say();
    if (going) {
      refresh();
    }
  });
  document.addEventListener("visibilitychange", refresh);
  say();
  watchPlots();
  timer = setTimeout(refresh, PERIOD_MS);
})();
