
"use strict";
(function () {
  // The rows are the data: everything below only shows, hides and orders what is in the page.

  function each(selector, run, within) {
    Array.prototype.forEach.call((within || document).querySelectorAll(selector), run);
  }

  function words(text) {
    return text.toLowerCase().split(/\s+/).filter(Boolean);
  }

  var all = document.getElementById("q-all");
  var sheets = [];

  // Where a finding's chart is wider than the window, its latest part shows first.
  each(".drawing.small", function (box) {
    function last() { box.scrollLeft = box.scrollWidth; }
    last();
    box.closest("details").addEventListener("toggle", last);
  });

  each("table.sorts", function (table) {
    var id = table.id.slice(2);
    var sheet = {
      table: table,
      rows: Array.prototype.slice.call(table.tBodies[0].rows).map(function (row) {
        return { row: row, text: row.textContent.toLowerCase(), failures: Number(row.dataset.failures) };
      }),
      query: document.getElementById("q-" + id),
      counter: document.getElementById("n-" + id),
      nothing: table.parentNode.querySelector(".nomatch")
    };
    sheets.push(sheet);
    sheet.query.addEventListener("input", function () { filter(sheet); });
    each("thead th", function (head, column) { sortable(sheet, head, column); }, table);
  });

  function filter(sheet) {
    var wanted = words(all.value).concat(words(sheet.query.value));
    var rows = 0, failures = 0;
    sheet.rows.forEach(function (one) {
      var fits = wanted.every(function (word) { return one.text.indexOf(word) >= 0; });
      one.row.hidden = !fits;
      if (fits) { rows += 1; failures += one.failures; }
    });
    var total = sheet.rows.length;
    sheet.nothing.hidden = rows > 0 || total === 0;
    sheet.counter.value = wanted.length === 0
      ? total.toLocaleString("en") + (total === 1 ? " row" : " rows")
      : rows.toLocaleString("en") + " of " + total.toLocaleString("en") + " rows shown, "
        + failures.toLocaleString("en") + (failures === 1 ? " failure" : " failures");
    return rows;
  }

  function filterAll() {
    var rows = sheets.reduce(function (sum, sheet) { return sum + filter(sheet); }, 0);
    document.getElementById("n-all").value =
      words(all.value).length === 0 ? "" : rows.toLocaleString("en") + (rows === 1 ? " row" : " rows");
  }

  function sortable(sheet, head, column) {
    var button = document.createElement("button");
    button.type = "button";
    while (head.firstChild) { button.appendChild(head.firstChild); }
    head.appendChild(button);
    button.addEventListener("click", function () {
      var numbers = head.classList.contains("num");
      var now = head.getAttribute("aria-sort");
      var up = now ? now === "descending" : !numbers;
      each("th[aria-sort]", function (other) { other.removeAttribute("aria-sort"); }, sheet.table.tHead);
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      sort(sheet, column, numbers, up);
    });
  }

  function key(row, column, numbers) {
    var cell = row.cells[column];
    if (numbers) { return Number(cell.dataset.v); }
    // what is unknown comes first
    return cell.querySelector(".unknown") ? "" : cell.textContent.toLowerCase();
  }

  function sort(sheet, column, numbers, up) {
    var keyed = sheet.rows.map(function (one) { return { one: one, key: key(one.row, column, numbers) }; });
    // Array.prototype.sort is stable, so ties keep the order they had
    keyed.sort(function (a, b) {
      var order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
      return up ? order : -order;
    });
    sheet.rows = keyed.map(function (pair) { return pair.one; });
    var body = sheet.table.tBodies[0];
    sheet.rows.forEach(function (one) { body.appendChild(one.row); });
  }

  // Cards open when they are linked to, all at once on demand, and for paper.

  function openLinked(hash) {
    var target = hash.length > 1 && document.getElementById(hash.slice(1));
    if (!target) { return; }
    if (target.tagName === "ARTICLE") { target.querySelector("details").open = true; }
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; }
    }
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href^='#']");
    if (link) { openLinked(link.getAttribute("href")); }
  });
  window.addEventListener("hashchange", function () { openLinked(location.hash); });

  function opener(id, cards) {
    var toggle = document.getElementById(id);
    if (!toggle) { return; }
    toggle.addEventListener("click", function () {
      var open = toggle.getAttribute("aria-pressed") !== "true";
      each(cards, function (card) { card.open = open; });
      toggle.setAttribute("aria-pressed", String(open));
    });
  }

  opener("open-all", "details.card");
  opener("open-findings", "#findings details");

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (card) { card.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (card) { card.open = false; });
  });

  // Keys: / goes to the filter of all tables, Escape empties the one in use.

  document.addEventListener("keydown", function (event) {
    var at = event.target;
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      all.focus();
      all.select();
    } else if (event.key === "Escape" && typing && at.value) {
      at.value = "";
      at.dispatchEvent(new Event("input"));
    }
  });

  all.addEventListener("input", filterAll);
  each("[data-js]", function (control) { control.hidden = false; });
  filterAll();
  if (location.hash) {
    openLinked(location.hash);
    var start = document.getElementById(location.hash.slice(1));
    if (start) { start.scrollIntoView(); }
  }
})();
