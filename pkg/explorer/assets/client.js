// Carries an explorer's corrections to the program of its cell, and its answers back, by the channel that GoNB opens to a notebook's page
// (window.gonb_comm). Under load GoNB may give up on a channel and open another, so that a message can get lost: each is sent again
// until it is answered, and the program answers twice what it is asked twice.
(function () {
	"use strict";

	if (window.specialistChannel) return;

	var patience = 30000; // how long a page looks for its program
	var answer = 15000; // how long it waits for an answer
	var again = 2000; // after how long a message is sent again
	var pace = 400;

	// told.ready(text), told.ended(text): what the program says of itself. The channel's save(line, done) calls done(ok, text) once.
	window.specialistChannel = function (address, told) {
		var comm = null, live = false, over = false, number = 0, waiting = [];
		var until = Date.now() + patience;

		function send(message) {
			if (comm) comm.send(address, JSON.stringify(message));
		}

		function ask(message, done) {
			message.n = ++number;
			waiting.push({ message: message, done: done, sent: Date.now(), until: Date.now() + answer });
			send(message);
		}

		function heard(_, value) {
			var message;
			try {
				message = JSON.parse(value);
			} catch (e) {
				return;
			}
			if (over) return;
			if (message.is === "ready") {
				if (!live) told.ready(message.text);
				live = true;
			} else if (message.is === "ended") {
				end(message.text);
			} else {
				waiting = waiting.filter(function (w) {
					if (w.message.n !== message.n) return true;
					w.done(message.is === "saved", message.text);
					return false;
				});
			}
		}

		function end(text) {
			if (live) told.ended(text);
			live = false;
			over = true;
			clearInterval(ticks);
		}

		var ticks = setInterval(function () {
			var now = Date.now(), current = window.gonb_comm;
			if (!live && now > until) {
				clearInterval(ticks);
				return;
			}
			if (current && current !== comm) {
				comm = current;
				comm.subscribe(address + "/back", heard);
			}
			if (!live) send({ is: "hello" });
			waiting = waiting.filter(function (w) {
				if (now > w.until) {
					w.done(false, "The cell does not answer. Run it again, then save again.");
					return false;
				}
				if (now > w.sent + again) {
					w.sent = now;
					send(w.message);
				}
				return true;
			});
		}, pace);

		window.addEventListener("pagehide", function () {
			if (live) send({ is: "bye" });
		});

		return {
			live: function () { return live; },
			save: function (line, done) { ask({ is: "save", line: line }, done); },
			done: function () {
				ask({ is: "done" }, function () { end("The cell does not answer."); });
			},
		};
	};
})();
