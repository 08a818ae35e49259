// The page's contents: on a wide screen they stand beside the text, on a narrow one they are folded into a bar on top. Both say which part
// is in sight.
(function () {
	"use strict";

	var nav = document.querySelector("nav.contents"), fold = nav.querySelector("details"), here = nav.querySelector(".here");
	var wide = window.matchMedia("(min-width: 72rem)");

	function settle() { fold.open = wide.matches; }
	nav.classList.add("live");
	settle();
	wide.addEventListener("change", settle);
	window.addEventListener("beforeprint", function () { fold.open = true; });
	window.addEventListener("afterprint", settle);
	nav.addEventListener("click", function (event) {
		if (event.target.closest("a") && !wide.matches) fold.open = false;
	});
	nav.addEventListener("keydown", function (event) {
		if (event.key !== "Escape" || wide.matches || !fold.open) return;
		fold.open = false;
		fold.querySelector("summary").focus();
	});

	function follow() {
		var links = Array.from(nav.querySelectorAll("a"));
		var parts = links.map(function (a) { return document.getElementById(a.hash.slice(1)); });
		var current = null, waiting = false;

		function mark() {
			waiting = false;
			var at = null;
			// The part that began last above the upper quarter of the window; at the page's end the last one.
			parts.forEach(function (part, i) { if (part.getBoundingClientRect().top <= window.innerHeight / 4) at = links[i]; });
			if (window.scrollY > 0 && window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2) at = links[links.length - 1];
			if (at === current) return;
			if (current) current.removeAttribute("aria-current");
			current = at;
			here.textContent = at ? at.textContent : "";
			if (!at) return;
			at.setAttribute("aria-current", "true");
			reveal();
		}
		// The contents scroll in themselves.
		function reveal() {
			if (!current || !fold.open) return;
			var scroller = wide.matches ? nav : fold.querySelector("ol"), box = current.getBoundingClientRect(), frame = scroller.getBoundingClientRect();
			if (box.top < frame.top || box.bottom > frame.bottom) scroller.scrollTop += box.top - frame.top - frame.height / 3;
		}
		function later() {
			if (waiting) return;
			waiting = true;
			window.requestAnimationFrame(mark);
		}
		document.addEventListener("scroll", later, { passive: true });
		window.addEventListener("resize", later);
		fold.addEventListener("toggle", reveal);
		mark();
	}
	document.addEventListener("DOMContentLoaded", follow);
})();
