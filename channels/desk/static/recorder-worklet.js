// Runs beside the page's own thread, so that a busy page loses no sound. It brings the microphone's rate down to the
// one that is kept, by averaging, and hands over 16-bit samples a tenth of a second at a time.
class Tape extends AudioWorkletProcessor {
  constructor(options) {
    super();
    const { rate } = options.processorOptions;
    this.ratio = sampleRate / rate; // input samples to one kept
    this.sum = 0;
    this.weight = 0;
    this.size = rate / 10;
    this.fresh();
    this.port.onmessage = () => { // the only thing ever said to a tape: the end
      this.hand(true);
      this.ended = true;
    };
  }
  fresh() {
    this.kept = new Int16Array(this.size);
    this.n = 0;
    this.peak = 0;
  }
  hand(last) {
    const samples = this.kept.subarray(0, this.n).slice();
    this.port.postMessage({ samples, peak: this.peak, last }, [samples.buffer]);
    this.fresh();
  }
  keep(value) {
    const v = Math.max(-1, Math.min(1, value));
    this.peak = Math.max(this.peak, Math.abs(v));
    this.kept[this.n++] = Math.round(v * 32767);
    if (this.n === this.size) this.hand(false);
  }
  process(inputs) {
    if (this.ended) return false;
    for (const value of inputs[0][0] || []) {
      let left = 1;
      while (this.weight + left >= this.ratio) {
        const part = this.ratio - this.weight;
        this.keep((this.sum + value * part) / this.ratio);
        left -= part;
        this.sum = this.weight = 0;
      }
      this.sum += value * left;
      this.weight += left;
    }
    return true;
  }
}
registerProcessor("tape", Tape);
