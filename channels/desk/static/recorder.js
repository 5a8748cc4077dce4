// The doorstep's recorder: phones do not make WAV files, and WAV is what every exchange, archive and recogniser of the
// city can open. What is recorded, or chosen in another format, becomes a 16-bit mono WAV in the form's file field and
// goes the way of any uploaded file.
const RATE = 16000;
const QUIET = 0.02; // a whole recording below this peak holds no voice

const faults = {
  NotFoundError: "没有找到麦克风。插上耳麦,或换一部手机,再点“开始录”。",
  NotAllowedError: "浏览器不让这一页用麦克风。点地址栏左边的小锁,把“麦克风”改成允许,再点“开始录”。",
  NotReadableError: "麦克风正被别的程序占着,比如微信通话。关掉它,再点“开始录”。",
  insecure: "这个网址不能用麦克风,要用 https 开头的网址打开。",
  old: "这个浏览器太旧,不能录音。",
  other: "麦克风没有打开。再点一次“开始录”。",
};
const elsewhere = "也可以用手机的录音机录好,再选那个文件。";

const wav = (chunks) => {
  const size = chunks.reduce((n, c) => n + c.byteLength, 0);
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, s) => [...s].forEach((c, i) => head.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF"); head.setUint32(4, 36 + size, true); text(8, "WAVEfmt ");
  head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true); // PCM, one channel
  head.setUint32(24, RATE, true); head.setUint32(28, RATE * 2, true); head.setUint16(32, 2, true); head.setUint16(34, 16, true);
  text(36, "data"); head.setUint32(40, size, true);
  return new File([head, ...chunks], "oral.wav", { type: "audio/wav" });
};

const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

class Recorder {
  constructor(box) {
    for (const part of ["state", "record", "stop", "retake", "level", "time", "play", "say"]) this[part] = box.querySelector(`[data-${part}]`);
    this.box = box;
    this.file = box.querySelector("input[type=file]");
    this.limit = Number(box.dataset.limit);
    this.record.onclick = () => this.start();
    this.retake.onclick = () => { this.put(null); this.start(); };
    this.stop.onclick = () => this.end();
    this.file.onchange = () => this.chosen();
    fetch(box.dataset.worklet).catch(() => {}); // into the cache: the signal may be gone when somebody begins to speak
    this.show("idle", "还没录");
  }

  show(state, word) {
    this.box.dataset.now = state;
    this.state.textContent = word;
    this.state.className = "chip " + ({ done: "leaf", recording: "red" }[state] || "amber");
    this.record.hidden = state === "recording" || state === "done";
    this.record.disabled = state === "asking";
    this.stop.hidden = this.level.hidden = state !== "recording";
    this.retake.hidden = state !== "done";
  }

  tell(text) {
    this.say.textContent = text;
    this.say.hidden = !text;
  }

  async start() {
    if (this.context) return;
    this.tell("");
    this.show("asking", "请点“允许”");
    try {
      await this.open();
    } catch (e) {
      this.close();
      this.show("idle", "没录上");
      this.tell((faults[e.name] || faults[e.message] || faults.other) + elsewhere);
    }
  }

  async open() {
    if (!navigator.mediaDevices) throw new Error(isSecureContext ? "old" : "insecure");
    if (!window.AudioWorkletNode) throw new Error("old");
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule(this.box.dataset.worklet);
    this.tape = new AudioWorkletNode(this.context, "tape", { numberOfOutputs: 0, processorOptions: { rate: RATE } });
    this.chunks = [];
    this.samples = this.peak = 0;
    this.time.textContent = `${clock(0)} / ${clock(this.limit)}`;
    this.tape.port.onmessage = (m) => this.heard(m.data);
    this.stream.getTracks()[0].onended = () => { this.end(); this.tell("麦克风断了。前面录的还在,放一遍听听。"); };
    this.context.createMediaStreamSource(this.stream).connect(this.tape);
    await this.context.resume();
    navigator.wakeLock?.request("screen").then((lock) => { this.lock = lock; if (!this.context) this.close(); }, () => {}); // a locked screen stops the microphone
    this.show("recording", "正在录");
    this.stop.focus();
  }

  heard({ samples, peak, last }) {
    const room = this.limit * RATE - this.samples;
    this.chunks.push(samples.length > room ? samples.subarray(0, room) : samples);
    this.samples += Math.min(samples.length, room);
    this.peak = Math.max(this.peak, peak);
    this.level.value = Math.sqrt(peak); // ears hear by orders of magnitude
    this.time.textContent = `${clock(this.samples / RATE)} / ${clock(this.limit)}`;
    if (last) this.ended?.();
    else if (samples.length >= room) this.end().then(() => this.tell("满 3 分钟,停下了。录的都在。"));
  }

  // end waits for the last tenth of a second: people stop the moment they have said it.
  async end() {
    if (!this.tape || this.ended) return;
    await new Promise((done) => { this.ended = done; this.tape.port.postMessage("end"); });
    this.close();
    if (this.samples < RATE) {
      this.put(null);
      this.show("idle", "没录上");
      this.tell("录得太短,听不出话。再点“开始录”,等一秒再说。");
      this.record.focus();
      return;
    }
    this.put(wav(this.chunks));
    this.show("done", `录好了,${clock(this.samples / RATE)}`);
    if (this.peak < QUIET) this.tell("录音里几乎没有声音。放一遍听听,不行就重录。");
    this.retake.focus();
  }

  close() {
    this.stream?.getTracks().forEach((t) => { t.onended = null; t.stop(); });
    this.context?.close();
    this.lock?.release();
    this.stream = this.context = this.tape = this.lock = this.ended = null;
  }

  // put keeps a file in the form's own field, where any upload would be.
  put(file) {
    const list = new DataTransfer();
    if (file) list.items.add(file);
    this.file.files = list.files;
    if (this.play.src) URL.revokeObjectURL(this.play.src);
    this.play.hidden = !file;
    if (file) this.play.src = URL.createObjectURL(file);
    else this.play.removeAttribute("src");
  }

  // chosen turns what a phone's own recorder made into WAV.
  async chosen() {
    const file = this.file.files[0];
    this.tell("");
    if (!file) { this.put(null); this.show("idle", "还没录"); return; }
    try {
      const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await file.arrayBuffer());
      if (sound.duration > this.limit + 1) throw new RangeError("long");
      const mix = new Int16Array(sound.length), channels = [...Array(sound.numberOfChannels).keys()].map((i) => sound.getChannelData(i));
      for (let i = 0; i < mix.length; i++) mix[i] = Math.round(Math.max(-1, Math.min(1, channels.reduce((n, c) => n + c[i], 0) / channels.length)) * 32767);
      this.put(wav([mix]));
      this.show("done", `选好了,${clock(sound.duration)}`);
    } catch (e) {
      this.put(null);
      this.show("idle", "还没录");
      this.tell(e instanceof RangeError ? "这个录音超过 3 分钟。请录短一点,说要紧的。" : "这个文件放不出声音。请在这里点“开始录”,或换一个文件。");
    }
  }
}

for (const box of document.querySelectorAll("[data-tape]")) {
  const recorder = new Recorder(box);
  // Sent while still recording: first the recording's end, then the form.
  box.closest("form").addEventListener("submit", (e) => {
    if (!recorder.tape) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    recorder.end().then(() => e.target.requestSubmit(e.submitter));
  }, true);
}
