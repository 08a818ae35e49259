// The form that corrects an open note's labels. A correction goes to the program behind the page, or, where none listens, is kept to be
// downloaded as the same lines.
(function () {
	"use strict";

	if (window.specialistCorrection) return;

	// explorer has an id, open() returns the note that is open, changed() says that a note has another correction.
	window.specialistCorrection = function (data, make, explorer) {
		var name = function (i) { return data.labels[i]; };
		var names = function (list) { return list.map(name); };
		var kept = [];
		var correct = make("form", { "class": "spx-correct", novalidate: "" });
		var caption = make("legend"), picks = make("div", { "class": "spx-labels" });
		var remark = make("textarea", { rows: 2, id: explorer.id + "-remark" });
		var save = make("button", { type: "submit", "class": "spx-main" }, "Save the correction");
		var said = make("p", { "class": "spx-said", role: "status" });
		var state = make("p", { "class": "spx-state" }), stateText = make("span"), done = make("button", { type: "button", hidden: "" }, "Done");
		var download = make("button", { type: "button", hidden: "" });
		data.labels.forEach(function (l, i) { picks.append(make("label", {}, make("input", { type: "checkbox", value: String(i) }), make("span", {}, l))); });
		correct.append(make("fieldset", {}, caption, picks), make("label", { "for": remark.id }, "Why (needed)"), remark, make("div", { "class": "spx-act" }, save, said));
		state.append(stateText, done, download);

		function say(words, bad) {
			said.textContent = words;
			said.classList.toggle("spx-bad", !!bad);
		}
		function show(n) {
			caption.textContent = "Correct the labels of " + n.id;
			picks.querySelectorAll("input").forEach(function (box, i) { box.checked = (n.corrected || n.labels).includes(i); });
			picks.scrollTop = 0;
			remark.value = n.remark || "";
			say(n.corrected ? "Corrected to " + names(n.corrected).join(", ") + "." : "");
		}
		function took(n, labels, why, words) {
			n.corrected = labels;
			n.remark = why;
			explorer.changed();
			if (explorer.open() === n) say(words);
		}

		correct.addEventListener("submit", function (event) {
			event.preventDefault();
			var n = explorer.open(), labels = [], why = remark.value.trim();
			picks.querySelectorAll("input").forEach(function (box, i) { if (box.checked) labels.push(i); });
			if (!labels.length) return say("Pick at least one label.", true);
			if (!why) {
				remark.focus();
				return say("Say why: the comment is empty.", true);
			}
			var line = JSON.stringify({
				note_id: n.id, text_sha256: n.key, corpus_hash: data.corpus, gold: names(n.labels).sort(), predicted: name(n.top[0][0]),
				labels: names(labels).sort(), comment: why, time: new Date().toISOString(),
			});
			if (!channel || !channel.live()) {
				kept.push(line);
				download.hidden = false;
				download.textContent = "Download " + (kept.length === 1 ? "the correction" : "the " + kept.length + " corrections");
				return took(n, labels, why, "Kept in this page until you download it below.");
			}
			save.disabled = true;
			say("Saving …");
			channel.save(line, function (ok, words) {
				save.disabled = false;
				if (ok) took(n, labels, why, words);
				else if (explorer.open() === n) say(words, true);
			});
		});
		download.addEventListener("click", function () {
			var url = URL.createObjectURL(new Blob([kept.join("\n") + "\n"], { type: "application/jsonl" }));
			make("a", { href: url, download: data.file }).click();
			setTimeout(function () { URL.revokeObjectURL(url); }, 60000);
		});

		var alone = "No program listens to this page: corrections are kept in it, to be downloaded as " + data.file + ".";
		stateText.textContent = alone;
		var channel = !data.channel ? null : window.specialistChannel(data.channel, {
			ready: function (words) {
				stateText.textContent = words;
				done.hidden = false;
			},
			ended: function (words) {
				stateText.textContent = words + " " + alone;
				done.hidden = true;
			},
		});
		done.addEventListener("click", function () { channel.done(); });

		return { form: correct, state: state, show: show };
	};
})();
