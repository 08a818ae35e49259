// Makes an explorer interactive: filters, the list of notes, the open note, its correction. Runs in a page, in a notebook and in its export;
// running it again only looks for new explorers. Whatever comes from a note is set as text, never as HTML.
(function () {
	"use strict";

	if (window.specialistExplorers) {
		window.specialistExplorers();
		return;
	}

	var step = 200; // rows that the list shows at a time
	var unique = 0;

	// make returns an element with attributes and children; a string among them is text.
	function make(tag, attributes) {
		var el = document.createElement(tag);
		Object.keys(attributes || {}).forEach(function (name) {
			if (name === "class") el.className = attributes[name];
			else el.setAttribute(name, attributes[name]);
		});
		for (var i = 2; i < arguments.length; i++) el.append(arguments[i]);
		// JupyterLab takes letters for commands (two d delete a cell), except from elements that say no.
		if (el.tabIndex >= 0 || el.hasAttribute("tabindex")) el.setAttribute("data-lm-suppress-shortcuts", "true");
		return el;
	}

	function percent(x) { return (100 * x).toFixed(1) + "\u00a0%"; }
	function count(n) { return n.toLocaleString("en"); }
	function notes(n) { return count(n) + (n === 1 ? " note" : " notes"); }

	function explorer(root) {
		var data = JSON.parse(root.querySelector(".spx-data").textContent);
		var box = root.querySelector(".spx-live");
		var id = "spx" + (++unique);
		var name = function (i) { return data.labels[i]; };
		var names = function (list) { return list.map(name); };
		var selection = [], shown = step, order = { key: "confidence", up: false }, open = null;

		// The filter.

		function tally(values) {
			var counts = {};
			data.notes.forEach(function (n) { values(n).forEach(function (v) { counts[v] = (counts[v] || 0) + 1; }); });
			return counts;
		}
		function options(select, texts, counts, any) {
			select.replaceChildren(make("option", { value: "-1" }, any));
			texts.forEach(function (t, i) { select.append(make("option", { value: String(i) }, t + " (" + count(counts[i] || 0) + ")")); });
		}
		function control(title, el) {
			filter.append(make("label", {}, make("span", {}, title), el));
			return el;
		}
		var filter = make("div", { "class": "spx-filter", role: "group", "aria-label": "Pick notes" });
		var gold = control("True label", make("select")), predicted = control("Predicted label", make("select"));
		var field = control("Slice by", make("select")), value = control("Value", make("select"));
		var outcome = control("Outcome", make("select"));
		var low = control("", make("input", { type: "range", min: 0, max: 100, step: 1 }));
		var high = control("", make("input", { type: "range", min: 0, max: 100, step: 1 }));
		var reset = make("button", { type: "button" }, "Clear all");
		filter.append(reset);
		var goldCounts = tally(function (n) { return n.gold; });
		var predictedCounts = tally(function (n) { return [n.top[0][0]]; });
		options(gold, data.labels, goldCounts, "any");
		options(predicted, data.labels, predictedCounts, "any");
		field.append(make("option", { value: "-1" }, "nothing"));
		data.fields.forEach(function (f, i) { field.append(make("option", { value: String(i) }, f.title)); });
		[["", "any"], ["right", "right"], ["misread", "misread"]].forEach(function (o) { outcome.append(make("option", { value: o[0] }, o[1])); });

		function slices() {
			var f = Number(field.value);
			value.disabled = f < 0;
			options(value, f < 0 ? [] : data.fields[f].values, f < 0 ? {} : tally(function (n) { return n.values[f]; }), "any");
		}
		function put(q) {
			gold.value = q.gold;
			predicted.value = q.predicted;
			field.value = q.field;
			slices();
			value.value = q.value;
			outcome.value = q.outcome;
			low.value = Math.round(100 * q.low);
			high.value = Math.round(100 * q.high);
		}

		function apply() {
			var g = Number(gold.value), p = Number(predicted.value), f = Number(field.value), v = Number(value.value);
			low.previousSibling.textContent = "Confidence from " + low.value + " %";
			high.previousSibling.textContent = "Confidence up to " + high.value + " %";
			var from = low.value / 100, to = high.value / 100;
			selection = data.notes.filter(function (n) {
				var c = n.top[0][1];
				return (g < 0 || n.gold.includes(g)) && (p < 0 || n.top[0][0] === p) && (f < 0 || v < 0 || n.values[f].includes(v)) &&
					c >= from && c <= to && (!outcome.value || n.right === (outcome.value === "right"));
			});
			shown = step;
			var misread = selection.filter(function (n) { return !n.right; }).length;
			if (selection.length) {
				total.textContent = count(selection.length) + " of " + notes(data.notes.length) + "; " + count(misread) + " misread.";
			} else {
				var why = "Widen the confidence range or clear a choice.";
				if (g >= 0 && !goldCounts[g]) why = "No note here is filed under " + name(g) + ".";
				else if (p >= 0 && !predictedCounts[p]) why = "No note here is read as " + name(p) + ".";
				total.textContent = "None of the " + notes(data.notes.length) + " matches. " + why;
			}
			list();
		}

		// The list.

		var columns = [
			{ key: "id", title: "Note", of: function (n) { return n.id; } },
			{ key: "labels", title: "Filed under", of: function (n) { return names(n.labels).join(", "); } },
			{ key: "predicted", title: "Read as", of: function (n) { return name(n.top[0][0]); } },
			{ key: "confidence", title: "Confidence", number: true, of: function (n) { return n.top[0][1]; }, text: function (n) { return percent(n.top[0][1]); } },
			{ key: "outcome", title: "Outcome", of: function (n) { return n.right ? "right" : "misread"; } },
			{ key: "characters", title: "Characters", number: true, of: function (n) { return n.characters; }, text: function (n) { return count(n.characters); } },
		];
		var total = make("p", { "class": "spx-count", role: "status" });
		var head = make("tr"), body = make("tbody"), more = make("button", { type: "button", "class": "spx-more" });
		var table = make("table", { "class": "spx-list" }, make("caption", {}, "Matching notes"), make("thead", {}, head), body);
		var scroll = make("div", { "class": "spx-scroll", role: "region", "aria-label": "Matching notes", tabindex: 0 }, table);
		columns.forEach(function (c) {
			var button = make("button", { type: "button", title: "Sort by " + c.title }, c.title);
			c.head = make("th", { scope: "col", "class": c.number ? "spx-num" : "" }, button);
			head.append(c.head);
			button.addEventListener("click", function () {
				order = { key: c.key, up: order.key === c.key ? !order.up : !c.number };
				list();
			});
		});

		function list() {
			var c = columns.find(function (c) { return c.key === order.key; });
			columns.forEach(function (o) { o.head.setAttribute("aria-sort", o !== c ? "none" : order.up ? "ascending" : "descending"); });
			selection.sort(function (a, b) {
				var x = c.of(a), y = c.of(b);
				var by = c.number ? x - y : x.localeCompare(y, "en", { numeric: true });
				return (order.up ? by : -by) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
			});
			var rows = selection.slice(0, shown).map(row);
			body.replaceChildren.apply(body, rows);
			more.hidden = selection.length <= shown;
			more.textContent = "Show " + count(Math.min(step, selection.length - shown)) + " more of " + count(selection.length);
			scroll.hidden = !selection.length;
			steps();
		}

		function row(n) {
			var tr = make("tr");
			tr.spxNote = n;
			columns.forEach(function (c, i) {
				var text = c.text ? c.text(n) : c.of(n);
				var cell = make(i ? "td" : "th", { "class": c.number ? "spx-num" : c.key === "outcome" ? "spx-" + text : "" });
				if (i) cell.append(text + (c.key === "labels" && n.corrected ? " → " + names(n.corrected).join(", ") : ""));
				else cell.append(make("button", { type: "button", title: "Open note " + n.id }, text));
				if (!i) cell.scope = "row";
				tr.append(cell);
			});
			if (n === open) tr.setAttribute("aria-current", "true");
			return tr;
		}
		body.addEventListener("click", function (event) {
			var tr = event.target.closest("tr");
			if (tr) show(tr.spxNote, true);
		});
		more.addEventListener("click", function () {
			shown += step;
			list();
		});

		// The open note.

		var note = make("article", { "class": "spx-note" });
		var heading = make("h4", { tabindex: -1 });
		var before = make("button", { type: "button" }, "Previous"), after = make("button", { type: "button" }, "Next");
		var about = make("div", { "class": "spx-about" }), legend = make("div", { "class": "spx-legend" });
		var text = make("div", { "class": "spx-text", role: "region", "aria-label": "The note's text", tabindex: 0 });

		function steps() {
			var at = selection.indexOf(open);
			before.disabled = at < 1;
			after.disabled = at + 1 >= selection.length || !open;
		}
		function move(by) {
			return function () {
				var at = selection.indexOf(open) + by;
				if (!selection[at]) return;
				if (at >= shown) {
					shown += step;
					list();
				}
				show(selection[at], false);
				var tr = body.rows[at];
				if (tr) scroll.scrollTop += tr.getBoundingClientRect().top - scroll.getBoundingClientRect().top - scroll.clientHeight / 2;
			};
		}
		before.addEventListener("click", move(-1));
		after.addEventListener("click", move(1));

		function titled(title, el) { return [make("p", { "class": "spx-head" }, title), el]; }

		function show(n, focus) {
			open = n;
			note.hidden = !n;
			Array.from(body.rows).forEach(function (tr) {
				if (tr.spxNote === n) tr.setAttribute("aria-current", "true");
				else tr.removeAttribute("aria-current");
			});
			steps();
			if (!n) return;
			note.setAttribute("aria-label", "Note " + n.id);
			heading.textContent = "Note " + n.id;
			var tags = make("ul", { "class": "spx-tags" }), ranks = make("ol", { "class": "spx-ranks" }), facts = make("dl", { "class": "spx-facts" });
			names(n.labels).forEach(function (l) { tags.append(make("li", {}, l)); });
			n.top.forEach(function (r) {
				var li = make("li", n.labels.includes(r[0]) ? { "class": "spx-filed", title: "The note is filed under it" } : {}, make("span", {}, name(r[0])), make("span", { "class": "spx-share" }, percent(r[1])));
				li.style.setProperty("--share", r[1]);
				ranks.append(li);
			});
			n.facts.forEach(function (f) { facts.append(make("dt", {}, f.Name), make("dd", {}, f.Text)); });
			var left = make("div");
			left.append.apply(left, titled("Filed under", tags).concat(titled("Read as", ranks)));
			about.replaceChildren(left, facts);
			shade(n);
			text.scrollTop = 0;
			correction.show(n);
			if (focus) {
				heading.focus({ preventScroll: true });
				note.scrollIntoView({ block: "nearest" });
			}
		}

		function marked(kind, share, words) {
			var span = make("span", { "class": kind }, words);
			span.style.setProperty("--a", share);
			return span;
		}

		function shade(n) {
			legend.hidden = !n.shaded;
			if (n.shaded) {
				legend.replaceChildren(
					make("p", {}, "Shading by " + n.shaded.method + ": ", marked("spx-for", 1, "for"), " and ", marked("spx-against", 1, "against"), " the label " + n.shaded.label + ", the stronger the colour the greater the weight; the greatest is 1."),
					make("p", {}, make("em", {}, "For:"), " " + n.shaded.for + ". ", make("em", {}, "Against:"), " " + n.shaded.against + "."));
			}
			var all = document.createDocumentFragment(), at = 0;
			for (var i = 0; i < n.pieces.length; i += 3) {
				var words = n.text.slice(at, at + n.pieces[i]), kind = n.pieces[i + 1];
				at += n.pieces[i];
				if (kind === 1 || kind === 2) all.append(marked(kind === 1 ? "spx-for" : "spx-against", n.pieces[i + 2] / 1000, words));
				else if (kind === 3) all.append(make("span", { "class": "spx-unread" }, words));
				else if (kind > 3) all.append(make("span", { "class": "spx-cut", role: "separator" }, kind === 4 ? "The model read from here." : "The model read to here."));
				else all.append(words);
			}
			text.replaceChildren(all);
		}

		var correction = window.specialistCorrection(data, make, {
			id: id,
			open: function () { return open; },
			changed: list,
		});

		[gold, predicted, value, outcome].forEach(function (el) { el.addEventListener("change", apply); });
		field.addEventListener("change", function () {
			slices();
			apply();
		});
		low.addEventListener("input", function () {
			if (Number(high.value) < Number(low.value)) high.value = low.value;
			apply();
		});
		high.addEventListener("input", function () {
			if (Number(low.value) > Number(high.value)) low.value = high.value;
			apply();
		});
		reset.addEventListener("click", function () {
			put({ gold: -1, predicted: -1, field: -1, value: -1, low: 0, high: 1, outcome: "" });
			apply();
		});

		note.append(make("div", { "class": "spx-bar" }, heading, before, after), about, legend, text, correction.form);
		box.append(filter, total, scroll, more, note, correction.state);
		put(data.query);
		apply();
		show(data.notes.find(function (n) { return n.id === data.open; }) || null, false);
		box.hidden = false;
		root.querySelector(".spx-still").hidden = true;
	}

	function enhance() {
		document.querySelectorAll("section.spx").forEach(function (root) {
			// A page that is still loading has the element before its data.
			if (root.spxDone || !root.querySelector(".spx-data")) return;
			root.spxDone = true;
			explorer(root);
		});
	}

	window.specialistExplorers = enhance;
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
