// Gives the page what the microphone hears, apart from the page's own work (AudioWorklet).
registerProcessor("voice-tap", class extends AudioWorkletProcessor {
  process(inputs) {
    if (inputs[0][0]) this.port.postMessage(inputs[0][0].slice());
    return true;
  }
});
