"use strict";
(function () {
  var settings = {
    responsive: true, displaylogo: false,
    displayModeBar: "hover",
    modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
    toImageButtonOptions: { format: "svg" }
  };
  var plots = Array.prototype.slice.call(document.querySelectorAll(".plot"));
  plots.forEach(function (place) {
    var figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
    Plotly.newPlot(place, figure.data, figure.layout, settings);
  });
  function fit() { plots.forEach(function (place) { Plotly.Plots.resize(place); }); }
  window.addEventListener("beforeprint", fit);
  window.addEventListener("afterprint", fit);

  function compare(a, b) {
    if (a === b) { return 0; }
    var x = Number(a), y = Number(b);
    if (!isNaN(x) && !isNaN(y)) { return x - y; }
    return a < b ? -1 : 1;
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var headings = Array.prototype.slice.call(table.tHead.rows[0].cells);
    headings.forEach(function (heading, column) {
      heading.querySelector("button").addEventListener("click", function () {
        var sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        headings.forEach(function (other) { other.removeAttribute("aria-sort"); });
        heading.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
        var rows = Array.prototype.slice.call(table.tBodies[0].rows);
        rows.sort(function (r, s) {
          var a = r.cells[column].dataset.key, b = s.cells[column].dataset.key;
          if (a === "" || b === "") { return (a === "") - (b === ""); }
          return sign * compare(a, b);
        });
        rows.forEach(function (row) { table.tBodies[0].appendChild(row); });
      });
    });
  });
})();
