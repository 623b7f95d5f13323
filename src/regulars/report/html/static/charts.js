/* Draws the charts whose contents stand in #charts; colors come from the page's own variables. */
(function () {
  "use strict";
  var specs = JSON.parse(document.getElementById("charts").textContent);
  var lang = document.documentElement.lang;
  var drawn = [];

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
  function figure(value, digits) {
    return new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }
  function percent(value) {
    return new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 }).format(value);
  }
  function axis(extra) {
    return Object.assign({
      axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { color: color("--muted"), fontSize: 12 },
      splitLine: { lineStyle: { color: color("--line") } },
      nameTextStyle: { color: color("--muted"), fontSize: 12 }
    }, extra);
  }
  function frame(spec, option) {
    return Object.assign({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: color("--ink") },
      tooltip: {
        confine: true, backgroundColor: color("--surface"), borderColor: color("--line"),
        textStyle: { color: color("--ink"), fontSize: 13 }, renderMode: "richText"
      }
    }, option);
  }
  function names(spec, width) {
    var longest = Math.max.apply(null, spec.items.map(function (item) { return item.name.length; }));
    return axis({
      type: "category", inverse: true, data: spec.items.map(function (item) { return item.name; }),
      splitLine: { show: false },
      axisLabel: {
        color: color("--ink"), fontSize: 13, lineHeight: 15, interval: 0,
        width: Math.min(longest * 8 + 16, Math.max(96, Math.floor(width * 0.38))), overflow: "break"
      }
    });
  }

  var tones = ["--fill", "--second", "--note", "--good", "--bad", "--warn", "--strong-line", "--accent"];
  var marks = ["circle", "diamond", "rect", "triangle", "roundRect"];

  var kinds = {
    means: function (spec, width) {
      var sizes = [].concat.apply([], spec.series.map(function (one) { return one.values; }))
        .filter(function (value) { return value !== null; }).map(Math.abs);
      var bound = Math.ceil((Math.max.apply(null, sizes.concat([0.5])) + 0.1) * 2) / 2;
      return {
        legend: {
          top: 0, left: 0, icon: "circle", textStyle: { color: color("--ink"), fontSize: 12 },
          selectedMode: false, data: spec.series.map(function (one) { return one.name; })
        },
        grid: { left: 8, right: 24, top: 34, bottom: 38, containLabel: true },
        xAxis: axis({
          type: "value", min: -bound, max: bound, name: spec.axis, nameLocation: "middle", nameGap: 26,
          splitNumber: width < 420 ? 4 : 8,
          axisLabel: { color: color("--muted"), hideOverlap: true, formatter: function (value) { return (value > 0 ? "+" : "") + figure(value, 1).replace("-", "−"); } }
        }),
        yAxis: Object.assign(names(spec, width), { splitLine: { show: true, lineStyle: { color: color("--line") } } }),
        series: spec.series.map(function (one, index) {
          return {
            type: "scatter", name: one.name, symbolSize: 12, symbol: marks[index % marks.length],
            itemStyle: { color: color(tones[index % tones.length]), opacity: 0.9 },
            data: one.values.map(function (value, row) { return [value, row]; }),
            markLine: index ? undefined : {
              silent: true, symbol: "none", label: { show: false }, data: [{ xAxis: 0 }],
              lineStyle: { color: color("--strong-line"), type: "solid", width: 1 }
            },
            tooltip: { formatter: function (point) { return one.tips[point.dataIndex]; } }
          };
        })
      };
    },
    tree: function (spec) {
      /* Half of a joint each: a foot that ends below the cut has the color of its cluster up to the line. */
      var cut = spec.cuts[spec.chosen - 1], lines = {};
      function add(group, points) {
        lines[group] = (lines[group] || []).concat(points, [[null, null]]);
      }
      spec.joints.forEach(function (joint, place) {
        var top = joint[2][0];
        joint.slice(0, 2).forEach(function (foot, side) {
          var own = cut.joints[place], at = spec.feet[place][side];
          var group = at < 0 ? cut.joints[-1 - at] : cut.rows[foot[1]];
          if (own === null && group !== null && foot[0] < cut.at) {
            add(group, [[foot[0], foot[1]], [cut.at, foot[1]]]);
            add("above", [[cut.at, foot[1]], [top, foot[1]], [top, joint[2][1]]]);
          } else {
            add(own === null ? "above" : own, [[foot[0], foot[1]], [top, foot[1]], [top, joint[2][1]]]);
          }
        });
      });
      var last = spec.items.length;
      return {
        grid: { left: 8, right: 24, top: 8, bottom: 40, containLabel: true },
        tooltip: { show: false },
        xAxis: axis({
          type: "value", min: 0, max: spec.cuts[0].at, name: spec.axis, nameLocation: "middle", nameGap: 26,
          splitLine: { show: false }, axisLabel: { color: color("--muted"), hideOverlap: true, showMaxLabel: false, formatter: function (value) { return figure(value, value % 1 ? 1 : 0); } }
        }),
        yAxis: axis({
          type: "value", inverse: true, min: -1, max: last, interval: 1, splitLine: { show: false },
          axisLabel: { color: color("--ink"), fontSize: 12, formatter: function (value) { return (spec.items[value] || { name: "" }).name; } }
        }),
        series: Object.keys(lines).map(function (group, index) {
          return {
            type: "line", silent: true, symbol: "none", connectNulls: false, data: lines[group],
            lineStyle: { width: 2, color: color(group === "above" ? "--strong-line" : tones[group % tones.length]) },
            markLine: index ? undefined : {
              silent: true, symbol: "none", label: { show: false }, data: [{ xAxis: cut.at }],
              lineStyle: { color: color("--ink"), type: "dashed", width: 1.5 }
            }
          };
        })
      };
    },
    curve: function (spec) {
      var most = Math.max.apply(null, spec.items.map(function (item) { return item.high; }));
      var share = { color: color("--muted"), hideOverlap: true, formatter: function (value) { return percent(value); } };
      function edge(name) {
        return {
          type: "line", silent: true, symbol: "none", z: 2,
          data: spec.items.map(function (item) { return [item.x, item[name]]; }),
          lineStyle: { color: color("--fill"), width: 1, opacity: 0.55 }
        };
      }
      return {
        grid: { left: 30, right: 18, top: 14, bottom: 34, containLabel: true },
        xAxis: axis({ type: "value", min: 0, max: 1, name: spec.x, nameLocation: "middle", nameGap: 30, axisLabel: share }),
        yAxis: axis({
          type: "value", min: 0, max: spec.percent ? 1 : Math.ceil(most), name: spec.y, nameLocation: "middle", nameGap: spec.percent ? 46 : 30,
          axisLabel: spec.percent ? share : { color: color("--muted"), formatter: function (value) { return figure(value, value % 1 ? 1 : 0); } }
        }),
        series: [edge("low"), edge("high"), {
          type: "line", silent: true, symbol: "none", data: spec.random,
          lineStyle: { color: color("--strong-line"), type: "dashed", width: 1.5 }
        }, {
          type: "line", symbol: "circle", symbolSize: 6, showSymbol: true, z: 3,
          data: spec.items.map(function (item) { return [item.x, item.y]; }),
          lineStyle: { color: color("--fill"), width: 2.5 }, itemStyle: { color: color("--fill") },
          tooltip: { formatter: function (point) { return spec.items[point.dataIndex].tip; } }
        }]
      };
    },
    lines: function (spec) {
      return {
        legend: { top: 0, left: 0, type: "plain", textStyle: { color: color("--ink"), fontSize: 12 }, selectedMode: false },
        grid: { left: 30, right: 18, top: 30 + 22 * Math.ceil(spec.series.length / 2), bottom: 24, containLabel: true },
        xAxis: axis({ type: "category", boundaryGap: false, data: spec.items.map(function (item) { return item.name; }), axisLabel: { color: color("--muted"), hideOverlap: true } }),
        yAxis: axis({
          type: "value", min: 0, name: spec.y, nameLocation: "middle", nameGap: 46,
          axisLabel: { color: color("--muted"), formatter: function (value) { return percent(value); } }
        }),
        series: spec.series.map(function (one, index) {
          return {
            type: "line", name: one.name, symbol: marks[index % marks.length], symbolSize: 7, data: one.values,
            lineStyle: { color: color(tones[index % tones.length]), width: 2 }, itemStyle: { color: color(tones[index % tones.length]) },
            tooltip: { formatter: function (point) { return one.tips[point.dataIndex]; } }
          };
        })
      };
    },
    intervals: function (spec, width) {
      var lows = spec.items.map(function (item) { return item.low; });
      var highs = spec.items.map(function (item) { return item.high; });
      var least = Math.min(0.5, Math.floor((Math.min.apply(null, lows) - 0.02) * 20) / 20);
      var most = Math.min(1, Math.ceil(Math.max.apply(null, highs) * 20) / 20);
      var lines = spec.items.map(function (item, index) {
        return {
          type: "line", silent: true, symbol: "rect", symbolSize: [2, 10], z: 2,
          lineStyle: { width: 3, color: color(item.chosen ? "--fill" : "--strong-line") },
          itemStyle: { color: color(item.chosen ? "--fill" : "--strong-line") },
          data: [[item.low, index], [item.high, index]]
        };
      });
      return {
        grid: { left: 8, right: 56, top: 8, bottom: 34, containLabel: true },
        xAxis: axis({
          type: "value", min: least, max: most, name: spec.axis, nameLocation: "middle", nameGap: 26,
          splitNumber: width < 420 ? 2 : 5,
          axisLabel: { color: color("--muted"), hideOverlap: true, formatter: function (value) { return figure(value, 2); } }
        }),
        yAxis: names(spec, width),
        series: lines.concat([{
          type: "scatter", symbolSize: 9, z: 3,
          data: spec.items.map(function (item, index) {
            return {
              value: [item.mean, index],
              itemStyle: { color: color(item.chosen ? "--fill" : "--surface"), borderColor: color(item.chosen ? "--fill" : "--strong-line"), borderWidth: 2 }
            };
          }),
          label: {
            show: true, position: "top", distance: 7, color: color("--ink"), fontSize: 12,
            formatter: function (point) { return figure(point.value[0], 3); }
          },
          tooltip: { formatter: function (point) { return spec.items[point.dataIndex].tip; } }
        }])
      };
    },
    bars: function (spec, width) {
      return {
        grid: { left: 8, right: 64, top: 4, bottom: spec.axis ? 30 : 4, containLabel: true },
        xAxis: axis({
          type: "value", min: 0, name: spec.axis, nameLocation: "middle", nameGap: 10,
          axisLabel: { show: false }, splitLine: { show: false }
        }),
        yAxis: names(spec, width),
        series: [{
          type: "bar", barMaxWidth: 20, itemStyle: { borderRadius: [0, 4, 4, 0] },
          data: spec.items.map(function (item) {
            return { value: item.value, itemStyle: { color: color(item.tone || "--fill") } };
          }),
          label: {
            show: true, position: "right", color: color("--ink"), fontSize: 12,
            formatter: function (point) { return spec.items[point.dataIndex].text; }
          },
          tooltip: { formatter: function (point) { return spec.items[point.dataIndex].tip; } }
        }]
      };
    },
    calibration: function (spec) {
      var most = Math.max.apply(null, spec.items.map(function (item) { return Math.max(item.x, item.y); }));
      var step = most > 0.5 ? 0.2 : most > 0.2 ? 0.1 : 0.05;
      var bound = Math.min(1, Math.ceil(most / step + 0.1) * step);
      var largest = Math.max.apply(null, spec.items.map(function (item) { return item.count; }));
      var label = { color: color("--muted"), hideOverlap: true, formatter: function (value) { return percent(value); } };
      return {
        grid: { left: 30, right: 18, top: 14, bottom: 34, containLabel: true },
        xAxis: axis({ type: "value", min: 0, max: bound, interval: step, name: spec.x, nameLocation: "middle", nameGap: 30, axisLabel: label }),
        yAxis: axis({ type: "value", min: 0, max: bound, interval: step, name: spec.y, nameLocation: "middle", nameGap: 46, axisLabel: label }),
        series: [{
          type: "line", silent: true, symbol: "none", data: [[0, 0], [bound, bound]],
          lineStyle: { color: color("--strong-line"), type: "dashed", width: 1.5 }
        }, {
          type: "scatter", data: spec.items.map(function (item) { return [item.x, item.y]; }),
          symbolSize: function (value, point) { return 8 + 16 * Math.sqrt(spec.items[point.dataIndex].count / largest); },
          itemStyle: { color: color("--fill"), opacity: 0.85, borderColor: color("--surface"), borderWidth: 1 },
          tooltip: { formatter: function (point) { return spec.items[point.dataIndex].tip; } }
        }]
      };
    }
  };

  function draw(entry, width) {
    var spec = entry.spec;
    /* What is folded away has no width; it is drawn when it is opened. */
    if (!width && !entry.chart.getDom().offsetWidth) { return; }
    entry.chart.resize(width ? { width: width } : undefined);
    entry.chart.setOption(frame(spec, kinds[spec.kind](spec, entry.chart.getWidth())), true);
  }
  /* The line is moved by a slider, which a keyboard moves too, or by a finger on the tree. */
  function move_by_hand(entry) {
    var spec = entry.spec, dom = entry.chart.getDom();
    var row = document.createElement("label"), slider = document.createElement("input"), told = document.createElement("p");
    row.className = "slide";
    row.textContent = spec.slide;
    slider.type = "range";
    slider.min = 1;
    slider.max = spec.cuts.length;
    row.appendChild(slider);
    told.setAttribute("aria-live", "polite");
    dom.after(row, told);
    function cut(k) {
      spec.chosen = Math.max(1, Math.min(spec.cuts.length, k));
      slider.value = spec.chosen;
      told.textContent = spec.cuts[spec.chosen - 1].told;
      draw(entry);
    }
    function follow(event) {
      var at = entry.chart.convertFromPixel({ xAxisIndex: 0 }, event.offsetX);
      cut(1 + spec.joints.filter(function (joint) { return joint[2][0] > at; }).length);
    }
    var is_held = false;
    var pane = entry.chart.getZr();
    pane.on("mousedown", function (event) { is_held = true; follow(event); });
    pane.on("mousemove", function (event) { if (is_held) { follow(event); } });
    document.addEventListener("mouseup", function () { is_held = false; });
    slider.addEventListener("input", function () { cut(Number(slider.value)); });
    cut(spec.chosen);
  }
  specs.forEach(function (spec) {
    var place = document.getElementById(spec.id);
    place.style.height = spec.height + "px";
    var entry = { spec: spec, chart: echarts.init(place, null, { renderer: "svg" }) };
    drawn.push(entry);
    draw(entry);
    if (spec.cuts) { move_by_hand(entry); }
  });
  document.querySelectorAll("details").forEach(function (part) { part.addEventListener("toggle", redraw); });
  function redraw() { drawn.forEach(function (entry) { draw(entry); }); }
  var waiting;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 120);
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  /* A4 less its margins; the print style sheet has set the light colors by then. */
  window.addEventListener("beforeprint", function () {
    drawn.forEach(function (entry) { draw(entry, Math.min(entry.chart.getWidth(), 620)); });
  });
  window.addEventListener("afterprint", redraw);
})();
