/* On a narrow screen the evidence is folded, so that the answers follow each other; print opens it. */
(function () {
  "use strict";
  var folds = Array.prototype.slice.call(document.querySelectorAll("details.fold"));
  var narrow = window.matchMedia("(max-width: 640px)");
  var closed = [];

  function fold() {
    folds.forEach(function (part) { part.open = !narrow.matches; });
  }
  function reveal() {
    var target = document.getElementById(location.hash.slice(1));
    var outer = target && target.closest("details");
    if (outer) { outer.open = true; }
  }
  fold();
  narrow.addEventListener("change", fold);
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", function () {
    closed = folds.filter(function (part) { return !part.open; });
    closed.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (part) { part.open = false; });
  });
})();
