/**
 * A signature by finger. What goes out are the strokes with their times: they show
 * how a name was written, which a picture does not. A tap is no signature.
 *
 * @typedef {{x: number, y: number, time: number, pressure: number}} Point
 */
const INK = '#1d2733';
const LEAST = 8; // points in all

Component({
  data: { drawn: false },

  lifetimes: {
    created() {
      /** @type {any} */ const self = this;
      self.strokes = [];
      self.pen = null;
    },
    ready() {
      this.prepare();
    },
  },

  methods: {
    prepare() {
      /** @type {any} */ const self = this;
      this.createSelectorQuery().select('.sign-pad').fields({ node: true, size: true }).exec((/** @type {any[]} */ found) => {
        const at = found && found[0];
        if (!at || !at.node) return; // without a canvas the strokes are kept all the same
        const ratio = wx.getWindowInfo().pixelRatio;
        at.node.width = at.width * ratio;
        at.node.height = at.height * ratio;
        self.pen = at.node.getContext('2d');
        self.pen.scale(ratio, ratio);
        self.pen.lineWidth = 3;
        self.pen.lineCap = 'round';
        self.pen.lineJoin = 'round';
        self.pen.strokeStyle = INK;
        self.size = { width: at.width, height: at.height };
        self.strokes.forEach((/** @type {any} */ s) => this.redraw(s));
      });
    },

    /** @param {{points: Point[]}} stroke */
    redraw(stroke) {
      stroke.points.forEach((p, i) => i && this.line(stroke.points[i - 1], p));
    },

    /** @param {any} e */
    start(e) {
      /** @type {any} */ const self = this;
      if (!self.pen) this.prepare(); // some phones lay a canvas out only when it is touched
      self.strokes.push({ points: [point(e)] });
    },

    /** @param {any} e */
    move(e) {
      /** @type {any} */ const self = this;
      const stroke = self.strokes[self.strokes.length - 1];
      if (!stroke) return;
      const to = point(e);
      this.line(stroke.points[stroke.points.length - 1], to);
      stroke.points.push(to);
    },

    end() {
      /** @type {any} */ const self = this;
      const enough = self.strokes.reduce((/** @type {number} */ n, /** @type {any} */ s) => n + s.points.length, 0) >= LEAST;
      if (enough !== this.data.drawn) this.setData({ drawn: enough });
      this.triggerEvent('signed', { strokes: enough ? self.strokes : null });
    },

    /**
     * @param {Point} from
     * @param {Point} to
     */
    line(from, to) {
      /** @type {any} */ const self = this;
      if (!self.pen) return;
      self.pen.beginPath();
      self.pen.moveTo(from.x, from.y);
      self.pen.lineTo(to.x, to.y);
      self.pen.stroke();
    },

    clear() {
      /** @type {any} */ const self = this;
      self.strokes = [];
      if (self.pen) self.pen.clearRect(0, 0, self.size.width, self.size.height);
      this.setData({ drawn: false });
      this.triggerEvent('signed', { strokes: null });
    },
  },
});

/**
 * @param {any} e
 * @returns {Point}
 */
function point(e) {
  const t = e.touches[0] || e.changedTouches[0];
  return { x: Math.round(t.x * 10) / 10, y: Math.round(t.y * 10) / 10, time: Date.now(), pressure: t.force || 0.5 };
}
