// Makes blocks interactive: a figure's twin takes the place of its picture where plotly.js is there, a table's headers sort its rows, and a
// box that scrolls sideways can be reached from the keyboard. Runs in a page, in a notebook and in its export, whatever module loader is
// around; running it again only looks for new blocks.
(function () {
	"use strict";

	if (window.specialistBlocks) {
		window.specialistBlocks();
		return;
	}

	// each calls f once for each element that matches.
	function each(selector, mark, f) {
		document.querySelectorAll(selector).forEach(function (el) {
			if (el[mark]) return;
			el[mark] = true;
			f(el);
		});
	}

	function twin(figure) {
		var data = figure.querySelector("script.sp-data");
		var box = figure.querySelector(".sp-twin");
		if (!data || !box || figure.spTwin || !window.Plotly || !figure.clientWidth) return;
		figure.spTwin = true;
		var spec = JSON.parse(data.textContent);
		// A finger that drags scrolls the page, and buttons that show on hovering would always cover something.
		var mouse = window.matchMedia("(hover: hover) and (pointer: fine)").matches;
		if (!mouse) spec.layout.dragmode = false;
		box.hidden = false;
		// On a narrow screen the legend's names stand below each other.
		if (box.clientWidth < 500 && spec.layout.showlegend) {
			var named = spec.data.concat(spec.layout.shapes || []).filter(function (t) { return t.showlegend !== false; });
			spec.layout.height += 19 * (named.length - 1);
		}
		var config = { displaylogo: false, displayModeBar: mouse ? "hover" : false, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };
		window.Plotly.newPlot(box, spec.data, spec.layout, config).then(function () {
			figure.classList.add("sp-live");
			resize(figure);
		}, function () {
			box.hidden = true;
		});
	}

	function resize(figure) {
		var box = figure.querySelector(".sp-twin");
		if (box && box.clientWidth && box.clientWidth !== figure.spWidth) {
			figure.spWidth = box.clientWidth;
			window.Plotly.Plots.resize(box);
		}
	}

	// A figure that is out of sight has no width yet; it is drawn when it gets one.
	var sizes = new ResizeObserver(function (entries) {
		entries.forEach(function (entry) {
			var el = entry.target;
			if (el.classList.contains("sp-box")) {
				scroller(el);
			} else if (el.classList.contains("sp-live")) {
				resize(el);
			} else {
				twin(el);
			}
		});
	});

	function scroller(box) {
		if (box.scrollWidth > box.clientWidth + 1) {
			box.tabIndex = 0;
			box.setAttribute("role", "group");
			box.setAttribute("aria-label", box.getAttribute("data-name"));
		} else {
			["tabindex", "role", "aria-label"].forEach(function (name) { box.removeAttribute(name); });
		}
		more(box);
	}

	// The edge that hides a part of a table says so.
	function more(box) {
		box.toggleAttribute("data-more", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
	}

	function value(cell, numeric) {
		if (cell.hasAttribute("data-missing")) return null;
		if (numeric && cell.hasAttribute("data-sort")) return Number(cell.getAttribute("data-sort"));
		return cell.textContent.trim();
	}

	function compare(a, b) {
		if (typeof a === "number" && typeof b === "number") return a - b;
		return String(a).localeCompare(String(b), "en", { numeric: true });
	}

	function sortable(table) {
		var heads = Array.from(table.tHead.rows[0].cells);
		heads.forEach(function (head, column) {
			var numeric = head.classList.contains("sp-num");
			var button = document.createElement("button");
			button.type = "button";
			button.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab would take keys on it for its own
			button.textContent = head.textContent;
			button.title = "Sort by " + head.textContent;
			head.textContent = "";
			head.appendChild(button);
			head.setAttribute("aria-sort", "none");
			button.addEventListener("click", function () {
				var was = head.getAttribute("aria-sort");
				var up = was === "none" ? !numeric : was === "descending";
				heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
				head.setAttribute("aria-sort", up ? "ascending" : "descending");
				var rows = Array.from(table.tBodies[0].rows).map(function (row) {
					return { row: row, value: value(row.cells[column], numeric) };
				});
				// What is missing stays at the end.
				rows.sort(function (a, b) {
					if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
					return up ? compare(a.value, b.value) : compare(b.value, a.value);
				});
				rows.forEach(function (r) { table.tBodies[0].appendChild(r.row); });
			});
		});
	}

	function enhance() {
		each("table.sp-grid", "spSort", sortable);
		each("figure.sp-figure, .sp-box", "spSize", function (el) { sizes.observe(el); });
		each(".sp-box", "spMore", function (el) { el.addEventListener("scroll", function () { more(el); }, { passive: true }); });
		document.querySelectorAll("figure.sp-figure:not(.sp-live)").forEach(twin);
	}

	window.specialistBlocks = enhance;
	window.addEventListener("specialist-plotly", enhance);
	document.addEventListener("DOMContentLoaded", enhance);
	// A notebook runs a cell's script before its output is part of the page, and adds later outputs without running anything again.
	var waiting = false;
	new MutationObserver(function () {
		if (waiting) return;
		waiting = true;
		setTimeout(function () {
			waiting = false;
			enhance();
		}, 50);
	}).observe(document.documentElement, { childList: true, subtree: true });
	enhance();
})();
