package browsertest

// Legible fails the test for every text that is cut off or lies over another: a line that
// leaves the window or a box that hides what leaves it, and two lines that share more than
// their edges. It looks at what is laid out, wherever the window is scrolled to; a link that
// skips to the text waits outside until it has the focus.
func (tab *Tab) Legible() {
	tab.t.Helper()
	const bad = `(() => {
		const lines = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), out = [];
		for (let n; (n = walk.nextNode());) {
			const e = n.parentElement;
			if (!n.data.trim() || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || e.closest("select,textarea,svg,script,style,.skip:not(:focus)")) continue;
			const r = document.createRange();
			r.selectNodeContents(n);
			for (const q of r.getClientRects()) if (q.width > 1 && q.height > 1) lines.push({ q, e, fixed: !!fixed(e), say: n.data.trim().slice(0, 24) });
		}
		function fixed(e) { for (; e; e = e.parentElement) if (/fixed|sticky/.test(getComputedStyle(e).position)) return e; return null; }
		for (const { q, e, say } of lines) {
			if (q.left < -1 || q.right > innerWidth + 1) out.push("leaves the window: " + say);
			for (let b = e; b && b !== document.body; b = b.parentElement) {
				const s = getComputedStyle(b), t = b.getBoundingClientRect();
				if (s.overflowX !== "visible" && (q.left < t.left - 2 || q.right > t.right + 2) && /hidden|clip/.test(s.overflowX) || /hidden|clip/.test(s.overflowY) && (q.top < t.top - 3 || q.bottom > t.bottom + 3)) { out.push("is cut off: " + say); break; }
			}
		}
		for (let i = 0; i < lines.length; i++) for (let j = i + 1; j < lines.length; j++) {
			const a = lines[i], b = lines[j];
			if (a.fixed !== b.fixed || a.e === b.e) continue;
			const x = Math.min(a.q.right, b.q.right) - Math.max(a.q.left, b.q.left), y = Math.min(a.q.bottom, b.q.bottom) - Math.max(a.q.top, b.q.top);
			if (x > 3 && y > Math.min(a.q.height, b.q.height) / 3) out.push("lie over each other: " + a.say + " / " + b.say);
		}
		return [...new Set(out)].slice(0, 8).join(" | ");
	})()`
	if lost := tab.Eval(bad); lost != "" {
		tab.t.Errorf("text is lost: %s", lost)
	}
}
