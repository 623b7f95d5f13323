/* Lets a reader go into groups of customers: split by a field, tap a group, split again. */
(function () {
  "use strict";
  var content = JSON.parse(document.getElementById("drill-content").textContent);
  var place = document.getElementById("drill");
  var lang = document.documentElement.lang;
  var path = [], by = 0;

  function number(value) { return new Intl.NumberFormat(lang).format(value); }
  function customers(count) {
    return number(count) + " " + (content.customers[new Intl.PluralRules(lang).select(count)] || content.customers.other);
  }
  function percent(value) {
    return new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: value < 0.1 ? 1 : 0 }).format(value);
  }
  function key(steps) {
    return steps.slice().sort(function (a, b) { return a[0] - b[0]; })
      .map(function (step) { return step.join("."); }).join(" ");
  }
  function find(steps) { return steps.length ? content.cells[key(steps)] : content.whole; }
  function is_used(field) { return path.some(function (step) { return step[0] === field; }); }
  function add(parent, tag, text, name) {
    var made = document.createElement(tag);
    if (text) { made.textContent = text; }
    if (name) { made.className = name; }
    parent.appendChild(made);
    return made;
  }
  function button(parent, text, act, is_pressed) {
    var made = add(parent, "button", text);
    made.type = "button";
    if (is_pressed !== undefined) { made.setAttribute("aria-pressed", String(is_pressed)); }
    made.addEventListener("click", function () { act(); draw(); });
    return made;
  }
  function splits(field) {
    return content.fields[field].levels.some(function (_, level) { return find(path.concat([[field, level]])); });
  }

  function draw_path() {
    var line = add(place, "div", "", "path");
    button(line, content.words.all, function () { path = []; by = 0; }, path.length === 0);
    path.forEach(function (step, depth) {
      add(line, "span", "›").setAttribute("aria-hidden", "true");
      var field = content.fields[step[0]];
      button(line, field.label + ": " + field.levels[step[1]], function () { path = path.slice(0, depth + 1); by = next(); }, depth === path.length - 1);
    });
    var cell = find(path);
    add(line, "span", customers(cell.customers) + (cell.left === null ? "" : ", " + percent(cell.left) + " " + content.words.left), "muted small");
  }
  function draw_fields() {
    var line = add(place, "div", "", "path fields");
    add(line, "span", content.words.by, "small muted");
    content.fields.forEach(function (field, index) {
      if (!is_used(index) && splits(index)) { button(line, field.label, function () { by = index; }, index === by); }
    });
  }
  function draw_row(list, name, cell, whole, open) {
    var row = add(add(list, "li"), open ? "button" : "div", "", "row");
    if (open) { row.type = "button"; row.addEventListener("click", open); }
    add(row, "span", name, "name");
    add(add(row, "span", "", "bar"), "i").style.width = 100 * cell.customers / whole + "%";
    add(row, "span", number(cell.customers) + " · " + percent(cell.customers / whole), "figures");
    var left = add(row, "span", "", "figures left");
    if (cell.left !== null) { add(left, "b", percent(cell.left)); left.appendChild(document.createTextNode(" " + content.words.left)); }
  }
  function next() {
    for (var index = 0; index < content.fields.length; index += 1) {
      if (!is_used(index) && splits(index)) { return index; }
    }
    return -1;
  }
  function draw() {
    var had_focus = place.contains(document.activeElement);
    place.textContent = "";
    draw_path();
    if (path.length >= content.deepest || by < 0) {
      add(place, "p", content.words.deepest, "small muted");
      return;
    }
    draw_fields();
    var list = add(place, "ul", "", "rows"), whole = find(path).customers, rest = whole, depth = path.length;
    content.fields[by].levels.forEach(function (name, level) {
      var step = [by, level], cell = find(path.concat([step]));
      if (!cell) { return; }
      rest -= cell.customers;
      draw_row(list, name, cell, whole, depth + 1 < content.deepest ? function () {
        path = path.concat([step]); by = next(); draw();
      } : null);
    });
    if (rest) { draw_row(list, content.words.rest, { customers: rest, left: null }, whole, null); }
    if (had_focus) { place.querySelector("button").focus(); }
  }
  draw();
})();
