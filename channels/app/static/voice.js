// An answer of the interview said aloud. What was heard is put into a box for the person to
// see and put right, and goes when they say so. Without this file, a microphone or an engine
// there is the keyboard, and nothing is lost.
(function () {
  "use strict";
  var box = document.getElementById("voice");
  if (!box || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia || !(window.AudioContext || window.webkitAudioContext)) return;
  var talk = document.getElementById("voice-talk"), told = document.getElementById("voice-told"), drop = document.getElementById("voice-drop");
  var words = document.getElementById("voice-words"), rate = 16000, most = 60;
  var UNHEARD = "没听清,请再说一遍,或者打字。", LOST = "没传上去。请再说一遍,或者打字。";
  var turn = 0, now = null, state = "idle";
  var SAY = { idle: "点一下开始说", asking: "请等一下", on: "在听您说,说完再点一下", hearing: "正在听出来,请等一下" };
  box.hidden = false;

  function become(s, say) {
    state = s;
    talk.textContent = SAY[s];
    talk.setAttribute("aria-disabled", s === "asking" || s === "hearing" ? "true" : "false");
    talk.className = s === "on" ? "big listening" : "big second";
    drop.hidden = s !== "on" && s !== "hearing";
    if (say !== undefined) told.textContent = say;
  }
  // close lets the microphone go.
  function close() {
    if (!now) return null;
    var was = now;
    now = null;
    clearInterval(was.clock);
    if (was.node) was.node.disconnect();
    was.stream.getTracks().forEach(function (t) { t.stop(); });
    was.ctx.close();
    return was;
  }
  // wav makes a file of 16 kHz, 16 bits and one channel: engines take it as it is.
  function wav(parts, from) {
    var n = 0, all, at = 0;
    parts.forEach(function (p) { n += p.length; });
    all = new Float32Array(n);
    parts.forEach(function (p) { all.set(p, at); at += p.length; });
    var step = from / rate, count = Math.min(Math.floor(n / step), most * rate), b = new DataView(new ArrayBuffer(44 + 2 * count));
    function text(o, s) { for (var i = 0; i < s.length; i++) b.setUint8(o + i, s.charCodeAt(i)); }
    text(0, "RIFF"); b.setUint32(4, 36 + 2 * count, true); text(8, "WAVEfmt "); b.setUint32(16, 16, true);
    b.setUint16(20, 1, true); b.setUint16(22, 1, true); b.setUint32(24, rate, true); b.setUint32(28, 2 * rate, true);
    b.setUint16(32, 2, true); b.setUint16(34, 16, true); text(36, "data"); b.setUint32(40, 2 * count, true);
    for (var i = 0; i < count; i++) { // the mean of what falls into one sample
      var lo = Math.floor(i * step), hi = Math.max(lo + 1, Math.floor((i + 1) * step)), sum = 0;
      for (var j = lo; j < hi; j++) sum += all[j];
      b.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, sum / (hi - lo))) * 32767, true);
    }
    return new Blob([b.buffer], { type: "audio/wav" });
  }
  function begin() {
    var mine = ++turn;
    become("asking", "");
    navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } }).then(function (stream) {
      if (mine !== turn) { stream.getTracks().forEach(function (t) { t.stop(); }); return; }
      var ctx = new (window.AudioContext || window.webkitAudioContext)(), was = { stream: stream, ctx: ctx, parts: [] };
      now = was;
      return tap(ctx, function (part) { was.parts.push(part); }).then(function (node) {
        if (mine !== turn) return; // let go of meanwhile
        was.node = node;
        ctx.createMediaStreamSource(stream).connect(node);
        node.connect(ctx.destination);
        listening(mine);
      });
    }).catch(function () {
      if (mine !== turn) return;
      close();
      become("idle", "话筒没打开。打字也一样;想说,就在浏览器的设置里允许这个网站用麦克风,再点一次。");
    });
  }
  // tap is a node that gives what it hears.
  function tap(ctx, take) {
    if (ctx.audioWorklet && window.AudioWorkletNode) return ctx.audioWorklet.addModule("/c/app/static/voice_tap.js").then(function () {
      var node = new AudioWorkletNode(ctx, "voice-tap");
      node.port.onmessage = function (e) { take(e.data); };
      return node;
    });
    var node = ctx.createScriptProcessor(4096, 1, 1); // the oldest phones know no worklet
    node.onaudioprocess = function (e) { take(new Float32Array(e.inputBuffer.getChannelData(0))); };
    return Promise.resolve(node);
  }
  function listening(mine) {
    var left = most;
    now.stream.getTracks()[0].onended = function () { if (now) end(mine, "话筒断了,前面说的还在。"); };
    now.clock = setInterval(function () { left--; told.textContent = "还能说 " + left + " 秒"; if (left <= 0) end(mine); }, 1000);
    become("on", "还能说 " + left + " 秒");
  }
  function end(mine, say) {
    var was = close();
    if (!was) return;
    become("hearing", say || "");
    var form = new FormData();
    form.append("file", wav(was.parts, was.ctx.sampleRate), "voice.wav");
    ask(fetch("/c/app/ask/voice", { method: "POST", body: form, credentials: "same-origin" })).then(function (got) { return wait(mine, got.id, 22); }).then(function (said) {
      if (mine !== turn) return;
      words.value += said; // whole: what is too much is said beside the box (room.js)
      words.dispatchEvent(new Event("input", { bubbles: true }));
      become("idle", "听到的写在下面了。看一遍,不对就改。");
      words.focus();
    }).catch(function (e) { if (mine === turn) become("idle", e && e.say || LOST); });
  }
  function ask(f) {
    return f.then(function (r) {
      return r.json().then(function (b) { if (!r.ok) throw { say: b.detail }; return b; });
    });
  }
  function wait(mine, id, tries) {
    if (mine !== turn) throw {};
    return ask(fetch("/c/app/ask/voice/" + encodeURIComponent(id), { credentials: "same-origin" })).then(function (got) {
      if (got.state === "heard") return got.said;
      if (got.state === "not_heard" || tries <= 0) throw { say: UNHEARD };
      return new Promise(function (ok) { setTimeout(ok, 1000); }).then(function () { return wait(mine, id, tries - 1); });
    });
  }
  function quit(say) { turn++; close(); become("idle", say); }

  talk.addEventListener("click", function () {
    if (state === "idle") begin();
    else if (state === "on") end(turn);
  });
  drop.addEventListener("click", function () { quit("刚才的不要了。"); talk.focus(); });
  window.addEventListener("pagehide", function () { quit(""); });
})();
