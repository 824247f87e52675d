/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
/* Refreshes <main> every ten seconds; the page also works without it. */
(function () {
  const button = document.getElementById("refresh");
  let going = true;
  let timer = 0;

  function say() {
    button.textContent = going ? "Pause" : "Go on";
    button.setAttribute("aria-pressed", String(!going));
  }

  async function refresh() {
    clearTimeout(timer);
    if (going && !document.hidden && !String(getSelection())) {
      try {
        const answer = await fetch(location.pathname, { cache: "no-store" });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        const main = document.querySelector("main");
        const next = fresh.querySelector("main");
        if (answer.ok && next) {
          const places = Array.from(main.querySelectorAll(".scroll"), (box) => box.scrollLeft);
          const open = Array.from(main.querySelectorAll("details"), (box) => box.open);
          const focused = document.activeElement && document.activeElement.id;
          main.replaceChildren(...next.childNodes);
          main.querySelectorAll(".scroll").forEach((box, i) => { box.scrollLeft = places[i] || 0; });
          main.querySelectorAll("details").forEach((box, i) => { box.open = open[i] || false; });
          if (focused && document.getElementById(focused)) {
            document.getElementById(focused).focus({ preventScroll: true });
          }
          document.title = fresh.title;
          document.getElementById("lost").hidden = true;
        }
      } catch (error) {
        document.getElementById("lost").hidden = false;
      }
    }
    timer = setTimeout(refresh, 10000);
  }

  button.hidden = false;
  button.addEventListener("click", function () {
    going = !going;
    say();
    if (going) {
      refresh();
    }
  });
  document.addEventListener("visibilitychange", refresh);
  say();
  timer = setTimeout(refresh, 10000);
})();
